/*
 * The console server: lines of many programs out of the first serial port and to the screen; in, lines
 * that are typed there or on the keyboard, or what comes out of a pipe at the port's other end.
 *
 * It waits for nobody: a write that finds no room, a read that finds nothing, a sync are answered
 * when they can be. Badge 0 is the manager.
 */
#include "libuser/ipc/server.h"
#include "libuser/sys/calls.h"
#include "servers/clients.h"
#include "servers/console/input.h"
#include "servers/console/keyboard.h"
#include "servers/console/lines.h"
#include "servers/console/screen.h"
#include "servers/console/uart.h"
#include "servers/proto/console.h"

/* Our endpoint, badged for a signal. */
enum { SLOT_UART = 16, SLOT_KEYBOARD = 17, SLOT_LOG = 18 };
enum { KEYS_MAX = 64 }; /* that one signal brings, whatever a port says */
enum { SIGNAL_UART = 1, SIGNAL_KEYBOARD = 2, SIGNAL_LOG = 4 };

static struct lines lines;
static struct input input;
static bool receiving = true; /* false: the port keeps its bytes until there is room */
static struct client *readers, **readers_end = &readers;
static bool syncing;

/* --------------------------------------------------------------------------------- late answers */

static int32_t answer_later(struct client *client, struct caller caller, enum client_wait waits,
                            uint32_t bytes)
{
    client->caller = caller.caller;
    client->calls = caller.calls;
    client->waits = (uint8_t)waits;
    client->bytes_wanted = bytes;
    return SERVER_LATER;
}

/* False if the caller died meanwhile. */
static bool answer(struct client *client, int32_t result, struct words *words)
{
    client->waits = WAITS_NOT;
    return server_answer((struct caller){client->caller, client->calls}, result, words) == OK;
}

static void forget(struct client *client)
{
    if (client != lines.owner)
        client_drop(client);
}

static void drained(struct client *client)
{
    struct words words = {{0, client->bytes_wanted}};

    if (client->waits == WAITS_WRITE && client->used <= LINE_MAX)
        answer(client, 0, &words);
    if (client->ended)
        forget(client);
}

/* --------------------------------------------------------------------------------------- output */

static void answer_syncs(void)
{
    struct client *client = 0;

    uart_drain();
    while ((client = client_next_waiting(client, WAITS_SYNC))) {
        struct words words = {{0}};
        answer(client, 0, &words);
        forget(client);
    }
    syncing = false;
}

/* The ring to the screen, and into the port as far as it goes; for the rest an interrupt is wanted. */
static void transmit(void)
{
    struct ring *ring = &lines.output.ring;

    while (ring_used(ring) > 0 && uart_can_put()) {
        screen_follow(ring);
        for (int n = 0; n < UART_FIFO && ring_used(ring) > 0; n++)
            uart_put(ring_get(ring));
        if (!lines_are_out(&lines) && syncing)
            lines_cut(&lines); /* nobody's long line holds up a sync */
        else if (!lines_are_out(&lines))
            lines_move(&lines);
    }
    bool more = ring_used(ring) > 0;
    uart_want_room(more);
    if (more)
        screen_follow(ring);
    else if (syncing)
        answer_syncs();
}

static int32_t call_write(uint32_t badge, struct words *words)
{
    uint32_t bytes = words->w[1];
    struct caller caller = caller_now();

    if (bytes > LINE_MAX || bytes > (message_page->tag & TAG_WORDS) * sizeof(uint32_t))
        return -EINVAL;
    struct client *client = client_get(badge);
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    lines_write(&lines, client, (const char *)message_page->words, bytes);
    transmit();
    if (client->used > LINE_MAX)
        return answer_later(client, caller, WAITS_WRITE, bytes);
    forget(client);
    words->w[1] = bytes;
    return 0;
}

static int32_t call_sync(uint32_t badge, struct words *words)
{
    struct caller caller = caller_now();
    struct client *client = client_get(badge);

    (void)words;
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    int32_t result = answer_later(client, caller, WAITS_SYNC, 0);
    syncing = true;
    lines_cut(&lines);
    lines_flush(&lines, client);
    transmit();
    return result;
}

/* ---------------------------------------------------------------------------------------- input */

/* Words 1 and 2 of a read's answer; its bytes into the page. */
static void take(uint32_t bytes, struct words *words)
{
    int32_t taken = input_take(&input, (char *)message_page->words, bytes);

    words->w[1] = taken > 0 ? (uint32_t)taken : 0;
    words->w[2] = taken > 0 && input_goes_on(&input);
}

static void reader_add(struct client *client)
{
    client->next_reader = 0;
    *readers_end = client;
    readers_end = &client->next_reader;
}

static void reader_remove(struct client *client)
{
    struct client **link = &readers;

    while (*link != client)
        link = &(*link)->next_reader;
    *link = client->next_reader;
    if (!client->next_reader)
        readers_end = link;
}

/* What fits to the first reader; if that one died, it stays for the next. */
static void serve_reader(void)
{
    struct client *client = readers;
    struct input_position before = input_position(&input);
    struct words words = {{0}};

    take(client->bytes_wanted, &words);
    reader_remove(client);
    if (!answer(client, (int32_t)ipc_extend(words.w[1], 0), &words))
        input_restore(&input, before);
    forget(client);
}

/* What the port has, as far as there is room. */
static void receive(void)
{
    char byte;

    while (receiving && uart_get(&byte)) {
        receiving = input_put(&input, byte);
        if (!receiving)
            uart_want_input(false);
    }
}

/* Somebody has read. */
static void receive_again(void)
{
    if (receiving || !input_has_room(&input))
        return;
    receiving = true;
    uart_want_input(true); /* and an interrupt comes, if bytes have waited */
}

/* A read shows the client's unfinished line: most often a prompt. */
static void show_prompt(struct client *client)
{
    if (lines.owner != client && client->used > 0)
        lines_cut(&lines);
    lines_flush(&lines, client);
    transmit();
}

/* Without `wait` it is the rest of a read, and answered at once. */
static int32_t call_read(uint32_t badge, struct words *words)
{
    uint32_t bytes = words->w[1], wait = words->w[2];
    struct caller caller = caller_now();

    if (bytes > IPC_DATA_MAX)
        return -EINVAL;
    struct client *client = client_get(badge);
    if (!client || client->waits != WAITS_NOT)
        return -EBUSY;
    show_prompt(client);
    if (wait && (readers || !input_is_ready(&input))) {
        reader_add(client);
        return answer_later(client, caller, WAITS_READ, bytes);
    }
    take(wait || input_goes_on(&input) ? bytes : 0, words);
    forget(client);
    receive_again();
    return (int32_t)ipc_extend(words->w[1], 0);
}

static int32_t call_input_kind(uint32_t badge, struct words *words)
{
    (void)badge;
    words->w[1] = input.piped;
    return 0;
}

static int32_t call_input_pipe(uint32_t badge, struct words *words)
{
    (void)words;
    if (badge != 0)
        return -EPERM;
    input.piped = true;
    uart_expect_bulk();
    return 0;
}

/* Those of the keyboard are typed, whatever is at the port's other end. */
static void take_keys(void)
{
    char key;

    keyboard_acknowledge();
    for (int n = 0; n < KEYS_MAX && keyboard_get(&key); n++)
        discipline_key(&input.typed, key);
}

static void signals(uint32_t bits)
{
    if (bits & SIGNAL_LOG)
        screen_log();
    if (bits & SIGNAL_KEYBOARD)
        take_keys();
    if (bits & SIGNAL_UART) {
        uart_acknowledge();
        receive();
    }
    while (readers && input_is_ready(&input))
        serve_reader();
    transmit(); /* so that the line has fallen before input is wanted again, and its rise is seen */
    receive_again();
}

/* ------------------------------------------------------------------------------------------ end */

static int32_t call_release(uint32_t badge, struct words *words)
{
    if (badge != 0)
        return -EPERM;
    struct client *client = client_find(words->w[1]);
    if (!client)
        return 0;
    if (client->waits == WAITS_READ)
        reader_remove(client);
    client->waits = WAITS_NOT;
    client->ended = true;
    lines_flush(&lines, client); /* which forgets it, if that was its last byte */
    client = client_find(words->w[1]);
    if (client)
        forget(client);
    transmit();
    return 0;
}

static const server_call calls[CONSOLE_CALLS_END] = {
    [CONSOLE_WRITE] = call_write,
    [CONSOLE_READ] = call_read,
    [CONSOLE_SYNC] = call_sync,
    [CONSOLE_INPUT_KIND] = call_input_kind,
    [CONSOLE_INPUT_PIPE] = call_input_pipe,
    [CONSOLE_RELEASE] = call_release,
};

static uint32_t signal_slot(uint32_t slot, uint32_t signal)
{
    err_t err = sys_cap_derive(SERVER_SLOT_ENDPOINT, slot, RIGHT_SIGNAL, signal, 0);

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
    lines_init(&lines, drained);
    input_init(&input, &lines.output);
    screen_init(signal_slot(SLOT_LOG, SIGNAL_LOG));
    uart_init(signal_slot(SLOT_UART, SIGNAL_UART));
    keyboard_init(signal_slot(SLOT_KEYBOARD, SIGNAL_KEYBOARD));
    server_run(&server);
}
