#include "servers/proc/futex.h"

#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"

enum { SHARED = 0 }; /* the index of init, which has no vdso */

static struct process *first;

static uint32_t owner(const struct process *process, bool shared)
{
    return shared ? SHARED : process_index(process);
}

static struct process **end_of_queue(void)
{
    struct process **link = &first;

    while (*link)
        link = &(*link)->watch.next;
    return link;
}

void futex_watch(struct process *process, uint32_t address, bool shared)
{
    (void)futex_forget(process);
    process->watch.is_queued = true;
    process->watch.address = address;
    process->watch.owner = owner(process, shared);
    process->watch.next = NULL;
    *end_of_queue() = process;
}

static void leave_queue(struct process *process)
{
    struct process **link = &first;

    while (*link != process)
        link = &(*link)->watch.next;
    *link = process->watch.next;
    process->watch.is_queued = false;
}

bool futex_forget(struct process *process)
{
    bool was_woken = process->watch.is_woken;

    if (process->watch.is_queued)
        leave_queue(process);
    process->watch.is_woken = false;
    return was_woken;
}

/* One that does not wait yet will hear when it wants to. */
static void wake(struct process *process)
{
    leave_queue(process);
    if (process->waits != WAITS_TICK) {
        process->watch.is_woken = true;
        return;
    }
    sleepers_remove(process);
    waits_answer(process, 0, (struct words){{0, 0, 1}});
}

static struct process *next_at(uint32_t address, uint32_t of)
{
    struct process *process = first;

    while (process && (process->watch.address != address || process->watch.owner != of))
        process = process->watch.next;
    return process;
}

uint32_t futex_wake(const struct process *process, uint32_t address, bool shared, uint32_t count)
{
    struct process *next;
    uint32_t woken = 0;

    for (; woken < count && (next = next_at(address, owner(process, shared))); woken++)
        wake(next);
    return woken;
}

void futex_requeue(const struct process *process, uint32_t address, bool shared, uint32_t count, uint32_t to)
{
    struct process *next;

    for (; count && address != to && (next = next_at(address, owner(process, shared))); count--)
        next->watch.address = to;
}
