/*
 * COM1's driver, register by register: what it writes where, in which order, and how it interprets what it reads;
 * without a port it waits for nothing; a call that the kernel refuses ends the server.
 *
 * instead: tests/server/instead
 * sources: servers/console/uart.c
 */
#include <string.h>
#include <sys/wait.h>

#include <unistd.h>

#include "libuser/sys/syscall.h"
#include "servers/console/uart.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/host/written_lines.h"

enum { PORTS = 0x3f8, DATA = 0, SCRATCH = 7, LINE_STATUS = 5, ENDPOINT = 9, DRAIN_READS = 10000 };

static uint32_t registers[8];        /* their values for reads */
static uint32_t refused = SYS_COUNT; /* the number of the refused call */

/* Each call is a line: a register read or written, a line bound or acknowledged. */
err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    uint32_t number = head & SYSCALL_NUMBER, slot = head >> SLOT_SHIFT;
    bool is_port = number == SYS_port_in || number == SYS_port_out;

    if (number == refused)
        return ERR_ARG;
    CHECK(slot == (is_port ? (uint32_t)CONSOLE_SLOT_PORTS : (uint32_t)CONSOLE_SLOT_IRQ));
    CHECK(!is_port || (ebx >= PORTS && ebx < PORTS + 8 && esi == 1));
    if (number == SYS_port_in)
        add_line("in %u\n", ebx - PORTS), *result = registers[ebx - PORTS];
    else if (number == SYS_port_out)
        add_line("out %u %x\n", ebx - PORTS, edi);
    else if (number == SYS_irq_bind)
        add_line("bind %u %u\n", ebx, esi);
    else if (number == SYS_irq_ack)
        add_line("ack %u\n", ebx);
    else
        abort();
    return OK;
}

static void expect(const char *expected)
{
    if (strcmp(lines, expected) != 0)
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines), abort();
    lines_bytes = 0;
    lines[0] = 0;
}

#define BEGIN                                                                                                          \
    "out 7 5a\nin 7\n"             /* is there a port? */                                                              \
    "out 1 0\n"                    /* no interrupts until everything is set */                                         \
    "out 3 83\nout 0 1\nout 1 0\n" /* the divisor for 115,200 */                                                       \
    "out 3 3\nout 2 87\nout 4 b\n" /* 8N1; FIFOs, emptied, which interrupt at 8 bytes; interrupts reach the line */    \
    "bind 4 9\nout 1 1\nack 4\nin 2\n" /* bound before the first interrupt */

static void begins(uint32_t scratch)
{
    registers[SCRATCH] = scratch;
    uart_init(ENDPOINT);
    expect(BEGIN);
}

static void bytes_come_in(void)
{
    char byte = 'x';

    registers[LINE_STATUS] = 0xfe;
    CHECK(!uart_get(&byte) && byte == 'x');
    expect("in 5\n");
    registers[LINE_STATUS] = 1, registers[DATA] = 0xe9;
    CHECK(uart_get(&byte) && byte == (char)0xe9);
    expect("in 5\nin 0\n");
    registers[LINE_STATUS] = 0xff; /* no device responds */
    CHECK(!uart_get(&byte));
    expect("in 5\n");
}

static void bytes_go_out(void)
{
    registers[LINE_STATUS] = 0xdf;
    CHECK(!uart_can_put());
    registers[LINE_STATUS] = 0x20;
    CHECK(uart_can_put());
    uart_put((char)0xe9);
    expect("in 5\nin 5\nout 0 e9\n");
}

/* The register is written only if it must change. */
static void interrupts_are_as_wanted(void)
{
    uart_want_input(true);
    uart_want_room(false);
    expect("");
    uart_want_room(true);
    uart_want_room(true);
    expect("out 1 3\n");
    uart_want_input(false);
    uart_want_input(false);
    expect("out 1 2\n");
    uart_want_input(true);
    expect("out 1 3\n");
    uart_want_room(false);
    uart_want_input(false);
    expect("out 1 1\nout 1 0\n");
    uart_want_room(true);
    uart_want_room(false);
    uart_want_input(true);
    expect("out 1 2\nout 1 0\nout 1 1\n");
    uart_acknowledge(); /* the line is acknowledged before the device is emptied */
    expect("ack 4\nin 2\n");
}

/* Only as many bytes and interrupts as other clients can wait for. A received byte costs as much as three sent ones. */
static uint32_t burst(bool in, bool out)
{
    uint32_t bytes = 0;
    char byte;

    registers[LINE_STATUS] = 1;
    uart_begin_burst();
    for (; !uart_burst_is_over(); bytes++) {
        CHECK(uart_burst_is_long() == (bytes * (3u * in + out) > 128));
        if (in)
            CHECK(uart_get(&byte));
        if (out)
            uart_put('x');
        lines_bytes = 0;
    }
    return bytes;
}

static void bursts_are_limited(void)
{
    CHECK(burst(true, false) == 86 && burst(false, true) == 256 && burst(true, true) == 64);
    uart_begin_burst();
    CHECK(!uart_burst_is_over() && !uart_burst_is_long());
    for (uint32_t i = 0; i < 52; i++) {
        CHECK(!uart_burst_is_over());
        uart_acknowledge();
        lines_bytes = 0;
    }
    CHECK(uart_burst_is_over());
    lines[0] = 0;
}

static void the_wire_is_waited_for(void)
{
    registers[LINE_STATUS] = 0xff;
    uart_drain();
    expect("in 5\n");
    registers[LINE_STATUS] = 0x40;
    uart_drain();
    expect("in 5\n");
    registers[LINE_STATUS] = 0xbf; /* never ready */
    uart_drain();
    CHECK(lines_bytes == DRAIN_READS * strlen("in 5\n"));
    lines_bytes = 0;
    lines[0] = 0;
}

static void no_port_is_waited_for(void)
{
    begins(0xff);
    registers[LINE_STATUS] = 0;
    CHECK(uart_can_put());
    expect("in 5\n");
    begins(0x5a);
    CHECK(!uart_can_put());
    expect("in 5\n");
}

/* The effect of a refusal of `number` on the caller. */
static void expect_trap(uint32_t number, void (*calls)(void))
{
    int status;

    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        refused = number;
        calls();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
}

static void puts_one(void)
{
    uart_put('a');
}

static void binds(void)
{
    uart_init(ENDPOINT);
}

static void refusals_end_it(void)
{
    expect_trap(SYS_port_in, uart_drain);
    expect_trap(SYS_port_out, puts_one);
    expect_trap(SYS_irq_bind, binds);
    expect_trap(SYS_irq_ack, uart_acknowledge);
}

int main(void)
{
    begins(0x5a);
    bytes_come_in();
    bytes_go_out();
    interrupts_are_as_wanted();
    bursts_are_limited();
    the_wire_is_waited_for();
    no_port_is_waited_for();
    refusals_end_it();
    printf("test_uart: each register is read and written as it must be\n");
    return 0;
}
