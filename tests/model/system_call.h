/* What kernel/i386/entry.asm does with a system call, for programs on the host. */
#pragma once

#include "kernel/thread/sched.h"

/* Returns the thread that runs afterwards. */
static inline struct thread *host_system_call(struct thread *thread, uint32_t number)
{
    err_t status = call_table[number & 0xff](thread);

    if (status == SWITCHED) {
        assert(!kernel.tlb_pending); /* on this path entry.asm does not look at it */
        return AT(struct thread, cpu_here()->current);
    }
    if ((int)status > OK || cpu_here()->reschedule)
        return call_end(thread, status);
    thread->registers.eax = (uint32_t)status;
    return thread;
}
