#include "servers/console/uart.h"

#include "libuser/sys/calls.h"
#include "servers/proto/slots.h"

enum {
    PORT_DATA = 0x3f8,
    PORT_DIVISOR_LOW = PORT_DATA, /* while LCR_DIVISOR is set */
    PORT_INTERRUPTS = 0x3f9,
    PORT_DIVISOR_HIGH = PORT_INTERRUPTS,
    PORT_IDENTIFY = 0x3fa, /* in */
    PORT_FIFO = 0x3fa,     /* out */
    PORT_LINE_CONTROL = 0x3fb,
    PORT_MODEM_CONTROL = 0x3fc,
    PORT_LINE_STATUS = 0x3fd,
    PORT_SCRATCH = 0x3ff,
};

enum { INTERRUPT_RECEIVED = 1, INTERRUPT_ROOM = 2 };
enum { FIFO_ENABLE = 1, FIFO_CLEAR_IN = 2, FIFO_CLEAR_OUT = 4, FIFO_TRIGGER_8 = 0x80 };
enum { LCR_8N1 = 3, LCR_DIVISOR = 0x80 };
enum { MODEM_DTR = 1, MODEM_RTS = 2, MODEM_INTERRUPTS = 8 };
enum { STATUS_RECEIVED = 1, STATUS_ROOM = 0x20, STATUS_EMPTY = 0x40 };

/* The cost of bytes and interrupts, in units of 200 instructions. */
enum { BURST_IN = 3, BURST_OUT = 1, BURST_INTERRUPT = 5, BURST_MAX = 256 };

enum { CLOCK = 115200, DRAIN_TRIES = 10000, PATTERN = 0x5a };

static uint32_t received = INTERRUPT_RECEIVED; /* 0 when no input is wanted */
static uint32_t interrupts = INTERRUPT_RECEIVED;
static bool is_missing;
static uint32_t burst;

/* The manifest gives the ports, so an error can only mean that the manifest is wrong. */
static uint32_t in(uint32_t port)
{
    uint32_t value = 0;
    err_t err = sys_port_in(CONSOLE_SLOT_PORTS, port, 1, &value);
    if (err)
        __builtin_trap();
    return value;
}

static void out(uint32_t port, uint32_t value)
{
    err_t err = sys_port_out(CONSOLE_SLOT_PORTS, port, 1, value);
    if (err)
        __builtin_trap();
}

void uart_acknowledge(void)
{
    uint32_t count;
    err_t err = sys_irq_ack(CONSOLE_SLOT_IRQ, UART_IRQ, &count);
    if (err)
        __builtin_trap();
    in(PORT_IDENTIFY);
    burst += BURST_INTERRUPT;
}

void uart_init(uint32_t endpoint_slot)
{
    out(PORT_SCRATCH, PATTERN);
    is_missing = in(PORT_SCRATCH) != PATTERN;
    out(PORT_INTERRUPTS, 0);
    out(PORT_LINE_CONTROL, LCR_8N1 | LCR_DIVISOR);
    out(PORT_DIVISOR_LOW, CLOCK / UART_BAUD);
    out(PORT_DIVISOR_HIGH, 0);
    out(PORT_LINE_CONTROL, LCR_8N1);
    out(PORT_FIFO, FIFO_ENABLE | FIFO_CLEAR_IN | FIFO_CLEAR_OUT | FIFO_TRIGGER_8);
    out(PORT_MODEM_CONTROL, MODEM_DTR | MODEM_RTS | MODEM_INTERRUPTS);
    err_t err = sys_irq_bind(CONSOLE_SLOT_IRQ, UART_IRQ, endpoint_slot);
    if (err)
        __builtin_trap();
    out(PORT_INTERRUPTS, interrupts);
    uart_acknowledge();
}

bool uart_get(char *byte)
{
    uint32_t status = in(PORT_LINE_STATUS);

    if (!(status & STATUS_RECEIVED) || status == 0xff) /* 0xff: there is no such port */
        return false;
    *byte = (char)in(PORT_DATA);
    burst += BURST_IN;
    return true;
}

bool uart_can_put(void)
{
    return in(PORT_LINE_STATUS)&STATUS_ROOM || is_missing;
}

void uart_put(char byte)
{
    out(PORT_DATA, (unsigned char)byte);
    burst += BURST_OUT;
}

static void set_interrupts(uint32_t now)
{
    if (now == interrupts)
        return;
    interrupts = now;
    out(PORT_INTERRUPTS, interrupts);
}

void uart_want_input(bool wanted)
{
    received = wanted ? INTERRUPT_RECEIVED : 0;
    set_interrupts(received | (interrupts & INTERRUPT_ROOM));
}

void uart_want_room(bool wanted)
{
    set_interrupts(received | (wanted ? INTERRUPT_ROOM : 0));
}

void uart_drain(void)
{
    for (uint32_t tries = 0; tries < DRAIN_TRIES; tries++)
        if (in(PORT_LINE_STATUS)&STATUS_EMPTY)
            return;
}

void uart_begin_burst(void)
{
    burst = 0;
}

bool uart_burst_is_long(void)
{
    return burst > BURST_MAX / 2;
}

bool uart_burst_is_over(void)
{
    return burst >= BURST_MAX;
}
