/* The kernel's log: the second serial port, polled; where there is none, the first one, each line
 * behind LOG_PREFIX. The console server owns the first port. */
#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"

enum {
    COM1 = 0x3f8,
    COM2 = 0x2f8,
    LINE_STATUS = 5,
    SCRATCH = 7,
    CAN_WRITE = 0x20,
    PATIENCE = 100000,
};

static uint16_t port = COM1;
static bool at_line_start = true;

static bool is_there(uint16_t at)
{
    outb(at + SCRATCH, 0x5a);
    return inb(at + SCRATCH) == 0x5a;
}

void arch_log_init(void)
{
    /* 115200 8N1, FIFOs on, no interrupts. */
    static const uint8_t setup[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};

    port = is_there(COM2) ? COM2 : COM1;
    for (unsigned i = 0; i < sizeof setup / sizeof setup[0]; i++)
        outb((uint16_t)(port + setup[i][0]), setup[i][1]);
}

static void put(char c)
{
    for (unsigned i = 0; i < PATIENCE && !(inb(port + LINE_STATUS) & CAN_WRITE); i++)
        ;
    outb(port, (uint8_t)c);
}

void arch_log(const char *text, uint32_t bytes)
{
    for (; bytes; text++, bytes--) {
        if (at_line_start && port == COM1) /* a program's line may be unfinished */
            for (const char *p = "\r\n" LOG_PREFIX; *p; p++)
                put(*p);
        at_line_start = *text == '\n';
        if (*text == '\n')
            put('\r');
        put(*text);
    }
}
