/*
 * cut -c LIST [FILE...]: writes these bytes of each line; -b is the same.
 * cut -f LIST [-d BYTE] [-s] [FILE...]: writes these fields, which the byte (a tab) separates; of a line without it the
 * whole line, or with -s nothing.
 *
 * LIST: 3, 2-4, 5- or -2, separated by commas.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/lines.h"
#include "programs/lib/numbers.h"
#include "programs/lib/output.h"

enum { RANGES_MAX = 100 };

static struct range {
    unsigned long first, last;
} ranges[RANGES_MAX];
static int count, fields, only_parted;
static char separator = '\t';

static void bad_list(const char *part)
{
    errx(2, "%s: invalid list", part);
}

static void take_range(char *part)
{
    char *dash = strchr(part, '-'), *last = dash ? dash + 1 : part;
    struct range range = {1, ~0ul};

    if (dash)
        *dash = 0;
    if (count == RANGES_MAX)
        errx(2, "list too long");
    if ((!*part && !(dash && *last)) || (*part && !number_is(part, &range.first)) ||
        (*last && !number_is(last, &range.last)) || range.first == 0 || range.first > range.last)
        bad_list(part);
    ranges[count++] = range;
}

static void take_list(char *list)
{
    if (!*list)
        bad_list(list);
    for (char *part; (part = strsep(&list, ", "));)
        take_range(part);
}

static int is_wanted(unsigned long number)
{
    for (int i = 0; i < count; i++)
        if (number >= ranges[i].first && number <= ranges[i].last)
            return 1;
    return 0;
}

static void cut_bytes(const char *line)
{
    for (unsigned long i = 0; line[i]; i++)
        if (is_wanted(i + 1))
            putchar(line[i]);
    putchar('\n');
}

static void cut_fields(char *line)
{
    const char parts[] = {separator, 0};
    unsigned long number = 0;
    int written = 0;

    if (!strchr(line, separator)) {
        if (!only_parted)
            puts(line);
        return;
    }
    for (char *field; (field = strsep(&line, parts));)
        if (is_wanted(++number)) {
            if (written++)
                putchar(separator);
            fputs(field, stdout);
        }
    putchar('\n');
}

static void cut(FILE *file)
{
    char *line = NULL;
    size_t room = 0;

    while (line_read(file, &line, &room))
        fields ? cut_fields(line) : cut_bytes(line);
    free(line);
}

static int cut_named(const char *name)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

    if (file)
        cut(file);
    int failed = !file || ferror(file);
    if (failed)
        warn("%s", name);
    if (file && file != stdin)
        fclose(file);
    return failed;
}

static void take_option(int option)
{
    if (option == '?')
        exit(2);
    if (option == 'd' && (!optarg[0] || optarg[1]))
        errx(2, "%s: the delimiter must be a single byte", optarg);
    if (option == 'd')
        separator = optarg[0];
    else if (option == 's')
        only_parted = 1;
    else
        take_list(optarg);
    fields |= option == 'f';
}

int main(int argc, char **argv)
{
    int option, failed = 0;

    while ((option = getopt(argc, argv, "b:c:f:d:s")) != -1)
        take_option(option);
    if (!count)
        errx(2, "usage: cut -c list | -f list [-d byte] [-s] [file...]");
    if (optind == argc)
        cut(stdin);
    for (char **name = argv + optind; *name; name++)
        failed |= cut_named(*name);
    return failed | output_failed();
}
