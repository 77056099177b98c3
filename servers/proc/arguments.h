/*
 * The argument strings of programs: blocks of two sizes, shared by a process and those it forks.
 *
 *   A1  `references` counts the holders; with the last the block is free
 *   A2  there is a short block for each process that there can be, and one more for the exec that is
 *       under way: one is always free when it is asked for
 *   A3  a long block is charged to the account of the process that it was made for, as long as
 *       somebody holds it
 */
#pragma once

#include "servers/proc/limits.h"

enum {
    ARGUMENTS_SHORT = 256, /* bytes of strings: what a message carries */
    ARGUMENTS_MAX = 4096,
};

struct arguments {
    uint32_t references, count, bytes;
    struct account *account; /* null: it is short */
    char text[];
};

void arguments_init(void);

/* An empty block with room for `bytes`, held once; 0: it is a long one, and the account has none left. */
struct arguments *arguments_make(uint32_t bytes, struct account *account);

/* One more holder; one less (0 may be dropped). */
struct arguments *arguments_share(struct arguments *arguments);
void arguments_drop(struct arguments *arguments);

/* True if the text is strings, each with its zero byte: `count` arguments, at least one, and perhaps an environment. */
_Bool arguments_are_strings(const struct arguments *arguments);

/* Blocks in use; for tests. */
uint32_t arguments_used(void);
