/*
 * The screen's display: cells become VGA text, or pixels of any format, within the display's frames.
 *
 * sources: servers/screen/display.c servers/screen/pixels.c servers/screen/glyphs.c
 * sources: servers/screen/terminal.c servers/screen/sequence.c
 */
#include "servers/screen/display.h"
#include "servers/screen/glyphs.h"
#include "tests/host/check.h"

#include <string.h>

enum { UNTOUCHED = 0xa5, MARGIN = 4096, FRAMES_MAX = 64 << 20 };

static struct terminal terminal;
static struct display display;
static struct boot_screen screen;
static uint8_t *frames;
static uint32_t cursor;

static void move_cursor(uint32_t cell)
{
    cursor = cell;
}

/* The screen's rows are between margins. `address` is the offset in the first frame. */
static bool open_screen(void)
{
    uint64_t bytes = (uint64_t)screen.pitch * screen.height + screen.address;

    free(frames);
    CHECK(bytes < FRAMES_MAX);
    frames = malloc(MARGIN + bytes + MARGIN);
    CHECK(frames);
    memset(frames, UNTOUCHED, MARGIN + bytes + MARGIN);
    return display_open(&display, &screen, frames + MARGIN, move_cursor);
}

static void expect_margins(void)
{
    const uint8_t *first = frames + MARGIN + screen.address, *end = first + screen.pitch * screen.height;

    for (const uint8_t *p = frames; p < first; p++)
        CHECK(*p == UNTOUCHED);
    for (uint32_t i = 0; i < MARGIN; i++)
        CHECK(end[i] == UNTOUCHED);
}

static void show(const char *text)
{
    terminal_write(&terminal, text, (uint32_t)strlen(text));
    display_show(&display, &terminal);
    expect_margins();
}

static void test_text(void)
{
    screen = (struct boot_screen){.kind = SCREEN_TEXT, .address = 6, .pitch = 166, .width = 80, .height = 25};
    CHECK(open_screen() && display.columns == 80 && display.rows == 25);
    terminal_init(&terminal, 80, 25);
    show("a\n\033[31mb");
    const uint8_t *row = frames + MARGIN + 6;
    CHECK(memcmp(row, "a\017 \007 \007", 6) == 0);
    CHECK(memcmp(row + 166, "b\004 \007", 4) == 0 && cursor == 81);
    CHECK(row[160] == UNTOUCHED && row[165] == UNTOUCHED); /* between rows */
    show("\033[1;99H.");
    CHECK(cursor == 79);
}

/* The pixel at (x, y) as 0xrrggbb, with complete channels. */
static uint32_t pixel(uint32_t x, uint32_t y)
{
    uint32_t bytes = (screen.bits_per_pixel + 7u) / 8, value = 0;

    memcpy(&value, frames + MARGIN + screen.address + y * screen.pitch + x * bytes, bytes);
    uint32_t red = value >> screen.red_at & ((1u << screen.red_bits) - 1);
    uint32_t green = value >> screen.green_at & ((1u << screen.green_bits) - 1);
    uint32_t blue = value >> screen.blue_at & ((1u << screen.blue_bits) - 1);
    return (red << 8 >> screen.red_bits) << 16 | (green << 8 >> screen.green_bits) << 8 | blue << 8 >> screen.blue_bits;
}

/* Compares the highest bits of each channel, which every format has. */
static bool is_colour(uint32_t found, uint32_t wanted)
{
    return ((found ^ wanted) & 0xf8f8f8) == 0;
}

static void expect_glyph(uint32_t column, uint32_t row, uint8_t glyph, uint32_t front, uint32_t back)
{
    uint32_t scale = display.scale;

    for (uint32_t y = 0; y < GLYPH_HEIGHT * scale; y++)
        for (uint32_t x = 0; x < GLYPH_WIDTH * scale; x++) {
            bool ink = glyph_bitmap(glyph)[y / scale] & 0x80 >> x / scale;
            uint32_t found = pixel(column * GLYPH_WIDTH * scale + x, row * GLYPH_HEIGHT * scale + y);
            CHECK(is_colour(found, ink ? front : back));
        }
}

static void expect_black(uint32_t from_x, uint32_t from_y)
{
    for (uint32_t y = 0; y < screen.height; y++)
        for (uint32_t x = y < from_y ? from_x : 0; x < screen.width; x++)
            CHECK(pixel(x, y) == 0);
}

static void test_format(const struct boot_screen *format)
{
    screen = *format;
    screen.kind = SCREEN_RGB;
    CHECK(open_screen());
    terminal_init(&terminal, display.columns, display.rows);
    show("A\033[31mB\033[0;44mC\n\033[0mlast\033[999;999HE");
    expect_glyph(0, 0, 'A', 0xffffff, 0);
    expect_glyph(1, 0, 'B', 0xaa0000, 0);
    expect_glyph(2, 0, 'C', 0xffffff, 0x0000aa);
    expect_glyph(3, 1, 't', 0xffffff, 0);
    expect_glyph(display.columns - 1, display.rows - 1, 'E', 0, 0xaaaaaa); /* in the colours of the cursor */
    expect_black(display.columns * GLYPH_WIDTH * display.scale, display.rows * GLYPH_HEIGHT * display.scale);
    show("\033[1;3H");
    expect_glyph(display.columns - 1, display.rows - 1, 'E', 0xffffff, 0);
    expect_glyph(2, 0, 'C', 0x0000aa, 0xaaaaaa);
    show("\n\n\n\n");
    for (uint32_t i = 0; i < display.rows; i++)
        show("x\n");
    expect_glyph(0, 0, 'x', 0xffffff, 0);
    expect_glyph(1, 0, ' ', 0, 0);
}

static void test_formats(void)
{
    /* clang-format off */
    static const struct boot_screen formats[] = {
        {.width = 1280, .height = 800, .pitch = 5120, .bits_per_pixel = 32, .red_at = 16, .red_bits = 8,
         .green_at = 8, .green_bits = 8, .blue_bits = 8},
        {.width = 643, .height = 487, .pitch = 2600, .address = 12, .bits_per_pixel = 32, .red_bits = 8,
         .green_at = 8, .green_bits = 8, .blue_at = 16, .blue_bits = 8},
        {.width = 333, .height = 101, .pitch = 1003, .address = 5, .bits_per_pixel = 24, .red_at = 16,
         .red_bits = 8, .green_at = 8, .green_bits = 8, .blue_bits = 8},
        {.width = 800, .height = 600, .pitch = 1666, .bits_per_pixel = 16, .red_at = 11, .red_bits = 5,
         .green_at = 5, .green_bits = 6, .blue_bits = 5},
        {.width = 641, .height = 99, .pitch = 1283, .bits_per_pixel = 15, .red_at = 10, .red_bits = 5,
         .green_at = 5, .green_bits = 5, .blue_bits = 5},
        {.width = 640, .height = 480, .pitch = 2560, .bits_per_pixel = 32, .red_at = 20, .red_bits = 10,
         .green_at = 10, .green_bits = 10, .blue_bits = 10},
        {.width = 3840, .height = 2160, .pitch = 15360, .bits_per_pixel = 32, .red_at = 16, .red_bits = 8,
         .green_at = 8, .green_bits = 8, .blue_bits = 8},
    };
    /* clang-format on */

    for (uint32_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        test_format(&formats[i]);
    CHECK(display.scale == 2 && display.columns == 240 && display.rows == 67);
}

static void test_only_changes(void)
{
    screen = (struct boot_screen){.kind = SCREEN_TEXT, .pitch = 160, .width = 80, .height = 25};
    CHECK(open_screen());
    terminal_init(&terminal, 80, 25);
    show("abc");
    frames[MARGIN] = 'X'; /* the display does not know of it */
    show("def");
    CHECK(frames[MARGIN] == 'X' && frames[MARGIN + 6] == 'd');
}

static void expect_refused(struct boot_screen refused)
{
    screen = refused;
    CHECK(!open_screen());
    expect_margins();
}

static void test_refused(void)
{
    const struct boot_screen good = {.kind = SCREEN_RGB,
                                     .width = 640,
                                     .height = 480,
                                     .pitch = 2560,
                                     .bits_per_pixel = 32,
                                     .red_at = 16,
                                     .red_bits = 8,
                                     .green_at = 8,
                                     .green_bits = 8,
                                     .blue_bits = 8};
    struct boot_screen bad = good;

    screen = good;
    CHECK(open_screen());
    bad.kind = SCREEN_NONE;
    expect_refused(bad);
    bad.kind = SCREEN_RGB + 1;
    expect_refused(bad);
    bad = good, bad.bits_per_pixel = 8;
    expect_refused(bad);
    bad = good, bad.bits_per_pixel = 48, bad.pitch = 640 * 6;
    expect_refused(bad);
    bad = good, bad.pitch = 2559;
    expect_refused(bad);
    bad = good, bad.red_bits = 0;
    expect_refused(bad);
    bad = good, bad.green_at = 25;
    expect_refused(bad);
    bad = good, bad.blue_bits = 17;
    expect_refused(bad);
    expect_refused((struct boot_screen){.kind = SCREEN_TEXT, .pitch = 10, .width = 5, .height = 25});
    expect_refused((struct boot_screen){.kind = SCREEN_TEXT, .pitch = 160, .width = 80, .height = 3});
    expect_refused((struct boot_screen){.kind = SCREEN_TEXT, .pitch = 482, .width = 241, .height = 25});
    expect_refused((struct boot_screen){.kind = SCREEN_TEXT, .pitch = 160, .width = 80, .height = 69});
    expect_refused((struct boot_screen){.kind = SCREEN_TEXT, .pitch = 159, .width = 80, .height = 25});
}

int main(void)
{
    test_text();
    test_formats();
    test_only_changes();
    test_refused();
    free(frames);
    puts("test_display: cells become a picture");
}
