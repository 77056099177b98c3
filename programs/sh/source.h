/* Where a shell's text comes from: a string, a file, what somebody types. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "programs/sh/pool.h"

struct source {
    const char *at;               /* the rest of the line that is being read */
    char *line;                   /* it, if it is kept here; else null */
    size_t room;                  /* bytes there */
    char *inserted;               /* what `at` is in after source_insert(); else null */
    struct insertion *insertions; /* the last first, of the line that is being read */
    bool was_blank;               /* one that has ended did so with a blank */
    FILE *file; /* nobody else reads this; or null, and descriptor 0 is read byte by byte, as commands read it too */
    bool is_string, is_typed, has_ended;
    bool is_abandoned; /* control-C was typed: what there is of a command is none, and it has not ended at all */
    unsigned lines;    /* that were read */
    struct text *copy; /* what is read is added to it; or null */
};

struct source source_string(const char *text);
struct source source_file(FILE *file);

/* Descriptor 0; typed: with prompts, and a line that can be edited. */
struct source source_input(bool typed);

void source_close(struct source *source);

/* The text that the name stands for comes next, before the rest of the line. */
void source_insert(struct source *source, const char *name, const char *text);

/* Whether what was read last is the first word behind such a text that ends with a blank, once. */
bool source_is_behind_blank(struct source *source);

/* True as long as what was read last is of such a text, or of one that was inserted into it. */
bool source_is_inserting(struct source *source, const char *name);

/* The byte that comes next, 0 at the end. `continues` says that a command goes on, for the prompt. */
char source_peek(struct source *source, bool continues);

/* The byte behind that, if it is of the same line. */
char source_second(const struct source *source);

/* Past that one. */
void source_skip(struct source *source);
