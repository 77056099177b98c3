/*
 * The console's output at its limits: how much of an unfinished line is shown and when, even if it begins like the
 * kernel's lines; which lines wait for room in the ring, to the byte.
 *
 * sources: servers/console/lines.c servers/console/output.c servers/console/client.c
 */
#include "tests/host/lines_port.h"

/* All that is in the ring, which is empty then. */
static void expect(const char *text)
{
    struct ring *ring = &lines.output.ring;

    CHECK(ring_used(ring) == strlen(text));
    for (; *text; text++)
        CHECK(ring_get(ring) == *text);
    move_all();
}

/* The longest piece of an unfinished line. Its end looks like the beginning of a line of the kernel's. */
static void say_long(uint32_t badge)
{
    char text[LINE_MAX + 1];

    memset(text, 'a', LINE_MAX);
    strcpy(text + LINE_MAX - 3, "\r[k");
    say(badge, text);
}

static void a_prompt_is_shown(void)
{
    start();
    say(1, "[k");
    expect("");
    flush(1);
    expect(" [k");
    say(1, "ing\n");
    expect("ing\r\n");
}

static void what_continues_is_held(void)
{
    start();
    say_long(1);
    CHECK(ring_used(&lines.output.ring) == LINE_MAX - 2);
    take(LINE_MAX - 2);
    flush(2); /* of another client */
    expect("");
    say(1, "x\n");
    expect("[kx\r\n");
    say_long(1);
    take(LINE_MAX - 2);
    flush(1);
    expect(" [k");
    flush(1);
    expect("");
}

static void what_is_held_needs_room(void)
{
    const uint32_t shown = (uint32_t)strlen(" [k");

    for (uint32_t room = OUTPUT_ROOM(0) - 1; room <= OUTPUT_ROOM(0); room++) {
        start();
        say_long(1);
        fill_ring_to(room);
        flush(1);
        CHECK(ring_room(&lines.output.ring) == room - (room == OUTPUT_ROOM(0) ? shown : 0));
    }
}

/* A flush covers everything written before it, and nothing later. */
static void a_flush_is_for_once(void)
{
    start();
    say(1, "one");
    flush(1);
    expect("one");
    say(1, " two");
    expect("");
    say(1, "\n");
    expect(" two\r\n");
    fill_ring_to(0);
    say(1, "line\nhalf");
    flush(1);
    take(RING_BYTES);
    expect("line\r\nhalf");
}

/* The unfinished line of another client is ended before it, for which there must be room, too. */
static void a_line_needs_room(void)
{
    const char *line = "x\n";
    const uint32_t room = OUTPUT_ROOM((uint32_t)strlen(line) + 1);

    start();
    say(1, "half");
    flush(1);
    fill_ring_to(room - 1);
    say(2, line);
    CHECK(ring_room(&lines.output.ring) == room - 1);
    take(1);
    CHECK(ring_room(&lines.output.ring) == room - strlen("\r\nx\r\n"));
}

int main(void)
{
    a_prompt_is_shown();
    what_continues_is_held();
    what_is_held_needs_room();
    a_flush_is_for_once();
    a_line_needs_room();
    printf("test_lines_shown: what is to be seen is seen\n");
    return 0;
}
