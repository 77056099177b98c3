/*
 * The screen's terminal: what bytes do to cells and cursor.
 *
 * sources: servers/screen/terminal.c servers/screen/sequence.c servers/screen/glyphs.c
 */
#include "servers/proto/screen_ring.h"
#include "servers/screen/glyphs.h"
#include "servers/screen/terminal.h"
#include "tests/host/check.h"

#include <string.h>

enum { COLUMNS = 20, ROWS = 4 };

static struct terminal terminal;

static void start(void)
{
    terminal_init(&terminal, COLUMNS, ROWS);
}

static void say(const char *text)
{
    terminal_write(&terminal, text, (uint32_t)strlen(text));
    CHECK(terminal.column <= COLUMNS && terminal.row < ROWS); /* T1 */
}

/* The row's glyphs are `text` and blanks. */
static void expect_row(uint32_t row, const char *text)
{
    char found[COLUMNS + 1] = "", wanted[COLUMNS + 1];

    for (uint32_t column = 0; column < COLUMNS; column++)
        found[column] = (char)terminal_cell(&terminal, column, row);
    snprintf(wanted, sizeof(wanted), "%-20s", text);
    if (strcmp(found, wanted) != 0)
        fprintf(stderr, "row %u is \"%s\", not \"%s\"\n", row, found, wanted);
    CHECK(strcmp(found, wanted) == 0);
}

static void expect(const char *first, const char *second, const char *third, const char *fourth)
{
    expect_row(0, first);
    expect_row(1, second);
    expect_row(2, third);
    expect_row(3, fourth);
}

static void expect_cursor(uint32_t column, uint32_t row)
{
    CHECK(terminal.column == column && terminal.row == row);
}

static void expect_attribute(uint32_t column, uint32_t row, uint32_t attribute)
{
    uint32_t found = terminal_cell(&terminal, column, row) >> 8;

    if (found != attribute)
        fprintf(stderr, "attribute 0x%x, not 0x%x\n", found, attribute);
    CHECK(found == attribute);
}

static void test_lines(void)
{
    start();
    expect("", "", "", "");
    say("one\ntwo\r\n  three\rTH");
    expect("one", "two", "THthree", "");
    expect_cursor(2, 2);
    say("\n4\n5\n6"); /* scrolls twice */
    expect("THthree", "4", "5", "6");
    expect_cursor(1, 3);
    for (int i = 0; i < 1000; i++)
        say("line\n");
    expect("line", "line", "line", "");
}

static void test_wrap(void)
{
    start();
    say("12345678901234567890");
    expect_cursor(COLUMNS, 0);
    say("\n"); /* a full line does not cause an empty one */
    say("abcdefghijklmnopqrstuvw");
    expect("12345678901234567890", "abcdefghijklmnopqrst", "uvw", "");
    say("\b\b\b\b\bX"); /* stops at the start of the line */
    expect_row(2, "Xvw");
    start();
    say("12345678901234567890\b \b"); /* as the echo erases a typed byte */
    expect_row(0, "1234567890123456789");
    expect_cursor(COLUMNS - 1, 0);
}

static void test_controls(void)
{
    start();
    say("a\tb\t\tc\td");
    expect("a       b          c", "d", "", ""); /* the last column is the last stop */
    start();
    say("a\vb\fc\a\001\177d");
    expect("a", "b", "cd", "");
}

static void test_erasing(void)
{
    start();
    say("11111\n22222\n33333\n44444\033[2;3H");
    expect_cursor(2, 1);
    say("\033[K");
    expect("11111", "22", "33333", "44444");
    say("\033[1K");
    expect("11111", "", "33333", "44444");
    say("\033[1;3f\033[0J");
    expect("11", "", "", "");
    start();
    say("11111\n22222\n33333\n44444\033[2;3H\033[1J");
    expect("", "   22", "33333", "44444");
    say("\033[2K");
    expect_row(1, "");
    say("\033[2J\033[H.");
    expect(".", "", "", "");
    say("\033[99;99H!");
    expect_row(3, "                   !");
    say("\033[65537;65537H!"); /* not 1 and 1 */
    expect_row(3, "                   !");
    expect_row(0, ".");
    say("\033[K"); /* past the last column the erasure affects the last one */
    expect_row(3, "");
}

static void test_moves(void)
{
    start();
    say("\033[2;5H\033[Aa\033[Bb\033[3Cc\033[2Dd");
    expect("    a", "     b  dc", "", "");
    say("\033[99A\033[99D1\033[99B\033[99C2");
    expect("1   a", "     b  dc", "", "                   2");
}

static void test_colours(void)
{
    start();
    say("a\033[31mb\033[1mc\033[0md\033[94;42me\033[7mf\033[27mg\033[39;49mh\033[7mi\033[mj");
    const uint32_t attributes[] = {0x0f, 0x04, 0x0c, 0x0f, 0x29, 0x12, 0x29, 0x0f, 0x70, 0x0f};
    for (uint32_t i = 0; i < 10; i++)
        expect_attribute(i, 0, attributes[i]);
    start();
    say("\033[38;5;3ma\033[38;2;4;5;41mb\033[48;5;1mc\033[38;5;200md\033[0;4;5;9me\033[22;1mf\033[107mg");
    const uint32_t more[] = {0x06, 0x06, 0x46, 0x46, 0x0f, 0x0f, 0x7f};
    for (uint32_t i = 0; i < 7; i++)
        expect_attribute(i, 0, more[i]);
    expect_row(0, "abcdefg");
    start();
    say("\033[44m\033[K");
    expect_attribute(COLUMNS - 1, 0, 0x17);
}

static void test_unknown(void)
{
    start();
    say("a\033[?25lb\033[>0;1cc\033(Bd\033]0;title\007e\033]0;title\033\\f\033[5 "
        "qg\0337h\033Pxyz\033\\i\033[12345678n");
    expect_row(0, "abcdefghi");
    start();
    say("\033[1;2;3;4;5;6;7;8;9;31ma"); /* more parameters than ever needed: ignored */
    expect_attribute(0, 0, 0x0f);
    start();
    say("a\033[3\nb\033]no end\nc\033(\nd"); /* a line's end ends an unfinished sequence */
    expect("a", "b", "c", "d");
    start();
    say("a\033\033[31mb\033[\033[32mc");
    expect_row(0, "abc");
    expect_attribute(1, 0, 0x04);
    expect_attribute(2, 0, 0x02);
}

static void test_characters(void)
{
    start();
    say("gr\303\274n \342\224\200\342\225\254 \342\200\230x\342\200\231 \342\202\254 \360\237\230\200.");
    expect_row(0, "gr\201n \304\316 'x' ? ?.");
    start();
    say("\303.\377\200\342\202x\342\n\300\257");
    expect("?.???x?", "??", "", "");
    CHECK(glyph_find(0x2588) == 0xdb && glyph_find('A') == 'A' && glyph_find(0x10ffff) == '?');
    for (uint32_t row = 0, ink = 0; row < GLYPH_HEIGHT; row++) {
        ink += glyph_bitmap('A')[row] != 0;
        CHECK(glyph_bitmap(' ')[row] == 0 && glyph_bitmap(0xdb)[row] == 0xff);
        CHECK(row < GLYPH_HEIGHT - 1 || ink > 6);
    }
}

/* The log writes in the middle of a sequence and of a character of the output. */
static void test_two_writers(void)
{
    const char log[] = {SCREEN_LOG, 'l', '\033', '[', '3', '1', 'm', 'm', '\n', SCREEN_OUTPUT, 0};

    start();
    say("a\033[3");
    say(log);
    say("2mb\303");
    say(log);
    say("\274c");
    expect("alm", "blm", "\201c", "");
    expect_attribute(0, 0, 0x0f);
    expect_attribute(1, 0, 0x07);
    expect_attribute(2, 0, 0x04);
    expect_attribute(0, 1, 0x02);
    expect_attribute(2, 1, 0x04);
    expect_attribute(0, 2, 0x02);
}

static void test_skipped(void)
{
    const char log[] = {SCREEN_LOG, 'l', '\033', '[', 0}, more[] = {SCREEN_LOG, 'm', '\303', 0};

    start();
    say("a\033[3");
    say(log);
    terminal_skipped(&terminal);
    say("1b");
    say(log + 1);
    say("c\303");
    say(more);
    terminal_skipped(&terminal);
    say("d");
    say(more);
    expect("al", "1blm", "dm", "");
    expect_attribute(0, 1, 0x0f);
}

static void test_random(void)
{
    static const char pieces[] = "\033[;0123456789mJKHfABCD?]P(\n\r\b\t\303\274\342abc \016\017";

    for (int round = 0; round < 300; round++) {
        terminal_init(&terminal, 1 + random_below(COLUMNS_MAX), 1 + random_below(ROWS_MAX));
        for (int step = 0; step < 3000; step++) {
            char byte = random_below(10) ? pieces[random_below(sizeof(pieces) - 1)] : (char)random_below(256);
            terminal_write(&terminal, &byte, 1);
            CHECK(terminal.column <= terminal.columns && terminal.row < terminal.rows);
        }
        for (uint32_t i = 0; i < terminal.rows * terminal.columns; i++)
            CHECK(!(terminal_cell(&terminal, i % terminal.columns, i / terminal.columns) & 0x8000)); /* T2 */
    }
}

int main(void)
{
    test_lines();
    test_wrap();
    test_controls();
    test_erasing();
    test_moves();
    test_colours();
    test_unknown();
    test_characters();
    test_two_writers();
    test_skipped();
    test_random();
    puts("test_terminal: bytes become cells");
}
