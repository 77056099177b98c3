/*
 * The whole console server. The bytes of an input choose the calls and their callers, what is typed or comes from a
 * pipe, when the port takes bytes, the lines of the log, and who dies. Output and input are compared with
 * tests/fuzz/console_model.h.
 *
 * fuzz: runs=4000
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c tests/fuzz/console_model.c
 * sources: tests/fuzz/console_clients.c tests/fuzz/bytes.c
 */
#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/console/lines.h"
#include "servers/proto/console.h"
#include "tests/fuzz/bytes.h"
#include "tests/server/console_machine.h"
#include "tests/fuzz/console_clients.h"
#include "tests/fuzz/console_model.h"
#include "tests/fuzz/fuzz.h"
#include "tests/server/server_run.h"
#include "tests/host/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t exit_step, end_ticks, ticks;
static bool all_write; /* all clients only write, so that no row is broken */

/* ---------------------------------------------------------------------------------- what is asked */

/* Rows of letters, sometimes with a piece of what a row must not begin with. */
static uint32_t any_rows(uint32_t client)
{
    uint32_t bytes = random_below(4) ? random_below(40) : random_below(READ_MAX + 1), count = 0;
    bool has_letter = model_unfinished(client) > 0;

    while (count < bytes) {
        uint32_t kind = random_below(12);
        if (kind == 0 && has_letter)
            asked.text[count++] = '\n';
        else if (kind <= 1)
            asked.text[count++] = LOG_PREFIX[random_below(4)];
        else
            asked.text[count++] = model_letter(client);
        has_letter = asked.text[count - 1] != '\n' && (has_letter || kind > 1);
    }
    return count;
}

static bool signal(uint32_t bits)
{
    asked.message = (struct server_message){.tag = TAG_SIGNAL, .words = {{bits}}};
    return true;
}

/* If the write is refused, its letters come again in the next one. */
static void write(uint32_t client)
{
    bool is_refused = random_below(16) == 0;

    asked.message.tag = IPC_PAGE_WORDS;
    if (is_refused) {
        asked.message.words = (struct words){{CONSOLE_WRITE, random_below(2) ? READ_MAX + 1 : 5, 0, 0}};
        asked.message.tag = random_below(2);
        return;
    }
    if (clients_asked_is_busy()) {
        asked.message.words = (struct words){{CONSOLE_WRITE, random_below(9), 0, 0}};
        return;
    }
    uint32_t bytes = any_rows(client);
    asked.message.words = (struct words){{CONSOLE_WRITE, bytes, 0, 0}};
    if (asked.message.tag && random_below(4) == 0)
        asked.message.tag = (bytes + 3) / 4;
    model_written(client, asked.text, bytes);
}

static void read(void)
{
    uint32_t bytes = random_below(8) ? random_below(READ_MAX + 1) : random_below(2) ? READ_MAX + 1 : bytes_word();

    asked.message.words = (struct words){{CONSOLE_READ, bytes, random_below(4), 0}};
}

static uint32_t any_badge(void)
{
    uint32_t any = random_below(8) ? 0 : bytes_word();

    return any ? any : clients[1 + random_below(CLIENTS - 1)].badge; /* the manager, 0, ends last */
}

static void any_call(uint32_t client)
{
    static const uint8_t calls[] = {CONSOLE_WRITE, CONSOLE_WRITE,      CONSOLE_WRITE,   CONSOLE_READ,      CONSOLE_READ,
                                    CONSOLE_SYNC,  CONSOLE_INPUT_KIND, CONSOLE_RELEASE, CONSOLE_INPUT_PIPE};
    uint32_t number = calls[all_write ? 0 : random_below(COUNT(calls))];

    if (!all_write && random_below(20) == 0)
        number = random_below(2) ? 7 + random_below(9) : 18 + bytes_word() / 2;
    if ((number == CONSOLE_KEYS || number == CONSOLE_INTERRUPT) && client == 0)
        number = CONSOLE_SYNC; /* covered by tests/host/test_line_discipline.c and test_console_foreground.c */
    asked.message.words = (struct words){{number, any_badge(), bytes_word(), 0}};
    if (number == CONSOLE_WRITE)
        write(client);
    else if (number == CONSOLE_READ)
        read();
    if (number != CONSOLE_WRITE)
        model_may_break();
    if (number == CONSOLE_INPUT_PIPE && client == 0)
        model_set_pipe();
}

static void ask_for_events(bool part)
{
    asked.client = 0;
    asked.message = (struct server_message){.caller = PROC, .words = {{CONSOLE_EVENTS, part}}};
}

/* Proc is told of one client, and mostly finds it in the foreground. Now and then it makes all clients ask again. */
static bool proc_calls(void)
{
    uint32_t badge = clients_reported();

    model_may_break();
    ask_for_events(clients_are_due() && random_below(2));
    if (random_below(4) == 0)
        asked.message.words = (struct words){{CONSOLE_FOREGROUND, 0, random_below(2)}};
    else if (badge)
        asked.message.words = (struct words){{CONSOLE_FOREGROUND, random_below(8) ? badge : 0, random_below(4) == 0}};
    return true;
}

static bool tick(void)
{
    model_may_break();
    asked.client = 0;
    asked.message = (struct server_message){.caller = PROC, .words = {{CONSOLE_TICK, ++ticks}}};
    return true;
}

static void let_die(uint32_t client)
{
    server_caller_dies(client);
    server_caller_dies(client + SECOND);
    clients[client].is_dead = true;
}

/* Proc releases each process that ends. */
static bool release(uint32_t client)
{
    if (client == 0 || server_owes(0))
        return false;
    let_die(client);
    model_ended(client);
    model_may_break();
    asked.client = 0;
    asked.message = (struct server_message){.words = {{CONSOLE_RELEASE, clients[client].badge, 0, 0}}};
    return true;
}

/* A process that waits to read is released at once: otherwise the console could reply with bytes that nobody gets,
 * and the model could not tell. */
static bool die(uint32_t client)
{
    if (clients[client].waits == READ)
        return release(client);
    let_die(client);
    return signal(machine_signals());
}

static bool call(uint32_t client)
{
    uint32_t caller = client;

    if (clients[client].is_dead)
        return release(client);
    if (clients[client].waits != NOT)
        caller += SECOND; /* its second thread */
    asked.client = client;
    asked.message = (struct server_message){.badge = clients[client].badge, .caller = caller};
    any_call(client);
    if (asked.message.words.w[0] == CONSOLE_RELEASE && client == 0)
        for (uint32_t i = 1; i < CLIENTS; i++)
            if (clients[i].badge == asked.message.words.w[1]) {
                let_die(i);
                model_ended(i);
            }
    memcpy(message_page->words, asked.text, READ_MAX);
    return true;
}

/* The keys that the model knows; none is a letter. Control-C, whose echo has one, is covered by
 * tests/host/test_line_discipline.c. */
static const char typed_keys[] = "0123456789 _\r\n\t\b\177\004\025\027";

static bool arrive(void)
{
    static const uint8_t codes[] = {2, 3, 11, 0x1c, 0x0e, 0x82, 0x9c};
    uint32_t count = 1 + random_below(random_below(8) ? 6 : 200);

    if (count > model_room() || clients_proc_is_signalled() || clients_are_due())
        return false;
    model_may_break();
    if (random_below(4) == 0) {
        machine_key(codes[random_below(COUNT(codes))]);
        return signal(machine_signals());
    }
    for (uint32_t i = 0; i < count; i++) {
        bool escape = model_is_piped() && random_below(6) == 0;
        char any = typed_keys[random_below(sizeof(typed_keys) - 1)];
        if (escape) {
            machine_send(0x10);
            any = (char)(random_below(40) ? random_below(2) ? 0x10 : 0x17 : 4);
        }
        machine_send(any);
    }
    return signal(machine_signals());
}

static bool flood(void)
{
    for (uint32_t i = 0; model_is_piped() && i < 3000; i++)
        machine_send((char)('0' + i % 10));
    return signal(machine_signals());
}

static bool log_line(void)
{
    static const char *const texts[] = {"[k] a line\n", "no end", "\n", "\016\017", "[k] two\n[k] lines\n"};
    const char *text = texts[random_below(COUNT(texts))];

    machine_log(text);
    uint32_t bits = machine_signals();
    if (bits & 4)
        model_logged(text);
    return signal(bits);
}

static bool any_event(void)
{
    if (all_write && random_below(4))
        return call(random_below(CLIENTS));
    if (!all_write && (clients_proc_is_signalled() || clients_are_due() || clients_reported()) && random_below(2))
        return proc_calls();
    switch (all_write ? 2 : random_below(18)) {
    case 0:
    case 1:
        return arrive();
    case 2:
    case 3:
        machine_time_passes();
        return signal(machine_signals());
    case 4:
        return random_below(2) ? log_line() : flood();
    case 6:
        return tick();
    case 7:
        return proc_calls();
    case 5:
        return die(1 + random_below(CLIENTS - 1));
    default:
        return call(random_below(CLIENTS));
    }
}

/* ---------------------------------------------------------------------------------- the end */

/* Lets time pass until nothing is due any more. */
static bool drain(void)
{
    machine_time_passes();
    uint32_t bits = machine_signals();
    if (bits)
        return signal(bits);
    if (!clients_proc_is_signalled() && !clients_are_due())
        return false;
    ask_for_events(true);
    return true;
}

/* When everything due is done and all rows had their time, no client waits for room or for the port. */
static void check_drained(void)
{
    for (uint32_t i = 0; i < CLIENTS; i++) {
        CHECK(clients[i].is_dead || clients[i].waits == NOT || clients[i].waits == READ);
        CHECK(model_left(i) <= 1);
    }
}

/* All clients end. The manager's own row goes out with a read that does not wait, if it can call. */
static bool last_message(void)
{
    random_source = NULL;
    if (drain())
        return true;
    if (end_ticks++ < PATIENCE_TICKS)
        return tick();
    if (exit_step == 0)
        check_drained();
    server_caller_dies(0);
    clients[0].is_dead = true;
    if (exit_step < CLIENTS - 1)
        return release(++exit_step);
    if (exit_step++ > CLIENTS - 1)
        return false;
    asked.client = 0;
    asked.message = (struct server_message){.words = {{CONSOLE_RELEASE, 0, 0, 0}}};
    clients_reader_leaves(0);
    return true;
}

static bool next(struct server_message *message)
{
    bool is_asked;

    clients_settle();
    is_asked = bytes_are_left() && !exit_step ? any_event() : last_message();
    while (!is_asked && bytes_are_left() && !exit_step)
        is_asked = any_event();
    if (!is_asked && !(is_asked = last_message()))
        return false;
    *message = asked.message;
    return true;
}

static void begin(void)
{
    exit_step = end_ticks = ticks = 0;
    all_write = random_below(4) == 0;
    clients_begin();
    model_begin();
    machine_begin((struct machine_parts){random_below(8) > 0, random_below(2), random_below(2), random_below(4) == 0},
                  &model_sinks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = clients_replied};

    bytes_begin(data, size);
    begin();
    server_run_input(&fake, (struct words){{0}});
    model_check_all_out();
    CHECK(clients_count() == 0);
    return 0;
}
