#include "servers/screen/terminal.h"

#include "servers/proto/screen_ring.h"
#include "servers/screen/glyphs.h"
#include "servers/screen/sequence.h"

enum { TAB_COLUMNS = 8, BRIGHT = 15, NORMAL = 7 };

void terminal_init(struct terminal *terminal, uint32_t columns, uint32_t rows)
{
    *terminal = (struct terminal){.columns = columns, .rows = rows};
    terminal->pens[0].plain = BRIGHT;
    terminal->pens[1].plain = NORMAL;
    pen_reset(&terminal->pens[0]);
    pen_reset(&terminal->pens[1]);
    terminal->pen = &terminal->pens[0];
    for (uint32_t row = 0; row < rows; row++)
        terminal_clear(terminal, row, 0, columns);
}

static uint16_t *row_cells(struct terminal *terminal, uint32_t row)
{
    return terminal->cells + (terminal->first + row) % terminal->rows * terminal->columns;
}

uint16_t terminal_cell(const struct terminal *terminal, uint32_t column, uint32_t row)
{
    return terminal->cells[(terminal->first + row) % terminal->rows * terminal->columns + column];
}

static uint8_t attribute(const struct pen *pen)
{
    uint32_t front = pen->colour | (pen->bold ? 8 : 0);

    return (uint8_t)(pen->inverse ? pen->backing | (front & 7) << 4 : front | (uint32_t)pen->backing << 4);
}

void terminal_clear(struct terminal *terminal, uint32_t row, uint32_t from, uint32_t to)
{
    uint16_t *cells = row_cells(terminal, row);
    uint16_t blank = (uint16_t)(' ' | NORMAL << 8 | terminal->pen->backing << 12);

    for (uint32_t column = from; column < to; column++)
        cells[column] = blank;
}

static void next_line(struct terminal *terminal)
{
    terminal->column = 0;
    if (terminal->row + 1 < terminal->rows) {
        terminal->row++;
        return;
    }
    terminal->first = (terminal->first + 1) % terminal->rows;
    terminal_clear(terminal, terminal->row, 0, terminal->columns);
}

static void put_glyph(struct terminal *terminal, uint8_t glyph)
{
    if (terminal->column == terminal->columns)
        next_line(terminal);
    row_cells(terminal, terminal->row)[terminal->column++] = (uint16_t)(glyph | attribute(terminal->pen) << 8);
}

static void tabulate(struct terminal *terminal)
{
    uint32_t stop = (terminal->column | (TAB_COLUMNS - 1)) + 1, last = terminal->columns - 1;

    if (terminal->column < last)
        terminal->column = stop < last ? stop : last;
}

static void control(struct terminal *terminal, uint8_t byte)
{
    switch (byte) {
    case '\n':
    case '\v':
    case '\f':
        next_line(terminal);
        break;
    case '\r':
        terminal->column = 0;
        break;
    case '\b':
        terminal->column -= terminal->column > 0;
        break;
    case '\t':
        tabulate(terminal);
        break;
    case '\033':
        terminal->pen->state = PEN_ESCAPE;
        break;
    }
}

/* Takes a byte of a multi-byte character; returns false if the byte does not belong to one. */
static bool continue_character(struct terminal *terminal, uint8_t byte)
{
    struct pen *pen = terminal->pen;

    if (pen->bytes_left == 0)
        return false;
    if ((byte & 0xc0) != 0x80) { /* the character was cut short */
        pen->bytes_left = 0;
        put_glyph(terminal, GLYPH_UNKNOWN);
        return false;
    }
    pen->code = pen->code << 6 | (byte & 0x3f);
    if (--pen->bytes_left == 0)
        put_glyph(terminal, glyph_find(pen->code));
    return true;
}

static void begin_character(struct terminal *terminal, uint8_t byte)
{
    struct pen *pen = terminal->pen;

    if (byte >= 0xc2 && byte < 0xf5) {
        pen->bytes_left = (uint8_t)(byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3);
        pen->code = byte & (0x3fu >> pen->bytes_left);
    } else {
        put_glyph(terminal, GLYPH_UNKNOWN);
    }
}

static void text(struct terminal *terminal, uint8_t byte)
{
    if (continue_character(terminal, byte))
        return;
    if (byte >= 0x80)
        begin_character(terminal, byte);
    else if (byte >= ' ' && byte != 0x7f)
        put_glyph(terminal, byte);
    else
        control(terminal, byte);
}

static void put_byte(struct terminal *terminal, uint8_t byte)
{
    struct pen *pen = terminal->pen;

    if (byte < ' ' && byte != '\033')
        pen->state = PEN_TEXT;
    if (pen->state == PEN_TEXT)
        text(terminal, byte);
    else
        sequence_byte(terminal, byte);
}

void terminal_write(struct terminal *terminal, const char *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        if (byte == SCREEN_OUTPUT || byte == SCREEN_LOG)
            terminal->pen = &terminal->pens[byte == SCREEN_LOG];
        else
            put_byte(terminal, byte);
    }
}

void terminal_skipped(struct terminal *terminal)
{
    terminal->pen = &terminal->pens[0];
    for (uint32_t i = 0; i < 2; i++) {
        terminal->pens[i].state = PEN_TEXT;
        terminal->pens[i].bytes_left = 0;
    }
    if (terminal->column > 0)
        next_line(terminal);
}
