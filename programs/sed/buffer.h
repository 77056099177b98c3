/* Text that grows, with a zero byte behind it. A program without memory ends. */
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

/* What was in one is in the other. */
void buffer_swap(struct buffer *one, struct buffer *other);

/* Its text, which is "" of an empty one. */
const char *buffer_text(const struct buffer *buffer);

/* malloc(), realloc() that do not fail; zeroed is what they add to nothing. */
void *must_allocate(void *old, size_t bytes);
