/*
 * The argument strings of programs, and their environment: a block, or several for long strings; shared by a process
 * and its forked children.
 *
 *      short:  arguments, 256 bytes          long:  arguments, 4 KiB --> more, 4 KiB --> more, 4 KiB
 *
 *   A1  `references` counts the holders; with the last the blocks become free
 *   A2  there is a short block for each possible process, and one more for an exec in progress: so one
 *       is always free when it is needed
 *   A3  a long block is charged to the account of its process. Long strings are kept from their first piece until the
 *       new program has got the last one; then only the first string stays, the program's name
 *   A4  all blocks of long strings except the last are full
 */
#pragma once

#include "servers/proc/limits.h"

#include <stdbool.h>
#include <string.h>

enum {
    ARGUMENTS_SHORT = 256, /* bytes of strings that fit in a message */
    ARGUMENTS_BLOCK = 4096,
    ARGUMENTS_MAX = 32 * ARGUMENTS_BLOCK, /* ARG_MAX, the least on Linux */
};

struct arguments {
    uint32_t references, bytes;
    uint32_t count;          /* the word `strings` of the call args: argc and path_apart */
    uint32_t strings;        /* zero bytes */
    struct account *account; /* null: it is short */
    struct arguments *more;  /* the next block */
    char text[];
};

void arguments_init(void);

/* An empty block for `bytes` bytes, held once; 0: a long one is needed, and the account has none left. */
struct arguments *arguments_make(uint32_t bytes, struct account *account);

/* Sets the strings of a short block. */
void arguments_set(struct arguments *arguments, const char *from, uint32_t bytes);

/* Appends to long strings; false: the account has no further block. */
bool arguments_add(struct arguments *arguments, const char *from, uint32_t bytes);

/* Copies bytes that exist. */
void arguments_copy_long(const struct arguments *arguments, uint32_t offset, void *to, uint32_t bytes);

static inline void arguments_copy(const struct arguments *arguments, uint32_t offset, void *to, uint32_t bytes)
{
    if (arguments->account)
        arguments_copy_long(arguments, offset, to, bytes);
    else
        memcpy(to, arguments->text + offset, bytes);
}

/* Replaces long strings, when the program has got all of them, by the part that stays; it is held instead. */
struct arguments *arguments_shorten(struct arguments *arguments);

/* Adds a holder; removes one (0 may be dropped). */
struct arguments *arguments_share(struct arguments *arguments);
void arguments_drop(struct arguments *arguments);

/* True if the text is strings, each with its zero byte: at least one, as many arguments as counted, and perhaps an
 * environment. */
bool arguments_are_strings(const struct arguments *arguments);

/* True if the first string, if they are strings, would fit in a short block. */
bool arguments_have_a_name(const struct arguments *arguments);

/* Blocks in use; for tests. */
uint32_t arguments_used(void);
