#include "servers/proc/sleepers.h"

#include "servers/proc/ticks.h"

static struct process *first;
static uint32_t last_now; /* when a process last began or ended a sleep */

/* Among processes that wake at the same tick the oldest is first: a parent before its child. */
static bool wakes_before(const struct process *a, const struct process *b)
{
    return tick_is_before(a->wake_tick, b->wake_tick) || (a->wake_tick == b->wake_tick && a->pid < b->pid);
}

void sleepers_add(struct process *process, uint32_t now, uint32_t ticks)
{
    struct process **link = &first;

    last_now = now;
    process->wake_tick = tick_after(now, ticks);
    process->waits = WAITS_TICK;
    while (*link && wakes_before(*link, process))
        link = &(*link)->next_sleeper;
    process->next_sleeper = *link;
    *link = process;
}

void sleepers_remove(struct process *process)
{
    struct process **link = &first;

    while (*link != process)
        link = &(*link)->next_sleeper;
    *link = process->next_sleeper;
    process->waits = WAITS_NOT;
}

/* A due sleeper may not have been woken yet. */
uint32_t sleepers_left(const struct process *process)
{
    return tick_is_before(last_now, process->wake_tick) ? process->wake_tick - last_now : 1;
}

struct process *sleepers_next_due(uint32_t now)
{
    struct process *process = first;

    last_now = now;
    if (!process || tick_is_before(now, process->wake_tick))
        return NULL;
    first = process->next_sleeper;
    process->waits = WAITS_NOT;
    return process;
}
