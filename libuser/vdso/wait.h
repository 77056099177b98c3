/* Waiting for a reply: entry.asm. */
#pragma once

#include "libuser/sys/syscall.h"

/* A call whose reply may take long. Returns the kernel's error, or VDSO_GIVEN_UP: a signal came before the message
 * left, and the words are unchanged. No server replies with this status. */
enum { VDSO_GIVEN_UP = 33 };
static inline __attribute__((always_inline)) int32_t vdso_wait(uint32_t head, struct words *words)
{
    uint32_t eax = head, ebx = words->w[0], esi = words->w[1], edi = words->w[2], ecx = words->w[3];

    __asm__ volatile("call vdso_wait_in_registers"
                     : "+a"(eax), "+b"(ebx), "+S"(esi), "+D"(edi), "+c"(ecx)
                     :
                     : "edx", "memory", "cc");
    *words = (struct words){{ebx, esi, edi, ecx}};
    return (int32_t)eax;
}
