#include "servers/mem/fatal_fault.h"

#include <stddef.h>

#include "servers/mem/kernel_calls.h"
#include "servers/mem/space.h"

static struct space *first, **end;

void fatal_fault_init(void)
{
    first = NULL;
    end = &first;
}

void fatal_fault_add(struct space *space, struct fault_record fault)
{
    if (!space->fatal_fault.queued) {
        fault.queued = true;
        fault.taken = false;
        fault.next = NULL;
        space->fatal_fault = fault;
        *end = space;
        end = &space->fatal_fault.next;
    }
    kernel_signal_fatal_fault();
}

struct space *fatal_fault_take(void)
{
    struct space *space = first;

    if (space) {
        fatal_fault_forget(space);
        space->fatal_fault.taken = true;
    }
    return space;
}

bool fatal_fault_resume(struct space *space)
{
    struct fault_record *fault = &space->fatal_fault;

    if (!fault->taken)
        return false;
    fault->taken = false;
    kernel_reply(fault->caller, fault->call_number);
    return true;
}

void fatal_fault_forget(struct space *space)
{
    if (!space->fatal_fault.queued)
        return;
    struct space **link = &first;
    while (*link != space)
        link = &(*link)->fatal_fault.next;
    *link = space->fatal_fault.next;
    if (!*link)
        end = link;
    space->fatal_fault.queued = false;
}
