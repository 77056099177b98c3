/*
 * The console server. Output: lines of many programs, to the first serial port and the screen. Input: lines
 * typed there or on the keyboard, or bytes of a pipe at the port's other end.
 *
 * It waits for nobody: a write without room, a read without input and a sync get their replies later. Badge 0 is
 * the manager.
 */
#include "libuser/ipc/server.h"
#include "libuser/sys/derive.h"
#include "servers/console/input.h"
#include "servers/console/keyboard.h"
#include "servers/console/events.h"
#include "servers/console/readers.h"
#include "servers/console/screen.h"
#include "servers/console/uart.h"
#include "servers/console/writers.h"
#include "servers/proto/console.h"
#include "servers/proto/slots.h"

#include <assert.h>

/* Our endpoint, once with the badge of each signal. */
enum { SLOT_UART_SIGNAL = 16, SLOT_KEYBOARD_SIGNAL = 17, SLOT_LOG_SIGNAL = 18 };

/* One message handles at most so many keys, received bytes and readers, so that other clients are served in between.
 * The rest is due: proc asks for it (call_events). */
enum { KEYS_MAX = 64, RECEIVE_MAX = 64, SERVED_MAX = 4 };
enum { NOBODY = BADGE_MAX + 1u };
enum { SIGNAL_UART = 1, SIGNAL_KEYBOARD = 2, SIGNAL_LOG = 4 };

static struct input input;
static bool receiving = true; /* false: the port keeps its bytes until there is room */
static struct readers readers;
static uint32_t keys_of = NOBODY; /* the client that reads keys instead of lines */
static uint32_t rest_of = NOBODY; /* the client whose last read took only a part */
static bool input_is_due, log_is_due;

/* ------------------------------------------------------------------------------------ what is due */

static bool may_serve_reader(void)
{
    return !list_is_empty(&readers.served) && input_is_ready(&input);
}

static bool is_any_due(void)
{
    return writers_are_due() || input_is_due || log_is_due || readers_any_asking(&readers) || may_serve_reader() ||
           discipline_is_due(&input.typed);
}

/* We do not signal ourselves, because a signal would overtake all calls. */
static void continue_if_due(void)
{
    if (uart_burst_is_long())
        events_want_ticks();
    if (is_any_due())
        events_continue();
}

/* --------------------------------------------------------------------------------------- output */

static void transmit(void)
{
    writers_transmit();
    continue_if_due();
}

/* For calls by proc: it has other work to do and must not wait for the port. */
static void transmit_later(void)
{
    writers_transmit_later();
    continue_if_due();
}

static SERVER_CALL int32_t call_write(uint32_t badge, struct words *words)
{
    uint32_t bytes = words->w[1];
    struct caller caller = caller_now();

    if (bytes > LINE_MAX || bytes > ipc_data_bytes())
        return -EINVAL;
    struct client *client = client_get(badge);
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    lines_write(&lines, client, (const char *)message_page->words, bytes);
    transmit();
    words->w[1] = bytes;
    return writers_reply_to_write(client, caller, words);
}

static SERVER_CALL int32_t call_sync(uint32_t badge, struct words *words)
{
    struct caller caller = caller_now();
    struct client *client = client_get(badge);

    (void)words;
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    writers_sync(client, caller);
    lines_flush(&lines, client);
    transmit();
    return SERVER_LATER;
}

/* ---------------------------------------------------------------------------------------- input */

/* Fills words 1 and 2 of the reply to a read, and puts its bytes into the message page. */
static void take(uint32_t badge, uint32_t bytes, struct words *words)
{
    int32_t taken = input_take(&input, (char *)message_page->words, bytes);

    words->w[1] = taken > 0 ? (uint32_t)taken : 0;
    words->w[2] = taken > 0 && input_has_more(&input);
    rest_of = words->w[2] ? badge : NOBODY;
}

/* Gives the first reader as many bytes as fit. If that reader has died, the next one gets them. */
static void serve_reader(void)
{
    struct client *client = FIRST_OF(&readers.served, wait);
    struct input_position before = input_position(&input);
    uint32_t rest_before = rest_of;
    struct words words = {{0}};

    take(client->badge, client->bytes_wanted, &words);
    if (!reply(client, (int32_t)ipc_extend(words.w[1], 0), &words)) {
        input_restore(&input, before);
        rest_of = rest_before;
    }
    writers_forget(client);
}

static void serve_readers(void)
{
    for (uint32_t n = 0; n < SERVED_MAX && may_serve_reader(); n++)
        serve_reader();
    if (list_is_empty(&readers.served) && input_is_ready(&input))
        events_input_is_ready();
}

/* Takes bytes from the port while there is room. The port raises no new interrupt while it still holds bytes. */
static void receive(void)
{
    uint32_t count = 0;
    char byte;

    while (receiving && count < RECEIVE_MAX && uart_get(&byte)) {
        count++;
        receiving = input_put(&input, byte);
    }
    if (!receiving || uart_burst_is_over())
        uart_want_input(false);
    input_is_due = receiving && (count == RECEIVE_MAX || uart_burst_is_over());
}

/* Called after a read, and when a new burst begins. */
static void receive_again(void)
{
    receiving = receiving || input_has_room(&input);
    if (!receiving)
        return;
    if (!uart_burst_is_over()) {
        uart_want_input(true); /* this raises an interrupt if bytes are waiting */
    } else if (!input_is_due) {
        input_is_due = true;
        continue_if_due();
    }
}

/* A read shows the client's unfinished line, which usually is a prompt. */
static void show_prompt(struct client *client)
{
    if (lines.owner != client && client->used > 0)
        lines_share(&lines, lines.is_shared);
    lines_flush(&lines, client);
    transmit();
}

static int32_t read_later(struct client *client, struct caller caller, uint32_t bytes)
{
    int32_t result = reply_later(client, caller, WAITS_READ, bytes);

    readers_add(&readers, client);
    if (readers_any_asking(&readers))
        events_notify();
    return result;
}

/* Returns whether a read must wait: for the foreground, for earlier reads or for input. */
static bool must_wait(const struct client *client)
{
    return !readers_may_read(&readers, client) || !list_is_empty(&readers.served) || !input_is_ready(&input);
}

/* A call without `wait` asks for the rest of the last read, and gets its reply at once. */
static SERVER_CALL int32_t call_read(uint32_t badge, struct words *words)
{
    uint32_t bytes = words->w[1], wait = words->w[2];
    struct caller caller = caller_now();

    if (bytes > IPC_DATA_MAX)
        return -EINVAL;
    struct client *client = client_get(badge);
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    show_prompt(client);
    if (wait & WAIT_ALLOWED && must_wait(client)) {
        if (!(wait & WAIT_INTERRUPTED))
            return read_later(client, caller, bytes);
        writers_forget(client);
        return -EINTR;
    }
    if (wait & WAIT_ALLOWED || badge == rest_of)
        take(badge, bytes, words);
    else
        words->w[1] = words->w[2] = 0;
    writers_forget(client);
    receive_again();
    return (int32_t)ipc_extend(words->w[1], 0);
}

/* The caller need not be in the foreground: a background program learns that when it reads. */
static SERVER_CALL int32_t call_poll(uint32_t badge, struct words *words)
{
    bool is_ready = input_is_ready(&input);

    (void)badge;
    if (words->w[1] && !is_ready)
        events_watch_input();
    words->w[1] = is_ready;
    return 0;
}

static SERVER_CALL int32_t call_input_kind(uint32_t badge, struct words *words)
{
    (void)badge;
    words->w[1] = input.piped;
    return 0;
}

static SERVER_CALL int32_t call_input_pipe(uint32_t badge, struct words *words)
{
    (void)words;
    if (badge != 0)
        return -EPERM;
    input.piped = true;
    return 0;
}

/* Keys of the keyboard always pass the line discipline, even if the port is a pipe. */
static void take_keys(void)
{
    char key;

    keyboard_acknowledge();
    for (int n = 0; n < KEYS_MAX && keyboard_get(&key); n++)
        discipline_key(&input.typed, key);
}

static void give_keys(uint32_t badge, bool keys)
{
    keys_of = keys ? badge : NOBODY;
    discipline_give_keys(&input.typed, keys);
    if (input.typed.interrupts)
        events_notify();
}

static void signals(uint32_t bits)
{
    if (bits & SIGNAL_LOG) {
        screen_acknowledge();
        log_is_due = screen_log();
    }
    if (bits & SIGNAL_KEYBOARD)
        take_keys();
    if (bits & SIGNAL_UART) {
        uart_acknowledge();
        if (!uart_burst_is_over())
            receive();
    }
    if (input.typed.interrupts)
        events_notify();
    serve_readers();
    transmit();
    receive_again();
}

/* ----------------------------------------------------------------------------------------- proc's */

/* Does a part of everything that is due. */
static void do_part(void)
{
    if (log_is_due)
        log_is_due = screen_log();
    uart_begin_burst();
    discipline_do_part(&input.typed);
    if (input_is_due)
        receive();
    serve_readers();
    transmit(); /* first: the line must fall before input is wanted again, or nobody sees its rise */
    receive_again();
}

/* Proc asks for the rest at the priority of a program, so other clients are served in between. */
static SERVER_CALL int32_t call_events(uint32_t badge, struct words *words)
{
    uint32_t part = words->w[1];

    if (badge != 0)
        return -EPERM;
    if (part)
        do_part();
    struct client *client = readers_next_asking(&readers);
    words->w[1] = client ? client->badge : 0;
    events_take(input.typed.interrupts, is_any_due(), &words->w[2], &words->w[3]);
    input.typed.interrupts = false;
    return 0;
}

static SERVER_CALL int32_t call_foreground(uint32_t badge, struct words *words)
{
    uint32_t again = words->w[2];

    if (badge != 0)
        return -EPERM;
    readers_set_foreground(&readers, words->w[1]);
    if (again)
        readers_ask_again(&readers);
    serve_readers();
    receive_again();
    continue_if_due();
    return 0;
}

/* Input that was typed so far stays in the edited line. */
static SERVER_CALL int32_t call_interrupt(uint32_t badge, struct words *words)
{
    struct words none = {{0}};

    if (badge != 0)
        return -EPERM;
    struct client *client = client_find(words->w[1]);
    bool reads = client && readers_remove(client);
    words->w[1] = client && !reads && client->waits != WAITS_NOT;
    if (reads) {
        reply(client, -EINTR, &none);
        writers_forget(client);
    }
    return 0;
}

static SERVER_CALL int32_t call_keys(uint32_t badge, struct words *words)
{
    if (badge != 0)
        return -EPERM;
    give_keys(words->w[1], words->w[2]);
    serve_readers();
    transmit_later();
    return 0;
}

static SERVER_CALL int32_t call_tick(uint32_t badge, struct words *words)
{
    bool is_long = uart_burst_is_long();

    if (badge != 0)
        return -EPERM;
    lines_tick(&lines, words->w[1]);
    uart_begin_burst();
    receive_again();
    transmit_later();
    words->w[1] = is_long || lines_are_timed(&lines);
    events_set_ticks(words->w[1]);
    return 0;
}

/* ------------------------------------------------------------------------------------------ end */

static SERVER_CALL int32_t call_release(uint32_t badge, struct words *words)
{
    if (badge != 0)
        return -EPERM;
    readers_leave(&readers, words->w[1]);
    if (keys_of == words->w[1])
        give_keys(keys_of, false);
    struct client *client = client_find(words->w[1]);
    if (!client) {
        lines_end(&lines, words->w[1]);
        return 0;
    }
    client_stop_waiting(client);
    client->ended = true;
    client->hurried = false;
    lines_flush(&lines, client);
    writers_end(client);
    transmit_later();
    return 0;
}

static SERVER_CALL int32_t call_audit(uint32_t badge, struct words *words)
{
    uint32_t found = 0;

    (void)words;
    if (badge != 0)
        return -EPERM;
    assert(readers_audit(&readers));
    for (struct client *client = 0; (client = client_next(client)); found++)
        assert(client_find(client->badge) == client && lines_audit(client));
    assert(found == clients_count());
    return 0;
}

#define ENTRY(number, name) [number] = call_##name,
static const server_call calls[CONSOLE_CALLS_END] = {CONSOLE_CALLS(ENTRY)};

static uint32_t signal_slot(uint32_t slot, uint32_t signal)
{
    err_t err = cap_badge(SERVER_SLOT_ENDPOINT, slot, RIGHT_SIGNAL, signal);

    if (err)
        __builtin_trap();
    return slot;
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct server server = {
        .calls = calls,
        .calls_count = CONSOLE_CALLS_END,
        .signal = signals,
    };

    (void)ebx, (void)esi, (void)edi;
    clients_init();
    readers_init(&readers);
    writers_init();
    input_init(&input, &lines.output);
    screen_init(signal_slot(SLOT_LOG_SIGNAL, SIGNAL_LOG));
    uart_init(signal_slot(SLOT_UART_SIGNAL, SIGNAL_UART));
    keyboard_init(signal_slot(SLOT_KEYBOARD_SIGNAL, SIGNAL_KEYBOARD));
    server_run(&server);
}
