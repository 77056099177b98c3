/*
 * The whole console server: its replies and their contents. Output appears in order and as soon as possible; a call
 * that waits gets its reply as soon as its wait is over.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/console/client.h"
#include "servers/console/ring.h"
#include "servers/console/uart.h"
#include "servers/proto/console.h"
#include "tests/host/check.h"
#include "tests/server/console_machine.h"
#include "tests/server/server_run.h"

enum { MANAGER = 0, LINES_BYTES = 1 << 16 };

/* A call of a thread, which the badge names; or bytes that arrive at the port, keys, lines of the log, time that
 * passes. The expected effects: text in brackets goes out, `2: ...` is a reply to thread 2, <...> goes to the
 * screen. */
struct step {
    uint32_t badge, thread; /* thread 0: the number in the badge */
    struct words words;
    const char *text, *arrives, *keys, *log;
    bool time;
    const char *expected; /* NULL: any effects */
};

static const struct step *steps;
static uint32_t count, at;
static char lines[LINES_BYTES];
static uint32_t bytes, all_bytes, last_result; /* bytes that went out; word 1 of the last reply */
static bool is_putting, has_screen;
static uint32_t asked[SERVER_CALLERS]; /* the number of each thread's last call */

/* ---------------------------------------------------------------------------------- what it causes */

static void add(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    bytes += (uint32_t)vsnprintf(lines + bytes, LINES_BYTES - bytes, format, arguments);
    va_end(arguments);
    CHECK(bytes < LINES_BYTES);
}

static void end_putting(void)
{
    if (is_putting)
        add("]");
    is_putting = false;
}

static void put(char byte)
{
    if (!is_putting)
        add("[");
    is_putting = true;
    add("%c", byte);
    all_bytes++;
}

/* Writes down the status, or the results of the call; for a read its bytes, and whether more follow. */
static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    const uint32_t *w = words->w;

    if (machine_is_reply_to_proc(caller, words))
        return OK;
    last_result = w[1];
    end_putting();
    if (w[0])
        add("%u: error %d;", caller, (int)w[0]);
    else if (asked[caller] == CONSOLE_READ)
        add("%u: %.*s %u %u;", caller, (int)w[1], (const char *)message_page->words, w[1], w[2]);
    else
        add("%u: %u;", caller, w[1]);
    CHECK(tag == (asked[caller] == CONSOLE_READ && !w[0] ? (w[1] + 3) / 4 : 0));
    return OK;
}

static void screen_shows(void)
{
    char byte;
    bool any = false;

    for (; has_screen && machine_screen_byte(&byte); any = true)
        add(any ? "%c" : "<%c", byte < ' ' && byte != '\n' ? '~' : byte);
    if (any)
        add(">");
}

static void compare(const struct step *step)
{
    end_putting();
    screen_shows();
    if (step->expected && strcmp(lines, step->expected) != 0) {
        fprintf(stderr, "step %u: expected:\n%s\nis:\n%s\n", (unsigned)(step - steps), step->expected, lines);
        abort();
    }
    bytes = 0;
    lines[0] = 0;
}

/* ---------------------------------------------------------------------------------- messages */

static bool is_call(const struct step *step)
{
    return !step->arrives && !step->keys && !step->log && !step->time;
}

static void happen(const struct step *step)
{
    for (const char *text = step->arrives; text && *text; text++)
        machine_send(*text);
    for (const char *code = step->keys; code && *code; code++)
        machine_key((uint8_t)*code);
    if (step->log)
        machine_log(step->log);
    if (step->time)
        machine_time_passes();
}

static void call(const struct step *step, struct server_message *message)
{
    memset(message_page->words, 0, sizeof(message_page->words));
    if (step->text)
        memcpy(message_page->words, step->text, strlen(step->text));
    *message = (struct server_message){.badge = step->badge, .words = step->words};
    message->caller = step->thread ? step->thread : step->badge;
    message->tag = step->text ? ((uint32_t)strlen(step->text) + 3) / 4 : 0;
    asked[message->caller] = step->words.w[0];
}

/* The server does not get a message for a step that causes no signal. */
static bool next(struct server_message *message)
{
    if (machine_continues(message))
        return true;
    while (at <= count) {
        if (at > 0)
            compare(&steps[at - 1]);
        if (at++ == count)
            return false;
        if (is_call(&steps[at - 1])) {
            call(&steps[at - 1], message);
            return true;
        }
        happen(&steps[at - 1]);
        *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
        if (message->words.w[0])
            return true;
    }
    return false;
}

static void run(const struct step *first, uint32_t how_many, struct machine_parts parts)
{
    static const struct machine_sinks sinks = {.put = put};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    steps = first, count = how_many;
    at = bytes = 0;
    has_screen = parts.has_screen;
    machine_begin(parts, &sinks);
    server_run_input(&fake, (struct words){{0}});
}
#define RUN(list, ...)                                                                                                 \
    run(list, sizeof(list) / sizeof((list)[0]), (struct machine_parts){.has_port = true, __VA_ARGS__})

#define CALL(from, lines, ...)                                                                                         \
    {                                                                                                                  \
        .badge = from, .words = {{__VA_ARGS__}}, .expected = lines                                                     \
    }
#define WRITE(from, data, lines)                                                                                       \
    {                                                                                                                  \
        .badge = from, .words = {{CONSOLE_WRITE, sizeof(data) - 1}}, .text = data, .expected = lines                   \
    }
#define READ(from, most, lines) CALL(from, lines, CONSOLE_READ, most, 1)
#define REST(from, most, lines) CALL(from, lines, CONSOLE_READ, most, 0)
#define ARRIVES(data, lines)                                                                                           \
    {                                                                                                                  \
        .arrives = data, .expected = lines                                                                             \
    }
#define TIME(lines)                                                                                                    \
    {                                                                                                                  \
        .time = true, .expected = lines                                                                                \
    }

/* ---------------------------------------------------------------------------------- tests */

static void writes_say_how_much_was_taken(void)
{
    static const struct step list[] = {
        WRITE(1, "one\n", "[one\r\n]1: 4;"),
        TIME(""),
        WRITE(2, "two", "2: 3;"),
        WRITE(2, "x\n", "[twox\r\n]2: 2;"),
        CALL(3, "3: 0;", CONSOLE_WRITE, 0),
        CALL(3, "3: error -38;", 0),
        CALL(3, "3: error -38;", CONSOLE_CALLS_END),
    };

    RUN(list);
}

/* Sixteen bytes at a time, always when the previous ones have left. */
static void bytes_go_out_as_the_port_takes_them(void)
{
    static const struct step list[] = {
        WRITE(1, "0123456789abcdefghijklmnopqrstuvwxyz\n", "[0123456789abcdef]1: 37;"),
        TIME("[ghijklmnopqrstuv]"),
        TIME("[wxyz\r\n]"),
        TIME(""),
        WRITE(1, "0123456789abcde\n", "[0123456789abcde\r]1: 16;"), /* one byte is left */
        TIME("[\n]"),
        TIME(""),
    };

    RUN(list);
}

/* When all output has left, also that of others, and unfinished lines. */
static void a_sync_gets_its_reply_when_all_is_out(void)
{
    static const struct step list[] = {
        CALL(1, "1: 0;", CONSOLE_SYNC),
        WRITE(1, "0123456789abcdefghij\n", "[0123456789abcdef]1: 21;"),
        WRITE(2, "prompt", "2: 6;"),
        CALL(2, "", CONSOLE_SYNC),
        CALL(3, "", CONSOLE_SYNC),
        TIME("[ghij\r\nprompt]2: 0;3: 0;"),
        TIME(""),
        WRITE(1, "more\n", NULL), /* no sync is waiting any more */
        TIME(NULL),
    };

    RUN(list);
}

/* A write during a sync gets its reply after it: a flood of writes would delay it otherwise. */
static void a_sync_is_not_held_up_by_writes(void)
{
    static const struct step list[] =
        {
            WRITE(1, "0123456789abcdefghij\n", "[0123456789abcdef]1: 21;"),
            CALL(2, "", CONSOLE_SYNC),
            WRITE(3, "three\n", ""),
            WRITE(1, "one", ""),
            TIME("[ghij\r\nthree\r\n]2: 0;3: 6;1: 3;"),
            TIME(""),
            WRITE(3, "x\n", "[x\r\n]3: 2;"),
        },
                             of_one_that_ends[] = {
                                 WRITE(1, "0123456789abcdefghij\n", "[0123456789abcdef]1: 21;"),
                                 CALL(2, "", CONSOLE_SYNC),
                                 WRITE(3, "three\n", ""),
                                 CALL(MANAGER, "0: 2;", CONSOLE_RELEASE, 2),
                                 TIME("[ghij\r\nthree\r\n]3: 6;"),
                             };

    RUN(list);
    RUN(of_one_that_ends);
}

/* Lines that wait behind a long one are sent, too, when the port has nothing else to do. Afterwards a long line belongs
 * to one client again. */
static void a_sync_cuts_long_lines_while_it_lasts(void)
{
    static char x[LINE_MAX + 1];
    enum { TIMES = LINE_MAX / UART_FIFO };
    static struct step list[2 * TIMES + 8];
    const struct step write_x = {.badge = 1, .words = {{CONSOLE_WRITE, LINE_MAX}}, .text = x};
    uint32_t i = 0;

    memset(x, 'x', LINE_MAX);
    list[i++] = write_x;
    for (uint32_t n = 0; n < TIMES; n++)
        list[i++] = (struct step)TIME(NULL);
    list[i++] = (struct step)WRITE(2, "two\n", "2: 4;");
    list[i++] = (struct step)CALL(4, "[\r\ntwo\r\n]4: 0;", CONSOLE_SYNC);
    list[i++] = write_x;
    list[i++] = (struct step)WRITE(2, "two\n", "2: 4;");
    for (uint32_t n = 0; n < TIMES; n++)
        list[i++] = (struct step)TIME("[xxxxxxxxxxxxxxxx]");
    list[i - TIMES - 2].expected = list[i - 1].expected = NULL;
    list[i++] = (struct step)WRITE(1, "1\n", "[1\r\ntwo\r\n]1: 2;");
    run(list, i, (struct machine_parts){.has_port = true});
}

/* A read shows its client's prompt, even in the middle of another's long line. If the client has no prompt, the long
 * line goes on. */
static void a_prompt_cuts_a_long_line(void)
{
    static char x[LINE_MAX + 1];
    enum { TIMES = LINE_MAX / UART_FIFO };
    static struct step list[TIMES + 5];
    uint32_t i = 0;

    memset(x, 'x', LINE_MAX);
    list[i++] = (struct step){.badge = 1, .words = {{CONSOLE_WRITE, LINE_MAX}}, .text = x};
    for (uint32_t n = 0; n < TIMES; n++)
        list[i++] = (struct step)TIME(NULL);
    list[i++] = (struct step)READ(3, 1, "");
    list[i++] = (struct step)WRITE(2, "two\n", "2: 4;");
    list[i++] = (struct step)WRITE(4, "p: ", "4: 3;");
    list[i++] = (struct step)READ(4, 1, "[\r\ntwo\r\np: ]");
    run(list, i, (struct machine_parts){.has_port = true});
}

/* Input without room stays in the port, and is taken when a client has read. */
static void input_waits_in_the_port(void)
{
    static char much[RING_BYTES + 8];
    enum { READS = RING_BYTES / IPC_DATA_MAX };
    static struct step list[2 * READS + 5];
    uint32_t i = 0;

    memset(much, 'i', RING_BYTES);
    strcpy(much + RING_BYTES, "tail\x10\x17");
    list[i++] = (struct step)CALL(MANAGER, "0: 0;", CONSOLE_INPUT_PIPE);
    list[i++] = (struct step)ARRIVES("z\x10\x17", "");
    list[i++] = (struct step)READ(1, 1, "1: z 1 0;"); /* from now on the client is in the foreground */
    list[i++] = (struct step)ARRIVES(much, "");
    for (uint32_t n = 0; n < READS; n++) {
        list[i++] = (struct step)READ(1, IPC_DATA_MAX, NULL);
        list[i++] = (struct step)TIME("");
    }
    list[i++] = (struct step)READ(1, IPC_DATA_MAX, "1: tail 4 0;");
    run(list, i, (struct machine_parts){.has_port = true});
}

static void lines_are_read(void)
{
    static const struct step list[] = {
        READ(1, 10, ""),
        ARRIVES("ab", "[ab]"),
        ARRIVES("c\r", "1: abc\n 4 0;[c\r\n]"),
        TIME(""),
        REST(1, 10, "1:  0 0;"),
        ARRIVES("hello\rx\r", NULL),
        READ(2, 2, "2: he 2 1;"),
        REST(2, 3, "2: llo 3 1;"),
        REST(2, 3, "2: \n 1 0;"),
        REST(2, 3, "2:  0 0;"), /* the next line is for another read */
        READ(2, 1, "2: x 1 1;"),
        READ(2, 0, "2:  0 0;"),
        READ(2, 5, "2: \n 1 0;"),
        ARRIVES("\x04", ""), /* end of file */
        READ(2, 5, "2:  0 0;"),
        CALL(2, "2: 0;", CONSOLE_INPUT_KIND),
        CALL(2, "2: error -22;", CONSOLE_READ, IPC_DATA_MAX + 1, 0),
    };

    RUN(list);
}

static void readers_wait_for_their_turn(void)
{
    static const struct step list[] = {
        READ(1, 2, ""),
        READ(2, 9, ""),
        CALL(3, "3: 0;", CONSOLE_INPUT_KIND),
        ARRIVES("abcd\r", "1: ab 2 1;2: cd\n 3 0;[abcd\r\n]"),
    };
    static const struct step pipe[] = {
        CALL(MANAGER, "0: 0;", CONSOLE_INPUT_PIPE),
        CALL(1, "1: 1;", CONSOLE_INPUT_KIND),
        READ(1, 2, ""),
        ARRIVES("abc\x10\x17", "1: ab 2 1;"),
        REST(1, 2, "1: c 1 0;"),
        ARRIVES("d\x10\x17", ""),
        READ(1, 1, "1: d 1 0;"),
        ARRIVES("\x10\x04", ""),
        READ(1, 9, "1:  0 0;"),
        READ(1, 9, "1:  0 0;"),
    };

    RUN(list);
    RUN(pipe);
}

/* The second line of a client whose first still waits for room waits, too. Calls of the client's other threads are
 * refused meanwhile. The second write gets its reply once its bytes have found room in the line. */
static void a_write_waits_for_room(void)
{
    enum { WRITERS = RING_BYTES / LINE_MAX + 4, TIMES = (WRITERS + 2) * (LINE_MAX + 1) / UART_FIFO + 2 };
    static char full[LINE_MAX + 1];
    static struct step list[WRITERS + 5 + TIMES];
    uint32_t i = 0;

    memset(full, 'f', LINE_MAX - 1);
    full[LINE_MAX - 1] = '\n';
    for (; i < WRITERS; i++)
        list[i] = (struct step){.badge = 10 + i, .words = {{CONSOLE_WRITE, LINE_MAX}}, .text = full};
    list[i++] = (struct step){.badge = 5, .words = {{CONSOLE_WRITE, LINE_MAX}}, .text = full, .expected = "5: 256;"};
    list[i++] = (struct step){.badge = 5, .words = {{CONSOLE_WRITE, LINE_MAX}}, .text = full, .expected = ""};
    list[i] = (struct step)WRITE(5, "x", "62: error -16;");
    list[i++].thread = 62;
    list[i] = (struct step)READ(5, 1, "62: error -16;");
    list[i++].thread = 62;
    list[i] = (struct step)CALL(5, "62: error -16;", CONSOLE_SYNC);
    list[i++].thread = 62;
    for (uint32_t n = 0; n < TIMES; n++)
        list[i++] = (struct step)TIME(NULL);
    all_bytes = 0;
    run(list, i, (struct machine_parts){.has_port = true});
    CHECK(!server_owes(5) && last_result == LINE_MAX && all_bytes == (WRITERS + 2) * (LINE_MAX + 1));
}

static void the_screen_shows_it_all(void)
{
    static const struct step list[] = {
        WRITE(1, "one\n", "[one\r\n]1: 4;<one~\n>"),
        TIME(""),
        {.log = "[k] news\n", .expected = "<~[k] news\n~>"},
        WRITE(1, "0123456789abcdefghij\n", "[0123456789abcdef]1: 21;<0123456789abcdefghij~\n>"),
        WRITE(2, "two\n", "2: 4;<two~\n>"), /* the port cannot take it yet */
    };

    RUN(list, .has_screen = true);
}

/* Keys count as typed, even if the port has a pipe. */
static void keys_are_typed(void)
{
    static const struct step list[] = {
        CALL(MANAGER, "0: 0;", CONSOLE_INPUT_PIPE),
        READ(1, 5, ""),
        {.keys = "\x1e\x1c", .expected = "1: a\n 2 0;[a\r\n]"},
        {.keys = "\x30", .expected = NULL},
        {.keys = "\x1c", .expected = NULL},
        READ(1, 1, "1: b 1 1;"),
        REST(1, 9, "[b\r\n]1: \n 1 0;"),
    };

    RUN(list, .has_keyboard = true);
}

int main(void)
{
    writes_say_how_much_was_taken();
    bytes_go_out_as_the_port_takes_them();
    a_sync_gets_its_reply_when_all_is_out();
    a_sync_is_not_held_up_by_writes();
    a_sync_cuts_long_lines_while_it_lasts();
    a_prompt_cuts_a_long_line();
    input_waits_in_the_port();
    lines_are_read();
    readers_wait_for_their_turn();
    a_write_waits_for_room();
    the_screen_shows_it_all();
    keys_are_typed();
    puts("test_console_replies: calls have the expected effects and replies");
}
