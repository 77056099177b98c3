#include "programs/sed/input.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

static struct {
    char **names; /* files that are not open yet */
    FILE *file;   /* or null */
    char *next;   /* the next line, as from getline() */
    size_t room;
    ssize_t length; /* of `next`; -1: there is none */
    unsigned long number;
    bool has_failed;
} input;

/* False: there are no more files. */
static bool open_next(void)
{
    while (!input.file && *input.names) {
        const char *name = *input.names++;
        input.file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
        if (input.file)
            break;
        warn("%s", name);
        input.has_failed = true;
    }
    return input.file;
}

static void close_file(void)
{
    if (ferror(input.file)) {
        warn("%s", input.names[-1]);
        input.has_failed = true;
    }
    if (input.file != stdin)
        fclose(input.file);
    input.file = NULL;
}

/* Reads a line ahead, which tells whether the current one is the last. */
static void look(void)
{
    input.length = -1;
    while (input.length < 0 && open_next()) {
        input.length = getline(&input.next, &input.room, input.file);
        if (input.length < 0)
            close_file();
    }
}

void input_init(char **names)
{
    static char *standard[] = {"-", NULL};

    input.names = *names ? names : standard;
    look();
}

bool input_take(struct buffer *line)
{
    if (input.length < 0)
        return false;
    bool has_end = input.next[input.length - 1] == '\n';
    buffer_add(line, input.next, (size_t)input.length - has_end);
    input.number++;
    look();
    return true;
}

bool input_is_at_end(void)
{
    return input.length < 0;
}

unsigned long input_number(void)
{
    return input.number;
}

bool input_has_failed(void)
{
    return input.has_failed;
}
