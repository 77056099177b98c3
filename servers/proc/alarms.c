#include "servers/proc/alarms.h"

#include "servers/proc/signals.h"
#include "servers/proc/ticks.h"

static struct process *first;

static void add(struct process *process, uint32_t at)
{
    struct process **link = &first;

    process->alarm.at = at;
    process->alarm.is_set = true;
    while (*link && !tick_is_before(at, (*link)->alarm.at))
        link = &(*link)->alarm.next;
    process->alarm.next = *link;
    *link = process;
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
    process->alarm.every = tick_after(0, every);
    if (ticks)
        add(process, tick_after(now, ticks));
}

uint32_t alarms_left(const struct process *process, uint32_t now)
{
    if (!process->alarm.is_set)
        return 0;
    return tick_is_before(now, process->alarm.at) ? process->alarm.at - now : 1;
}

/* A repeated alarm comes after `now`, however late this one is. True if the process has exited. */
static bool expire(struct process *process, uint32_t now)
{
    uint32_t every = process->alarm.every, next = process->alarm.at + every;

    alarms_remove(process);
    if (every)
        add(process, tick_is_before(now, next) ? next : now + every);
    return signal_send(process, (struct signal){.number = SIGNAL_ALRM, .code = CODE_KERNEL});
}

static bool is_due(uint32_t now)
{
    return first && !tick_is_before(now, first->alarm.at);
}

/* Stops after the end of a process, which is enough for one message. */
bool alarms_expire(uint32_t now)
{
    enum { AT_ONCE = 4 };
    bool has_exited = false;

    for (uint32_t count = 0; is_due(now) && count < AT_ONCE && !has_exited; count++)
        has_exited = expire(first, now);
    return is_due(now);
}
