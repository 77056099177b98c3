/*
 * The screen, in the loader's mode, as rows of cells: VGA's text mode, or pixels with drawn glyphs.
 * Only cells that differ from shown[] are drawn. So a scroll costs only its changed cells, and a
 * framebuffer, slow to read on a real machine, is never read.
 *
 *   D1  shown[] has the cells that were drawn; NOT_DRAWN is no cell
 *   D2  everything drawn lies inside the rows: display_open() refuses other screens
 */
#pragma once

#include "kernel/abi/abi.h"
#include "servers/screen/terminal.h"

enum { COLUMNS_MIN = 20, ROWS_MIN = 4, COLOURS = 16 };

struct display {
    const struct boot_screen *screen;
    uint8_t *first_row;
    uint32_t columns, rows;
    void (*draw)(const struct display *display, uint32_t column, uint32_t row, uint16_t cell);
    void (*move_cursor)(uint32_t cell); /* text; pixels show it as an inverted cell */
    uint32_t scale;                     /* pixels for each pixel of a glyph */
    uint32_t colours[COLOURS];
    uint16_t shown[CELLS_MAX];
};

/* `frames` is where the screen's first frame is mapped. False if the screen's mode is not supported. */
bool display_open(struct display *display, const struct boot_screen *screen, void *frames,
                  void (*move_cursor)(uint32_t cell));

/* Shows the terminal, which has the display's columns and rows. */
void display_show(struct display *display, const struct terminal *terminal);

/* In pixels.c: sets draw, scale, columns and rows, and makes the screen black. */
bool pixels_open(struct display *display);
