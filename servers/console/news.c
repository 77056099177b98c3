#include "servers/console/news.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/slots.h"

static bool is_told, comes_again, are_ticks, is_watched, has_input;

void news_tell(void)
{
    if (is_told)
        return;
    is_told = true;
    err_t nobody_to_tell = ipc_signal(CONSOLE_SLOT_PROC);
    (void)nobody_to_tell; /* proc has died, and init ends the machine */
}

void news_want_ticks(void)
{
    if (are_ticks)
        return;
    are_ticks = true;
    news_tell();
}

void news_set_ticks(bool are_wanted)
{
    are_ticks = are_wanted;
}

void news_watch_input(void)
{
    is_watched = true;
}

void news_input_is_ready(void)
{
    if (!is_watched)
        return;
    is_watched = false;
    has_input = true;
    news_tell();
}

void news_go_on(void)
{
    if (!comes_again)
        news_tell();
}

void news_take(bool interrupts, bool is_due, uint32_t *ticks, uint32_t *events)
{
    *ticks = are_ticks;
    *events = (interrupts ? CONSOLE_NEWS_INTERRUPT : 0) | (has_input ? CONSOLE_NEWS_INPUT : 0) |
              (is_due ? CONSOLE_NEWS_DUE : 0);
    comes_again = is_due;
    has_input = is_told = false;
}
