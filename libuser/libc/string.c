#include "libuser/libc/internal.h"

#include <string.h>

WEAK void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *d = to;
    size_t longs = bytes / 4, rest = bytes % 4;

    __asm__ volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(longs) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

WEAK void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    if ((uintptr_t)d - (uintptr_t)s >= bytes)
        return memcpy(to, from, bytes);
    while (bytes--)
        d[bytes] = s[bytes];
    return to;
}

WEAK void *memset(void *to, int c, size_t bytes)
{
    void *d = to;
    size_t longs = bytes / 4, rest = bytes % 4;
    uint32_t fill = (unsigned char)c * 0x01010101u;

    __asm__ volatile("rep stosl" : "+D"(d), "+c"(longs) : "a"(fill) : "memory");
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(fill) : "memory");
    return to;
}

WEAK int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *p = a, *q = b;

    for (; bytes; bytes--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

WEAK void *memchr(const void *in, int c, size_t bytes)
{
    const unsigned char *p = in;

    for (; bytes; bytes--, p++)
        if (*p == (unsigned char)c)
            return (void *)p;
    return NULL;
}

WEAK size_t strlen(const char *text)
{
    const char *end = text;

    while (*end)
        end++;
    return (size_t)(end - text);
}

WEAK size_t strnlen(const char *text, size_t bytes)
{
    const char *end = memchr(text, 0, bytes);
    return end ? (size_t)(end - text) : bytes;
}

WEAK char *strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}

WEAK char *strncpy(char *restrict to, const char *restrict from, size_t bytes)
{
    size_t length = strnlen(from, bytes);

    memcpy(to, from, length);
    memset(to + length, 0, bytes - length);
    return to;
}

WEAK char *strcat(char *restrict to, const char *restrict from)
{
    memcpy(to + strlen(to), from, strlen(from) + 1);
    return to;
}

WEAK char *strncat(char *restrict to, const char *restrict from, size_t bytes)
{
    char *end = to + strlen(to);
    size_t length = strnlen(from, bytes);

    memcpy(end, from, length);
    end[length] = 0;
    return to;
}

WEAK int strncmp(const char *a, const char *b, size_t bytes)
{
    for (; bytes; bytes--, a++, b++)
        if (*a != *b || !*a)
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

WEAK int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

WEAK char *strchr(const char *in, int c)
{
    for (;; in++) {
        if (*in == (char)c)
            return (char *)in;
        if (!*in)
            return NULL;
    }
}

WEAK char *strrchr(const char *in, int c)
{
    const char *last = NULL;

    do {
        if (*in == (char)c)
            last = in;
    } while (*in++);
    return (char *)last;
}

WEAK char *strstr(const char *in, const char *what)
{
    size_t length = strlen(what);

    for (;; in++) {
        if (strncmp(in, what, length) == 0)
            return (char *)in;
        if (!*in)
            return NULL;
    }
}

WEAK size_t strcspn(const char *in, const char *set)
{
    size_t n = 0;

    while (in[n] && !strchr(set, in[n]))
        n++;
    return n;
}

WEAK size_t strspn(const char *in, const char *set)
{
    size_t n = 0;

    while (in[n] && strchr(set, in[n]))
        n++;
    return n;
}
