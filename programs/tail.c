/*
 * tail [-n [+]LINES | -LINES | -c [+]BYTES] [FILE]: writes the last lines (10) or bytes, of standard input if no file
 * is given; with a + from that line or byte on, the first being 1.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "programs/lib/output.h"
#include "programs/lib/numbers.h"

enum { LAST_MAX = 1000000 };

static unsigned long count = 10;
static int bytes, from_start; /* counts bytes, not lines; counts from the file's start */

/* Line n is at n modulo `count`, until a later line replaces it. */
struct lines {
    char **text;
    size_t *room;
    ssize_t *length;
    unsigned long seen;
};

static void read_lines(struct lines *lines, FILE *file)
{
    for (;;) {
        unsigned long slot = lines->seen % count;
        ssize_t length = getline(&lines->text[slot], &lines->room[slot], file);
        if (length < 0)
            return;
        lines->length[slot] = length;
        lines->seen++;
    }
}

static unsigned long first_of(unsigned long seen)
{
    return seen > count ? seen - count : 0;
}

static void last_lines(FILE *file)
{
    struct lines lines = {calloc(count, sizeof(char *)), calloc(count, sizeof(size_t)), calloc(count, sizeof(ssize_t)),
                          0};

    if (!lines.text || !lines.room || !lines.length)
        err(1, "%lu lines", count);
    read_lines(&lines, file);
    for (unsigned long n = first_of(lines.seen); n < lines.seen; n++)
        fwrite(lines.text[n % count], 1, (size_t)lines.length[n % count], stdout);
}

static void last_bytes(FILE *file)
{
    unsigned long seen = 0;
    char *kept = malloc(count);
    int c;

    if (!kept)
        err(1, "%lu bytes", count);
    for (; (c = getc(file)) != EOF; seen++)
        kept[seen % count] = (char)c;
    for (unsigned long n = first_of(seen); n < seen; n++)
        putchar(kept[n % count]);
}

static void rest(FILE *file)
{
    unsigned long position = 1;
    int c;

    while ((c = getc(file)) != EOF) {
        if (position >= count)
            putchar(c);
        position += position < count && (bytes || c == '\n');
    }
}

static void tail(FILE *file, const char *name)
{
    if (from_start)
        rest(file);
    else if (count && bytes)
        last_bytes(file);
    else if (count)
        last_lines(file);
    if (ferror(file))
        err(1, "%s", name);
}

static void take_count(const char *text, int are_bytes)
{
    from_start = *text == '+';
    bytes = are_bytes;
    if (!number_is(text + (*text == '+' || *text == '-'), &count) || (!from_start && count > LAST_MAX))
        errx(2, "%s: invalid number of %s", text, are_bytes ? "bytes" : "lines");
}

/* -15 arrives as the options -1 and -5. */
static void take_digit(int digit, int is_first)
{
    count = (is_first ? 0 : count * 10) + (unsigned long)(digit - '0');
    if (count > LAST_MAX)
        errx(2, "too many lines");
    bytes = from_start = 0;
}

int main(int argc, char **argv)
{
    int option, digits = 0;

    while ((option = getopt(argc, argv, "n:c:0123456789")) != -1) {
        if (option == '?')
            return 2;
        if (isdigit(option))
            take_digit(option, digits++ == 0);
        else
            take_count(optarg, option == 'c');
    }
    if (argc - optind > 1)
        errx(2, "usage: tail [-n [+]lines | -lines | -c [+]bytes] [file]");
    FILE *file = optind < argc ? fopen(argv[optind], "r") : stdin;
    if (!file)
        err(1, "%s", argv[optind]);
    tail(file, optind < argc ? argv[optind] : "standard input");
    return output_failed();
}
