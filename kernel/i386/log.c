/*
 * The kernel's log. It goes to the second serial port or, without one, to the first, each line with LOG_PREFIX
 * (the console server owns the first port). The kernel writes as much as the port's FIFO takes and does not
 * wait; the rest stays in the log's page, from which servers show it on a screen. Until a server binds IRQ_LOG,
 * the kernel also writes VGA text.
 *
 * It works before paging, on every processor from the 486 on: see processor.h.
 */
#include "kernel/i386/instructions.h"
#include "kernel/i386/processor.h"
#include "kernel/arch/arch.h"

enum { COM1 = 0x3f8, COM2 = 0x2f8, FIFO = 2, LINE_STATUS = 5, SCRATCH = 7, HAS_FIFO = 0xc0, CAN_WRITE = 0x20 };
enum { FIFO_BYTES = 16, LONGEST = 8 /* bytes sent for one byte of text */, POLLS = 100000, STEP_FIFOS = 4 };
enum { SCREEN = 0xb8000, COLUMNS = 80, CELLS = 25 * COLUMNS, GREY = 0x700 };

struct log_page arch_log_page __attribute__((aligned(PAGE_SIZE)));

static uint16_t port;
static bool has_fifo, at_line_start = true;
static uint32_t sent, cell; /* bytes sent to the port; the screen cell of the next character */
bool log_on_screen = true;

void log_init(void)
{
    /* 115200 8N1, FIFOs on, no interrupts. */
    static const uint8_t setup[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};

    outb(COM2 + SCRATCH, 0x5a);
    port = inb(COM2 + SCRATCH) == 0x5a ? COM2 : COM1;
    for (unsigned i = 0; i < sizeof setup / sizeof setup[0]; i++)
        outb((uint16_t)(port + setup[i][0]), setup[i][1]);
    has_fifo = (inb(port + FIFO) & HAS_FIFO) == HAS_FIFO;
}

/* A port that is never ready counts as ready once in POLLS polls, so that a broken one does not stop the kernel. */
static __attribute__((noinline)) bool is_ready(void)
{
    static uint32_t polls;

    return inb(port + LINE_STATUS) & CAN_WRITE || ++polls % POLLS == 0;
}

/* Waits only for a port without a FIFO: for others arch_log_step() counts the room. */
ALWAYS_INLINE void put(char c)
{
    if (!has_fifo)
        while (!is_ready())
            ;
    outb(port, (uint8_t)c);
}

/* Sends what must precede `c`; returns the number of bytes. If programs share the port, one of their lines may be
 * unfinished, so the kernel begins a new one. */
static unsigned begin(char c)
{
    unsigned count = 0;

    for (const char *p = at_line_start && port == COM1 ? "\r\n" LOG_PREFIX : ""; *p; count++)
        put(*p++);
    at_line_start = c == '\n';
    if (at_line_start)
        put('\r');
    return count + at_line_start;
}

bool arch_log_step(void)
{
    for (unsigned i = 0; i < STEP_FIFOS && sent != arch_log_page.written && is_ready(); i++)
        for (unsigned room = FIFO_BYTES; room >= LONGEST && sent != arch_log_page.written; sent++, room--) {
            char c = arch_log_page.text[sent % LOG_TEXT_BYTES];
            if (at_line_start || c == '\n')
                room -= begin(c);
            put(c);
        }
    return sent == arch_log_page.written && is_ready();
}

bool arch_log_has_room(uint32_t bytes)
{
    return arch_log_page.written - sent + bytes <= LOG_TEXT_BYTES;
}

/* Writes a character to the VGA text screen, which does not scroll: the line after the last is the top one again. */
static void show(char c)
{
    uint16_t *cells = PHYSMAP(uint16_t, SCREEN);

    if (c == '\n')
        cell = (cell / COLUMNS + 1) * COLUMNS;
    else if (cell++ % COLUMNS == 0)
        __builtin_memset(&cells[(cell - 1) % CELLS], 0, COLUMNS * sizeof *cells);
    if (c != '\n')
        cells[(cell - 1) % CELLS] = GREY | (uint8_t)c;
}

void arch_log(const char *text, uint32_t bytes)
{
    for (; bytes; text++, bytes--) {
        const char c = *(const volatile char *)text; /* read once: other threads may write to the page */
        *(volatile char *)&arch_log_page.text[arch_log_page.written % LOG_TEXT_BYTES] = c;
        arch_log_page.written++; /* after the byte: another processor may be reading */
        if (log_on_screen)
            show(c);
    }
}
