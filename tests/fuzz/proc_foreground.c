#include "tests/fuzz/proc_foreground.h"

#include <string.h>

#include "servers/proto/console.h"
#include "servers/proto/slots.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/host/check.h"

static uint32_t reader, foreground, events_count, ticks_count, bits;
static bool asked_again, first_read, ticks_are_wanted, ticks_were_wanted;
static struct {
    uint32_t badge;
    bool in_foreground;
} before[PROGRAMS];

int32_t foreground_console_call(uint32_t *w)
{
    CHECK(w[0] == CONSOLE_EVENTS || w[0] == CONSOLE_FOREGROUND || w[0] == CONSOLE_TICK);
    if (w[0] == CONSOLE_FOREGROUND) {
        CHECK(w[2] <= 1 && (w[1] == 0 || (foreground == 0 && w[1] == reader)));
        foreground = w[1] ? w[1] : foreground;
        first_read = w[1] ? w[2] : first_read;
        asked_again |= w[2];
        return 0;
    }
    if (w[0] == CONSOLE_TICK) {
        CHECK(ticks_are_wanted && w[1] == fake_ticks);
        ticks_count++;
        ticks_are_wanted = w[1] = random_below(4) > 0;
        return 0;
    }
    events_count++;
    w[1] = reader;
    w[2] = ticks_are_wanted;
    w[3] = 0;
    return 0;
}

void foreground_reads(uint32_t badge, struct server_message *message)
{
    reader = badge;
    ticks_are_wanted |= random_below(2);
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{PROC_SIGNAL_CONSOLE}}};
}

static bool is_in_foreground(uint32_t program)
{
    const struct model_program *it = &programs[program], *parent = &programs[it->parent];

    if (it->state != LIVE || it->is_adopted)
        return false;
    if (it->parent == INIT)
        return true;
    bool is_let = !parent->reads || (parent->waits == WAITS && program_is_awaited(it, parent->awaited));
    return is_let && is_in_foreground(it->parent);
}

void foreground_before(const struct server_message *message)
{
    for (uint32_t i = 1; i < PROGRAMS; i++) {
        before[i].badge = programs[i].state == LIVE ? programs[i].badge : 0;
        before[i].in_foreground = is_in_foreground(i);
    }
    bits = (message->tag & TAG_KIND) == TAG_SIGNAL ? message->words.w[0] : 0;
    foreground = events_count = ticks_count = 0;
    asked_again = first_read = false;
    ticks_were_wanted = ticks_are_wanted;
}

/* Checks T1. */
static void check_reader(void)
{
    uint32_t expected = 0;

    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state == LIVE && programs[i].badge == reader && is_in_foreground(i)) {
            expected = reader;
            CHECK(foreground != reader || !first_read || !programs[i].reads);
            programs[i].reads = true;
        }
    CHECK(foreground == expected && events_count == 1);
}

void foreground_settle(void)
{
    if (bits & PROC_SIGNAL_CONSOLE)
        check_reader();
    else
        CHECK(foreground == 0 && events_count == 0);
    CHECK(ticks_count == (bits & PROC_SIGNAL_TICK && ticks_were_wanted)); /* T3 */
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (before[i].badge && programs[i].state == LIVE && programs[i].badge == before[i].badge)
            CHECK(is_in_foreground(i) == before[i].in_foreground || asked_again); /* T2 */
}

void foreground_begin(void)
{
    reader = bits = 0;
    ticks_are_wanted = false;
    memset(before, 0, sizeof(before));
}
