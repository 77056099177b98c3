/* Address spaces and frames. */
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"

/* The general case of vm_map: any source, several tables, missing ones. Not all of `shortfall` is cleared, as its list
 * of tables is long. */
static __attribute__((noinline)) err_t map(struct thread *thread, struct task *task, const struct source *source)
{
    uint32_t address = sys_vm_map_address(thread), pages = sys_vm_map_pages(thread);
    const struct target target = {&task->space, &task->account, address};
    struct shortfall shortfall;
    pte_t *entry;

    shortfall.frames = shortfall.tables_count = 0;
    bool found = vspace_find(&task->space, address, &entry);
    err_t err =
        source_check(source, pages, sys_vm_map_rights(thread) & RIGHT_ALL, &target, found ? entry : source_no_entries);
    if (!found || !vspace_is_one_table(address, pages))
        vspace_count_shortfall(&task->space, address, pages, &shortfall);
    if (!err)
        err = task_check_account(task, shortfall.frames, thread);
    if (!err)
        source_map(source, pages, sys_vm_map_rights(thread) & RIGHT_ALL, &target);
    return err;
}

/* Maps pages of another task. */
static OUT_OF_LINE err_t map_from_task(struct thread *thread, struct task *task)
{
    uint32_t address = sys_vm_map_offset_or_address(thread);
    struct task *from;

    err_t err = sys_find_task(thread, sys_vm_map_source(thread), &from);
    if (!err && !vspace_range_valid(address, sys_vm_map_pages(thread), CALL_PAGES_MAX))
        err = ERR_ARG;
    return err ? err : map(thread, task, &(struct source){&from->space, address, SIBLING});
}

/* The fast path is for what most calls map: frames, at entries of one table that exists. */
err_t sys_vm_map(struct thread *thread)
{
    struct task *task;
    pte_t *entry;

    if (!rights_are_mappable(sys_vm_map_rights(thread)) ||
        !vspace_range_valid(sys_vm_map_address(thread), sys_vm_map_pages(thread), CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    uint32_t pages = sys_vm_map_pages(thread), first = sys_vm_map_offset_or_address(thread);
    err = cspace_find_frames(&thread_task(thread)->cspace, sys_vm_map_source(thread),
                             sys_vm_map_rights(thread) & RIGHT_ALL, pages, &first);
    if (UNLIKELY(err))
        return err == ERR_CAP ? map_from_task(thread, task) : err; /* the slot may hold a task */
    if (UNLIKELY(!vspace_find(&task->space, sys_vm_map_address(thread), &entry) ||
                 !vspace_is_one_table(sys_vm_map_address(thread), pages)))
        return map(thread, task, &(struct source){.first = first});
    err = frames_check(first, pages, entry);
    if (!UNLIKELY(err))
        frames_map(first, pages, sys_vm_map_rights(thread) & RIGHT_ALL, entry);
    return err;
}

/* Before a restart, the arguments become those for the pages that are left. */
err_t sys_vm_unmap(struct thread *thread)
{
    uint32_t address = sys_vm_unmap_address(thread), pages = sys_vm_unmap_pages(thread);
    unsigned budget = STEP_NODES;
    struct task *task;
    pte_t *entry;

    if (!vspace_range_valid(address, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    for (; pages; address += PAGE_SIZE, pages--) {
        if (!vspace_find_mapping(&task->space, address, &entry))
            continue;
        struct node *node = entry_node(entry);
        if ((!node_is_leaf(node) && !vspace_unmap_step(node, &budget)) || budget-- == 0) {
            thread->registers.ebx = address;
            thread->registers.esi = pages;
            return sys_restart_frame(thread, pte_frame(entry));
        }
        pte_clear(entry);
        tlb_invalidate(REF(task), address);
        node_remove(node);
    }
    return OK;
}

err_t sys_vm_protect(struct thread *thread)
{
    uint32_t first = sys_vm_protect_address(thread), address = first, pages = sys_vm_protect_pages(thread);
    unsigned budget = CALL_PAGES_MAX;
    struct node *node;
    struct task *task;
    pte_t *entry;

    if (!rights_are_mappable(sys_vm_protect_rights(thread)) || !vspace_range_valid(first, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    for (;; address += PAGE_SIZE) {
        if (!vspace_find_mapping(&task->space, address, &entry))
            return ERR_ABSENT;
        node = entry_node(entry);
        if (!node_is_leaf(node) && !node_is_bounded(node, &budget))
            return ERR_BUSY;
        if (--pages == 0)
            break;
    }

    /* From the last page to the first, as the last page's entry was found just now. */
    for (;; node = entry_node(entry)) {
        vspace_lower(REF(task), address, entry, node, sys_vm_protect_rights(thread) & RIGHT_ALL);
        if (address == first)
            return OK;
        address -= PAGE_SIZE;
        vspace_find(&task->space, address, &entry);
    }
}

/* Finds a frame of the memory capability at `index`: `*frame`, relative to the capability's first, becomes a frame
 * number. ERR_FRAME: it is not memory. */
static err_t find_frame(struct thread *thread, uint32_t index, rights_t rights, uint32_t *frame)
{
    err_t err = cspace_find_frames(&thread_task(thread)->cspace, index, rights, 1, frame);

    return err ? err : frame_at(*frame)->kind == FRAME_USER ? OK : ERR_FRAME;
}

err_t sys_frame_clear(struct thread *thread)
{
    uint32_t frame = sys_frame_clear_offset(thread);
    err_t err = find_frame(thread, sys_slot(thread), RIGHT_WRITE, &frame);

    if (!err)
        __builtin_memset(arch_frame_map(0, frame), 0, PAGE_SIZE);
    return err;
}

err_t sys_frame_copy(struct thread *thread)
{
    uint32_t to = sys_frame_copy_offset(thread), from = sys_frame_copy_source_offset(thread);
    uint32_t bytes = sys_frame_copy_bytes(thread);

    if (bytes == 0 || bytes > PAGE_SIZE)
        return ERR_ARG;
    err_t err = find_frame(thread, sys_slot(thread), RIGHT_WRITE, &to);
    if (!err)
        err = find_frame(thread, sys_frame_copy_source_slot(thread), RIGHT_READ, &from);
    if (err)
        return err;
    uint8_t *target = arch_frame_map(0, to);
    frame_at(to)->mappings.flags = 0;
    __builtin_memcpy(target, arch_frame_map(1, from), bytes); /* source and target may be the same frame */
    __builtin_memset(target + bytes, 0, PAGE_SIZE - bytes);
    return OK;
}
