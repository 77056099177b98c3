/*
 * uniq [-c] [-d | -u] [INPUT]: writes one line for each run of equal lines.
 *   -c  with their number    -d  only if there are several    -u  only if there is one
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/lib/lines.h"
#include "programs/lib/output.h"

static int counts, only_more, only_one;

static void show(const char *line, unsigned long count)
{
    if (count == 0 || (only_more && count == 1) || (only_one && count > 1))
        return;
    if (counts)
        printf("%7lu ", count);
    puts(line);
}

static void uniq(FILE *file)
{
    char *line = NULL, *before = NULL;
    size_t room = 0, room_before = 0;
    unsigned long count = 0;

    while (line_read(file, &line, &room)) {
        if (count && strcmp(line, before) == 0) {
            count++;
            continue;
        }
        show(before, count);
        char *other = before;
        size_t other_room = room_before;
        before = line, room_before = room;
        line = other, room = other_room;
        count = 1;
    }
    show(before, count);
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "cdu")) != -1) {
        if (option == '?')
            return 2;
        counts |= option == 'c', only_more |= option == 'd', only_one |= option == 'u';
    }
    if (argc - optind > 1)
        errx(2, "usage: uniq [-c] [-d | -u] [input]");
    FILE *file = optind < argc ? fopen(argv[optind], "r") : stdin;
    if (!file)
        err(1, "%s", argv[optind]);
    uniq(file);
    if (ferror(file))
        err(1, "%s", optind < argc ? argv[optind] : "standard input");
    return output_failed();
}
