/* wc [-lwc] [FILE...]: counts lines, words and bytes, of standard input if no file is given. A single count is written
 * without padding. */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "programs/lib/output.h"

struct counts {
    unsigned long lines, words, bytes;
};

static int lines, words, bytes; /* which of them to write */

static void count(struct counts *counts, const char *text, ssize_t length, int *in_word)
{
    counts->bytes += (unsigned long)length;
    for (ssize_t i = 0; i < length; i++) {
        int blank = isspace((unsigned char)text[i]);
        counts->lines += text[i] == '\n';
        counts->words += !blank && !*in_word;
        *in_word = !blank;
    }
}

static void show(const struct counts *counts, const char *name)
{
    const int width = lines + words + bytes > 1 ? 7 : 1;
    const char *blank = "";

    if (lines)
        printf("%*lu", width, counts->lines), blank = " ";
    if (words)
        printf("%s%*lu", blank, width, counts->words), blank = " ";
    if (bytes)
        printf("%s%*lu", blank, width, counts->bytes);
    printf("%s%s\n", *name ? " " : "", name);
}

static int count_file(int file, const char *name, struct counts *total)
{
    static char text[16384];
    struct counts counts = {0, 0, 0};
    int in_word = 0;
    ssize_t length;

    while ((length = read(file, text, sizeof text)) > 0)
        count(&counts, text, length, &in_word);
    if (length < 0)
        warn("%s", *name ? name : "standard input");
    show(&counts, name);
    total->lines += counts.lines, total->words += counts.words, total->bytes += counts.bytes;
    return length < 0;
}

static int count_named(const char *name, struct counts *total)
{
    int file = open(name, O_RDONLY);

    if (file < 0) {
        warn("%s", name);
        return 1;
    }
    int failed = count_file(file, name, total);
    close(file);
    return failed;
}

static int take_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "lwc")) != -1) {
        if (option == '?')
            return 0;
        lines |= option == 'l', words |= option == 'w', bytes |= option == 'c';
    }
    if (!lines && !words && !bytes)
        lines = words = bytes = 1;
    return 1;
}

int main(int argc, char **argv)
{
    struct counts total = {0, 0, 0};
    int failed = 0;

    if (!take_options(argc, argv))
        return 2;
    if (optind == argc)
        return count_file(STDIN_FILENO, "", &total) | output_failed();
    for (char **name = argv + optind; *name; name++)
        failed |= count_named(*name, &total);
    if (argc - optind > 1)
        show(&total, "total");
    return failed | output_failed();
}
