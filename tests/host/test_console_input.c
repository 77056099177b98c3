/*
 * Input from a pipe: framed bytes arrive unchanged, one write at a time; also with a keyboard in use.
 *
 * sources: servers/console/input.c servers/console/pipe_input.c servers/console/line_discipline.c
 * sources: servers/console/output.c
 */
#include "servers/console/input.h"
#include "tests/host/check.h"

#include <string.h>

static struct output output;
static struct input input;

static void start(void)
{
    output_init(&output);
    input_init(&input, &output);
    input.piped = true;
}

static void put(const char *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        CHECK(input_has_room(&input));
        input_put(&input, bytes[i]);
    }
}

static void expect(const char *bytes, uint32_t count, uint32_t max)
{
    char got[2 * RING_BYTES];
    int32_t taken = input_take(&input, got, max);

    CHECK(taken == (int32_t)count && memcmp(got, bytes, count) == 0);
}

static void expect_none(void)
{
    char byte;
    CHECK(!input_is_ready(&input) && input_take(&input, &byte, 1) == -1);
}

static void test_bytes_as_they_are(void)
{
    static const char bytes[] = "\0\3\4\r\n\177\200\377\x15\x17\b";
    uint32_t count = sizeof(bytes);

    start();
    put(bytes, count);
    expect_none(); /* the write is not complete */
    put("\x10\x10\x10\x17", 4);
    CHECK(input_is_ready(&input));
    expect(bytes, count, count);
    CHECK(input_has_more(&input));
    expect("\x10", 1, 100);
    CHECK(!input_has_more(&input));
    expect_none();
    CHECK(ring_used(&output.ring) == 0); /* no echo */
}

static void test_end_of_file(void)
{
    start();
    put("abc\x10\x04"
        "ignored",
        12);
    expect("ab", 2, 2);
    expect("c", 1, 100);
    for (int i = 0; i < 3; i++) {
        CHECK(input_is_ready(&input) && !input_has_more(&input));
        expect("", 0, 100);
    }
}

/* A write that is larger than the buffer is read in parts. */
static void test_full(void)
{
    static char x[RING_BYTES];

    memset(x, 'x', sizeof(x));
    start();
    put(x, RING_BYTES - 1);
    expect_none();
    CHECK(!input_put(&input, 'x') && !input_has_room(&input));
    expect(x, 10, 10);
    CHECK(input_has_room(&input));
    put("y", 1);
    expect(x, RING_BYTES - 10, RING_BYTES);
    expect_none();
    put("\x10\x17", 2);
    expect("y", 1, 10);
}

static void test_taken_back(void)
{
    start();
    put("abc\x10\x17", 5);
    struct input_position before = input_position(&input);
    expect("abc", 3, 10);
    input_restore(&input, before);
    expect("abc", 3, 10);
}

/* A line that is typed goes first, with its echo. An end of file that is typed ends only one read. */
static void test_keyboard(void)
{
    start();
    put("piped\x10\x17", 7);
    discipline_key(&input.typed, 't');
    discipline_key(&input.typed, '\n');
    discipline_key(&input.typed, END_OF_FILE);
    CHECK(ring_used(&output.ring) == 3);
    expect("t", 1, 1);
    CHECK(input_has_more(&input));
    expect("\n", 1, 100);
    expect("", 0, 100);
    expect("piped", 5, 100);
    expect_none();
}

static void test_random(void)
{
    uint32_t sent = 0, got = 0; /* byte n is n * 7 */

    start();
    for (int step = 0; step < 200000; step++) {
        while (random_below(3) && input_has_room(&input)) {
            char byte = (char)(sent * 7);
            input_put(&input, byte);
            if (byte == PIPE_DLE)
                input_put(&input, byte);
            sent++;
        }
        if (random_below(10) == 0 && input_has_room(&input))
            put("\x10\x17", 2);
        char buffer[100];
        int32_t taken = input_take(&input, buffer, random_below(sizeof(buffer)));
        for (int32_t i = 0; i < taken; i++)
            CHECK(buffer[i] == (char)(got++ * 7));
        CHECK(got <= sent && sent - got <= RING_BYTES);
    }
    CHECK(got > 100000);
}

int main(void)
{
    test_bytes_as_they_are();
    test_end_of_file();
    test_full();
    test_taken_back();
    test_keyboard();
    test_random();
    puts("test_console_input: bytes arrive as they are");
}
