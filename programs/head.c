/*
 * head [-n LINES | -LINES | -c BYTES] [FILE...]: writes the first lines (10) or bytes, of standard input if no file is
 * given.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "programs/lib/output.h"
#include "programs/lib/numbers.h"

static unsigned long count = 10;
static int bytes; /* counts bytes, not lines */

static void head(FILE *file)
{
    unsigned long left = count;
    int c;

    while (left > 0 && (c = getc(file)) != EOF) {
        putchar(c);
        left -= bytes || c == '\n';
    }
}

static int head_named(const char *name, int with_name, int is_first)
{
    FILE *file = fopen(name, "r");

    if (!file) {
        warn("%s", name);
        return 1;
    }
    if (with_name)
        printf("%s==> %s <==\n", is_first ? "" : "\n", name);
    head(file);
    int failed = ferror(file);
    if (failed)
        warn("%s", name);
    fclose(file);
    return failed != 0;
}

static void take_count(const char *text, int are_bytes)
{
    if (!number_is(text, &count))
        errx(2, "%s: invalid number of %s", text, are_bytes ? "bytes" : "lines");
    bytes = are_bytes;
}

/* -15 arrives as the options -1 and -5. */
static void take_digit(int digit, int is_first)
{
    count = (is_first ? 0 : count * 10) + (unsigned long)(digit - '0');
    bytes = 0;
}

int main(int argc, char **argv)
{
    int option, digits = 0, failed = 0;

    while ((option = getopt(argc, argv, "n:c:0123456789")) != -1) {
        if (option == '?')
            return 2;
        if (isdigit(option))
            take_digit(option, digits++ == 0);
        else
            take_count(optarg, option == 'c');
    }
    if (optind == argc)
        head(stdin);
    for (char **name = argv + optind; *name; name++)
        failed |= head_named(*name, argc - optind > 1, name == argv + optind);
    return failed | output_failed();
}
