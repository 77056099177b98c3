/*
 * Line editing on the console: what is read, and what the screen shows.
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

static void key(char c)
{
    discipline_key(&discipline, c);
    while (discipline_is_due(&discipline))
        discipline_do_part(&discipline);
    discipline_do_part(&discipline);
}

static void keys(const char *text)
{
    for (; *text; text++)
        key(*text);
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
    keys("\b\b\025\027\n"); /* nothing to erase */
    expect_echo("\r\n");
    expect_line("\n", 256);
    keys("a\r\nb\r\rc\n\021\023\026\032\034\n");
    expect_line("a\n", 256);
    expect_line("b\n", 256);
    expect_line("\n", 256);
    expect_line("c\n", 256);
    expect_line("\n", 256);
    expect_none();
}

static void test_words(void)
{
    start();
    keys("one two_2  \027three.c\027h\027\027\n"); /* a word is letters, digits and _, with what follows it */
    expect_line("one ", 4);
    expect_line("\n", 4);
    keys("a b\027\027\027c\n");
    expect_line("c\n", 256);
    keys("caf\xc3\xa9\027t\xc3\xa9\bx\n");
    expect_line("tx\n", 256);
}

static void test_control_characters(void)
{
    start();
    keys("\033[A\001\b\n");
    expect_echo("^[[A^A\b \b\b \b\r\n");
    expect_line("\033[A\n", 256);
    output_put(&output, "$ ", 2); /* a prompt moves the column to which the tab goes */
    keys("\t\ba\n");
    expect_echo("$ \t\b \b\b \b\b \b\b \b\b \b\b \ba\r\n");
    expect_line("a\n", 256);
    keys("ab\022\n");
    expect_echo("ab^R\r\nab\r\n");
}

static void test_pieces(void)
{
    start();
    keys("hello\nyou\n");
    expect_line("he", 2);
    CHECK(discipline.position.in_line);
    expect_line("", 0);
    CHECK(discipline.position.in_line);
    expect_line("llo\n", 4);
    CHECK(!discipline.position.in_line);
    struct discipline_position before = discipline.position;
    expect_line("you\n", 256);
    expect_none();
    discipline.position = before; /* given back: its reader had died */
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
    expect_line("abc", 3); /* the end of file was part of its line */
    expect_line("d\n", 2);
    expect_line("", 1);
    expect_none();
    keys("abc\004");
    expect_line("ab", 2);
    expect_line("c", 5);
    expect_none();
    keys("\004\004"); /* one end of file for each */
    expect_line("", 1);
    expect_line("", 1);
    expect_none();
}

/* A line that is too long keeps what was typed first, and can be edited. */
static void test_long_line(void)
{
    char line[TYPED_BYTES];

    start();
    for (uint32_t i = 0; i < TYPED_BYTES + 1000; i++) {
        CHECK(discipline_has_room(&discipline));
        key((char)('a' + i % 26));
        if (i + 1 >= TYPED_BYTES)
            CHECK(output.ring.bytes[(output.ring.head - 1) % RING_BYTES] == 7);
        output.ring.tail = output.ring.head;
    }
    keys("\b!\n");
    CHECK(discipline_take(&discipline, line, sizeof(line)) == TYPED_BYTES);
    for (uint32_t i = 0; i < TYPED_BYTES - 2; i++)
        CHECK(line[i] == (char)('a' + i % 26));
    CHECK(line[TYPED_BYTES - 2] == '!' && line[TYPED_BYTES - 1] == '\n');
}

/* Nothing is read: the port is asked to wait, and nothing is lost if it does. */
static void test_full(void)
{
    uint32_t lines = 0;

    start();
    for (; discipline_has_room(&discipline); lines++)
        keys("some line\n");
    CHECK(lines >= TYPED_BYTES / 10);
    keys("xxxxxxxxxx\n\n\004"); /* from a keyboard, which does not wait */
    for (uint32_t i = 0; i < TYPED_BYTES / 10; i++)
        expect_line("some line\n", 256);
}

/* Input typed before control-C is dropped. */
static void test_interrupt(void)
{
    start();
    keys("one\ntwo\nth\003");
    CHECK(discipline.interrupts);
    expect_none();
    expect_echo("one\r\ntwo\r\nth^C\r\n");
    keys("four\n");
    expect_line("four\n", 256);
    expect_none();
    start();
    keys("one\ntwo\n");
    expect_line("on", 2);
    keys("\003");
    CHECK(!discipline.position.in_line);
    expect_none();
}

static void test_keys(void)
{
    start();
    keys("ab\ncd\004e");
    discipline_give_keys(&discipline, true);
    CHECK(discipline_is_ready(&discipline) && discipline_has_more(&discipline));
    expect_line("ab", 2);
    expect_line("\ncd\004e", 256);
    expect_none();
    CHECK(!discipline_is_ready(&discipline) && !discipline_has_more(&discipline));
    expect_echo("ab\r\ncde");
    keys("\003\004\177\033[A\r\n\r\n\r");
    CHECK(!discipline.interrupts);
    discipline_give_keys(&discipline, true); /* unchanged */
    expect_line("\003\004\177\033[A\n\n\n", 256);
    expect_echo("");
}

/* Keys that were not read count as typed when the keys are given back. */
static void test_unread_keys(void)
{
    start();
    discipline_give_keys(&discipline, true);
    keys("xone\ntw\bo\n e");
    expect_line("x", 1);
    expect_echo("");
    discipline_give_keys(&discipline, false);
    CHECK(discipline.position.units == 2);
    expect_line("one\n", 256);
    expect_line("to\n", 256);
    expect_none();
    expect_echo("one\r\ntw\b \bo\r\n e");
    keys("\b!\n");
    expect_line(" !\n", 256);
    discipline_give_keys(&discipline, true);
    keys("a\nb\003c\n");
    discipline_give_keys(&discipline, false);
    CHECK(discipline.interrupts);
    expect_line("c\n", 256);
    expect_none();
}

static void test_full_of_keys(void)
{
    uint32_t typed = 0, got = 0;
    char byte;

    start();
    discipline_give_keys(&discipline, true);
    for (; discipline_has_room(&discipline); typed++)
        key((char)('a' + typed % 26));
    CHECK(typed == TYPED_BYTES - 1);
    keys("zzz"); /* a keyboard does not wait */
    expect_echo("\a\a");
    for (; discipline_take(&discipline, &byte, 1) == 1; got++)
        CHECK(byte == (got < typed ? (char)('a' + got % 26) : 'z'));
    CHECK(got == TYPED_BYTES);
}

/* ---------------------------------------------------------------------------------------- random */

/* A model that moves strings: ended lines, the edited one, and what a terminal shows in its row. */
static struct {
    char ended[2 * TYPED_BYTES], line[TYPED_BYTES], row[1 << 17];
    uint32_t ended_bytes, line_bytes, column;
} model;

static bool model_is_word(char c)
{
    return strchr("0123456789_abcdefghijklmnopqrstuvwxyz", c) && c;
}

static void model_key(char key)
{
    uint32_t *bytes = &model.line_bytes;

    if (key == '\n' || key == END_OF_FILE) {
        memcpy(model.ended + model.ended_bytes, model.line, *bytes);
        model.ended_bytes += *bytes;
        model.ended[model.ended_bytes++] = key;
        *bytes = 0;
    } else if (key == '\b') {
        *bytes -= *bytes > 0;
    } else if (key == 21) {
        *bytes = 0;
    } else if (key == 23) {
        while (*bytes > 0 && !model_is_word(model.line[*bytes - 1]))
            --*bytes;
        while (*bytes > 0 && model_is_word(model.line[*bytes - 1]))
            --*bytes;
    } else {
        model.line[(*bytes)++] = key;
    }
}

static void model_show(char c)
{
    if (c == '\n' || c == '\r') {
        memset(model.row, ' ', sizeof(model.row));
        model.column = 0;
    } else if (c == '\t') {
        model.column = (model.column | 7) + 1;
    } else if (c == '\b') {
        CHECK(model.column-- > 0);
    } else {
        model.row[model.column++] = c;
    }
}

/* The row shows the prompt and the line, nothing else, with the cursor behind them. */
static void model_check_row(const char *prompt)
{
    static char wanted[sizeof(model.row)];
    uint32_t at = (uint32_t)strlen(prompt);

    while (ring_used(&output.ring) > 0)
        model_show(ring_get(&output.ring));
    memset(wanted, ' ', 1000);
    memcpy(wanted, prompt, at);
    for (uint32_t i = 0; i < model.line_bytes; i++) {
        char c = model.line[i];
        if (c == '\t') {
            at = (at | 7) + 1;
        } else {
            if (c < ' ')
                wanted[at++] = '^';
            wanted[at++] = c < ' ' ? (char)(c + '@') : c;
        }
    }
    CHECK(model.column == at && memcmp(model.row, wanted, 1000) == 0);
}

static void model_take(uint32_t max)
{
    char got[300];
    int32_t bytes = discipline_take(&discipline, got, max);

    if (model.ended_bytes == 0) {
        CHECK(bytes == -1);
        return;
    }
    uint32_t count = 0;
    while (count < max && model.ended[count] != END_OF_FILE && (!count || model.ended[count - 1] != '\n'))
        count++;
    CHECK(bytes == (int32_t)count && memcmp(got, model.ended, count) == 0);
    bool newline = count > 0 && model.ended[count - 1] == '\n';
    count += max > 0 && !newline && model.ended[count] == END_OF_FILE;
    model.ended_bytes -= count;
    memmove(model.ended, model.ended + count, model.ended_bytes);
}

static void test_random(void)
{
    static const char typed[] = "ab_9 .-\t\t\001\033z";
    static const char edits[] = "\n\b\b\b\025\027\004";
    const char *prompt = "";

    start();
    memset(model.row, ' ', sizeof(model.row));
    for (int step = 0; step < 300000; step++) {
        bool edit = random_below(4) == 0;
        char typed_key = edit ? edits[random_below(sizeof(edits) - 1)] : typed[random_below(sizeof(typed) - 1)];
        if (model.line_bytes > 200)
            typed_key = 21;
        key(typed_key);
        model_key(typed_key);
        if (typed_key == END_OF_FILE)
            output_put(&output, "\n", 1);
        if (typed_key == '\n' || typed_key == END_OF_FILE) {
            prompt = random_below(2) ? "prompt> " : "$";
            output_put(&output, prompt, (uint32_t)strlen(prompt));
        }
        model_check_row(prompt);
        if (random_below(3) == 0)
            model_take(random_below(300));
        CHECK(discipline_has_room(&discipline) || discipline.position.units > 0);
        while (model.ended_bytes > 4000)
            model_take(299);
    }
}

/* Arbitrary bytes, and echoes that find no room. */
static void test_anything(void)
{
    char buffer[300];

    start();
    for (int step = 0; step < 200000; step++) {
        discipline_key(&discipline, (char)random_below(random_below(2) ? 256 : 32));
        if (random_below(16) == 0)
            discipline_give_keys(&discipline, random_below(2));
        if (random_below(8) == 0)
            discipline_take(&discipline, buffer, random_below(sizeof(buffer)));
        while (ring_used(&output.ring) > random_below(RING_BYTES))
            ring_get(&output.ring);
    }
    discipline_give_keys(&discipline, false);
    while (discipline.position.units > 0)
        CHECK(discipline_take(&discipline, buffer, 1) >= 0);
    CHECK(discipline.position.read == discipline.ended);
}

int main(void)
{
    test_editing();
    test_words();
    test_control_characters();
    test_pieces();
    test_end_of_file();
    test_long_line();
    test_full();
    test_interrupt();
    test_keys();
    test_unread_keys();
    test_full_of_keys();
    test_random();
    test_anything();
    puts("test_line_discipline: keys become lines");
}
