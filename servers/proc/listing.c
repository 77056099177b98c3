#include "servers/proc/listing.h"

#include <string.h>

static uint32_t state_of(const struct process *process)
{
    static const uint8_t waits[] = {[WAITS_NOT] = LISTED_RUNS,
                                    [WAITS_CHILD] = LISTED_WAITS,
                                    [WAITS_TICK] = LISTED_SLEEPS,
                                    [WAITS_FORK] = LISTED_FORKS,
                                    [WAITS_EXEC] = LISTED_EXECS};

    switch (process->state) {
    case PROCESS_NEW:
        return LISTED_NEW;
    case PROCESS_LIVE:
        return waits[process->waits];
    default:
        return process->state == PROCESS_EXITING ? LISTED_EXITING : LISTED_ZOMBIE;
    }
}

bool listing_next(uint32_t *index, struct listed_process *listed)
{
    uint32_t at = *index ? *index : 1;

    while (at < PROCESSES_MAX && process_at(at)->state == PROCESS_FREE)
        at++;
    if (at >= PROCESSES_MAX)
        return false;
    const struct process *found = process_at(at);
    *listed =
        (struct listed_process){found->pid, found->parent->pid, found->group, state_of(found), found->task.space, ""};
    if (found->arguments)
        strncpy(listed->name, program_name(found->arguments->text), sizeof listed->name - 1);
    *index = at + 1;
    return true;
}
