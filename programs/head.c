/* head [-n LINES] [FILE...]: writes the first lines (10), of the standard input if there is no file. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void head(FILE *file, long lines)
{
    int c;

    while (lines > 0 && (c = getc(file)) != EOF) {
        putchar(c);
        lines -= c == '\n';
    }
}

static int head_named(const char *name, long lines, int with_name)
{
    FILE *file = fopen(name, "r");

    if (!file) {
        warn("%s", name);
        return 1;
    }
    if (with_name)
        printf("==> %s <==\n", name);
    head(file, lines);
    int failed = ferror(file);
    if (failed)
        warn("%s", name);
    fclose(file);
    return failed != 0;
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (!*text || *end || value < 0)
        errx(2, "%s: not a number of lines", text);
    return value;
}

int main(int argc, char **argv)
{
    long lines = 10;
    int option, failed = 0;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option == '?')
            return 2;
        lines = number(optarg);
    }
    if (optind == argc)
        head(stdin, lines);
    for (char **name = argv + optind; *name; name++)
        failed |= head_named(*name, lines, argc - optind > 1);
    return failed | (fflush(stdout) != 0);
}
