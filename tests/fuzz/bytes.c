#include "tests/fuzz/bytes.h"

#include "tests/host/check.h"

static const uint8_t *next;
static size_t left;

/* Little-endian, and only as many bytes as the number needs, so that a changed byte changes one decision. */
static uint32_t take(unsigned count)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < count && left; i++, left--)
        value |= (uint32_t)*next++ << 8 * i;
    if (!left)
        random_source = NULL;
    return value;
}

static uint32_t choose(uint32_t n)
{
    return take(n <= 1 << 8 ? 1 : n <= 1 << 16 ? 2 : 4) % n;
}

void bytes_begin(const uint8_t *data, size_t size)
{
    next = data;
    left = size;
    random_state = 1;
    random_source = size ? choose : NULL;
}

bool bytes_are_left(void)
{
    return left > 0;
}

uint32_t bytes_word(void)
{
    return take(4);
}
