#include "tests/server/console_machine.h"

#include <string.h>

#include "servers/proto/slots.h"
#include "servers/console/keyboard.h"
#include "servers/console/uart.h"
#include "servers/proto/console.h"
#include "servers/proto/screen_ring.h"
#include "tests/server/server_run.h"
#include "tests/host/check.h"

enum { RING_ADDRESS = 0x20000000, QUEUE_MAX = 1 << 16 };
enum { DATA = 0x3f8, INTERRUPTS, IDENTIFY, LINE_CONTROL, MODEM_CONTROL, LINE_STATUS, SCRATCH = 0x3ff };
enum { KEY_DATA = 0x60, KEY_STATUS = 0x64, KEY_SETTINGS = 0x20 };
enum { RECEIVED = 1, ROOM = 2, STATUS_RECEIVED = 1, STATUS_ROOM = 0x60, DIVISOR = 0x80, NO_PORT = 0xff };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct queue {
    uint32_t head, tail;
    uint8_t bytes[QUEUE_MAX];
};

static struct machine_parts parts;
static const struct machine_sinks *sinks;
static struct queue to_port, to_keyboard;
static uint32_t enabled, line_control, scratch, in_port;
static bool room_is_pending, line_is_up, settings_are_asked;
static uint32_t derived[64];          /* by slot: the signal of our own endpoint that the capability there sends */
static uint32_t signal_of[IRQ_COUNT]; /* by line; 0: not bound */
static uint32_t due, to_itself;
static bool proc_is_signalled, proc_asks, proc_will_call_again, ticks_are_wanted;
static uint32_t reader; /* the reader that proc was told of */
static uint32_t screen_read;
static struct screen_ring *ring;
static struct log_page *log;

static void push(struct queue *queue, uint8_t byte)
{
    if (queue->head - queue->tail <
        QUEUE_MAX) /* a full queue drops the byte: the sender would have to wait, and does not */
        queue->bytes[queue->head++ % QUEUE_MAX] = byte;
}

static uint8_t pop(struct queue *queue)
{
    return queue->head == queue->tail ? 0 : queue->bytes[queue->tail++ % QUEUE_MAX];
}

static bool is_waiting(const struct queue *queue)
{
    return queue->head != queue->tail;
}

/* ---------------------------------------------------------------------------------- the port */

static void level(void)
{
    bool up = (enabled & RECEIVED && is_waiting(&to_port)) || (enabled & ROOM && room_is_pending);

    if (up && !line_is_up && parts.has_port)
        due |= signal_of[UART_IRQ];
    line_is_up = up;
}

static void leave(uint32_t bytes)
{
    bool was_full = in_port > 0;

    in_port -= bytes < in_port ? bytes : in_port;
    room_is_pending |= was_full && in_port == 0;
    level();
}

static uint32_t status(void)
{
    uint32_t now = (is_waiting(&to_port) ? STATUS_RECEIVED : 0) | (in_port ? 0 : STATUS_ROOM);

    leave(1);
    return now;
}

/* The first cause is that a byte was received. */
static uint32_t identify(void)
{
    if (!(enabled & RECEIVED && is_waiting(&to_port)))
        room_is_pending = false;
    level();
    return 0;
}

static uint32_t take_received(void)
{
    CHECK(is_waiting(&to_port));
    uint8_t byte = pop(&to_port);

    if (sinks->received)
        sinks->received((char)byte);
    level();
    return byte;
}

static uint32_t port_in(uint32_t port)
{
    if (!parts.has_port)
        return NO_PORT;
    switch (port) {
    case DATA:
        return take_received();
    case IDENTIFY:
        return identify();
    case LINE_STATUS:
        return status();
    default:
        CHECK(port == SCRATCH);
        return scratch;
    }
}

static void put(uint32_t byte)
{
    CHECK(in_port < UART_FIFO && byte <= 0xff);
    in_port++;
    room_is_pending = false;
    if (sinks->put)
        sinks->put((char)byte);
    if (parts.is_instant)
        leave(in_port);
}

static void port_out(uint32_t port, uint32_t value)
{
    bool divisor = line_control & DIVISOR;

    if (port == DATA && !divisor)
        put(value);
    if (port == INTERRUPTS && !divisor) {
        room_is_pending |= value & ~enabled & ROOM && in_port == 0;
        enabled = value;
    }
    if (port == LINE_CONTROL)
        line_control = value;
    if (port == SCRATCH)
        scratch = value;
    if (!parts.has_port)
        in_port = 0;
    level();
}

/* ---------------------------------------------------------------------------------- the keyboard */

static uint32_t key_in(uint32_t port)
{
    if (!parts.has_keyboard)
        return NO_PORT;
    if (port == KEY_STATUS)
        return settings_are_asked || is_waiting(&to_keyboard);
    if (settings_are_asked) {
        settings_are_asked = false;
        return 0;
    }
    uint8_t code = pop(&to_keyboard);
    if (sinks->typed)
        sinks->typed(code);
    return code;
}

static err_t in(uint32_t slot, uint32_t *w)
{
    bool key = slot == CONSOLE_SLOT_KEYBOARD_DATA || slot == CONSOLE_SLOT_KEYBOARD_STATUS;

    CHECK(w[1] == 1 && (key ? w[0] == KEY_DATA || w[0] == KEY_STATUS : slot == CONSOLE_SLOT_PORTS));
    w[0] = key ? key_in(w[0]) : port_in(w[0]);
    return OK;
}

static err_t out(uint32_t slot, const uint32_t *w)
{
    CHECK(w[1] == 1);
    if (slot == CONSOLE_SLOT_PORTS)
        port_out(w[0], w[2]);
    else
        settings_are_asked = w[0] == KEY_STATUS && w[2] == KEY_SETTINGS;
    return OK;
}

/* ---------------------------------------------------------------------------------- the rest */

static err_t map(const uint32_t *w)
{
    uint32_t slot = w[1] >> SLOT_SHIFT, address = w[0] & -(uint32_t)PAGE_SIZE;
    bool is_ring = slot == CONSOLE_SLOT_SCREEN_RING;

    if (!parts.has_screen)
        return ERR_CAP;
    CHECK(address == RING_ADDRESS + (is_ring ? 0 : SCREEN_RING_PAGES * PAGE_SIZE));
    CHECK((w[0] & RIGHT_ALL) == (is_ring ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ));
    return OK;
}

static err_t bind(const uint32_t *w)
{
    CHECK(w[0] < IRQ_COUNT && w[1] < 64 && derived[w[1]]);
    signal_of[w[0]] = derived[w[1]];
    return OK;
}

/* Signals to itself, to proc, to the screen. */
static err_t signal(uint32_t slot)
{
    if (slot < COUNT(derived) && derived[slot])
        to_itself |= derived[slot];
    else if (slot == CONSOLE_SLOT_PROC)
        proc_is_signalled = true;
    else
        CHECK(slot == CONSOLE_SLOT_SCREEN && parts.has_screen);
    return OK;
}

int32_t machine_call(uint32_t number, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w;

    switch (number) {
    case SYS_port_in:
        return in(slot, w);
    case SYS_port_out:
        return out(slot, w);
    case SYS_vm_map:
        return map(w);
    case SYS_irq_bind:
        return bind(w);
    case SYS_irq_ack:
        w[0] = 1;
        return OK;
    case SYS_cap_derive:
        CHECK(slot == SERVER_SLOT_ENDPOINT && w[0] < 64 && !derived[w[0]] && w[1] == RIGHT_SIGNAL);
        derived[w[0]] = w[2];
        return OK;
    default:
        CHECK(number == SYS_ipc_signal);
        return signal(slot);
    }
}

void machine_send(char byte)
{
    push(&to_port, (uint8_t)byte);
    level();
}

void machine_key(uint8_t scancode)
{
    if (!parts.has_keyboard)
        return;
    push(&to_keyboard, scancode);
    due |= signal_of[KEYBOARD_IRQ];
}

void machine_log(const char *text)
{
    for (; *text; text++)
        log->text[log->written++ % LOG_TEXT_BYTES] = *text;
    due |= signal_of[IRQ_LOG];
}

void machine_time_passes(void)
{
    leave(in_port);
}

bool machine_port_is_empty(void)
{
    return in_port == 0;
}

uint32_t machine_signals(void)
{
    uint32_t bits = due | to_itself;

    due = to_itself = 0;
    return bits;
}

bool machine_signalled_proc(void)
{
    bool is_signalled = proc_is_signalled;

    proc_is_signalled = false;
    return is_signalled;
}

static bool proc_calls(struct server_message *message)
{
    bool is_signalled = !reader && machine_signalled_proc();

    *message = (struct server_message){.caller = MACHINE_PROC, .words = {{CONSOLE_FOREGROUND, reader}}};
    if (!reader && !is_signalled && !proc_will_call_again)
        return false;
    if (!reader)
        message->words = (struct words){{CONSOLE_EVENTS, !is_signalled}};
    proc_asks = !reader;
    reader = 0;
    return true;
}

bool machine_continues(struct server_message *message)
{
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{to_itself}}};
    to_itself = 0;
    return message->words.w[0] || proc_calls(message);
}

bool machine_is_reply_to_proc(uint32_t caller, const struct words *words)
{
    if (caller != MACHINE_PROC)
        return false;
    CHECK(words->w[0] == 0);
    if (proc_asks) {
        reader = words->w[1];
        ticks_are_wanted = words->w[2];
        proc_will_call_again = words->w[3] & CONSOLE_EVENT_DUE;
    }
    return true;
}

bool machine_wants_ticks(void)
{
    return ticks_are_wanted;
}

bool machine_screen_byte(char *byte)
{
    if (screen_read == ring->written)
        return false;
    CHECK(ring->written - screen_read <= SCREEN_RING_BYTES);
    *byte = ring->text[screen_read++ % SCREEN_RING_BYTES];
    ring->asleep = screen_read % 3 == 0;
    return true;
}

void machine_begin(struct machine_parts new_parts, const struct machine_sinks *new_sinks)
{
    if (!ring)
        ring = server_pages(RING_ADDRESS, SCREEN_RING_PAGES + 1);
    memset(ring, 0, (SCREEN_RING_PAGES + 1) * PAGE_SIZE);
    log = (struct log_page *)(void *)((char *)ring + SCREEN_RING_PAGES * PAGE_SIZE);
    parts = new_parts;
    sinks = new_sinks;
    to_port.head = to_port.tail = to_keyboard.head = to_keyboard.tail = 0;
    enabled = line_control = scratch = in_port = due = to_itself = screen_read = 0;
    room_is_pending = line_is_up = settings_are_asked = proc_is_signalled = proc_will_call_again = ticks_are_wanted =
        false;
    reader = 0;
    memset(derived, 0, sizeof(derived));
    memset(signal_of, 0, sizeof(signal_of));
}
