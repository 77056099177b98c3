/* Address spaces and frames. */
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"

static const uint32_t page_mask = PAGE_SIZE - 1;

/* What the second and third argument of vm_map name. */
static err_t find_source(struct thread *thread, rights_t rights, struct source *source)
{
    uint32_t pages = thread->registers.esi & 0xffff, slot_index = thread->registers.esi >> 16;
    uint32_t where = thread->registers.edi;
    struct slot *slot;
    struct task *task;

    err_t err = cspace_find_any(&sys_task(thread)->cspace, slot_index, &slot);
    if (err)
        return err;
    if (slot->object & SLOT_TASK) {
        if (!space_range_valid(where, pages, CALL_PAGES_MAX))
            return ERR_ARG;
        err = sys_find_task(thread, slot_index, &task);
        if (!err)
            *source = (struct source){&task->space, where, SIBLING};
        return err;
    }
    err = sys_find(thread, slot_index, SLOT_MEMORY, rights, &slot);
    if (err)
        return err;
    if (where >= slot_count(slot) || pages > slot_count(slot) - where)
        return ERR_ARG;
    *source = (struct source){.first = slot->value + where, .kinship = CHILD};
    return OK;
}

err_t sys_vm_map(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t address = r->ebx & ~page_mask, pages = r->esi & 0xffff;
    rights_t rights = r->ebx & RIGHT_ALL;
    struct lacking lacking = {0};
    struct source source = {0};
    struct task *task;

    if (!rights_are_mappable(rights) || (r->ebx & page_mask) > RIGHT_ALL ||
        !space_range_valid(address, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (!err)
        err = find_source(thread, rights, &source);
    if (!err)
        err = source_check(&source, pages, rights, 0);
    if (!err)
        err = space_check_free(&task->space, address, pages, false, &lacking);
    if (!err)
        err = sys_check_account(thread, &task->account, lacking.frames);
    if (err)
        return err;

    source_map(&source, pages, rights,
               &(struct target){&task->space, &task->account, address});
    return OK;
}

/* The cursor is the arguments: pages before the address are done. */
err_t sys_vm_unmap(struct thread *thread)
{
    struct registers *r = &thread->registers;
    unsigned budget = STEP_NODES;
    struct place place;
    struct task *task;

    if (!space_range_valid(r->ebx, r->esi, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (err)
        return err;
    for (; r->esi; r->ebx += PAGE_SIZE, r->esi--) {
        if (!space_find_mapping(&task->space, r->ebx, &place))
            continue;
        if (!space_unmap_step(place.node, &budget) || budget == 0)
            return sys_rerun_frame(thread, pte_frame(place.entry));
        budget--;
        space_unmap(place.node);
    }
    return OK;
}

static err_t check_protect(const struct task *task, uint32_t address, uint32_t pages)
{
    unsigned budget = 4 * CALL_PAGES_MAX;
    struct place place;

    for (uint32_t i = 0; i < pages; i++) {
        if (!space_find_mapping(&task->space, address + (i << PAGE_BITS), &place))
            return ERR_ABSENT;
        for (struct node *n = node_next(place.node); n->depth > place.node->depth; n = node_next(n))
            if (budget-- == 0)
                return ERR_BUSY;
    }
    return OK;
}

err_t sys_vm_protect(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t address = r->ebx & ~page_mask, pages = r->esi;
    rights_t rights = r->ebx & RIGHT_ALL;
    struct task *task;
    struct place place;

    if (!rights_are_mappable(rights) || (r->ebx & page_mask) > RIGHT_ALL ||
        !space_range_valid(address, pages, CALL_PAGES_MAX))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (!err)
        err = check_protect(task, address, pages);
    if (err)
        return err;

    for (uint32_t i = 0; i < pages; i++) {
        space_find_mapping(&task->space, address + (i << PAGE_BITS), &place);
        space_lower(place.node, rights);
    }
    return OK;
}

/* A frame that a capability lets its holder read or fill. */
static err_t find_frame(struct thread *thread, uint32_t index, uint32_t offset, rights_t rights,
                        uint32_t *frame)
{
    struct slot *slot;
    err_t err = sys_find(thread, index, SLOT_MEMORY, rights, &slot);

    if (err)
        return err;
    if (offset >= slot_count(slot))
        return ERR_ARG;
    *frame = slot->value + offset;
    return *frame < kernel.frame_count && frame_at(*frame)->kind == FRAME_USER ? OK : ERR_FRAME;
}

err_t sys_frame_clear(struct thread *thread)
{
    uint32_t frame;
    err_t err = find_frame(thread, sys_slot(thread), thread->registers.ebx, RIGHT_WRITE, &frame);

    if (err)
        return err;
    __builtin_memset(arch_frame_map(0, frame), 0, PAGE_SIZE);
    return OK;
}

err_t sys_frame_copy(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t to, from, bytes = r->ebp;

    if (bytes == 0 || bytes > PAGE_SIZE)
        return ERR_ARG;
    err_t err = find_frame(thread, sys_slot(thread), r->ebx, RIGHT_WRITE, &to);
    if (!err)
        err = find_frame(thread, r->esi, r->edi, RIGHT_READ, &from);
    if (err)
        return err;
    uint8_t *target = arch_frame_map(0, to);
    __builtin_memcpy(target, arch_frame_map(1, from), bytes); /* the same frame stays the same */
    __builtin_memset(target + bytes, 0, PAGE_SIZE - bytes);
    return OK;
}
