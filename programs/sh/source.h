/* Sources of the shell's text: a string, a file, or standard input. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "programs/sh/pool.h"

struct source {
    const char *at;               /* the rest of the current line */
    char *line;                   /* the current line, if it is stored here; else null */
    size_t room;                  /* the size of `line` */
    char *inserted;               /* the buffer of `at` after source_insert(); else null */
    struct insertion *insertions; /* those in the current line, the last one first */
    bool was_blank;               /* one that has ended ended with a blank */
    FILE *file; /* only read by the shell; or null: descriptor 0, byte by byte, as commands read it too */
    bool is_string, is_typed, has_ended;
    bool is_abandoned; /* control-C was typed: the command is dropped, but the input has not ended */
    unsigned lines;    /* number of lines read */
    struct text *copy; /* receives a copy of what is read; or null */
};

struct source source_string(const char *text);
struct source source_file(FILE *file);

/* Descriptor 0; `typed`: with prompts, and with lines that can be edited. */
struct source source_input(bool typed);

void source_close(struct source *source);

/* Inserts the text of the alias `name` before the rest of the line. */
void source_insert(struct source *source, const char *name, const char *text);

/* True, once, if the last word read is the first one after an insertion that ends with a blank. */
bool source_is_behind_blank(struct source *source);

/* True if the last word read comes from the text of this alias, or from one inserted into it. */
bool source_is_inserting(struct source *source, const char *name);

/* The next byte, 0 at the end. `continues`: a command continues, for the prompt. */
char source_peek(struct source *source, bool continues);

/* The byte after the next one, if it is in the same line. */
char source_second(const struct source *source);

/* Skips the next byte. */
void source_skip(struct source *source);
