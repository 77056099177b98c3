#include "servers/console/output.h"

#include "kernel/abi/abi.h"

void output_init(struct output *output)
{
    *output = (struct output){.at_start = true};
}

/* The held bytes go out, behind a blank if the line is not to begin with them. */
static void release_held(struct output *output, bool blank)
{
    if (blank && output->held > 0)
        ring_put(&output->ring, ' ');
    for (uint32_t i = 0; i < output->held; i++)
        ring_put(&output->ring, LOG_PREFIX[i]);
    output->held = 0;
}

static void put_byte(struct output *output, char byte)
{
    if (output->at_start && byte == LOG_PREFIX[output->held]) {
        output->held++;
        if (LOG_PREFIX[output->held] != 0)
            return;
        release_held(output, true);
        output->at_start = false;
        return;
    }
    release_held(output, false);
    if (byte == '\n')
        ring_put(&output->ring, '\r');
    ring_put(&output->ring, byte);
    output->at_start = byte == '\n' || byte == '\r';
}

void output_put(struct output *output, const char *text, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        put_byte(output, text[i]);
}

void output_show(struct output *output)
{
    if (output->held == 0)
        return;
    release_held(output, true);
    output->at_start = false;
}

bool output_is_clean(const struct output *output)
{
    return output->at_start && output->held == 0;
}

static uint32_t column_after(uint32_t column, unsigned char byte)
{
    if (byte == '\t')
        return (column | 7) + 1;
    if (byte == '\b')
        return column > 0 ? column - 1 : 0;
    return column + (byte >= ' ' && (byte & 0xc0) != 0x80); /* a character in UTF-8 is one column */
}

/* The ring still has what went out of it last. */
uint32_t output_column(const struct output *output)
{
    const struct ring *ring = &output->ring;
    uint32_t first = ring->head, column = 0;

    for (uint32_t most = RING_BYTES; most > 0 && first > 0; most--, first--) {
        char before = ring->bytes[(first - 1) % RING_BYTES];
        if (before == '\n' || before == '\r')
            break;
    }
    for (uint32_t i = first; i != ring->head; i++)
        column = column_after(column, (unsigned char)ring->bytes[i % RING_BYTES]);
    return column;
}
