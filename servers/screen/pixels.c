/* A framebuffer: pixels of two, three or four bytes, with red, green and blue at any bits. */
#include "servers/screen/display.h"
#include "servers/screen/glyphs.h"

/* VGA's colours, 0xrrggbb. */
static const uint32_t palette[COLOURS] = {
    0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
    0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
};

static uint32_t channel(uint32_t value, uint32_t at, uint32_t bits)
{
    return (bits < 8 ? value >> (8 - bits) : value << (bits - 8)) << at;
}

static uint32_t pixel_of(const struct boot_screen *screen, uint32_t rgb)
{
    return channel(rgb >> 16, screen->red_at, screen->red_bits) |
           channel(rgb >> 8 & 255, screen->green_at, screen->green_bits) |
           channel(rgb & 255, screen->blue_at, screen->blue_bits);
}

static uint32_t pixel_bytes(const struct boot_screen *screen)
{
    return (screen->bits_per_pixel + 7u) / 8;
}

/* Fills `count` pixels with one colour; returns where the next one is. */
static uint8_t *fill(uint8_t *at, uint32_t bytes, uint32_t colour, uint32_t count)
{
    for (; count > 0; count--, at += bytes) {
        if (bytes == 4) {
            *(uint32_t *)at = colour;
            continue;
        }
        at[0] = (uint8_t)colour;
        at[1] = (uint8_t)(colour >> 8);
        if (bytes == 3)
            at[2] = (uint8_t)(colour >> 16);
    }
    return at;
}

static void draw_line(const struct display *display, uint8_t *at, uint8_t bits, uint16_t cell)
{
    uint32_t bytes = pixel_bytes(display->screen);
    uint32_t front = display->colours[cell >> 8 & 15], back = display->colours[cell >> 12 & 7];

    for (uint32_t x = 0; x < GLYPH_WIDTH; x++)
        at = fill(at, bytes, bits & (0x80 >> x) ? front : back, display->scale);
}

static void draw_glyph(const struct display *display, uint32_t column, uint32_t row, uint16_t cell)
{
    const uint8_t *glyph = glyph_bitmap((uint8_t)cell);
    uint32_t scale = display->scale, pitch = display->screen->pitch;
    uint8_t *at = display->first_row + row * GLYPH_HEIGHT * scale * pitch +
                  column * GLYPH_WIDTH * scale * pixel_bytes(display->screen);

    for (uint32_t y = 0; y < GLYPH_HEIGHT * scale; y++, at += pitch)
        draw_line(display, at, glyph[y / scale], cell);
}

static bool is_channel(uint32_t at, uint32_t bits)
{
    return bits > 0 && bits <= 16 && at + bits <= 32;
}

static bool is_format(const struct boot_screen *screen)
{
    uint32_t bytes = pixel_bytes(screen);

    return bytes >= 2 && bytes <= 4 && is_channel(screen->red_at, screen->red_bits) &&
           is_channel(screen->green_at, screen->green_bits) && is_channel(screen->blue_at, screen->blue_bits);
}

/* If the screen has room for more cells than a terminal has, the cells are made larger. */
static void choose_scale(struct display *display)
{
    uint32_t width = display->screen->width, height = display->screen->height, scale = 1;

    while (width / (GLYPH_WIDTH * scale) > COLUMNS_MAX || height / (GLYPH_HEIGHT * scale) > ROWS_MAX)
        scale++;
    display->scale = scale;
    display->columns = width / (GLYPH_WIDTH * scale);
    display->rows = height / (GLYPH_HEIGHT * scale);
}

bool pixels_open(struct display *display)
{
    const struct boot_screen *screen = display->screen;

    if (!is_format(screen))
        return false;
    choose_scale(display);
    display->draw = draw_glyph;
    for (uint32_t i = 0; i < COLOURS; i++)
        display->colours[i] = pixel_of(screen, palette[i]);
    for (uint32_t y = 0; y < screen->height; y++)
        fill(display->first_row + y * screen->pitch, pixel_bytes(screen), display->colours[0], screen->width);
    return true;
}
