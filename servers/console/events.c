#include "servers/console/events.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/slots.h"

static bool is_signalled, will_call_again, are_ticks, is_watched, has_input;

void events_notify(void)
{
    if (is_signalled)
        return;
    is_signalled = true;
    err_t nobody_to_tell = ipc_signal(CONSOLE_SLOT_PROC);
    (void)nobody_to_tell; /* proc has died, and init ends the machine */
}

void events_want_ticks(void)
{
    if (are_ticks)
        return;
    are_ticks = true;
    events_notify();
}

void events_set_ticks(bool are_wanted)
{
    are_ticks = are_wanted;
}

void events_watch_input(void)
{
    is_watched = true;
}

void events_input_is_ready(void)
{
    if (!is_watched)
        return;
    is_watched = false;
    has_input = true;
    events_notify();
}

void events_continue(void)
{
    if (!will_call_again)
        events_notify();
}

void events_take(bool interrupts, bool is_due, uint32_t *ticks, uint32_t *events)
{
    *ticks = are_ticks;
    *events = (interrupts ? CONSOLE_EVENT_INTERRUPT : 0) | (has_input ? CONSOLE_EVENT_INPUT : 0) |
              (is_due ? CONSOLE_EVENT_DUE : 0);
    will_call_again = is_due;
    has_input = is_signalled = false;
}
