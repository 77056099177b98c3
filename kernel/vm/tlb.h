/*
 * TLB shootdown. When a page's translation was lowered or removed, or a directory added, each processor that runs
 * the space drops the page, or loads the space anew, before the lock is given away: here at once, the others by
 * tlb_sync().
 * The kernel knows a space by its task.
 */
#pragma once

#include "kernel/cap/state.h"

/* Only a processor that runs the space has translations of it: loading another drops them. */
void tlb_drop(ref_t task, uint32_t address);
ALWAYS_INLINE void tlb_invalidate(ref_t task, uint32_t address)
{
    if (kernel.cpu_count > 1 || kernel.cpus[0].space == task)
        tlb_drop(task, address);
}

void vspace_reload(ref_t task, ref_t directories);

/* All processors leave that space for the kernel's own. */
void cpu_leave_space(ref_t task);

/* The other processors do what tlb_invalidate() and vspace_reload() left for them; before the lock is
 * given away. */
void tlb_sync(void);
