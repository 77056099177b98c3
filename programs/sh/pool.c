#include "programs/sh/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 4000, ALIGN = 8, STATUS_NO_MEMORY = 2 };

struct pool_block {
    struct pool_block *before;
    size_t used, room;
    max_align_t bytes[];
};

static struct pool_block *last;

void *must_allocate(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);

    if (memory)
        return memory;
    fprintf(stderr, "sh: out of memory\n");
    _exit(STATUS_NO_MEMORY); /* as shell_exit() does */
}

char *must_copy(const char *text)
{
    return strcpy(must_allocate(NULL, strlen(text) + 1), text);
}

static void add_block(size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct pool_block *block = must_allocate(NULL, sizeof *block + room);

    *block = (struct pool_block){.before = last, .room = room};
    last = block;
}

void *pool_take(size_t bytes)
{
    bytes = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!last || last->room - last->used < bytes)
        add_block(bytes);
    char *taken = (char *)last->bytes + last->used;
    last->used += bytes;
    return memset(taken, 0, bytes);
}

struct pool_mark pool_mark(void)
{
    return (struct pool_mark){last, last ? last->used : 0};
}

void pool_release(struct pool_mark mark)
{
    while (last != mark.block) {
        struct pool_block *before = last->before;
        free(last);
        last = before;
    }
    if (last)
        last->used = mark.used;
}

char *pool_text(const char *text, size_t length)
{
    return memcpy(pool_take(length + 1), text, length);
}

void text_add(struct text *text, char c)
{
    if (text->used == text->room) {
        char *old = text->at;
        text->room = text->room ? 2 * text->room : 32;
        text->at = pool_take(text->room);
        if (old)
            memcpy(text->at, old, text->used);
    }
    text->at[text->used++] = c;
}

void text_append(struct text *text, const char *string)
{
    while (*string)
        text_add(text, *string++);
}

char *text_end(struct text *text)
{
    text_add(text, 0);
    text->used--;
    return text->at;
}
