#include "kernel/i386/pic.h"

#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"

enum { MASTER = 0x20, SLAVE = 0xa0, CASCADE = 2, END_OF_INTERRUPT = 0x20, READ_IN_SERVICE = 0x0b };
enum { TIMER_DATA = 0x40, TIMER_MODE = 0x43, TIMER_HZ = 1193182 };
enum { CONTROL = 0x61, CONTROL_GATE = 1, CONTROL_SPEAKER = 2, CONTROL_OUTPUT = 0x20 };

static uint16_t masked = 0xffff & ~(1u << CASCADE);

static void write_masks(void)
{
    outb(MASTER + 1, (uint8_t)masked);
    outb(SLAVE + 1, (uint8_t)(masked >> 8));
}

void pic_unmask(unsigned line)
{
    masked &= (uint16_t) ~(1u << line);
    write_masks();
}

void pic_init(void)
{
    /* ICW1-4: edge-triggered, vectors, cascade, 8086 mode. */
    static const uint8_t setup[][3] = {
        {0, 0x11, 0x11}, {1, PIC_VECTORS, PIC_VECTORS + 8}, {1, 1u << CASCADE, CASCADE}, {1, 1, 1}};

    for (unsigned i = 0; i < sizeof setup / sizeof setup[0]; i++) {
        outb((uint16_t)(MASTER + setup[i][0]), setup[i][1]);
        outb((uint16_t)(SLAVE + setup[i][0]), setup[i][2]);
    }
    write_masks();
}

void timer_init(void)
{
    const uint16_t divisor = TIMER_HZ / TICKS_PER_SECOND;

    outb(TIMER_MODE, 0x34); /* channel 0, both bytes, rate generator */
    outb(TIMER_DATA, (uint8_t)divisor);
    outb(TIMER_DATA, (uint8_t)(divisor >> 8));
}

/* Channel 2 counts down once; its gate and output are at the system control port. */
void timer_wait(unsigned microseconds)
{
    const uint16_t count = (uint16_t)(microseconds * 1193u / 1000);
    uint8_t control = inb(CONTROL) & ~(uint8_t)(CONTROL_SPEAKER | CONTROL_GATE);

    outb(CONTROL, control);
    outb(TIMER_MODE, 0xb0); /* channel 2, both bytes, interrupt on terminal count */
    outb(TIMER_DATA + 2, (uint8_t)count);
    outb(TIMER_DATA + 2, (uint8_t)(count >> 8));
    outb(CONTROL, control | CONTROL_GATE);
    while (!(inb(CONTROL) & CONTROL_OUTPUT))
        __asm__ volatile("pause");
}

static bool is_spurious(unsigned line)
{
    uint16_t controller = line < 8 ? MASTER : SLAVE;

    if (line != 7 && line != 15)
        return false;
    outb(controller, READ_IN_SERVICE);
    return !(inb(controller) & 0x80);
}

bool pic_end_of_interrupt(unsigned line)
{
    bool spurious = is_spurious(line);

    if (!spurious) {
        if (line != IRQ_TICK)
            masked |= (uint16_t)(1u << line);
        write_masks();
        if (line >= 8)
            outb(SLAVE, END_OF_INTERRUPT);
    }
    if (!spurious || line >= 8) /* even then the master has an interrupt in service: the cascade */
        outb(MASTER, END_OF_INTERRUPT);
    return !spurious;
}
