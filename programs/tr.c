/*
 * tr [-cs] SET1 SET2: copies its input, replacing each byte of SET1 by the one at its position in SET2; SET2's last
 * byte serves for the rest.
 * tr -d [-c] SET1: deletes the bytes in SET1.    tr -s [-c] SET1: replaces repeats of a byte in SET1 by one.
 *   -c  complements SET1    -s  with SET2: replaces repeats of translated bytes by one
 *
 * A set: bytes, a-z, \n \t \\ and others of C's, \123, [:alpha:] and the other classes.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>

#include "programs/lib/output.h"

enum { BYTES = 256, SET_MAX = 1024 };

struct set {
    unsigned char bytes[SET_MAX];
    int count;
};

static int complement, delete, squeeze;

static void add(struct set *set, int byte)
{
    if (set->count == SET_MAX)
        errx(2, "the set is too long");
    set->bytes[set->count++] = (unsigned char)byte;
}

/* Starts after the backslash. */
static const char *read_escape(const char *at, int *byte)
{
    static const char letters[] = "abfnrtv", meanings[] = "\a\b\f\n\r\t\v";
    const char *letter = *at ? strchr(letters, *at) : NULL;
    char digits[4] = "";

    if (strspn(at, "01234567")) {
        snprintf(digits, sizeof digits, "%.*s", (int)strspn(at, "01234567"), at);
        *byte = (int)strtol(digits, NULL, 8);
        return at + strlen(digits);
    }
    *byte = letter ? meanings[letter - letters] : *at ? *at : '\\';
    return at + (*at != 0);
}

static const char *read_byte(const char *at, int *byte)
{
    if (*at == '\\')
        return read_escape(at + 1, byte);
    *byte = (unsigned char)*at;
    return at + 1;
}

/* Returns the position after [:NAME:]; null: there is none. */
static const char *read_class(const char *at, struct set *set)
{
    const char *end = strncmp(at, "[:", 2) == 0 ? strstr(at, ":]") : NULL;
    char name[16];

    if (!end)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)(end - at - 2), at + 2);
    wctype_t class = wctype(name);
    if (!class)
        errx(2, "%s: unknown character class", name);
    for (int byte = 0; byte < 128; byte++)
        if (iswctype((wint_t)byte, class))
            add(set, byte);
    return end + 2;
}

static void read_set(const char *at, struct set *set)
{
    while (*at) {
        const char *behind = read_class(at, set);
        int first, last;
        if (behind) {
            at = behind;
            continue;
        }
        at = read_byte(at, &first);
        last = first;
        if (*at == '-' && at[1])
            at = read_byte(at + 1, &last);
        if (last < first)
            errx(2, "range in reverse order");
        for (int byte = first; byte <= last; byte++)
            add(set, byte);
    }
}

static void turn_round(struct set *set)
{
    struct set other = {.count = 0};

    for (int byte = 0; byte < BYTES; byte++)
        if (!memchr(set->bytes, byte, (size_t)set->count))
            add(&other, byte);
    *set = other;
}

static void translate(const int *map, const char *is_squeezed)
{
    int c, last = EOF;

    while ((c = getchar()) != EOF) {
        int byte = map[c];
        if (byte < 0 || (is_squeezed[byte] && byte == last))
            continue;
        putchar(byte);
        last = byte;
    }
}

static void make_map(const struct set *from, const struct set *to, int *map)
{
    for (int byte = 0; byte < BYTES; byte++)
        map[byte] = byte;
    for (int i = from->count - 1; i >= 0; i--)
        if (delete)
            map[from->bytes[i]] = -1;
        else if (to->count)
            map[from->bytes[i]] = to->bytes[i < to->count ? i : to->count - 1];
}

static void take_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "cCds")) != -1) {
        if (option == '?')
            exit(2);
        complement |= option == 'c' || option == 'C', delete |= option == 'd', squeeze |= option == 's';
    }
    int wanted = delete ? 1 + squeeze : 2 - (squeeze && argc - optind == 1);
    if (argc - optind != wanted)
        errx(2, "usage: tr [-cs] set1 set2, tr -d [-c] set1, tr -ds [-c] set1 set2, tr -s [-c] set1");
}

int main(int argc, char **argv)
{
    static struct set from, to;
    static int map[BYTES];
    static char is_squeezed[BYTES];

    take_options(argc, argv);
    read_set(argv[optind], &from);
    if (complement)
        turn_round(&from);
    if (argv[optind + 1])
        read_set(argv[optind + 1], &to);
    if (argv[optind + 1] && !to.count && !delete)
        errx(2, "the second set must not be empty");
    make_map(&from, &to, map);
    const struct set *squeezed = argv[optind + 1] ? &to : &from;
    for (int i = 0; squeeze && i < squeezed->count; i++)
        is_squeezed[squeezed->bytes[i]] = 1;
    translate(map, is_squeezed);
    if (ferror(stdin))
        err(1, "standard input");
    return output_failed();
}
