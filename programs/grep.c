/*
 * grep [-invcqEF] PATTERN [FILE...]: writes the lines that match a regular expression, of the standard input if there is no file.
 *   -i  small letters are as large ones      -c  only how many
 *   -n  with their numbers                   -q  nothing: the status is all
 *   -v  those that do not match              -E  an extended expression
 *   -F  the pattern is no expression          -e PATTERN  also one that begins with a -
 * Exit status: 0 some lines, 1 none, 2 an error.
 */
#include <err.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { STATUS_ERROR = 2 };

static struct {
    int ignore_case, numbers, invert, only_count, quiet, extended, fixed;
} options;
static const char *pattern;
static regex_t expression;
static int failed, found;

static int fixed_matches(const char *line)
{
    size_t length = strlen(pattern);

    if (!options.ignore_case)
        return strstr(line, pattern) != NULL;
    for (; strncasecmp(line, pattern, length) != 0; line++)
        if (!*line)
            return 0;
    return 1;
}

static int matches(const char *line)
{
    int match = options.fixed ? fixed_matches(line) : regexec(&expression, line, 0, NULL, 0) == 0;

    return match != options.invert;
}

static void show(const char *line, unsigned long number, const char *name)
{
    if (options.only_count || options.quiet)
        return;
    if (name)
        printf("%s:", name);
    if (options.numbers)
        printf("%lu:", number);
    puts(line);
}

/* With the name, if it is not null, before each line. */
static void grep(FILE *file, const char *name)
{
    unsigned long number = 0, count = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = 0;
        number++;
        if (!matches(line))
            continue;
        count++;
        show(line, number, name);
    }
    free(line);
    found |= count > 0;
    if (options.only_count && !options.quiet)
        printf("%s%s%lu\n", name ? name : "", name ? ":" : "", count);
}

static void grep_named(const char *name, int with_name)
{
    FILE *file = fopen(name, "r");

    if (!file) {
        warn("%s", name);
        failed = 1;
        return;
    }
    grep(file, with_name ? name : NULL);
    if (ferror(file)) {
        warn("%s", name);
        failed = 1;
    }
    fclose(file);
}

static void take_option(int option)
{
    switch (option) {
    case 'i':
        options.ignore_case = 1;
        break;
    case 'n':
        options.numbers = 1;
        break;
    case 'v':
        options.invert = 1;
        break;
    case 'c':
        options.only_count = 1;
        break;
    case 'q':
        options.quiet = 1;
        break;
    case 'E':
        options.extended = 1;
        break;
    case 'e':
        pattern = optarg;
        break;
    case 'F':
        options.fixed = 1;
        break;
    default:
        exit(STATUS_ERROR);
    }
}

static void compile(void)
{
    char why[100];
    int flags = REG_NOSUB | (options.extended ? REG_EXTENDED : 0) | (options.ignore_case ? REG_ICASE : 0);
    int error = options.fixed ? 0 : regcomp(&expression, pattern, flags);

    if (!error)
        return;
    regerror(error, &expression, why, sizeof why);
    errx(STATUS_ERROR, "%s: %s", pattern, why);
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "invcqEFe:")) != -1)
        take_option(option);
    if (!pattern && optind == argc)
        errx(STATUS_ERROR, "usage: grep [-invcqEF] pattern [file...]");
    if (!pattern)
        pattern = argv[optind++];
    compile();
    if (optind == argc)
        grep(stdin, NULL);
    for (char **name = argv + optind; *name; name++)
        grep_named(*name, argc - optind > 1);
    if (fflush(stdout) != 0)
        err(STATUS_ERROR, "standard output");
    return failed ? STATUS_ERROR : !found;
}
