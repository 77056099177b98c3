#include "servers/console/output.h"

#include "kernel/abi/abi.h"

#include <string.h>

enum { ESCAPE = 0x1b };

void output_init(struct output *output)
{
    *output = (struct output){.at_start = true, .clean = true};
}

/* Bytes that a terminal, or a filter before it, may drop, and bytes that move the cursor. */
static bool is_control(char byte)
{
    return ((unsigned char)byte & 0x60) == 0 || byte == 0x7f;
}

/* After such bytes the position of the cursor is unknown. */
static bool is_escape(char byte)
{
    return byte == ESCAPE || byte == '\v' || byte == '\f' || ((unsigned char)byte & 0xe0) == 0x80;
}

static uint32_t column_after(uint32_t column, unsigned char byte)
{
    if (byte == '\r')
        return 0;
    if (byte == '\t')
        return (column | 7) + 1;
    if (byte == '\b')
        return column > 0 ? column - 1 : 0;
    return column + (byte >= ' ' && byte != 0x7f && (byte & 0xc0) != 0x80); /* a character in UTF-8 is one column */
}

/* ---------------------------------------------------------------------------------------- cells */

/* S4. A byte that takes no cell changes none. */
static void follow(struct output_cells *cells, char byte)
{
    uint32_t after = column_after(cells->column, (unsigned char)byte);

    if (cells->column < OUTPUT_HEAD && after == cells->column + 1)
        cells->head[cells->column] = byte;
    cells->column = after;
}

static bool are_prefix(struct output_cells cells)
{
    return memcmp(cells.head, LOG_PREFIX, OUTPUT_HEAD) == 0;
}

/* The ring still holds the bytes that left it last. */
static void catch_up(struct output *output)
{
    for (; output->followed != output->ring.head; output->followed++)
        follow(&output->cells, output->ring.bytes[output->followed % RING_BYTES]);
}

static bool would_be_prefix(struct output_cells cells, char byte)
{
    follow(&cells, byte);
    return are_prefix(cells);
}

static void put_in_row(struct output *output, char byte)
{
    if (output->moved && output->cells.column < OUTPUT_HEAD && would_be_prefix(output->cells, byte))
        ring_put(&output->ring, ' ');
    ring_put(&output->ring, byte);
    if (output->moved)
        catch_up(output);
}

/* Puts out the held bytes, behind a blank if the line must not begin with them. */
static void release_held(struct output *output, bool blank)
{
    if (blank && output->held > 0)
        put_in_row(output, ' ');
    for (uint32_t i = 0; i < output->held; i++)
        put_in_row(output, LOG_PREFIX[i]);
    output->held = 0;
}

/* Notes whether the next byte may be seen at a line's beginning. After a control sequence the position of the cursor is
 * unknown until the line ends. */
static void note_start(struct output *output, char byte)
{
    output->escaped |= is_escape(byte);
    output->at_start = output->escaped || (is_control(byte) && byte != '\t');
    output->clean = byte == '\r';
}

static void end_line(struct output *output)
{
    release_held(output, false);
    ring_put(&output->ring, '\r');
    ring_put(&output->ring, '\n');
    output->at_start = output->clean = true;
    output->escaped = output->moved = false;
    output->cells = (struct output_cells){0};
    output->followed = output->ring.head;
}

/* The cursor moves back, so from now on the cells are followed byte by byte. A row that begins like the prefix is
 * ended first. */
static void begin_to_move(struct output *output)
{
    catch_up(output);
    output->moved = true;
    if (are_prefix(output->cells))
        end_line(output);
}

/* The byte follows the log's prefix, or does not continue it. */
static void put_unlike_log(struct output *output, char byte)
{
    bool again = output->escaped && output->held > 0 && byte == LOG_PREFIX[0];

    release_held(output, is_control(byte));
    if (again) {
        output->held = 1;
        return;
    }
    if (!output->moved && (byte == '\b' || byte == '\r'))
        begin_to_move(output);
    put_in_row(output, byte);
    note_start(output, byte);
}

static void hold(struct output *output)
{
    if (LOG_PREFIX[++output->held] == 0)
        output_show(output);
}

static void put_byte(struct output *output, char byte)
{
    if (byte == '\n')
        end_line(output);
    else if (!output->at_start && !output->moved && !is_control(byte))
        ring_put(&output->ring, byte); /* the common case: nothing is held */
    else if (output->at_start && byte == LOG_PREFIX[output->held])
        hold(output);
    else
        put_unlike_log(output, byte);
}

void output_put(struct output *output, const char *text, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        put_byte(output, text[i]);
    if (output->ring.head - output->followed > FOLLOW_MAX)
        catch_up(output);
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

uint32_t output_column(struct output *output)
{
    catch_up(output);
    return output->cells.column;
}
