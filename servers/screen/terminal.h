/*
 * The terminal: cells, a cursor, and the effects of bytes on them.
 *
 *      first -> | row 2 | row 0 | row 1 |      the rows are a ring, so scrolling moves none
 *
 * Two writers, the log and the console's output, share the cells and the cursor. Each has its own pen, so
 * that a log line in the middle of a colour or escape sequence of the output disturbs neither.
 *
 *      byte            does
 *      SCREEN_LOG, SCREEN_OUTPUT    the following bytes are that writer's
 *      LF, VT, FF      the next line's start; the screen scrolls
 *      CR BS TAB       the line's start; one cell back; to the next column that 8 divides, or the last
 *      ESC [ ... m     colours; also J K H f A B C D of ECMA-48
 *      others below 32, other sequences    nothing; but any byte below 32 ends a sequence, so that
 *                                          a broken one cannot swallow what follows
 *      the rest        UTF-8
 *
 *   T1  column <= columns, row < rows; column == columns: the next character begins a new line
 *   T2  a cell is a glyph (low byte) and VGA's attribute (high byte) without its blink bit
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { COLUMNS_MAX = 240, ROWS_MAX = 68, CELLS_MAX = COLUMNS_MAX * ROWS_MAX };
enum { PARAMETERS_MAX = 8 };
enum pen_state { PEN_TEXT, PEN_ESCAPE, PEN_CHARSET, PEN_SEQUENCE, PEN_STRING };

struct pen {
    uint8_t plain;           /* its foreground without colours */
    uint8_t colour, backing; /* foreground and background as VGA numbers them */
    bool bold, inverse;
    uint8_t state;
    bool is_private; /* a sequence that we do not know */
    uint8_t parameters_count;
    uint16_t parameters[PARAMETERS_MAX];
    uint8_t bytes_left; /* of the UTF-8 character `code` */
    uint32_t code;
};

struct terminal {
    uint32_t columns, rows;
    uint32_t column, row; /* of the cursor: T1 */
    uint32_t first;
    struct pen *pen, pens[2]; /* output, log */
    uint16_t cells[CELLS_MAX];
};

/* An empty screen. At most COLUMNS_MAX, ROWS_MAX. */
void terminal_init(struct terminal *terminal, uint32_t columns, uint32_t rows);

void terminal_write(struct terminal *terminal, const char *text, uint32_t bytes);

/* Text was skipped: the following text begins a line of the output. */
void terminal_skipped(struct terminal *terminal);

/* Blanks in columns `from` to `to` - 1. */
void terminal_clear(struct terminal *terminal, uint32_t row, uint32_t from, uint32_t to);

/* The column that shows the cursor; behind the last column it is the last one. */
static inline uint32_t terminal_cursor_column(const struct terminal *terminal)
{
    return terminal->column < terminal->columns ? terminal->column : terminal->columns - 1;
}

uint16_t terminal_cell(const struct terminal *terminal, uint32_t column, uint32_t row);
