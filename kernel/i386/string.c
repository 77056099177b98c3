/* Functions that the compiler calls for structures and loops, with the C library's names and contracts. */
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int value, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

void *memset(void *to, int value, size_t bytes)
{
    uint32_t pattern = (uint8_t)value * 0x01010101u;
    size_t words = bytes / 4, rest = bytes % 4;
    void *at = to;

    __asm__ volatile("rep stosl; mov %2, %1; rep stosb" : "+D"(at), "+c"(words) : "r"(rest), "a"(pattern) : "memory");
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    size_t words = bytes / 4, rest = bytes % 4;
    void *at = to;

    __asm__ volatile("rep movsl; mov %3, %2; rep movsb" : "+D"(at), "+S"(from), "+c"(words) : "r"(rest) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *x = a, *y = b;

    for (; bytes; x++, y++, bytes--)
        if (*x != *y)
            return *x - *y;
    return 0;
}
