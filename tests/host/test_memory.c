/* What the compiler calls for structures: every byte, and none beside them, whatever number there is. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/host/check.h"

#define memset kernel_memset
#define memcpy kernel_memcpy
#define memcmp kernel_memcmp
#include "kernel/i386/memory.c"
#undef memset
#undef memcpy
#undef memcmp

enum { BYTES = 40, SET = 0x1a5 };

static void each(size_t at, size_t bytes)
{
    uint8_t from[BYTES], to[BYTES] = {0}, set[BYTES] = {0};

    for (size_t i = 0; i < BYTES; i++)
        from[i] = (uint8_t)(i + 1);
    CHECK(kernel_memcpy(to + at, from, bytes) == to + at && kernel_memset(set + at, SET, bytes) == set + at);
    for (size_t i = 0; i < BYTES; i++) {
        bool inside = i >= at && i < at + bytes;
        CHECK(to[i] == (inside ? i - at + 1 : 0) && set[i] == (inside ? SET & 0xff : 0));
    }
    CHECK(kernel_memcmp(to + at, from, bytes) == 0);
    if (bytes == 0)
        return;
    to[at + bytes - 1] -= 1;
    CHECK(kernel_memcmp(to + at, from, bytes) < 0 && kernel_memcmp(from, to + at, bytes) > 0);
}

int main(void)
{
    for (size_t at = 0; at < 5; at++)
        for (size_t bytes = 0; bytes < 20; bytes++)
            each(at, bytes);
    puts("test_memory: as many bytes as were asked for");
}
