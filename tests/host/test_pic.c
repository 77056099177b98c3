/* The two PICs, as in their data sheet: a line can interrupt again after it was acknowledged and unmasked. */
#include "kernel/i386/instructions.h"
#include "tests/host/check.h"

#include <stdbool.h>

static uint8_t port_in(uint16_t port);
static void port_out(uint16_t port, uint8_t value);

#define inb  port_in
#define outb port_out
#include "kernel/i386/pic.c"

enum { PICS = 2, LINES = 16, WORDS = 4 };

/* An 8259. */
static struct controller {
    uint8_t words[WORDS]; /* the words of its initialisation */
    unsigned words_count;
    uint8_t masks, in_service, requests;
    bool shows_service;
} controllers[PICS];

/* ------------------------------------------------------------------------------- what is written and read */

static void command(struct controller *c, uint8_t value)
{
    if (value & 0x10) {
        *c = (struct controller){.words = {value}, .words_count = 1};
    } else if (value & 8) {
        CHECK(value == READ_IN_SERVICE);
        c->shows_service = true;
    } else {
        CHECK(value == END_OF_INTERRUPT && c->in_service);
        c->in_service &= (uint8_t)(c->in_service - 1); /* the highest priority is the lowest bit */
    }
}

static void data(struct controller *c, uint8_t value)
{
    if (c->words_count == WORDS)
        c->masks = value;
    else
        c->words[c->words_count++] = value;
}

static void port_out(uint16_t port, uint8_t value)
{
    if (port == MASTER || port == SLAVE) {
        command(&controllers[port == SLAVE], value);
    } else {
        CHECK(port == MASTER + 1 || port == SLAVE + 1);
        data(&controllers[port == SLAVE + 1], value);
    }
}

static uint8_t port_in(uint16_t port)
{
    CHECK(port == MASTER || port == SLAVE);
    CHECK(controllers[port == SLAVE].shows_service);
    return controllers[port == SLAVE].in_service;
}

/* ------------------------------------------------------------------------------- interrupts */

/* Whether the controller passes the line on: it is not masked, and nothing of its priority or higher is in service. */
static bool lets_through(struct controller *c, unsigned line)
{
    uint8_t bit = (uint8_t)(1u << line);

    if (c->words_count != WORDS || c->masks & bit || c->in_service & (uint8_t)(bit | (bit - 1)))
        return false;
    c->in_service |= bit;
    return true;
}

/* The vector that the processor gets, or 0. */
static unsigned interrupt(unsigned line)
{
    struct controller *master = &controllers[0], *slave = &controllers[1];

    if (line < 8)
        return lets_through(master, line) ? master->words[1] + line : 0;
    if (!lets_through(slave, line - 8))
        return 0;
    return lets_through(master, CASCADE) ? slave->words[1] + line - 8 : 0;
}

static void is_set_up(void)
{
    pic_init();
    for (unsigned i = 0; i < PICS; i++) {
        CHECK(controllers[i].words_count == WORDS);
        CHECK(controllers[i].words[0] == 0x11); /* edge-triggered, two controllers, four words */
        CHECK(controllers[i].words[1] == PIC_VECTORS + 8 * i);
        CHECK(controllers[i].words[3] == 1); /* 8086 mode, explicit ends of interrupt */
    }
    CHECK(controllers[0].words[2] == 1 << CASCADE && controllers[1].words[2] == CASCADE);
    for (unsigned line = 0; line < LINES; line++)
        CHECK(line == CASCADE || !interrupt(line));
}

/* Each line interrupts when it is unmasked, is masked when it has interrupted, and can interrupt again. Meanwhile ticks
 * arrive, too. */
static void lines_come_again(void)
{
    pic_unmask(IRQ_TICK);
    for (unsigned line = 1; line < LINES; line++) {
        if (line == CASCADE)
            continue;
        for (unsigned times = 0; times < 2; times++) {
            CHECK(!interrupt(line));
            pic_unmask(line);
            CHECK(interrupt(line) == PIC_VECTORS + line);
            CHECK(pic_end_of_interrupt(line));
            CHECK(!controllers[0].in_service && !controllers[1].in_service);
            CHECK(interrupt(IRQ_TICK) == PIC_VECTORS + IRQ_TICK);
            CHECK(pic_end_of_interrupt(IRQ_TICK));
        }
    }
}

/* An interrupt that went away arrives as line 7 or 15. It is not ended, except at the master, which saw the cascade;
 * nor is it masked. */
static void spurious_interrupts_are_ignored(void)
{
    pic_unmask(7);
    pic_unmask(15);
    CHECK(!pic_end_of_interrupt(7));
    controllers[0].in_service = 1 << CASCADE;
    CHECK(!pic_end_of_interrupt(15));
    CHECK(!controllers[0].in_service && !controllers[1].in_service);
    CHECK(interrupt(7) == PIC_VECTORS + 7 && pic_end_of_interrupt(7));
    CHECK(interrupt(15) == PIC_VECTORS + 15 && pic_end_of_interrupt(15));
}

int main(void)
{
    is_set_up();
    lines_come_again();
    spurious_interrupts_are_ignored();
    puts("test_pic: every line can interrupt again");
}
