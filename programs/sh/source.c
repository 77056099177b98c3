#include "programs/sh/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/sh/edit.h"
#include "programs/sh/expand.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

struct insertion {
    struct insertion *before;
    size_t rest; /* bytes of the line after the insertion */
    bool ends_with_blank;
    char name[];
};

struct source source_string(const char *text)
{
    return (struct source){.at = text, .is_string = true, .lines = shell.line};
}

struct source source_file(FILE *file)
{
    return (struct source){.at = "", .file = file};
}

struct source source_input(bool typed)
{
    return (struct source){.at = "", .is_typed = typed};
}

/* Removes insertions that are followed by `rest` bytes or more. */
static void end_insertions(struct source *source, size_t rest)
{
    while (source->insertions && source->insertions->rest >= rest) {
        struct insertion *last = source->insertions;
        source->insertions = last->before;
        source->was_blank |= last->ends_with_blank;
        free(last);
    }
}

void source_close(struct source *source)
{
    if (source->file)
        fclose(source->file);
    free(source->line);
    free(source->inserted);
    end_insertions(source, 0);
    source->line = source->inserted = NULL;
}

static void note_insertion(struct source *source, const char *name, bool ends_with_blank)
{
    struct insertion *made = must_allocate(NULL, sizeof *made + strlen(name) + 1);

    *made = (struct insertion){source->insertions, strlen(source->at), ends_with_blank};
    strcpy(made->name, name);
    source->insertions = made;
}

void source_insert(struct source *source, const char *name, const char *text)
{
    size_t length = strlen(text);
    char *together = must_allocate(NULL, length + strlen(source->at) + 1);

    note_insertion(source, name, length && strchr(" \t", text[length - 1]));
    memcpy(together, text, length);
    strcpy(together + length, source->at);
    free(source->inserted);
    source->at = source->inserted = together;
}

/* Removes insertions that ended before the last byte read. */
static void end_insertions_before(struct source *source)
{
    if (source->insertions)
        end_insertions(source, strlen(source->at) + 1);
}

bool source_is_behind_blank(struct source *source)
{
    end_insertions_before(source);
    bool was_blank = source->was_blank;
    source->was_blank = false;
    return was_blank;
}

bool source_is_inserting(struct source *source, const char *name)
{
    end_insertions_before(source);
    for (const struct insertion *each = source->insertions; each; each = each->before)
        if (strcmp(each->name, name) == 0)
            return true;
    return false;
}

/* Reads to the end of the line only, as commands may read what follows. */
static bool read_bytes(struct source *source)
{
    size_t used = 0;
    char c = 0;

    while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1) {
        if (used + 2 > source->room) {
            source->room = source->room ? 2 * source->room : 128;
            source->line = must_allocate(source->line, source->room);
        }
        source->line[used++] = c;
    }
    if (used)
        source->line[used] = 0;
    return used;
}

static bool read_typed(struct source *source, bool continues)
{
    shell.has_failed = false;
    const char *prompt = expand_text(continues ? variable_or("PS2", "> ") : variable_or("PS1", "$ "));

    free(source->line);
    source->line = edit_line(prompt, &source->is_abandoned);
    return source->line;
}

static bool read_line(struct source *source, bool continues)
{
    if (source->is_string)
        return false;
    if (source->is_typed)
        return read_typed(source, continues);
    if (source->file)
        return getline(&source->line, &source->room, source->file) > 0;
    return read_bytes(source);
}

char source_peek(struct source *source, bool continues)
{
    if (*source->at || source->has_ended)
        return *source->at;
    if (read_line(source, continues)) {
        end_insertions(source, 0);
        source->was_blank = false;
        source->at = source->line;
        source->lines++;
        if (shell.shows_lines && !source->is_typed)
            fputs(source->line, stderr);
    } else {
        source->has_ended = true;
    }
    return *source->at;
}

void source_skip(struct source *source)
{
    if (source->copy)
        text_add(source->copy, *source->at);
    source->lines += source->is_string && *source->at == '\n';
    source->at++;
}

char source_second(const struct source *source)
{
    return *source->at ? source->at[1] : 0;
}
