/*
 * The input that programs read: typed lines and, if a pipe is at the other end of the port, the pipe's
 * bytes. Typed lines go first, as there may be a keyboard beside the pipe.
 */
#pragma once

#include "servers/console/line_discipline.h"
#include "servers/console/pipe_input.h"

struct input {
    struct line_discipline typed;
    struct pipe_input pipe;
    bool piped; /* the port's bytes come from a pipe */
};

/* How far the input has been read. */
struct input_position {
    struct discipline_position typed;
    uint32_t pipe;
};

void input_init(struct input *input, struct output *echo);

/* A byte from the port; false if no more should be taken from there now. */
bool input_put(struct input *input, char byte);

/* True if input_put() may be called. */
bool input_has_room(const struct input *input);

/* True if a read need not wait. */
bool input_is_ready(const struct input *input);

/* True if more bytes follow for a read that has got some. */
bool input_has_more(const struct input *input);

/* At most `max` bytes to `to`: the number, 0 at end of file, -1 if there is nothing. */
int32_t input_take(struct input *input, char *to, uint32_t max);

struct input_position input_position(const struct input *input);
void input_restore(struct input *input, struct input_position position);
