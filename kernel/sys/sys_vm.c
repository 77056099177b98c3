/* Address spaces and frames. */
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"

static const uint32_t page_mask = PAGE_SIZE - 1;

/* What the second and third argument of vm_map name. */
static err_t find_source(struct thread *thread, rights_t rights, struct source *source)
{
    uint32_t pages = thread->registers.esi & 0xffff, slot_index = thread->registers.esi >> 16;
    uint32_t where = thread->registers.edi;
    const struct cspace *cspace = &thread_task(thread)->cspace;
    struct task *task;

    if (!(cspace_slot(cspace, slot_index)->object & SLOT_TASK)) {
        *source = (struct source){.first = where, .kinship = CHILD};
        return cspace_find_frames(cspace, slot_index, rights, pages, &source->first);
    }
    if (!space_range_valid(where, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, slot_index, &task);
    if (!err)
        *source = (struct source){&task->space, where, SIBLING};
    return err;
}

err_t sys_vm_map(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t address = r->ebx & ~page_mask, pages = r->esi & 0xffff;
    rights_t rights = r->ebx & RIGHT_ALL;
    struct shortfall shortfall;
    struct source source;
    struct task *task;

    if (!rights_are_mappable(r->ebx & page_mask) || !space_range_valid(address, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    shortfall_init(&shortfall);
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (!err)
        err = find_source(thread, rights, &source);
    if (!err)
        err = source_check(&source, pages, rights, 0);
    if (!err)
        err = space_check_free(&task->space, address, pages, false, &shortfall);
    if (!err)
        err = task_check_account(task, shortfall.frames, thread);
    if (err)
        return err;

    source_map(&source, pages, rights, &(struct target){&task->space, &task->account, address});
    return OK;
}

/* The cursor is the arguments: pages before the address are done. */
err_t sys_vm_unmap(struct thread *thread)
{
    struct registers *r = &thread->registers;
    uint32_t address = r->ebx, pages = r->esi;
    unsigned budget = STEP_NODES;
    struct task *task;
    pte_t *entry;

    if (!space_range_valid(address, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    for (; pages; address += PAGE_SIZE, pages--) {
        if (!space_find_mapping(&task->space, address, &entry))
            continue;
        struct node *node = entry_node(entry);
        if ((!node_is_leaf(node) && !space_unmap_step(node, &budget)) || budget-- == 0) {
            r->ebx = address;
            r->esi = pages;
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
    const struct registers *r = &thread->registers;
    uint32_t first = r->ebx & ~page_mask, address = first, pages = r->esi;
    unsigned budget = CALL_PAGES_MAX;
    struct node *node;
    struct task *task;
    pte_t *entry;

    if (!rights_are_mappable(r->ebx & page_mask) || !space_range_valid(first, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    for (;; address += PAGE_SIZE) {
        if (!space_find_mapping(&task->space, address, &entry))
            return ERR_ABSENT;
        node = entry_node(entry);
        if (!node_is_leaf(node) && !node_is_bounded(node, &budget))
            return ERR_BUSY;
        if (--pages == 0)
            break;
    }

    for (;; node = entry_node(entry)) {
        space_lower(REF(task), address, entry, node, r->ebx & RIGHT_ALL);
        if (address == first)
            return OK;
        address -= PAGE_SIZE;
        space_find(&task->space, address, &entry);
    }
}

/* A frame that a capability lets its holder read or fill; `*frame` counts from its first. */
static err_t find_frame(struct thread *thread, uint32_t index, rights_t rights, uint32_t *frame)
{
    err_t err = cspace_find_frames(&thread_task(thread)->cspace, index, rights, 1, frame);

    if (err)
        return err;
    return frame_at(*frame)->kind == FRAME_USER ? OK : ERR_FRAME;
}

err_t sys_frame_clear(struct thread *thread)
{
    uint32_t frame = thread->registers.ebx;
    err_t err = find_frame(thread, sys_slot(thread), RIGHT_WRITE, &frame);

    if (err)
        return err;
    __builtin_memset(arch_frame_map(0, frame), 0, PAGE_SIZE);
    return OK;
}

err_t sys_frame_copy(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t to = r->ebx, from = r->edi, bytes = r->ebp;

    if (bytes == 0 || bytes > PAGE_SIZE)
        return ERR_ARG;
    err_t err = find_frame(thread, sys_slot(thread), RIGHT_WRITE, &to);
    if (!err)
        err = find_frame(thread, r->esi, RIGHT_READ, &from);
    if (err)
        return err;
    uint8_t *target = arch_frame_map(0, to);
    frame_at(to)->mappings.flags = 0;
    __builtin_memcpy(target, arch_frame_map(1, from), bytes); /* the same frame stays the same */
    __builtin_memset(target + bytes, 0, PAGE_SIZE - bytes);
    return OK;
}
