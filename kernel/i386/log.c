/*
 * The kernel's log: the second serial port, polled; where there is none, the first one, each line
 * behind LOG_PREFIX (the console server owns the first port). And for those who look at a screen: a
 * page that users read, and, until somebody waits for IRQ_LOG to do that, VGA's text.
 *
 * It is there before paging, on processors of all ages: see processor.c.
 */
#include "kernel/i386/instructions.h"
#include "kernel/i386/processor.h"
#include "kernel/arch/arch.h"

enum { COM1 = 0x3f8, COM2 = 0x2f8, LINE_STATUS = 5, SCRATCH = 7, CAN_WRITE = 0x20, PATIENCE = 100000 };
enum { SCREEN = 0xb8000, COLUMNS = 80, CELLS = 25 * COLUMNS, GREY = 0x700 };

struct log_page arch_log_page __attribute__((aligned(PAGE_SIZE)));

static uint16_t port;
static bool at_line_start = true;
static unsigned cell; /* of the screen: where the next character goes */
bool log_shows = true;

void log_init(void)
{
    /* 115200 8N1, FIFOs on, no interrupts. */
    static const uint8_t setup[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};

    outb(COM2 + SCRATCH, 0x5a);
    port = inb(COM2 + SCRATCH) == 0x5a ? COM2 : COM1;
    for (unsigned i = 0; i < sizeof setup / sizeof setup[0]; i++)
        outb((uint16_t)(port + setup[i][0]), setup[i][1]);
}

static void put(char c)
{
    for (unsigned i = 0; i < PATIENCE && !(inb(port + LINE_STATUS) & CAN_WRITE); i++)
        ;
    outb(port, (uint8_t)c);
}

/* Below the last line the next one goes to the top. */
static void show(char c)
{
    uint16_t *cells = AT(uint16_t, SCREEN);

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
        const char c = *(const volatile char *)text; /* once: it may be in a page that others write to */
        if (at_line_start && port == COM1) /* a program's line may be unfinished */
            for (const char *p = "\r\n" LOG_PREFIX; *p; p++)
                put(*p);
        at_line_start = c == '\n';
        if (c == '\n')
            put('\r');
        put(c);
        *(volatile char *)&arch_log_page.text[arch_log_page.written % LOG_TEXT_BYTES] = c;
        arch_log_page.written++; /* behind the byte: another processor may be reading */
        if (log_shows)
            show(c);
    }
}
