#include "servers/console/output.h"

#include "kernel/abi/abi.h"

enum { ESCAPE = 0x1b };

void output_init(struct output *output)
{
    *output = (struct output){.at_start = true, .clean = true};
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

/* What a terminal, or a filter on the way, may leave out, and what moves the cursor. */
static bool is_control(char byte)
{
    return (unsigned char)byte < ' ' || byte == 0x7f;
}

/* Whether what comes behind the byte may be seen as a line's beginning: after a sequence of control nobody knows where the
 * cursor is, until the line ends. */
static void note_start(struct output *output, char byte)
{
    output->escaped |= byte == ESCAPE;
    output->at_start = output->escaped || (is_control(byte) && byte != '\t');
    output->clean = byte == '\r';
}

/* Behind the prefix of the log, or a byte that is none of it. */
static void put_unlike_log(struct output *output, char byte)
{
    bool again = output->escaped && output->held > 0 && byte == LOG_PREFIX[0];

    release_held(output, is_control(byte));
    if (again) {
        output->held = 1;
        return;
    }
    ring_put(&output->ring, byte);
    note_start(output, byte);
}

static void hold(struct output *output)
{
    if (LOG_PREFIX[++output->held] == 0)
        output_show(output);
}

static void end_line(struct output *output)
{
    release_held(output, false);
    ring_put(&output->ring, '\r');
    ring_put(&output->ring, '\n');
    output->at_start = output->clean = true;
    output->escaped = false;
}

static void put_byte(struct output *output, char byte)
{
    if (byte == '\n')
        end_line(output);
    else if (!output->at_start && !is_control(byte))
        ring_put(&output->ring, byte); /* most bytes; nothing is held */
    else if (output->at_start && byte == LOG_PREFIX[output->held])
        hold(output);
    else
        put_unlike_log(output, byte);
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
    output->at_start = output->escaped;
    output->clean = false;
}

bool output_is_clean(const struct output *output)
{
    return output->clean && output->held == 0;
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
