/*
 * The functions of this folder make Linux's system calls directly, without musl's functions. So a program may use the
 * names of these for its own, and a fork does not pay for musl's threads and signals.
 */
#pragma once

#include "libuser/mem/result.h"
#include "libuser/vdso/call.h"

#include <sys/syscall.h>

/* xv6's result of one: its own, or -1. */
static inline int ask(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third)
{
    int result = linux_call(number, first, second, third);

    return result < 0 ? -1 : result;
}
