/*
 * The argument strings of programs: blocks of a fixed arena, shared by a process and those it
 * forks.
 *
 *      cells: | block: count, bytes, text ... | free | block | ...      64 bytes a cell
 *
 *   A1  a block's cells are marked used, no cell is in two blocks
 *   A2  `references` counts the holders; the last drop frees the cells
 */
#pragma once

#include <stdint.h>

enum {
    ARGUMENTS_MAX = 4096, /* bytes of one program's strings */
    ARGUMENTS_CELL = 64,
    ARGUMENTS_CELLS = 2048,
};

struct arguments {
    uint16_t references, cells;
    uint32_t count, bytes;
    char text[];
};

/* An empty block with room for `bytes`, held once; 0 if there is no room. */
struct arguments *arguments_make(uint32_t bytes);

/* Gives back what the block has beyond its bytes. */
void arguments_trim(struct arguments *arguments);

/* One more holder; one less (0 may be dropped). */
struct arguments *arguments_share(struct arguments *arguments);
void arguments_drop(struct arguments *arguments);

/* True if the text is `count` strings, each with its zero byte, and at least one. */
_Bool arguments_are_strings(const struct arguments *arguments);

/* Cells in use; for tests. */
uint32_t arguments_used(void);
