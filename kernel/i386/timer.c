#include "kernel/i386/timer.h"

#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"

enum { TIMER_DATA = 0x40, TIMER_MODE = 0x43, TIMER_HZ = 1193182 };
enum { SYSTEM_CONTROL = 0x61, GATE = 1, SPEAKER = 2, OUTPUT = 0x20 };

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
    uint8_t control = inb(SYSTEM_CONTROL) & ~(uint8_t)(SPEAKER | GATE);

    outb(SYSTEM_CONTROL, control);
    outb(TIMER_MODE, 0xb0); /* channel 2, both bytes, interrupt on terminal count */
    outb(TIMER_DATA + 2, (uint8_t)count);
    outb(TIMER_DATA + 2, (uint8_t)(count >> 8));
    outb(SYSTEM_CONTROL, control | GATE);
    while (!(inb(SYSTEM_CONTROL) & OUTPUT))
        __asm__ volatile("pause");
}
