/*
 * grep [-EFHchilnoqrsvx] PATTERN [FILE...]: writes the lines that match a regular expression, from standard input if no
 * file is given.
 *   -E  an extended expression              -n  with line numbers
 *   -F  a fixed string                      -o  only the matching parts, each on a line
 *   -H  with the file's name, -h without    -q  writes nothing: only the status
 *   -c  only the number of lines            -r  all files below a directory (the working directory)
 *   -i  ignores case                        -s  no messages about unreadable files
 *   -l  only the names of files             -v  the lines that do not match
 *   -e PATTERN  may begin with a -; of several, one must match      -x  the whole line must match
 * Exit status: 0 some lines, 1 none, 2 an error.
 */
#include <err.h>
#include <ftw.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "programs/lib/expressions.h"
#include "programs/lib/lines.h"
#include "programs/lib/output.h"
#include "programs/lib/paths.h"

enum { STATUS_ERROR = 2, PATTERNS_MAX = 20, DESCRIPTORS = 20 };

static struct {
    int E, F, H, c, h, i, l, n, o, q, r, s, v, x;
} options;
static struct pattern {
    const char *text;
    regex_t expression;
} patterns[PATTERNS_MAX];
static int pattern_count, failed, found, with_names;

/* ---------------------------------------------------------------------------------------- matching */

/* Finds the first match in the text; like regexec(), returns 0 if there is one. */
static int find_fixed(const char *pattern, const char *text, regmatch_t *match)
{
    size_t length = strlen(pattern);

    for (const char *at = text;; at++) {
        if ((options.i ? strncasecmp : strncmp)(at, pattern, length) == 0) {
            *match = (regmatch_t){at - text, at - text + (regoff_t)length};
            return 0;
        }
        if (!*at)
            return REG_NOMATCH;
    }
}

static int covers(const regmatch_t *match, const char *text)
{
    return match->rm_so == 0 && text[match->rm_eo] == 0;
}

/* The first match of any pattern in the text; of those that begin there the longest. */
static int find_first(const char *text, int flags, regmatch_t *first)
{
    regmatch_t match;
    int any = 0;

    for (int i = 0; i < pattern_count; i++) {
        struct pattern *pattern = &patterns[i];
        if (options.F ? find_fixed(pattern->text, text, &match) : regexec(&pattern->expression, text, 1, &match, flags))
            continue;
        if (options.x && !covers(&match, text))
            continue;
        if (!any || match.rm_so < first->rm_so || (match.rm_so == first->rm_so && match.rm_eo > first->rm_eo))
            *first = match;
        any = 1;
    }
    return any;
}

/* ----------------------------------------------------------------------------------------- writing */

static void show(const char *text, size_t length, unsigned long number, const char *name)
{
    if (with_names)
        printf("%s:", name);
    if (options.n)
        printf("%lu:", number);
    printf("%.*s\n", (int)length, text);
}

static void show_parts(const char *text, unsigned long number, const char *name)
{
    regmatch_t match;
    int flags = 0;

    while (find_first(text, flags, &match)) {
        if (match.rm_eo > match.rm_so)
            show(text + match.rm_so, (size_t)(match.rm_eo - match.rm_so), number, name);
        else if (!text[match.rm_eo])
            break;
        text += match.rm_eo + (match.rm_eo == match.rm_so);
        flags = REG_NOTBOL;
    }
}

/* Shows a selected line. */
static void show_line(const char *line, unsigned long number, const char *name)
{
    if (options.c || options.q || options.l)
        return;
    if (options.o && !options.v)
        show_parts(line, number, name);
    else if (!options.o)
        show(line, strlen(line), number, name);
}

static void show_file(const char *name, unsigned long count)
{
    if (options.q)
        return;
    if (options.l && count)
        puts(name);
    if (options.c && !options.l)
        printf(with_names ? "%s:%lu\n" : "%.0s%lu\n", name, count);
}

static void grep(FILE *file, const char *name)
{
    unsigned long number = 0, count = 0;
    char *line = NULL;
    size_t room = 0;
    regmatch_t match;

    while (line_read(file, &line, &room)) {
        number++;
        if (find_first(line, 0, &match) == options.v)
            continue;
        show_line(line, number, name);
        if (count++ == 0 && (options.q || options.l))
            break;
    }
    free(line);
    found |= count > 0;
    show_file(name, count);
}

/* ------------------------------------------------------------------------------------------- files */

static void complain(const char *name)
{
    if (!options.s)
        warn("%s", name);
    failed = 1;
}

static void grep_file(const char *name)
{
    FILE *file = fopen(name, "r");

    if (!file) {
        complain(name);
        return;
    }
    grep(file, name);
    if (ferror(file))
        complain(name);
    fclose(file);
}

static int grep_below(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)ftw;
    if (kind == FTW_F && S_ISREG(status->st_mode))
        grep_file(path);
    else if (kind == FTW_DNR)
        complain(path);
    return 0;
}

static void grep_named(const char *name)
{
    if (strcmp(name, "-") == 0)
        grep(stdin, "(standard input)");
    else if (!options.r || !path_is_directory(name))
        grep_file(name);
    else if (nftw(name, grep_below, DESCRIPTORS, FTW_PHYS) < 0)
        complain(name);
}

static void grep_all(char **names)
{
    static char *input[] = {"-", NULL}, *here[] = {".", NULL};

    with_names = options.H || (!options.h && (options.r || (names[0] && names[1])));
    if (!*names)
        names = options.r ? here : input;
    for (; *names; names++)
        grep_named(*names);
}

/* ----------------------------------------------------------------------------------------- options */

static void add_pattern(const char *text)
{
    if (pattern_count == PATTERNS_MAX)
        errx(STATUS_ERROR, "too many patterns");
    patterns[pattern_count++].text = text;
}

static void take_option(int option)
{
    static const char letters[] = "EFHchilnoqrsvx";
    int *const flags[] = {&options.E, &options.F, &options.H, &options.c, &options.h, &options.i, &options.l,
                          &options.n, &options.o, &options.q, &options.r, &options.s, &options.v, &options.x};
    const char *letter = strchr(letters, option);

    if (option == 'e')
        add_pattern(optarg);
    else if (letter)
        *flags[letter - letters] = 1;
    else
        exit(STATUS_ERROR);
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "EFHchilnoqrsvxe:")) != -1)
        take_option(option);
    if (!pattern_count && optind == argc)
        errx(STATUS_ERROR, "usage: grep [-EFHchilnoqrsvx] [-e] pattern [file...]");
    if (!pattern_count)
        add_pattern(argv[optind++]);
    int flags = (options.E ? REG_EXTENDED : 0) | (options.i ? REG_ICASE : 0);
    for (int i = 0; i < pattern_count && !options.F; i++)
        expression_compile(&patterns[i].expression, patterns[i].text, flags, STATUS_ERROR);
    grep_all(argv + optind);
    if (output_failed())
        exit(STATUS_ERROR);
    return failed && !(options.q && found) ? STATUS_ERROR : !found;
}
