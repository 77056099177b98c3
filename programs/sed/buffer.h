/* Growing text, ended by a zero byte. A program without memory ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *text; /* null: nothing was added */
    size_t used, room;
};

void buffer_add(struct buffer *buffer, const char *bytes, size_t count);
void buffer_add_byte(struct buffer *buffer, char byte);
void buffer_clear(struct buffer *buffer);

void buffer_free(struct buffer *buffer);

/* Exchanges the contents. */
void buffer_swap(struct buffer *one, struct buffer *other);

/* The text; "" if it is empty. */
const char *buffer_text(const struct buffer *buffer);

/* malloc() and realloc() that do not fail; a new allocation is zeroed. */
void *must_allocate(void *old, size_t bytes);
