/*
 * The heap behind malloc: blocks that fill a region without gaps, each with a header.
 *
 *      +--------+------+--------+---------+--------+------+-----+
 *      | before | size | bytes  | before  | size   | ...  | end |
 *      +--------+------+--------+---------+--------+------+-----+
 *
 * H1  `size` counts the header, is a multiple of HEAP_ALIGN, and has bit 0 set while it is used.
 * H2  `before` is the size of the block before, 0 for the first of a region.
 * H3  A region ends with a used block of a header only. Regions begin where somebody else moved the
 *     break.
 * H4  No two free blocks are neighbours. Every free block, and no other, is in the list.
 */
#pragma once

#include <stddef.h>

struct heap_block {
    size_t before, size;
    struct heap_block *next, **link; /* while free; else the first bytes */
};

struct heap {
    void *(*grow)(ptrdiff_t bytes); /* like sbrk */
    struct heap_block *free, *end;  /* end: of the last region */
};

enum { HEAP_HEADER = 2 * sizeof(size_t), HEAP_ALIGN = 8, HEAP_GROW = 16384 };

/* Memory for `bytes`, aligned to HEAP_ALIGN; NULL if the heap cannot grow. */
void *__heap_allocate(struct heap *heap, size_t bytes);

/* Gives it back. */
void __heap_free(struct heap *heap, void *memory);

/* Tries to make it `bytes` long where it is; 1 if so. */
int __heap_resize(struct heap *heap, void *memory, size_t bytes);

/* How many bytes fit in what was allocated. */
size_t __heap_bytes(const void *memory);
