/* The timer, as in its data sheet: the tick has the stated rate, and waits last as long as they say. */
#include "kernel/i386/instructions.h"
#include "tests/host/check.h"

#include <stdbool.h>

static uint8_t port_in(uint16_t port);
static void port_out(uint16_t port, uint8_t value);

#define inb  port_in
#define outb port_out
#include "kernel/i386/timer.c"

enum { LOOKS = 3 }; /* reads until channel 2 has counted down */

/* An 8254. The gate and the output of channel 2 are at the control port. */
static struct {
    unsigned mode[3], bytes[3];
    uint16_t count[3];
    unsigned looks;
    uint8_t control;
} timer;

static void count_down(unsigned channel, uint8_t value)
{
    CHECK(timer.bytes[channel] < 2);
    timer.count[channel] |= (uint16_t)(value << 8 * timer.bytes[channel]++);
    timer.looks = 0;
}

static void set_mode(uint8_t value)
{
    unsigned channel = value >> 6;

    CHECK(channel < 3 && (value >> 4 & 3) == 3 && !(value & 1)); /* both bytes, binary */
    timer.mode[channel] = value >> 1 & 7;
    timer.bytes[channel] = timer.count[channel] = 0;
}

static void port_out(uint16_t port, uint8_t value)
{
    if (port == TIMER_MODE)
        set_mode(value);
    else if (port == SYSTEM_CONTROL)
        timer.control = value;
    else
        count_down(port - TIMER_DATA, value);
}

static uint8_t port_in(uint16_t port)
{
    CHECK(port == SYSTEM_CONTROL);
    bool counts = timer.control & GATE && timer.bytes[2] == 2;
    bool over = counts && ++timer.looks >= LOOKS;
    return (uint8_t)((timer.control & ~OUTPUT) | (over ? OUTPUT : 0) | SPEAKER);
}

static void the_tick_is_as_fast_as_it_says(void)
{
    enum { RATE_GENERATOR = 2 };

    timer_init();
    CHECK(timer.mode[0] == RATE_GENERATOR && timer.bytes[0] == 2);
    unsigned thousandth = TIMER_HZ * 1000ull / timer.count[0] / TICKS_PER_SECOND;
    CHECK(thousandth >= 999 && thousandth <= 1001);
}

static void waits_as_long_as_it_says(void)
{
    static const unsigned times[] = {100, 200, 1000, 10000, 50000};

    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        timer_wait(times[i]);
        unsigned microseconds = (unsigned)(timer.count[2] * 1000000ull / TIMER_HZ);
        CHECK(timer.mode[2] == 0 && timer.looks == LOOKS); /* the count was waited for */
        CHECK(microseconds + times[i] / 1000 + 2 >= times[i] && microseconds <= times[i] + times[i] / 1000 + 2);
        CHECK(!(timer.control & SPEAKER));
    }
}

int main(void)
{
    the_tick_is_as_fast_as_it_says();
    waits_as_long_as_it_says();
    puts("test_timer: the tick has its rate, and waits last as long as they say");
}
