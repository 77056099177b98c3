/* memcpy() inline, where the cost of a call matters. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline void copy_inline(void *to, const void *from, uint32_t bytes)
{
    size_t count = bytes / 4;

    __asm__ volatile("rep movsl\n\t"
                     "mov %[bytes], %%ecx\n\t"
                     "and $3, %%ecx\n\t"
                     "rep movsb"
                     : "+D"(to), "+S"(from), "+c"(count)
                     : [bytes] "r"(bytes)
                     : "memory", "cc");
}
