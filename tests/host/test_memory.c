/*
 * The functions that the compiler calls for structures: they touch every byte, and none outside, for any length.
 * defines: memset=kernel_memset memcpy=kernel_memcpy memcmp=kernel_memcmp
 * sources: kernel/i386/string.c
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/host/check.h"

enum { BYTES = 40, SET = 0x1a5 };

static void each(size_t at, size_t bytes)
{
    uint8_t from[BYTES], to[BYTES] = {0}, set[BYTES] = {0};

    for (size_t i = 0; i < BYTES; i++)
        from[i] = (uint8_t)(i + 1);
    CHECK(memcpy(to + at, from, bytes) == to + at && memset(set + at, SET, bytes) == set + at);
    for (size_t i = 0; i < BYTES; i++) {
        bool inside = i >= at && i < at + bytes;
        CHECK(to[i] == (inside ? i - at + 1 : 0) && set[i] == (inside ? SET & 0xff : 0));
    }
    CHECK(memcmp(to + at, from, bytes) == 0);
    if (bytes == 0)
        return;
    to[at + bytes - 1] -= 1;
    CHECK(memcmp(to + at, from, bytes) < 0 && memcmp(from, to + at, bytes) > 0);
}

int main(void)
{
    for (size_t at = 0; at < 5; at++)
        for (size_t bytes = 0; bytes < 20; bytes++)
            each(at, bytes);
    puts("test_memory: as many bytes as were asked for");
}
