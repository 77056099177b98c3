/*
 * Line editing on the console.
 *
 * sources: servers/console/line_discipline.c servers/console/output.c
 */
#include "servers/console/line_discipline.h"
#include "tests/host/check.h"

#include <string.h>

static struct output output;
static struct line_discipline discipline;

static void start(void)
{
    output_init(&output);
    discipline_init(&discipline, &output);
}

static void keys(const char *text)
{
    for (; *text; text++)
        discipline_key(&discipline, *text);
}

static void expect_line(const char *text, uint32_t max)
{
    char line[1000];
    int32_t bytes = discipline_take(&discipline, line, max);

    CHECK(bytes == (int32_t)strlen(text) && memcmp(line, text, (size_t)bytes) == 0);
}

static void expect_none(void)
{
    char byte;
    CHECK(discipline_take(&discipline, &byte, 1) == -1);
}

static void expect_echo(const char *text)
{
    for (; *text; text++)
        CHECK(ring_used(&output.ring) > 0 && ring_get(&output.ring) == *text);
    CHECK(ring_used(&output.ring) == 0);
}

static void test_editing(void)
{
    start();
    keys("abx\bc\177d");
    expect_none();
    keys("\r");
    expect_line("abd\n", 256);
    expect_none();
    expect_echo("abx\b \bc\b \bd\r\n");

    keys("junk\025ok\n");
    expect_line("ok\n", 256);
    start();
    keys("\b\b\025\n"); /* nothing to take back */
    expect_echo("\r\n");
    expect_line("\n", 256);
    keys("a\r\nb\r\rc\n\003\033\n");
    expect_line("a\n", 256);
    expect_line("b\n", 256);
    expect_line("\n", 256);
    expect_line("c\n", 256);
    expect_line("\n", 256);
    expect_none();
}

static void test_pieces(void)
{
    start();
    keys("hello\nyou\n");
    expect_line("he", 2);
    expect_line("", 0);
    expect_line("llo\n", 4);
    expect_line("you\n", 256);
    expect_none();
}

static void test_end_of_file(void)
{
    start();
    keys("\004");
    expect_line("", 256);
    expect_none();
    keys("abc\004d\n\004");
    expect_line("abc", 3); /* the end of file went with its line */
    expect_line("d\n", 2);
    expect_line("", 1);
    expect_none();
    keys("abc\004");
    expect_line("ab", 2);
    expect_line("c", 5);
    expect_none();
}

static void test_full(void)
{
    start();
    for (int i = 0; i < 1000; i++)
        keys("x");
    keys("\n");
    CHECK(discipline.units == 1);
    char line[1000];
    CHECK(discipline_take(&discipline, line, sizeof(line)) == TYPED_LINE_MAX + 1);

    for (int i = 0; i < 10000; i++) { /* nobody reads: what does not fit stays editable */
        keys("some line\n");
        CHECK(ring_used(&discipline.ended) <= RING_BYTES && discipline.used <= TYPED_LINE_MAX);
    }
    uint32_t units = discipline.units;
    CHECK(units > 0);
    for (uint32_t i = 0; i < units; i++)
        expect_line("some line\n", 256);
    expect_none();
}

static void test_random(void)
{
    start();
    for (int step = 0; step < 200000; step++) {
        char buffer[300];
        discipline_key(&discipline, (char)random_below(random_below(2) ? 256 : 32));
        if (random_below(8) == 0)
            discipline_take(&discipline, buffer, random_below(sizeof(buffer)));
        while (ring_used(&output.ring) > random_below(RING_BYTES))
            ring_get(&output.ring);
    }
    char buffer[300];
    while (discipline.units > 0)
        CHECK(discipline_take(&discipline, buffer, 1) >= 0);
    CHECK(ring_used(&discipline.ended) == 0);
}

int main(void)
{
    test_editing();
    test_pieces();
    test_end_of_file();
    test_full();
    test_random();
    puts("test_line_discipline: keys become lines");
}
