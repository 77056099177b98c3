/*
 * The console's output in time: no writer waits for an unfinished line, or for a client that floods.
 *
 * sources: servers/console/lines.c servers/console/output.c servers/console/client.c
 */
#include "tests/host/lines_port.h"

static uint32_t now;

static void ticks(uint32_t count)
{
    for (; count > 0; count--)
        lines_tick(&lines, ++now);
    move_all();
    take_all();
}

/* So many bytes of an unfinished line. */
static void say_long(uint32_t badge, char c, uint32_t bytes)
{
    char text[LINE_MAX + 1];

    memset(text, c, bytes);
    text[bytes] = 0;
    say(badge, text);
}

static void expect_out(const char *text)
{
    take_all();
    if (out_bytes != strlen(text) || memcmp(out, text, out_bytes) != 0)
        fprintf(stderr, "expected `%s`, is `%.*s`\n", text, (int)out_bytes, out);
    CHECK(out_bytes == strlen(text) && memcmp(out, text, out_bytes) == 0);
    out_bytes = 0;
}

/* An unfinished line is shown, but not at once: it may soon be complete. */
static void test_unfinished_line_is_shown(void)
{
    start();
    say(1, "abc");
    CHECK(lines_are_timed(&lines));
    ticks(PATIENCE_TICKS - 1);
    CHECK(lines_are_timed(&lines));
    expect_out("");
    say(1, "d"); /* of the same line */
    ticks(1);
    CHECK(!lines_are_timed(&lines));
    expect_out("abcd");
    say(1, "e");
    say(2, "two\n"); /* a line that was shown holds no one up */
    ticks(PATIENCE_TICKS);
    expect_out("\r\ntwo\r\ne");
    say(1, "f\n");
    CHECK(!lines_are_timed(&lines));
    expect_out("f\r\n");
}

/* The text behind a line's end has its own time. */
static void test_next_line_has_its_time(void)
{
    start();
    say(1, "a");
    ticks(PATIENCE_TICKS - 1);
    say(1, "b\nc");
    ticks(PATIENCE_TICKS - 1);
    expect_out("ab\r\n");
    ticks(1);
    expect_out("c");
    say(1, "d");
    flush(1); /* its client reads */
    ticks(1);
    CHECK(!lines_are_timed(&lines));
    expect_out("d");
}

/* The time left of an ended line does not pass to the next one. */
static void test_ended_line_leaves_no_time(void)
{
    start();
    say(1, "a");
    ticks(1);
    say(1, "\n");
    ticks(1);
    CHECK(!lines_are_timed(&lines));
    say(1, "b\n");
    say(1, "c");
    ticks(PATIENCE_TICKS - 1);
    expect_out("a\r\nb\r\n");
    flush(1);
    say(1, "d");
    ticks(PATIENCE_TICKS - 1);
    expect_out("c");
    ticks(1);
    expect_out("d");
}

/* Nor does that of a client that is gone. */
static void test_new_client_has_its_time(void)
{
    start();
    say_long(1, 'x', LINE_MAX);
    ticks(1);
    share();
    client_drop(client_find(1));
    CHECK(!client_find(1));
    out_bytes = 0;
    say(2, "two");
    ticks(PATIENCE_TICKS - 1);
    expect_out("");
    ticks(1);
    expect_out("\r\ntwo");
}

/* Another client's row. The client with the long line comes after it, and has no long lines for a while. */
static void test_long_line_has_its_time(void)
{
    start();
    say_long(1, 'x', LINE_MAX);
    say(2, "two\n");
    ticks(PATIENCE_TICKS - 1);
    CHECK(lines.owner == client_find(1) && out_bytes == LINE_MAX);
    say_long(1, 'x', LINE_MAX); /* does not give it more time */
    ticks(1);
    CHECK(!lines.owner && client_find(1)->hurried);
    CHECK(out_bytes == 2 * LINE_MAX + 7 && memcmp(out + 2 * LINE_MAX, "\r\ntwo\r\n", 7) == 0);
    out_bytes = 0;
    say_long(1, 'y', LINE_MAX);
    CHECK(!lines.owner);
    say(2, "at once\n");
    take_all();
    CHECK(out_bytes == LINE_MAX + 11 && memcmp(out + LINE_MAX, "\r\nat once\r\n", 11) == 0);
    client_drop(client_find(1));
    CHECK(client_find(1)); /* or nothing would be remembered of it */
    now += HURRY_TICKS;
    ticks(PATIENCE_TICKS);
    say(1, "\n");
    say_long(1, 'z', LINE_MAX);
    CHECK(lines.owner == client_find(1));
    start();
}

/* Up to that tick. Then the client may have a long line again, and is not hurried if that held no one up. */
static void test_hurry_ends(void)
{
    start();
    now += 2 * HURRY_TICKS;
    say_long(1, 'x', LINE_MAX);
    say(2, "two\n");
    ticks(PATIENCE_TICKS);
    CHECK(client_find(1)->hurried);
    now += HURRY_TICKS - 2;
    ticks(1);
    say_long(1, 'y', LINE_MAX);
    CHECK(!lines.owner);
    ticks(1);
    say_long(1, 'z', LINE_MAX);
    CHECK(lines.owner == client_find(1));
    ticks(PATIENCE_TICKS);
    CHECK(!lines.owner && !client_find(1)->hurried);
    start();
}

/* Even if it has written more, for which there was no room. */
static void test_long_line_ends_behind_others(void)
{
    start();
    say_long(1, 'x', LINE_MAX);
    fill_ring_to(0);
    say_long(1, 'y', LINE_MAX - 1);
    say(2, "two\n");
    for (uint32_t i = 0; i < PATIENCE_TICKS; i++)
        lines_tick(&lines, ++now);
    CHECK(!lines.owner);
    take_all();
    CHECK(memcmp(out + RING_BYTES, "\r\ntwo\r\nyy", 9) == 0);
    start();
}

/* Even if there was room for a part of what it has written, and a client reads. */
static void test_cut_line_continues_behind_others(void)
{
    start();
    fill_ring_to(0);
    say_long(1, 'x', LINE_MAX);
    say_long(1, 'y', LINE_MAX);
    say(2, "two\n");
    take(OUTPUT_ROOM(LINE_MAX + 1));
    CHECK(lines.owner == client_find(1) && client_find(1)->used == LINE_MAX);
    share();
    take_all();
    CHECK(memcmp(out + RING_BYTES + LINE_MAX, "\r\ntwo\r\nyy", 9) == 0);
    start();
}

/* A client that holds no one up is not hurried. The end of its cut line may go out much later. */
static void test_long_line_of_one_alone(void)
{
    start();
    say_long(1, 'x', LINE_MAX);
    ticks(PATIENCE_TICKS);
    CHECK(!lines.owner && !client_find(1)->hurried);
    start();
    fill_ring_to(0);
    say_long(1, 'x', LINE_MAX);
    say(2, "two\n");
    for (uint32_t i = 0; i < PATIENCE_TICKS; i++)
        lines_tick(&lines, ++now);
    CHECK(!lines_are_timed(&lines) && !client_find(1)->hurried);
    take_all();
    CHECK(!lines.owner && memcmp(out + RING_BYTES + LINE_MAX, "\r\ntwo\r\n", 7) == 0);
    start();
}

static uint32_t timed(void)
{
    uint32_t count = 0;

    for (struct client *client = NULL; (client = client_next(client));)
        count += link_is_in(&client->time);
    return count;
}

/* Some lines are due at a tick, and others when lines are moved, whether there is room or not. */
static void test_many_are_due(void)
{
    enum { MANY = 10, AT_ONCE = 4 };

    start();
    for (uint32_t badge = 1; badge <= MANY; badge++)
        say(badge, "half");
    fill_ring_to(0);
    for (uint32_t i = 0; i < PATIENCE_TICKS; i++)
        lines_tick(&lines, ++now);
    CHECK(timed() == MANY - AT_ONCE && lines_move(&lines));
    CHECK(timed() == MANY - 2 * AT_ONCE && !lines_move(&lines));
    CHECK(timed() == 0);
    take_all();
    CHECK(out_bytes == RING_BYTES + MANY * strlen("half\r\n") - 2);
    start();
}

/* Nor are many complete lines moved at once. */
static void test_many_lines(void)
{
    enum { MANY = 30, SOME = 10 };

    start();
    for (uint32_t badge = 1; badge <= MANY; badge++)
        lines_write(&lines, client_get(badge), "line\n", 5);
    CHECK(lines_move(&lines) && ring_used(&lines.output.ring) <= SOME * strlen("line\r\n"));
    move_all();
    CHECK(ring_used(&lines.output.ring) == MANY * strlen("line\r\n"));
    start();
}

/* ------------------------------------------------------------------------- turns */

enum { TALKERS = 8, TURN_MAX = LINE_MAX };

/* Everything that the client may write, in lines of so many bytes. */
static void fill(uint32_t badge, uint32_t line_bytes)
{
    char line[LINE_MAX];
    struct client *client = client_get(badge);

    memset(line, (int)('A' + badge), line_bytes);
    line[line_bytes - 1] = '\n';
    while (client->used <= LINE_MAX)
        lines_write(&lines, client, line, line_bytes);
    move_all();
}

/* A client that floods gets no more than its turns. Each client gets as many bytes as another, whatever its lines are,
 * to within a turn. */
static void test_shares(void)
{
    static const uint32_t line_bytes[TALKERS] = {256, 1, 10, 60, 100, 130, 200, 255};
    uint32_t count[TALKERS] = {0};

    start();
    fill_ring_to(0);
    for (int round = 0; round < 4000; round++) {
        for (uint32_t i = 0; i < TALKERS; i++)
            fill(i + 1, line_bytes[i]);
        take(64);
    }
    for (uint32_t i = 0; i < out_bytes; i++) /* each \n belongs to the line before it */
        if (out[i] > 'A')
            count[out[i] - 'B']++;
    for (uint32_t i = 2; i < TALKERS; i++) /* a line of 130 bytes has a turn for itself */
        CHECK(count[i] * 2 + TURN_MAX > count[0] && count[i] <= count[0] + TURN_MAX);
    start();
}

/* A line waits for at most one turn of each other client, however much they have to write. */
static void test_line_among_floods(void)
{
    uint32_t behind = 0;

    start();
    for (uint32_t i = 0; i < 40; i++) {
        fill(1, 100);
        fill(2, 256);
    }
    say(3, "three\n");
    while (client_find(3)->used > 0) {
        fill(1, 100);
        fill(2, 256);
        take(16);
        behind += 16;
    }
    CHECK(behind <= 2 * (TURN_MAX + 3) + 16 + OUTPUT_ROOM(LINE_MAX + 1));
    start();
}

/* What was written before a write got its reply goes out before what another client writes after that. */
static void test_order(void)
{
    start();
    fill_ring_to(0);
    say(1, "1a\n");
    say(2, "2a\n");
    say(1, "1b\n");
    say(2, "2b\n2c");
    say(3, "3a\n");
    take_all();
    CHECK(memcmp(out + RING_BYTES, "1a\r\n1b\r\n2a\r\n2b\r\n3a\r\n", 20) == 0);
    CHECK(client_find(2)->used == 2);
    start();
}

int main(void)
{
    test_unfinished_line_is_shown();
    test_next_line_has_its_time();
    test_ended_line_leaves_no_time();
    test_new_client_has_its_time();
    test_long_line_has_its_time();
    test_long_line_ends_behind_others();
    test_hurry_ends();
    test_cut_line_continues_behind_others();
    test_long_line_of_one_alone();
    test_many_are_due();
    test_many_lines();
    test_shares();
    test_line_among_floods();
    test_order();
    puts("test_lines_turns: every client has its turns");
}
