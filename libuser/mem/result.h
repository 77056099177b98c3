/* Common parts of the functions that programs are linked with. All are weak, so a program may define any of them. */
#pragma once

#include "kernel/abi/abi.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEAK __attribute__((weak))

/* The C result of a call that returned 0 or -errno: `value` or -1. */
static inline int c_result(int status, int value)
{
    if (status < 0)
        errno = -status;
    return status < 0 ? -1 : value;
}

/* True if some of the `bytes` bytes (1 to INT32_MAX) at the address cannot be a program's, being below its stack or the
 * kernel's. Other bytes may still be absent: then the access faults. */
static inline bool is_bad_address(const void *at, size_t bytes)
{
    return (uintptr_t)at - STACK_LOW > USER_END - STACK_LOW - bytes;
}
