/* tail [-n LINES] [FILE]: writes the last lines (10), of the standard input if there is no file. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Line n is at n modulo `count`, until a later one takes its place. */
struct lines {
    char **text;
    size_t *room;
    ssize_t *length;
    unsigned long count, seen;
};

static void read_lines(struct lines *lines, FILE *file)
{
    for (;;) {
        unsigned long place = lines->seen % lines->count;
        ssize_t length = getline(&lines->text[place], &lines->room[place], file);
        if (length < 0)
            return;
        lines->length[place] = length;
        lines->seen++;
    }
}

static void write_lines(const struct lines *lines)
{
    unsigned long first = lines->seen > lines->count ? lines->seen - lines->count : 0;

    for (unsigned long n = first; n < lines->seen; n++)
        fwrite(lines->text[n % lines->count], 1, (size_t)lines->length[n % lines->count], stdout);
}

static unsigned long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (!*text || *end || value < 0 || value > 1000000)
        errx(2, "%s: not a number of lines", text);
    return (unsigned long)value;
}

static void tail(FILE *file, unsigned long count)
{
    struct lines lines = {calloc(count, sizeof(char *)), calloc(count, sizeof(size_t)), calloc(count, sizeof(ssize_t)), count, 0};

    if (!lines.text || !lines.room || !lines.length)
        err(1, "%lu lines", count);
    read_lines(&lines, file);
    if (ferror(file))
        err(1, "reading");
    write_lines(&lines);
}

int main(int argc, char **argv)
{
    unsigned long count = 10;
    int option;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option == '?')
            return 2;
        count = number(optarg);
    }
    if (argc - optind > 1)
        errx(2, "usage: tail [-n lines] [file]");
    FILE *file = optind < argc ? fopen(argv[optind], "r") : stdin;
    if (!file)
        err(1, "%s", argv[optind]);
    if (count)
        tail(file, count);
    return fflush(stdout) != 0;
}
