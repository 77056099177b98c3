#include "servers/console/pipe_input.h"

static void keep(struct pipe_input *pipe, char byte)
{
    ring_put(&pipe->ring, byte);
    if (ring_room(&pipe->ring) == 0)
        pipe->complete = pipe->ring.head;
}

static void put_escaped(struct pipe_input *pipe, char byte)
{
    if (byte != PIPE_ETB && byte != PIPE_EOT) {
        keep(pipe, byte);
        return;
    }
    pipe->complete = pipe->ring.head;
    pipe->ended = byte == PIPE_EOT;
}

void pipe_input_put(struct pipe_input *pipe, char byte)
{
    bool escaped = pipe->escaped;

    pipe->escaped = !escaped && byte == PIPE_DLE;
    if (pipe->ended || pipe->escaped)
        return;
    if (escaped)
        put_escaped(pipe, byte);
    else
        keep(pipe, byte);
}

bool pipe_input_has_room(const struct pipe_input *pipe)
{
    return ring_room(&pipe->ring) > 0;
}

uint32_t pipe_input_ready(const struct pipe_input *pipe)
{
    return pipe->complete - pipe->ring.tail;
}

int32_t pipe_input_take(struct pipe_input *pipe, char *to, uint32_t max)
{
    uint32_t count = pipe_input_ready(pipe);

    if (count == 0)
        return pipe->ended ? 0 : -1;
    if (count > max)
        count = max;
    for (uint32_t i = 0; i < count; i++)
        to[i] = ring_get(&pipe->ring);
    return (int32_t)count;
}
