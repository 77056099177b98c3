#include "servers/screen/sequence.h"

#include "servers/lib/number.h"

enum { PARAMETER_MAX = 9999, EXTENDED_RGB = 2, EXTENDED_INDEX = 5 };
enum { ESCAPE = 0x1b };

void pen_reset(struct pen *pen)
{
    pen->colour = pen->plain;
    pen->backing = 0;
    pen->bold = pen->inverse = false;
}

/* ECMA-48 counts red as 1 and blue as 4, VGA the other way round. */
static uint8_t vga_colour(uint32_t colour)
{
    return (uint8_t)((colour & 10) | (colour & 1) << 2 | (colour & 4) >> 2);
}

static uint32_t parameter(const struct pen *pen, uint32_t index, uint32_t missing)
{
    uint32_t value = index < pen->parameters_count ? pen->parameters[index] : 0;

    return value ? value : missing;
}

/* 38 and 48 take either the number of a colour, of which we have 16, or three components. Returns how many more
 * parameters belong to them. */
static uint32_t set_extended(struct pen *pen, uint32_t index)
{
    uint32_t kind = parameter(pen, index + 1, 0), colour = parameter(pen, index + 2, 0);

    if (kind == EXTENDED_RGB)
        return 4;
    if (kind == EXTENDED_INDEX && colour < 16 && pen->parameters[index] == 38)
        pen->colour = vga_colour(colour);
    else if (kind == EXTENDED_INDEX && colour < 16)
        pen->backing = vga_colour(colour & 7);
    return kind == EXTENDED_INDEX ? 2 : 0;
}

static void set_attribute(struct pen *pen, uint32_t value)
{
    if (value == 0)
        pen_reset(pen);
    else if (value == 1)
        pen->bold = true;
    else if (value == 22)
        pen->bold = false;
    else if (value == 7 || value == 27)
        pen->inverse = value == 7;
    else if (value == 39)
        pen->colour = pen->plain;
    else if (value >= 30 && value < 38)
        pen->colour = vga_colour(value - 30);
    else if (value >= 90 && value < 98)
        pen->colour = vga_colour(value - 90 + 8);
    else if (value == 49)
        pen->backing = 0;
    else if ((value >= 40 && value < 48) || (value >= 100 && value < 108))
        pen->backing = vga_colour(value % 10);
}

static void set_attributes(struct pen *pen)
{
    for (uint32_t i = 0; i < pen->parameters_count; i++) {
        if (pen->parameters[i] == 38 || pen->parameters[i] == 48)
            i += set_extended(pen, i);
        else
            set_attribute(pen, pen->parameters[i]);
    }
}

/* 0: from the cursor to the end, 1: from the start to the cursor, 2 and 3: all. */
static void erase_line(struct terminal *terminal, uint32_t what)
{
    uint32_t from = what == 0 ? terminal_cursor_column(terminal) : 0;
    uint32_t to = what == 1 ? terminal_cursor_column(terminal) + 1 : terminal->columns;

    terminal_clear(terminal, terminal->row, from, to);
}

static void erase_screen(struct terminal *terminal, uint32_t what)
{
    uint32_t from = what == 0 ? terminal->row + 1 : 0;
    uint32_t to = what == 1 ? terminal->row : terminal->rows;

    if (what < 2)
        erase_line(terminal, what);
    for (uint32_t row = from; row < to; row++)
        terminal_clear(terminal, row, 0, terminal->columns);
}

static void move(struct terminal *terminal, uint32_t column, uint32_t row)
{
    terminal->column = column < terminal->columns ? column : terminal->columns - 1;
    terminal->row = row < terminal->rows ? row : terminal->rows - 1;
}

static void finish(struct terminal *terminal, uint8_t final)
{
    const struct pen *pen = terminal->pen;
    uint32_t column = terminal_cursor_column(terminal), row = terminal->row, count = parameter(pen, 0, 1);

    switch (final) {
    case 'm':
        set_attributes(terminal->pen);
        break;
    case 'J':
        erase_screen(terminal, parameter(pen, 0, 0));
        break;
    case 'K':
        erase_line(terminal, parameter(pen, 0, 0));
        break;
    case 'H':
    case 'f':
        move(terminal, parameter(pen, 1, 1) - 1, count - 1);
        break;
    case 'A':
        move(terminal, column, saturating_sub(row, count));
        break;
    case 'B':
        move(terminal, column, row + count);
        break;
    case 'C':
        move(terminal, column + count, row);
        break;
    case 'D':
        move(terminal, saturating_sub(column, count), row);
        break;
    }
}

static void begin(struct pen *pen)
{
    pen->state = PEN_SEQUENCE;
    pen->parameters_count = 1;
    pen->parameters[0] = 0;
    pen->is_private = false;
}

/* The byte behind ESC. */
static void escape(struct pen *pen, uint8_t byte)
{
    if (byte == '[')
        begin(pen);
    else if (byte == ']' || byte == 'P' || byte == '^' || byte == '_' || byte == 'X')
        pen->state = PEN_STRING;
    else if (byte >= ' ' && byte < '0')
        pen->state = PEN_CHARSET; /* intermediate bytes, then a final one */
    else
        pen->state = PEN_TEXT;
}

static void add_digit(struct pen *pen, uint32_t digit)
{
    uint32_t index = pen->parameters_count - 1u, value = pen->parameters[index] * 10u + digit;

    pen->parameters[index] = (uint16_t)(value < PARAMETER_MAX ? value : PARAMETER_MAX);
}

static void parameter_byte(struct pen *pen, uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        add_digit(pen, byte - (uint32_t)'0');
    else if (byte != ';' && byte != ':')
        pen->is_private = true;
    else if (pen->parameters_count < PARAMETERS_MAX)
        pen->parameters[pen->parameters_count++] = 0;
    else
        pen->is_private = true; /* no sequence of ours has so many parameters */
}

static void sequence(struct terminal *terminal, uint8_t byte)
{
    struct pen *pen = terminal->pen;

    if (byte >= ' ' && byte < 0x40) {
        parameter_byte(pen, byte);
        return;
    }
    pen->state = PEN_TEXT;
    if (!pen->is_private)
        finish(terminal, byte);
}

void sequence_byte(struct terminal *terminal, uint8_t byte)
{
    struct pen *pen = terminal->pen;

    if (byte == ESCAPE)
        pen->state = PEN_ESCAPE;
    else if (pen->state == PEN_ESCAPE)
        escape(pen, byte);
    else if (pen->state == PEN_SEQUENCE)
        sequence(terminal, byte);
    else if (pen->state == PEN_CHARSET && byte >= '0')
        pen->state = PEN_TEXT;
}
