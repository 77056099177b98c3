/* What kernel/i386/entry.asm does with a system call, for programs of the host. */
#pragma once

#include "kernel/thread/sched.h"

/* The thread that runs then. */
static inline struct thread *host_system_call(struct thread *thread, uint32_t number)
{
    err_t status = call_table[number & 0xff](thread);

    if (status == SWITCHED) {
        assert(!kernel.tlb_pending); /* nobody looks at them there */
        return AT(struct thread, cpu_here()->current);
    }
    if ((int)status > OK || cpu_here()->reschedule)
        return call_end(thread, status);
    thread->registers.eax = (uint32_t)status;
    return thread;
}
