#include "servers/lib/tail.h"

static uint32_t written(const struct tail *tail)
{
    return __atomic_load_n(tail->written, __ATOMIC_ACQUIRE);
}

static char byte_at(const struct tail *tail, uint32_t i)
{
    return __atomic_load_n(&tail->text[i % tail->size], __ATOMIC_RELAXED);
}

static bool is_lost(const struct tail *tail)
{
    return written(tail) - tail->next >= tail->size;
}

/* Skips to the start of a line in the newer half, so that the writer needs some time to catch up again. */
static void skip(struct tail *tail)
{
    uint32_t end = written(tail);

    tail->next = end - tail->size / 2;
    while (tail->next != end && byte_at(tail, tail->next++) != '\n')
        ;
}

uint32_t tail_take(struct tail *tail, char *to, uint32_t max, bool *skipped)
{
    uint32_t bytes;

    *skipped = false;
    do {
        while (is_lost(tail)) {
            skip(tail);
            *skipped = true;
        }
        bytes = written(tail) - tail->next;
        if (bytes > max)
            bytes = max;
        for (uint32_t i = 0; i < bytes; i++)
            to[i] = byte_at(tail, tail->next + i);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (is_lost(tail));
    tail->next += bytes;
    return bytes;
}
