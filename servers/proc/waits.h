/* Processes that wait for a reply from proc: P4 of process.h. */
#pragma once

#include "libuser/ipc/server.h"
#include "servers/proc/process.h"

/* Saves the caller; the process has just called, and no other call was made since. */
static inline void waits_save_caller(struct process *process)
{
    struct caller caller = caller_now();

    process->caller = caller.caller;
    process->call_number = caller.call_number;
}

/* Replies to the process, which continues. */
static inline void waits_reply(struct process *process, int32_t result, struct words words)
{
    process->waits = WAITS_NOT;
    err_t gone = server_reply((struct caller){process->caller, process->call_number}, result, &words);
    (void)gone;
}
