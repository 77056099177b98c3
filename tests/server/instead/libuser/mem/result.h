/* Replaces libuser/mem/result.h on the host, where a program's memory may be anywhere except in the first page. */
#pragma once

#include "kernel/abi/abi.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEAK __attribute__((weak))

static inline bool is_bad_address(const void *at, size_t bytes)
{
    return (uintptr_t)at < PAGE_SIZE || (uintptr_t)at + bytes < bytes;
}
