#include "servers/proc/alarms.h"

#include "servers/proc/signals.h"
#include "servers/proc/sleepers.h"

static struct process *first;

static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static void add(struct process *process, uint32_t at)
{
    struct process **link = &first;

    process->alarm.at = at;
    process->alarm.is_set = true;
    while (*link && !is_before(at, (*link)->alarm.at))
        link = &(*link)->alarm.next;
    process->alarm.next = *link;
    *link = process;
}

static uint32_t limited(uint32_t ticks)
{
    return ticks < SLEEP_MAX ? ticks : SLEEP_MAX;
}

void alarms_remove(struct process *process)
{
    struct process **link = &first;

    if (!process->alarm.is_set)
        return;
    while (*link != process)
        link = &(*link)->alarm.next;
    *link = process->alarm.next;
    process->alarm.is_set = false;
}

void alarms_set(struct process *process, uint32_t now, uint32_t ticks, uint32_t every)
{
    alarms_remove(process);
    process->alarm.every = limited(every);
    if (ticks)
        add(process, now + limited(ticks));
}

uint32_t alarms_left(const struct process *process, uint32_t now)
{
    if (!process->alarm.is_set)
        return 0;
    return is_before(now, process->alarm.at) ? process->alarm.at - now : 1;
}

bool alarms_are_set(void)
{
    return first;
}

/* One that comes again does so after now, however late this one is. */
static void ring(struct process *process, uint32_t now)
{
    uint32_t every = process->alarm.every, next = process->alarm.at + every;

    alarms_remove(process);
    if (every)
        add(process, is_before(now, next) ? next : now + every);
    (void)signal_send(process, (struct signal){.number = SIGNAL_ALARM, .code = CODE_KERNEL});
}

void alarms_tick(uint32_t now)
{
    enum { MOST = 32 };

    for (uint32_t count = 0; first && !is_before(now, first->alarm.at) && count < MOST; count++)
        ring(first, now);
}
