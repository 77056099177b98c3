/* The system call instruction: kernel/abi/abi.h has the register convention. */
#pragma once

#include "kernel/abi/abi.h"

struct words {
    uint32_t w[4];
};

/* Servers' handlers get their arguments in registers. */
#define SERVER_CALL __attribute__((regparm(2)))

/* `head` is the call's number, its flags and its slot; the words go in and come out. */
static inline __attribute__((always_inline)) int32_t system_call(uint32_t head, struct words *words)
{
    uint32_t eax = head, ebx = words->w[0], esi = words->w[1], edi = words->w[2], ecx = words->w[3];

    __asm__ volatile("push %%ebp\n\t"
                     "mov %%ecx, %%ebp\n\t"
                     "mov %%esp, %%ecx\n\t"
                     "mov $1f, %%edx\n\t"
                     "sysenter\n"
                     "1:\tmov %%ebp, %%ecx\n\t"
                     "pop %%ebp"
                     : "+a"(eax), "+b"(ebx), "+S"(esi), "+D"(edi), "+c"(ecx)
                     :
                     : "edx", "memory", "cc");
    *words = (struct words){{ebx, esi, edi, ecx}};
    return (int32_t)eax;
}

/* Placeholder for an argument the call does not take: any value. */
static inline __attribute__((always_inline)) uint32_t syscall_nothing(void)
{
    uint32_t value;

    __asm__("" : "=r"(value));
    return value;
}

/* A call with at most three arguments, not a message; it keeps ebp. */
static inline __attribute__((always_inline)) err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi,
                                                                 uint32_t edi, uint32_t *result)
{
    uint32_t eax = head;

    __asm__ volatile("mov %%esp, %%ecx\n\t"
                     "mov $1f, %%edx\n\t"
                     "sysenter\n"
                     "1:"
                     : "+a"(eax), "+b"(ebx), "+S"(esi), "+D"(edi)
                     :
                     : "ecx", "edx", "memory", "cc");
    *result = ebx;
    return (err_t)eax;
}
