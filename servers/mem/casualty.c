#include "servers/mem/casualty.h"

#include <stddef.h>

#include "servers/mem/kernel_calls.h"
#include "servers/mem/space.h"

static struct space *first, **end;

void casualty_init(void)
{
    first = NULL;
    end = &first;
}

void casualty_add(struct space *space, struct casualty casualty)
{
    if (!space->casualty.queued) {
        casualty.queued = true;
        casualty.taken = false;
        casualty.next = NULL;
        space->casualty = casualty;
        *end = space;
        end = &space->casualty.next;
    }
    kernel_signal_casualty();
}

struct space *casualty_take(void)
{
    struct space *space = first;

    if (space) {
        casualty_forget(space);
        space->casualty.taken = true;
    }
    return space;
}

bool casualty_resume(struct space *space)
{
    struct casualty *casualty = &space->casualty;

    if (!casualty->taken)
        return false;
    casualty->taken = false;
    kernel_answer(casualty->caller, casualty->calls);
    return true;
}

void casualty_forget(struct space *space)
{
    if (!space->casualty.queued)
        return;
    struct space **link = &first;
    while (*link != space)
        link = &(*link)->casualty.next;
    *link = space->casualty.next;
    if (!*link)
        end = link;
    space->casualty.queued = false;
}
