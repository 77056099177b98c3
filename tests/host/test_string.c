/*
 * Our string functions, compared with the host's, on short random texts at all alignments.
 *   sources:
 */
#include "tests/host/check.h"

#include <errno.h>
#include <string.h>

#define HOST(type, name, ...) static type (*const host_##name)(__VA_ARGS__) = name;
HOST(void *, memmove, void *, const void *, size_t)
HOST(int, memcmp, const void *, const void *, size_t)
HOST(void *, memchr, const void *, int, size_t)
HOST(size_t, strlen, const char *)
HOST(size_t, strnlen, const char *, size_t)
HOST(int, strcmp, const char *, const char *)
HOST(char *, strchr, const char *, int)
HOST(char *, strrchr, const char *, int)
HOST(size_t, strcspn, const char *, const char *)
HOST(size_t, strspn, const char *, const char *)
HOST(char *, strncpy, char *, const char *, size_t)

void *ours_memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *ours_memmove(void *to, const void *from, size_t bytes);
void *ours_memset(void *to, int c, size_t bytes);
int ours_memcmp(const void *a, const void *b, size_t bytes);
void *ours_memchr(const void *in, int c, size_t bytes);
size_t ours_strlen(const char *text);
size_t ours_strnlen(const char *text, size_t bytes);
char *ours_strncpy(char *restrict to, const char *restrict from, size_t bytes);
int ours_strcmp(const char *a, const char *b);
char *ours_strchr(const char *in, int c);
char *ours_strrchr(const char *in, int c);
size_t ours_strspn(const char *in, const char *set);
size_t ours_strcspn(const char *in, const char *set);

#define memcpy  ours_memcpy
#define memmove ours_memmove
#define memset  ours_memset
#define memcmp  ours_memcmp
#define memchr  ours_memchr
#define strlen  ours_strlen
#define strnlen ours_strnlen
#define strncpy ours_strncpy
#define strcmp  ours_strcmp
#define strchr  ours_strchr
#define strrchr ours_strrchr
#define strspn  ours_strspn
#define strcspn ours_strcspn
#include "libuser/string/string.c"

enum { SIZE = 48, STEPS = 200000 };

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

/* Few letters, so that texts often agree; zero at the end. */
static void random_text(char *text, unsigned length)
{
    static const char letters[] = "aab\xff";

    for (unsigned i = 0; i < length; i++)
        text[i] = letters[random_below(4)];
    text[length] = 0;
}

static void looking(void)
{
    char a[SIZE], b[SIZE];
    size_t n = random_below(SIZE);
    int c = "ab\xff"[random_below(4)];

    random_text(a, random_below(SIZE));
    random_text(b, random_below(random_below(4) ? 4 : SIZE));
    CHECK(strlen(a) == host_strlen(a) && strnlen(a, n) == host_strnlen(a, n));
    CHECK(sign(strcmp(a, b)) == sign(host_strcmp(a, b)));
    CHECK(strchr(a, c) == host_strchr(a, c) && strrchr(a, c) == host_strrchr(a, c));
    CHECK(strspn(a, b) == host_strspn(a, b) && strcspn(a, b) == host_strcspn(a, b));
    n = host_strlen(a) < host_strlen(b) ? host_strlen(a) : host_strlen(b);
    CHECK(sign(memcmp(a, b, n)) == sign(host_memcmp(a, b, n)));
    CHECK(memchr(a, c, n) == host_memchr(a, c, n));
}

/* Bytes around the written ones must stay. */
static void moving(void)
{
    unsigned char ours[SIZE], host[SIZE];
    size_t from = random_below(SIZE), to = random_below(SIZE);
    size_t bytes = random_below((uint32_t)(SIZE - (from > to ? from : to) + 1));

    for (unsigned i = 0; i < SIZE; i++)
        ours[i] = host[i] = (unsigned char)random_below(256);
    CHECK(memmove(ours + to, ours + from, bytes) == ours + to);
    host_memmove(host + to, host + from, bytes);
    CHECK(host_memcmp(ours, host, SIZE) == 0);
    memset(ours + to, 0x1a5, bytes);
    for (size_t i = 0; i < bytes; i++)
        host[to + i] = 0xa5;
    CHECK(host_memcmp(ours, host, SIZE) == 0);
}

static void copying(void)
{
    char from[SIZE], ours[2 * SIZE] = "ab", host[2 * SIZE] = "ab";
    size_t n = random_below(SIZE);

    random_text(from, random_below(SIZE));
    CHECK(strncpy(ours, from, n) == ours);
    host_strncpy(host, from, n);
    CHECK(host_memcmp(ours, host, sizeof ours) == 0);
}

int main(void)
{
    for (int i = 0; i < STEPS; i++) {
        looking();
        moving();
        copying();
    }
    return 0;
}
