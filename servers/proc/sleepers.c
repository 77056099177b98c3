#include "servers/proc/sleepers.h"

static struct process *first;
static uint32_t last_now; /* at which somebody began to sleep, or ended */

static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* Of those that wake at the same tick the oldest process is first: a parent before its child. */
static bool wakes_before(const struct process *a, const struct process *b)
{
    return is_before(a->wake, b->wake) || (a->wake == b->wake && a->pid < b->pid);
}

void sleepers_add(struct process *process, uint32_t now, uint32_t ticks)
{
    struct process **link = &first;

    last_now = now;
    process->wake = now + (ticks < SLEEP_MAX ? ticks : SLEEP_MAX);
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

/* One that is due may not have been woken yet. */
uint32_t sleepers_left(const struct process *process)
{
    return is_before(last_now, process->wake) ? process->wake - last_now : 1;
}

struct process *sleepers_next_due(uint32_t now)
{
    struct process *process = first;

    last_now = now;
    if (!process || is_before(now, process->wake))
        return NULL;
    first = process->next_sleeper;
    process->waits = WAITS_NOT;
    return process;
}
