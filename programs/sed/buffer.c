#include "programs/sed/buffer.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_FAILED = 1, FIRST_ROOM = 64 };

void *must_allocate(void *old, size_t bytes)
{
    void *memory = old ? realloc(old, bytes) : calloc(1, bytes);

    if (!memory)
        errx(STATUS_FAILED, "out of memory");
    return memory;
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t count)
{
    while (buffer->used + count + 1 > buffer->room) {
        buffer->room = buffer->room ? 2 * buffer->room : FIRST_ROOM;
        buffer->text = must_allocate(buffer->text, buffer->room);
    }
    memcpy(buffer->text + buffer->used, bytes, count);
    buffer->used += count;
    buffer->text[buffer->used] = 0;
}

void buffer_add_byte(struct buffer *buffer, char byte)
{
    buffer_add(buffer, &byte, 1);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->used = 0;
    if (buffer->text)
        buffer->text[0] = 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct buffer){0};
}

void buffer_swap(struct buffer *one, struct buffer *other)
{
    struct buffer kept = *one;

    *one = *other;
    *other = kept;
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->text ? buffer->text : "";
}
