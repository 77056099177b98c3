/*
 * Input from a pipe or a file at the other end of the port. Its bytes are read unchanged. On the port,
 * DLE is an escape:
 *
 *      DLE DLE     the byte DLE
 *      DLE ETB     the end of what one write brought
 *      DLE EOT     end of file
 *
 *   I1  the ring's bytes before `complete` may be read: all of a write, so that a small one is read
 *       at once, or as much as fits
 *   I2  nothing is kept after the end of file
 */
#pragma once

#include <stdbool.h>

#include "servers/console/ring.h"

enum { PIPE_DLE = 0x10, PIPE_ETB = 0x17, PIPE_EOT = 0x04 };

struct pipe_input {
    struct ring ring;
    uint32_t complete; /* counted like the ring's head and tail */
    bool escaped, ended;
};

/* A byte from the port; there must be room. */
void pipe_input_put(struct pipe_input *pipe, char byte);

bool pipe_input_has_room(const struct pipe_input *pipe);

/* The number of bytes that may be read. */
uint32_t pipe_input_ready(const struct pipe_input *pipe);

/* Copies at most `max` bytes to `to`: their number, 0 at end of file, -1 if there are none yet. To undo
 * it, restore the ring's tail. */
int32_t pipe_input_take(struct pipe_input *pipe, char *to, uint32_t max);
