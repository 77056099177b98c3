/* The kernel's log at a slow serial port: each byte is sent once and in order, the port never gets more than its queue
 * holds, and a port that is never ready does not block the kernel for ever. */
#include "kernel/i386/instructions.h"
#include "tests/host/check.h"

#include <stdbool.h>
#include <string.h>

static uint8_t port_in(uint16_t port);
static void port_out(uint16_t port, uint8_t value);
void port_log(const char *text, uint32_t bytes);
bool port_log_has_room(uint32_t bytes);
bool port_log_step(void);

#define inb               port_in
#define outb              port_out
#define arch_log          port_log
#define arch_log_has_room port_log_has_room
#define arch_log_step     port_log_step
#include "kernel/i386/log.c"
#include "kernel/lib/log.c"

enum { LOOKS = 4 /* looks at the status until a byte has left */, TEXT = 3000 };

/* A 16550, or an 8250 that holds one byte; at COM2, if there are two. */
static struct uart {
    bool second, fifo, stuck, fast;
    unsigned held, looks;
    char sent[4 * TEXT];
    unsigned count;
} uart;

static uint8_t port_in(uint16_t from)
{
    if (from == COM2 + SCRATCH)
        return uart.second ? 0x5a : 0xff;
    if (from == port + FIFO)
        return uart.fifo ? 0xc1 : 0x01;
    CHECK(from == port + LINE_STATUS);
    if (uart.fast)
        uart.held = 0;
    if (!uart.stuck && ++uart.looks % LOOKS == 0 && uart.held)
        uart.held--;
    return uart.held || uart.stuck ? 0 : CAN_WRITE;
}

static void port_out(uint16_t to, uint8_t value)
{
    if (to != port)
        return;
    CHECK(uart.stuck || uart.held < (uart.fifo ? FIFO_BYTES : 1u));
    CHECK(uart.count < sizeof uart.sent);
    uart.held++;
    uart.sent[uart.count++] = (char)value;
}

static void start_port(bool second, bool fifo)
{
    uart = (struct uart){.second = second, .fifo = fifo};
    at_line_start = true;
    sent = arch_log_page.written;
    log_init();
    uart.held = uart.count = 0;
}

/* Lines of all lengths, as programs log them: no longer than there is room for. */
static unsigned log_lines(char *text)
{
    unsigned bytes = 0, looks = 0;

    for (unsigned line = 0; bytes < TEXT - 130; line++) {
        unsigned length = line % 120 + 1;
        memset(text + bytes, 'a' + line % 26, length - 1);
        text[bytes + length - 1] = '\n';
        while (!port_log_has_room(length)) {
            port_log_step();
            looks++;
        }
        port_log(text + bytes, length);
        bytes += length;
        if (line % 3 == 0)
            port_log_step();
    }
    CHECK(looks > 0 || !uart.fifo);
    while (!port_log_step())
        ;
    CHECK(uart.held == 0); /* a machine that ends now loses nothing */
    return bytes;
}

/* The bytes that the port must get for a text. */
static unsigned expected(const char *text, unsigned bytes, const char *before, char *to)
{
    unsigned count = 0;

    for (unsigned i = 0; i < bytes; i++) {
        if (i == 0 || text[i - 1] == '\n')
            count += (unsigned)strlen(strcpy(to + count, before));
        if (text[i] == '\n')
            to[count++] = '\r';
        to[count++] = text[i];
    }
    return count;
}

static void all_is_sent_in_order(bool second, bool fifo)
{
    static char text[TEXT], all[4 * TEXT];

    start_port(second, fifo);
    unsigned bytes = log_lines(text);
    unsigned count = expected(text, bytes, second ? "" : "\r\n" LOG_PREFIX, all);
    CHECK(uart.count == count && memcmp(all, uart.sent, count) == 0);
}

/* As much as the queue holds, and the caller continues. */
static void a_slow_port_is_not_waited_for(void)
{
    start_port(true, true);
    port_log("0123456789012345678901234567890123456789", 40);
    CHECK(!port_log_step());
    CHECK(uart.count > 0 && uart.count <= FIFO_BYTES && uart.looks <= 2);
    port_log("and another line", 16);
    CHECK(!port_log_step() && uart.count <= FIFO_BYTES && uart.looks <= 3);
}

/* However fast the port is, a step is short: interrupts are off during it. */
static void a_step_is_bounded(void)
{
    char text[256];

    memset(text, 'x', sizeof text);
    start_port(true, true);
    uart.fast = true;
    port_log(text, sizeof text);
    CHECK(!port_log_step() && uart.count > 0 && uart.count <= STEP_FIFOS * FIFO_BYTES);
    while (!port_log_step())
        ;
    CHECK(uart.count == sizeof text);
}

static void a_port_that_is_never_ready_gets_bytes(void)
{
    start_port(true, true);
    uart.stuck = true;
    port_log("panic\n", 6);
    for (unsigned i = 0; !port_log_step(); i++)
        CHECK(i < 2 * POLLS);
    CHECK(uart.count == 7 && memcmp(uart.sent, "panic\r\n", 7) == 0);
}

/* If there is no room for a line, room is made. When the call returns, the line has begun to go out. */
static void a_printed_line_is_not_lost(void)
{
    static char text[LOG_TEXT_BYTES + 1], all[4 * TEXT];

    start_port(true, true);
    memset(text, '.', LOG_TEXT_BYTES);
    text[LOG_TEXT_BYTES - 1] = '\n';
    port_log(text, LOG_TEXT_BYTES);
    log_print("%s is %u, 0x%x\n", "it", 123456789u, 0xdef0abcu);
    unsigned begun = uart.count;
    while (!port_log_step())
        ;
    unsigned count = expected(text, LOG_TEXT_BYTES, "", all);
    count += expected("it is 123456789, 0xdef0abc\n", 27, "", all + count);
    CHECK(uart.count == count && memcmp(all, uart.sent, count) == 0 && begun > 0);
    start_port(true, true);
    log_print("%u", 0u);
    CHECK(uart.count == 1 && uart.sent[0] == '0');
}

/* On the screen, as long as the kernel has it: each line on a cleared row, after the last row from the top again. */
static void the_screen_shows_it(void)
{
    const uint16_t *cells = AT(uint16_t, SCREEN);
    static const char line[] = "0\n";

    cell = 0;
    for (unsigned i = 0; i < CELLS / COLUMNS + 1; i++) {
        port_log("line", 4);
        port_log(line, i < CELLS / COLUMNS ? 2 : 1);
    }
    CHECK(cells[0] == (GREY | 'l') && cells[3] == (GREY | 'e') && cells[4] == (GREY | '0') && cells[5] == 0);
    CHECK(cells[COLUMNS] == (GREY | 'l') && cells[CELLS - COLUMNS + 4] == (GREY | '0') && cells[CELLS] == 0);
    port_log("\nx", 2);
    CHECK(cells[COLUMNS] == (GREY | 'x') && cells[COLUMNS + 1] == 0 && cells[2 * COLUMNS + 1] == (GREY | 'i'));
    log_on_screen = false;
    port_log("y", 1);
    CHECK(cells[COLUMNS + 1] == 0);
    log_on_screen = true;
    start_port(true, true);
}

int main(void)
{
    all_is_sent_in_order(true, true);
    all_is_sent_in_order(true, false);
    all_is_sent_in_order(false, true);
    all_is_sent_in_order(false, false);
    a_slow_port_is_not_waited_for();
    a_step_is_bounded();
    a_port_that_is_never_ready_gets_bytes();
    a_printed_line_is_not_lost();
    the_screen_shows_it();
    puts("test_log: once and in order, and no queue overflows");
}
