/*
 * Line editing on the console, in parts: typed input waits while the screen catches up.
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

static void expect_line(const char *text)
{
    char line[256];
    int32_t bytes = discipline_take(&discipline, line, (uint32_t)strlen(text));

    CHECK(bytes == (int32_t)strlen(text) && memcmp(line, text, (size_t)bytes) == 0);
}

/* How many parts until nothing is due. Each is short enough for other clients, and everything goes out. */
static uint32_t parts(void)
{
    uint32_t count = 0;

    for (; discipline_is_due(&discipline); count++) {
        uint32_t head = output.ring.head, end = discipline.keys;
        discipline_do_part(&discipline);
        CHECK(output.ring.head - head <= 3 * EFFORT && discipline.keys - end <= EFFORT);
        output.ring.tail = output.ring.head;
    }
    return count;
}

/* As many as fit, without a part in between. */
static void keys_at_once(char c, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        discipline_key(&discipline, c);
}

static void test_keys_wait(void)
{
    char line[TYPED_BYTES];

    start();
    keys_at_once('x', 2 * TYPED_BYTES);
    CHECK(!discipline_has_room(&discipline) && discipline.edit <= EFFORT);
    CHECK(parts() >= TYPED_BYTES / EFFORT && discipline_has_room(&discipline));
    keys_at_once('\n', 1);
    CHECK(parts() <= 1 && discipline_take(&discipline, line, sizeof(line)) == TYPED_BYTES);
}

static void test_edits_in_parts(void)
{
    start();
    keys_at_once('\t', TYPED_BYTES / 2);
    parts();
    keys_at_once('\022', 1);
    CHECK(parts() >= TYPED_BYTES / 2 / EFFORT);
    uint32_t before = discipline.edit;
    keys_at_once('\027', 1);
    parts();
    CHECK(before - discipline.edit == WORD_MAX);
    keys_at_once('\025', 1);
    CHECK(discipline.edit == discipline.ended && parts() >= (TYPED_BYTES / 2 - WORD_MAX) * 8 / EFFORT);
    keys_at_once('\n', 1);
    parts();
    expect_line("\n");
    keys_at_once('x', EFFORT / 4);
    parts();
    discipline.effort = 1;
    keys_at_once('y', 1); /* the screen does not show it yet */
    discipline.effort = 1;
    keys_at_once('\b', 1);
    CHECK(discipline.erase == 0 && !discipline_is_due(&discipline));
    parts();
    output.ring.tail = output.ring.head;
    keys_at_once('\025', 1);
    discipline_do_part(&discipline);
    for (uint32_t i = 0; i < EFFORT / 4; i++)
        CHECK(ring_get(&output.ring) == '\b' && ring_get(&output.ring) == ' ' && ring_get(&output.ring) == '\b');
    CHECK(ring_used(&output.ring) == 0);
}

/* Taken as keys, and again as lines, while some still wait. */
static void test_keys_that_wait(void)
{
    static char line[TYPED_BYTES];

    start();
    discipline_give_keys(&discipline, true);
    keys_at_once('x', TYPED_BYTES / 2);
    CHECK(parts() > 0 && discipline.edit == TYPED_BYTES / 2);
    keys_at_once('y', EFFORT + 1);
    expect_line("xx");
    discipline_give_keys(&discipline, false);
    CHECK(discipline_is_due(&discipline) && discipline.edit - discipline.ended <= EFFORT);
    discipline_give_keys(&discipline, true);
    discipline_give_keys(&discipline, false);
    keys_at_once('\n', 1);
    CHECK(parts() >= TYPED_BYTES / 2 / EFFORT);
    CHECK(discipline_take(&discipline, line, sizeof(line)) == TYPED_BYTES / 2 - 2 + EFFORT + 2);
    for (uint32_t i = 0; i < TYPED_BYTES / 2 - 2 + EFFORT + 1; i++)
        CHECK(line[i] == (i < TYPED_BYTES / 2 - 2 ? 'x' : 'y'));
}

/* Input that was read but is not shown yet is not overwritten. */
static void test_screen_behind(void)
{
    char byte;

    start();
    keys_at_once('a', EFFORT + 10);
    keys_at_once('\n', 1);
    while (ring_room(&output.ring) >= OUTPUT_ROOM(3))
        output_put(&output, ".", 1);
    for (int i = 0; i < 2; i++)
        discipline_do_part(&discipline);
    CHECK(!discipline_is_due(&discipline));
    while (discipline_take(&discipline, &byte, 1) == 1)
        continue;
    uint32_t shown = discipline.shown;
    keys_at_once('b', TYPED_BYTES);
    for (int i = 0; i < TYPED_BYTES / EFFORT + 2; i++)
        discipline_do_part(&discipline);
    CHECK(discipline.shown == shown && discipline.edit - shown < TYPED_BYTES);
    output.ring.tail = output.ring.head;
    parts();
    CHECK(discipline.shown == discipline.edit);
}

int main(void)
{
    test_keys_wait();
    test_edits_in_parts();
    test_keys_that_wait();
    test_screen_behind();
    puts("test_typed_parts: each part is short");
}
