/*
 * The whole console server: the work for each message is bounded, and the server continues it by itself, at any port.
 * While there is an unfinished line, the server wants ticks and gets them.
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

enum { WRITER = 1, WRITES = 40, SENT = 3000, TEXT_MAX = 1 << 15 };

/* In one message: a call, everything that arrived at once, a signal. */
enum { PUT_MAX = 8 * UART_FIFO, RECEIVED_MAX = 64 };

/* The most messages between two parts that proc asks for. */
enum { BURST_MAX = 90, INTERRUPTS_MAX = 23 };

static struct machine_parts parts;
static struct words calls[WRITES];
static char texts[WRITES][LINE_MAX];
static uint32_t count, at, put_now, received_now, put_all, received_all, burst, interrupts, waiting;
static uint32_t last_of_ticks, sent, to_send;
static char out[TEXT_MAX];

static void put(char byte)
{
    CHECK(++put_now <= PUT_MAX && put_all < TEXT_MAX);
    out[put_all++] = byte;
}

static void received(char byte)
{
    (void)byte;
    CHECK(++received_now <= RECEIVED_MAX && ++burst <= BURST_MAX);
    received_all++;
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    (void)tag;
    if (machine_is_reply_to_proc(caller, words))
        return OK;
    CHECK(words->w[0] == 0);
    waiting -= caller == WRITER;
    last_of_ticks = words->w[1];
    return OK;
}

static bool call(struct server_message *message)
{
    memcpy(message_page->words, texts[at], LINE_MAX);
    *message = (struct server_message){.caller = WRITER, .tag = IPC_PAGE_WORDS, .words = calls[at++]};
    message->badge = message->words.w[0] >= CONSOLE_RELEASE ? 0 : WRITER;
    waiting++;
    return true;
}

static bool interrupt(struct server_message *message)
{
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
    if (message->words.w[0])
        CHECK(++interrupts <= INTERRUPTS_MAX);
    return message->words.w[0];
}

/* The next call when the previous one has its reply. Until then whatever comes by itself, or time for the port. */
static bool next(struct server_message *message)
{
    put_now = received_now = 0;
    if (machine_continues(message)) {
        if (message->words.w[0] == CONSOLE_EVENTS && message->words.w[1])
            burst = interrupts = 0;
        return true;
    }
    if (interrupt(message))
        return true;
    if (at < count && waiting == 0)
        return call(message);
    machine_time_passes();
    return interrupt(message);
}

static void run_with(const struct server_fake *fake, uint32_t how_many)
{
    static const struct machine_sinks sinks = {.put = put, .received = received};

    count = how_many;
    at = put_all = received_all = burst = interrupts = waiting = 0;
    machine_begin(parts, &sinks);
    server_run_input(fake, (struct words){{0}});
    CHECK(at == count && waiting == 0);
}

static void run(uint32_t how_many)
{
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    run_with(&fake, how_many);
}

/* Empty lines are twice as long at the port. */
static void long_writes_go_out_in_steps(void)
{
    memset(texts, '\n', sizeof(texts));
    for (uint32_t i = 0; i < WRITES; i++)
        calls[i] = (struct words){{CONSOLE_WRITE, LINE_MAX}};
    parts = (struct machine_parts){.has_port = true};
    run(WRITES);
    CHECK(put_all == 2 * WRITES * LINE_MAX);
    parts.is_instant = true;
    run(WRITES);
    CHECK(put_all == 2 * WRITES * LINE_MAX);
}

/* Nothing takes the bytes from the port, and it does not interrupt. */
static void no_port_needs_no_interrupts(void)
{
    parts = (struct machine_parts){.has_port = false};
    run(WRITES);
}

static void begin_sends(void)
{
    for (uint32_t i = 0; i < SENT; i++)
        machine_send('i');
}

static err_t replied_then_sends(uint32_t caller, const struct words *words, uint32_t tag)
{
    if (caller == WRITER)
        begin_sends();
    return replied(caller, words, tag);
}

static void what_comes_in_bulk_comes_in_steps(void)
{
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied_then_sends};

    calls[0] = (struct words){{CONSOLE_INPUT_PIPE}};
    parts = (struct machine_parts){.has_port = true};
    run_with(&fake, 1);
    CHECK(received_all == SENT);
}

/* A port that is faster than any wire. Its interrupts come before proc's calls, with two bytes when the previous ones
 * were taken. */
static bool next_of_fast_port(struct server_message *message)
{
    machine_time_passes();
    for (uint32_t n = 0; at == count && received_all == sent - n && sent < to_send && n < 2; n++, sent++)
        machine_send('i');
    put_now = received_now = 0;
    return interrupt(message) || next(message);
}

static void interrupts_come_in_bursts(void)
{
    static const struct server_fake fake = {.call = machine_call, .next = next_of_fast_port, .replied = replied};

    sent = 0;
    to_send = SENT;
    run_with(&fake, 1);
    CHECK(received_all == SENT);
    to_send = 0;
    for (uint32_t i = 0; i < WRITES; i++)
        calls[i] = (struct words){{CONSOLE_WRITE, LINE_MAX}};
    run_with(&fake, WRITES);
    CHECK(put_all == 2 * WRITES * LINE_MAX);
}

/* So many ticks, and the server says which is the last. */
static void a_line_has_its_ticks(void)
{
    memcpy(texts[0], "prompt", 6);
    calls[0] = (struct words){{CONSOLE_WRITE, 6}};
    for (uint32_t i = 1; i <= PATIENCE_TICKS; i++)
        calls[i] = (struct words){{CONSOLE_TICK, i}};
    parts = (struct machine_parts){.has_port = true};
    run(PATIENCE_TICKS);
    CHECK(put_all == 0 && last_of_ticks == 1 && machine_wants_ticks());
    run(PATIENCE_TICKS + 1);
    CHECK(put_all == 6 && memcmp(out, "prompt", 6) == 0 && last_of_ticks == 0);
}

static void a_whole_line_needs_none(void)
{
    memcpy(texts[0], "whole\n", 6);
    run(1);
    CHECK(put_all == 7 && !machine_wants_ticks());
}

int main(void)
{
    long_writes_go_out_in_steps();
    no_port_needs_no_interrupts();
    what_comes_in_bulk_comes_in_steps();
    interrupts_come_in_bursts();
    a_line_has_its_ticks();
    a_whole_line_needs_none();
    puts("test_console_steps: one step for each message");
}
