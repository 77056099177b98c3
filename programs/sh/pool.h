/*
 * Memory that is freed all at once: a command's syntax tree, and its expanded words.
 *
 *      mark = pool_mark(); ... pool_take() ...; pool_release(mark);
 *
 * Marks nest as calls do. There is no error to handle: a shell without memory ends.
 */
#pragma once

#include <stddef.h>

struct pool_block;
struct pool_mark {
    struct pool_block *block;
    size_t used;
};

struct pool_mark pool_mark(void);
void pool_release(struct pool_mark mark);

/* Zeroed. */
void *pool_take(size_t bytes);

char *pool_text(const char *text, size_t length);

/* malloc(), realloc() and strdup() for memory that stays; they do not fail either. */
void *must_allocate(void *old, size_t bytes);
char *must_copy(const char *text);

/* Growing text, in the pool. */
struct text {
    char *at;
    size_t used, room;
};

void text_add(struct text *text, char c);
void text_append(struct text *text, const char *string);

/* Ends the text with a zero byte. */
char *text_end(struct text *text);
