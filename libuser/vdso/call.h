/* Makes a Linux system call in a program: libuser/vdso/calls.def lists them. */
#pragma once

#include "libuser/vdso/numbers.h"

#include <stdint.h>

/* Returns the call's result, or -errno. */
static inline int32_t linux_call(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third)
{
    int32_t result;

    __asm__ volatile("call *%%gs:16" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
    return result;
}
