#include "servers/proc/foreground.h"

#include "servers/proto/console.h"
#include "servers/proto/slots.h"

static uint32_t ticks_are_wanted;

/* True if the child is in the foreground whenever its parent is. */
static bool is_with_parent(const struct process *child)
{
    const struct process *parent = child->parent;

    return !child->is_adopted && (!parent->has_read || process_awaits(parent, child));
}

/* True if the parent has not waited since it forked the child, and may be about to. */
static bool may_be_awaited_soon(const struct process *child)
{
    return !child->is_adopted && child->parent_wait_calls == child->parent->wait_calls;
}

/* At most as many steps as there are processes, some hundred. */
bool foreground_has(const struct process *process)
{
    while (process_index(process) != 0 && is_with_parent(process))
        process = process->parent;
    return process_index(process) == 0;
}

/* The next process after all processes below this one. init has no parent. */
static struct process *next_after_subtree(struct process *process)
{
    while (process && !process->next)
        process = process->parent;
    return process ? process->next : NULL;
}

/* A few steps for each process. A process that does not live yet has no children. */
void foreground_for_each(void (*call)(struct process *process))
{
    struct process *process = process_at(0)->children;

    while (process) {
        bool is_called = is_with_parent(process) || may_be_awaited_soon(process);
        if (is_called && process->state == PROCESS_LIVE)
            call(process);
        process = is_called && process->children ? process->children : next_after_subtree(process);
    }
}

/* After a process's first read its children may no longer be in the foreground. */
static void grant_read(struct process *process)
{
    bool again = !process->has_read && process->children;

    process->has_read = true;
    console_foreground(PROC_SLOT_CONSOLE, process->badge, again);
}

uint32_t foreground_handle_events(bool part)
{
    uint32_t badge = 0, events = 0;

    if (console_events(PROC_SLOT_CONSOLE, part, &badge, &ticks_are_wanted, &events))
        return 0;
    struct process *process = process_by_badge(badge);
    if (badge != 0 && process && foreground_has(process))
        grant_read(process);
    return events;
}

int foreground_set_keys(struct process *process, bool keys)
{
    if (!foreground_has(process))
        return -EPERM;
    process->reads_keys |= keys;
    return console_keys(PROC_SLOT_CONSOLE, process->badge, keys);
}

void foreground_tick(uint32_t now)
{
    if (ticks_are_wanted)
        console_tick(PROC_SLOT_CONSOLE, now, &ticks_are_wanted);
}

void foreground_changed(const struct process *process)
{
    if (process->has_read)
        console_foreground(PROC_SLOT_CONSOLE, 0, true);
}

void foreground_exit(const struct process *process)
{
    if (process->children)
        console_foreground(PROC_SLOT_CONSOLE, 0, true);
}

void foreground_exec(struct process *process)
{
    foreground_changed(process);
    process->has_read = false;
    if (process->reads_keys)
        console_keys(PROC_SLOT_CONSOLE, process->badge, false);
    process->reads_keys = false;
}
