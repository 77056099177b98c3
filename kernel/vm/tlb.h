/*
 * TLB shootdown. After a translation lost rights or was removed, each processor that runs the space drops the page;
 * after a directory was added, it reloads CR3. This processor does so at once, the others in tlb_sync(), before the
 * kernel lock is released. A space is named by its task.
 */
#pragma once

#include "kernel/cap/state.h"

/* Drops a page's translation, on this processor at once, on others in tlb_sync(); only on processors that run the
 * space, as loading another space drops all translations. tlb_shootdown() is the part that is not inlined. */
void tlb_shootdown(ref_t task, uint32_t address);
ALWAYS_INLINE void tlb_invalidate(ref_t task, uint32_t address)
{
    if (kernel.cpu_count > 1 || kernel.cpus[0].space == task)
        tlb_shootdown(task, address);
}

/* All processors that run the space load its four PDPT entries again, before this returns. */
void vspace_reload(ref_t task, ref_t directories);

/* All processors that run the space load the kernel's own instead, before this returns. */
void vspace_leave(ref_t task);

/* Sends the IPIs that tlb_invalidate() left pending, and waits until the other processors have handled them. Must be
 * called before the kernel lock is released. vspace_reload() and vspace_leave() call it themselves. */
void tlb_sync(void);
