/* The functions of <string.h> that servers, the vdso and kernel tests use; programs have musl's. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *d = to;
    size_t longs = bytes / 4, rest = bytes % 4;

    __asm__ volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(longs) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    if ((uintptr_t)d - (uintptr_t)s >= bytes)
        return memcpy(to, from, bytes);
    while (bytes--)
        d[bytes] = s[bytes];
    return to;
}

void *memset(void *to, int c, size_t bytes)
{
    void *d = to;
    size_t longs = bytes / 4, rest = bytes % 4;
    uint32_t fill = (unsigned char)c * 0x01010101u;

    __asm__ volatile("rep stosl" : "+D"(d), "+c"(longs) : "a"(fill) : "memory");
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(fill) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *p = a, *q = b;

    for (; bytes; bytes--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

void *memchr(const void *in, int c, size_t bytes)
{
    const unsigned char *p = in;

    for (; bytes; bytes--, p++)
        if (*p == (unsigned char)c)
            return (void *)p;
    return NULL;
}

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end)
        end++;
    return (size_t)(end - text);
}

size_t strnlen(const char *text, size_t bytes)
{
    const char *end = memchr(text, 0, bytes);
    return end ? (size_t)(end - text) : bytes;
}

char *strncpy(char *restrict to, const char *restrict from, size_t bytes)
{
    size_t length = strnlen(from, bytes);

    memcpy(to, from, length);
    memset(to + length, 0, bytes - length);
    return to;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

char *strchr(const char *in, int c)
{
    for (;; in++) {
        if (*in == (char)c)
            return (char *)in;
        if (!*in)
            return NULL;
    }
}

char *strrchr(const char *in, int c)
{
    const char *last = NULL;

    do {
        if (*in == (char)c)
            last = in;
    } while (*in++);
    return (char *)last;
}

size_t strcspn(const char *in, const char *set)
{
    size_t n = 0;

    while (in[n] && !strchr(set, in[n]))
        n++;
    return n;
}

size_t strspn(const char *in, const char *set)
{
    size_t n = 0;

    while (in[n] && strchr(set, in[n]))
        n++;
    return n;
}
