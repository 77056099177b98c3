/*
 * sort [-fnru] [-t BYTE] [-k FIRST[,LAST]]... [-o OUTPUT] [FILE...]: writes the lines of all files in order.
 *   -f  ignores case                          -t  the byte separates fields; else blanks do
 *   -n  by the number at their beginning      -k  by these fields, then by the next -k, then by the whole line
 *   -r  in reverse order                      -o  writes to the file, which may be an input
 *   -u  one of equal lines
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/lines.h"
#include "programs/lib/numbers.h"

enum { KEYS_MAX = 10, STATUS_ERROR = 2 };

struct part {
    const char *at;
    size_t length;
};

static struct {
    unsigned long first, last; /* fields, from 1 on */
} keys[KEYS_MAX];
static int key_count, fold, numbers, reverse, unique;
static char separator;
static const char *output;
static char **lines;
static size_t count, room;

/* ---------------------------------------------------------------------------------------- compare */

/* The end of the field: at its separator, or at the blanks before the next one. */
static const char *field_end(const char *at)
{
    if (separator)
        return at + strcspn(at, (char[]){separator, 0});
    at += strspn(at, " \t");
    return at + strcspn(at, " \t");
}

static struct part part_of(const char *line, int key)
{
    const char *first = line;
    unsigned long field = 1;

    for (; field < keys[key].first && *first; field++) {
        first = field_end(first);
        first += separator && *first;
    }
    const char *last = field_end(first);
    for (; field < keys[key].last && *last; field++)
        last = field_end(last + (separator != 0));
    return (struct part){first, (size_t)(last - first)};
}

static int compare_numbers(struct part a, struct part b)
{
    double x = strtod(a.at, NULL), y = strtod(b.at, NULL);

    return (x > y) - (x < y);
}

static int compare_texts(struct part a, struct part b)
{
    size_t length = a.length < b.length ? a.length : b.length;

    for (size_t i = 0; i < length; i++) {
        int x = (unsigned char)a.at[i], y = (unsigned char)b.at[i];
        int order = fold ? toupper(x) - toupper(y) : x - y;
        if (order)
            return order;
    }
    return (a.length > b.length) - (a.length < b.length);
}

static int compare_keys(const char *a, const char *b)
{
    int order = 0;

    for (int key = 0; key < key_count && !order; key++) {
        struct part x = part_of(a, key), y = part_of(b, key);
        order = numbers ? compare_numbers(x, y) : compare_texts(x, y);
    }
    return order;
}

static int compare(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int order = compare_keys(x, y);

    if (!order && !unique)
        order = strcmp(x, y);
    return reverse ? -order : order;
}

/* ------------------------------------------------------------------------------------------ lines */

static void add(char *line)
{
    if (count == room) {
        room = room ? 2 * room : 256;
        lines = realloc(lines, room * sizeof *lines);
    }
    if (!lines || !line)
        err(STATUS_ERROR, "%zu lines", count);
    lines[count++] = line;
}

static void read_file(FILE *file, const char *name)
{
    char *line = NULL;
    size_t space = 0;

    while (line_read(file, &line, &space))
        add(strdup(line));
    if (ferror(file))
        err(STATUS_ERROR, "%s", name);
    free(line);
}

static void read_named(const char *name)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

    if (!file)
        err(STATUS_ERROR, "%s", name);
    read_file(file, name);
    if (file != stdin)
        fclose(file);
}

static void write_lines(void)
{
    if (output && !freopen(output, "w", stdout))
        err(STATUS_ERROR, "%s", output);
    for (size_t i = 0; i < count; i++)
        if (!unique || i == 0 || compare(&lines[i - 1], &lines[i]) != 0)
            puts(lines[i]);
    if (fflush(stdout) != 0 || ferror(stdout))
        err(STATUS_ERROR, "%s", output ? output : "standard output");
}

/* ---------------------------------------------------------------------------------------- options */

static void take_key(char *text)
{
    char *comma = strchr(text, ',');

    if (comma)
        *comma = 0;
    if (key_count == KEYS_MAX)
        errx(STATUS_ERROR, "too many keys");
    keys[key_count].last = ~0ul;
    if (!number_is(text, &keys[key_count].first) || !keys[key_count].first ||
        (comma && !number_is(comma + 1, &keys[key_count].last)))
        errx(STATUS_ERROR, "%s: invalid field number", comma ? comma + 1 : text);
    key_count++;
}

static void take_option(int option)
{
    if (option == '?')
        exit(STATUS_ERROR);
    if (option == 't' && (!optarg[0] || optarg[1]))
        errx(STATUS_ERROR, "%s: the delimiter must be a single byte", optarg);
    if (option == 't')
        separator = optarg[0];
    else if (option == 'k')
        take_key(optarg);
    else if (option == 'o')
        output = optarg;
    fold |= option == 'f', numbers |= option == 'n', reverse |= option == 'r', unique |= option == 'u';
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "fnrut:k:o:")) != -1)
        take_option(option);
    if (!key_count)
        take_key((char[]){"1"});
    if (optind == argc)
        read_file(stdin, "standard input");
    for (char **name = argv + optind; *name; name++)
        read_named(*name);
    if (count)
        qsort(lines, count, sizeof *lines, compare);
    write_lines();
    return 0;
}
