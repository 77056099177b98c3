#include "servers/screen/display.h"

enum { CELL_BYTES = 2, NOT_DRAWN = 0xffff }; /* T2: no cell has its highest bit */

static void draw_text(const struct display *display, uint32_t column, uint32_t row, uint16_t cell)
{
    uint8_t *at = display->first_row + row * display->screen->pitch + column * CELL_BYTES;

    *(volatile uint16_t *)at = cell;
}

static bool text_open(struct display *display)
{
    display->columns = display->screen->width;
    display->rows = display->screen->height;
    display->draw = draw_text;
    return true;
}

static bool rows_fit(const struct boot_screen *screen, uint32_t bits)
{
    return ((uint64_t)screen->width * bits + 7) / 8 <= screen->pitch;
}

bool display_open(struct display *display, const struct boot_screen *screen, void *frames,
                  void (*move_cursor)(uint32_t cell))
{
    bool text = screen->kind == SCREEN_TEXT;

    display->screen = screen;
    display->first_row = (uint8_t *)frames + screen->address % PAGE_SIZE;
    display->move_cursor = text ? move_cursor : 0;
    if (screen->kind != SCREEN_TEXT && screen->kind != SCREEN_RGB)
        return false;
    if (!rows_fit(screen, text ? CELL_BYTES * 8 : screen->bits_per_pixel))
        return false;
    if (!(text ? text_open(display) : pixels_open(display)))
        return false;
    for (uint32_t i = 0; i < CELLS_MAX; i++)
        display->shown[i] = NOT_DRAWN;
    return display->columns >= COLUMNS_MIN && display->columns <= COLUMNS_MAX && display->rows >= ROWS_MIN &&
           display->rows <= ROWS_MAX;
}

static uint16_t inverted(uint16_t cell)
{
    return (uint16_t)((cell & 0xff) | (cell >> 12 & 7) << 8 | (cell >> 8 & 7) << 12);
}

static void show(struct display *display, uint32_t column, uint32_t row, uint16_t cell)
{
    uint16_t *shown = &display->shown[row * display->columns + column];

    if (*shown == cell)
        return;
    *shown = cell;
    display->draw(display, column, row, cell);
}

void display_show(struct display *display, const struct terminal *terminal)
{
    uint32_t cursor = terminal->row * display->columns + terminal_cursor_column(terminal);

    for (uint32_t row = 0; row < display->rows; row++)
        for (uint32_t column = 0; column < display->columns; column++) {
            uint16_t cell = terminal_cell(terminal, column, row);
            bool is_cursor = row * display->columns + column == cursor;
            show(display, column, row, is_cursor && !display->move_cursor ? inverted(cell) : cell);
        }
    if (display->move_cursor)
        display->move_cursor(cursor);
}
