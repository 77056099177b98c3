/* Pipes in t_random: one step writes, another reads. */
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <unistd.h>

static unsigned char bytes[PIPE_BYTES];

static unsigned char pipe_byte(uint32_t count)
{
    return (unsigned char)(count * 7 + count / 256);
}

static bool step_pipe(void)
{
    unsigned number = below(PIPES);
    int *ends = own.pipes[number];

    if (ends[0] >= 0 && below(4) == 0) {
        bool good = IS(close(ends[0]), 0) && IS(close(ends[1]), 0);
        ends[0] = ends[1] = -1;
        return good;
    }
    if (ends[0] >= 0 || own.pinned.pipes >> number & 1)
        return true;
    world->pipes[number].written = world->pipes[number].read = 0;
    return IS(pipe(ends), 0);
}

static bool step_put(void)
{
    unsigned number = below(PIPES);
    uint32_t written = world->pipes[number].written, count = below(3000);

    if (own.pipes[number][1] < 0 || written - world->pipes[number].read + count > PIPE_BYTES)
        return true;
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = pipe_byte(written + i);
    world->pipes[number].written += count;
    return IS(write(own.pipes[number][1], bytes, count), count);
}

static bool step_get(void)
{
    unsigned number = below(PIPES);
    uint32_t done = world->pipes[number].read, there = world->pipes[number].written - done, count = below(4000);

    if (own.pipes[number][0] < 0 || there == 0)
        return true;
    if (count > there)
        count = there;
    world->pipes[number].read += count;
    bool good = IS(read(own.pipes[number][0], bytes, count), count);
    for (uint32_t i = 0; good && i < count; i++)
        good = bytes[i] == pipe_byte(done + i) || IS(bytes[i], pipe_byte(done + i));
    return good;
}

bool pipes_step(void)
{
    static bool (*const steps[])(void) = {step_pipe, step_put, step_get};

    return steps[below(sizeof steps / sizeof steps[0])]();
}
