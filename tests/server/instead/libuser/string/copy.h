/* Replaces libuser/string/copy.h with functions that the sanitizers check. */
#pragma once

#include <stdint.h>
#include <string.h>

static inline void copy_inline(void *to, const void *from, uint32_t bytes)
{
    memcpy(to, from, bytes);
}
