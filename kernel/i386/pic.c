#include "kernel/i386/pic.h"

#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"

enum { MASTER = 0x20, SLAVE = 0xa0, CASCADE = 2, END_OF_INTERRUPT = 0x20, READ_IN_SERVICE = 0x0b };

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
