/*
 * The whole console server, with a hundred clients that wait for the same event. The work for each message is bounded,
 * other clients are served in between, and in the end no client waits.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c
 */
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/console/lines.h"
#include "servers/console/uart.h"
#include "servers/proto/console.h"
#include "tests/host/check.h"
#include "tests/server/console_machine.h"
#include "tests/server/server_run.h"

enum { CROWD = 100, OTHER = CROWD + 1, WRITER, MANAGER };
static const char part[] = "a part of a line, of which nothing comes any more; ";
enum { PART = sizeof(part) - 1 };

/* with one message */
static const uint32_t put_at_most = 8 * UART_FIFO;
static uint32_t replies_at_most, shown_at_most;

/* The message with that number; false if there is none any more. */
static bool (*script)(uint32_t number, struct server_message *message);
static struct machine_parts parts;
static uint32_t number, put_now, put_all, replies_now, replies_all, shown_all, steps;
static bool other_is_served, is_other_due;

static void put(char byte)
{
    (void)byte;
    put_now++;
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    (void)tag;
    CHECK(words->w[0] == 0);
    if (machine_is_reply_to_proc(caller, words) || caller == MANAGER || caller == WRITER)
        return OK;
    if (caller == OTHER) {
        other_is_served = true;
        return OK;
    }
    replies_now++;
    return OK;
}

static void end_message(void)
{
    uint32_t shown = 0;
    char byte;

    while (parts.has_screen && machine_screen_byte(&byte))
        shown++;
    CHECK(put_now <= put_at_most && replies_now <= replies_at_most && shown <= shown_at_most);
    put_all += put_now;
    replies_all += replies_now;
    shown_all += shown;
    put_now = replies_now = 0;
}

static void call(struct server_message *message, uint32_t badge, uint32_t what, uint32_t word, uint32_t other)
{
    *message =
        (struct server_message){.badge = badge, .caller = badge ? badge : MANAGER, .words = {{what, word, other}}};
}

static void write_part(struct server_message *message, uint32_t badge)
{
    call(message, badge, CONSOLE_WRITE, PART, 0);
    memcpy(message_page->words, part, PART);
    message->tag = (PART + 3) / 4;
}

static bool signals(struct server_message *message)
{
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
    return message->words.w[0];
}

/* Another client calls while the crowd waits, and gets its reply before the last of the crowd does. */
static bool next(struct server_message *message)
{
    end_message();
    if (is_other_due && replies_all > 0) {
        is_other_due = false;
        call(message, OTHER, CONSOLE_INPUT_KIND, 0, 0);
        return true;
    }
    if (machine_continues(message)) {
        steps++;
        return true;
    }
    if (script(number, message)) {
        number++;
        return true;
    }
    machine_time_passes();
    return signals(message);
}

static void run(bool (*new_script)(uint32_t, struct server_message *), uint32_t replies, struct machine_parts new_parts)
{
    static const struct machine_sinks sinks = {.put = put};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    script = new_script, replies_at_most = replies, parts = new_parts;
    number = put_now = put_all = replies_now = replies_all = shown_all = steps = 0;
    other_is_served = is_other_due = false;
    machine_begin(parts, &sinks);
    server_run_input(&fake, (struct words){{0}});
    for (uint32_t i = 1; i <= CROWD; i++)
        CHECK(!server_owes(i));
}

/* All begin in the same tick. */
static bool writes_then_ticks(uint32_t i, struct server_message *message)
{
    if (i < CROWD)
        write_part(message, i + 1);
    else
        call(message, 0, CONSOLE_TICK, i - CROWD + 1, 0);
    return i < CROWD + PATIENCE_TICKS;
}

/* Each has a row of its own. Afterwards no tick is wanted any more. */
static void lines_that_are_due_go_out_in_parts(void)
{
    enum { BYTES = CROWD * (PART + 2) - 2 };

    run(writes_then_ticks, 1, (struct machine_parts){.has_port = true, .is_instant = true});
    CHECK(put_all == BYTES && steps >= BYTES / put_at_most);
    run(writes_then_ticks, 1, (struct machine_parts){.has_port = true});
    CHECK(put_all == BYTES);
    run(writes_then_ticks, 1, (struct machine_parts){.has_port = false});
}

/* The port is busy, so all syncs wait; so does a client that writes meanwhile. */
static bool syncs(uint32_t i, struct server_message *message)
{
    enum { LINES = 7 };

    if (i < LINES) {
        call(message, WRITER, CONSOLE_WRITE, LINE_MAX, 0);
        memset(message_page->words, '\n', LINE_MAX);
        message->tag = LINE_MAX / sizeof(uint32_t);
    } else if (i < LINES + CROWD - 1) {
        call(message, i - LINES + 1, CONSOLE_SYNC, 0, 0);
    } else if (i == LINES + CROWD - 1) {
        write_part(message, CROWD);
        is_other_due = true;
    }
    return i < LINES + CROWD;
}

static void syncs_get_their_replies_in_parts(void)
{
    enum { AT_ONCE = 8 };

    run(syncs, AT_ONCE, (struct machine_parts){.has_port = true});
    CHECK(replies_all == CROWD && other_is_served && steps >= CROWD / AT_ONCE);
}

/* The end of a pipe is for all readers that are in the foreground. */
static bool reads_of_a_pipe(uint32_t i, struct server_message *message)
{
    if (i > CROWD + 1)
        return false;
    if (i == 0)
        call(message, 0, CONSOLE_INPUT_PIPE, 0, 0);
    else
        call(message, i, CONSOLE_READ, 1, 1);
    if (i <= CROWD)
        return true;
    is_other_due = true;
    machine_send(0x10);
    machine_send(0x04);
    return signals(message);
}

static void readers_are_served_in_parts(void)
{
    enum { AT_ONCE = 4 };

    run(reads_of_a_pipe, AT_ONCE, (struct machine_parts){.has_port = true});
    CHECK(replies_all == CROWD && other_is_served && steps >= CROWD / AT_ONCE);
}

/* Nearly as much as the kernel keeps. */
enum { LINES = 30, LINE = 60 };

static bool logs(uint32_t i, struct server_message *message)
{
    char line[LINE + 1];

    if (i > 0)
        return false;
    memset(line, 'k', LINE);
    line[LINE - 1] = '\n', line[LINE] = 0;
    for (uint32_t n = 0; n < LINES; n++)
        machine_log(line);
    return signals(message);
}

static void the_log_is_shown_in_parts(void)
{
    shown_at_most = 1024 * 5 / 4; /* with the prefix that says whose each line is */
    run(logs, 0, (struct machine_parts){.has_port = true, .has_screen = true});
    CHECK(shown_all >= LINES * LINE);
}

int main(void)
{
    lines_that_are_due_go_out_in_parts();
    syncs_get_their_replies_in_parts();
    readers_are_served_in_parts();
    the_log_is_shown_in_parts();
    puts("test_console_crowds: a part with each message");
}
