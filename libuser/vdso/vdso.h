/*
 * The library that answers Linux's system calls for i386 (the field calls it a vdso): mapped into every program that
 * does not call our servers itself, at VDSO_BASE, it turns each call into messages. The kernel knows nothing of it.
 *
 *   V1  it has no data but struct vdso_state, at the top of the stack, which fork copies and exec empties
 *   V2  a call keeps all registers but eax, and returns there what Linux would: a result, or -errno
 *   V3  an address that cannot be a program's is EFAULT; one of a page that is not there, or not to be written,
 *       faults as in the program itself
 */
#pragma once

#include "kernel/abi/abi.h"
#include "libuser/libc/errno.h"
#include "servers/clients.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNALS = 32, VDSO_CALLS = 512, MISSING_MAX = 8 };

struct vdso_action {
    uint32_t handler, flags, mask;
};

struct vdso_state {
    /* Where gs leads: the first words of a C library's own, to which `self` leads (musl: struct pthread). */
    struct {
        uint32_t self, dtv, previous, next, sysinfo, canary;
    } area;
    uint32_t heap_end;         /* 0: not asked for yet */
    uint32_t closed;           /* of the descriptors 0 to 2, by bits */
    uint32_t began;            /* ticks */
    uint32_t boot_seconds;     /* since 1970; 0: not asked for yet */
    uint32_t before_read;      /* a function of the program, called before descriptor 0 is read; 0: none */
    uint32_t blocked, pending; /* signals, n as bit n - 1 */
    struct vdso_action actions[SIGNALS];
    uint32_t missing_count, missing[MISSING_MAX]; /* calls that the log has been told of */
    uint8_t random[16];                           /* AT_RANDOM */
};
_Static_assert(sizeof(struct vdso_state) <= STACK_TOP - THREAD_AREA - 16, "it does not fit above the stack");

_Static_assert(VDSO_BASE == 0x8f0000 && VDSO_END == 0x8f8000, "the numbers of boot/vdso.ld");
_Static_assert(THREAD_AREA == 0x8f0000 - 1024 && USER_AREA_SELECTOR == 0x2b && VDSO_CALLS == 512, "those of entry.asm");

static struct vdso_state *const state = (struct vdso_state *)THREAD_AREA;

/* The arguments of a call, ebx first. */
typedef const uint32_t *arguments_t;
typedef int32_t (*vdso_handler)(arguments_t a, uint32_t number) __attribute__((regparm(2)));
#define HANDLER(name)                                         __attribute__((regparm(2))) int32_t vdso_##name(arguments_t a, uint32_t number)
#define LINUX_CALL(number, name, handler, server, deviations) HANDLER(handler);
#include "libuser/vdso/calls.def"

/* By number; those that are not there lead to vdso_no_call(). */
extern const vdso_handler vdso_table[VDSO_CALLS];
HANDLER(no_call);

/* What gs:16 leads to: entry.asm. */
void vdso_call(void);

/* Goes on at `entry` with this stack pointer, and edx 0: nothing to be called at exit. */
_Noreturn void vdso_jump(uint32_t stack, uint32_t entry);
_Noreturn void vdso_begin(uint32_t entry, uint32_t headers, uint32_t headers_count);

/* True if not all of so many bytes there can be a program's. */
static inline bool vdso_is_bad(uint32_t at, uint32_t bytes)
{
    return bytes && (bytes > USER_END - STACK_LOW || at - STACK_LOW > USER_END - STACK_LOW - bytes);
}

/* A signal of the process to itself. */
void vdso_raise(uint32_t signal);

/* Bytes that nobody can foretell, as far as the processor has them. */
void vdso_random(uint8_t *to, uint32_t bytes);

/* Ticks since boot. */
uint32_t vdso_ticks(void);
