/* Capabilities: derive, delete, revoke. */
#include "kernel/sys/sys.h"

err_t sys_cap_derive(struct thread *thread)
{
    uint32_t rights = sys_cap_derive_rights(thread), task_slot = sys_cap_derive_task(thread);
    struct derivation derivation = {(rights_t)rights, sys_cap_derive_badge_or_offset(thread),
                                    sys_cap_derive_pages(thread)};
    struct task *task = thread_task(thread);
    struct slot *parent;

    if (rights > RIGHT_ALL)
        return ERR_ARG;
    err_t err = cspace_find_any(&thread_task(thread)->cspace, sys_slot(thread), &parent);
    if (!err && task_slot)
        err = sys_find_task(thread, task_slot, &task);
    if (!err)
        err = slot_derive_check(parent, &derivation);
    if (!err)
        err = sys_check_empty(thread, task, sys_cap_derive_destination(thread), 0);
    if (err)
        return err;

    slot_derive(parent, sys_open(task, sys_cap_derive_destination(thread)), &derivation);
    return OK;
}

/* cap_revoke and, `with_itself`, cap_delete. REAP: the call returns when the objects it began to destroy are gone. */
static err_t revoke(struct thread *thread, bool with_itself)
{
    unsigned budget = STEP_NODES;
    struct slot *slot;
    err_t err = cspace_find_any(&thread_task(thread)->cspace, sys_slot(thread), &slot);

    if (err)
        return err;
    if (!slot_revoke_step(&slot->node, &budget))
        return sys_restart_slot(thread, slot, &slot->node);
    if (with_itself)
        slot_empty(slot);
    return list_is_empty(&kernel.destroying) ? OK : REAP;
}

err_t sys_cap_revoke(struct thread *thread)
{
    return revoke(thread, false);
}

err_t sys_cap_delete(struct thread *thread)
{
    return revoke(thread, true);
}

err_t sys_object_destroy(struct thread *thread)
{
    struct slot *slot;
    err_t err = cspace_find_any(&thread_task(thread)->cspace, sys_slot(thread), &slot);

    if (err)
        return err;
    if (slot->object & SLOT_RANGE)
        return ERR_CAP;
    if (!(slot->node.flags & RIGHT_OWN))
        return ERR_RIGHTS;
    object_destroy_begin(slot->object);
    return REAP;
}

/*
 * Deletes the capabilities derived from `slot` that cover one of the frames in `range`, from node `*cursor` on; true
 * when none is left. A capability that covers none has no descendants that do, but they are not skipped.
 */
static bool delete_overlapping(struct slot *slot, struct boot_range range, struct node **cursor, unsigned *budget)
{
    while ((*cursor)->depth > slot->node.depth) {
        struct node *n = *cursor, *before = node_at(n->prev);
        const struct slot *at = (struct slot *)n;
        if (*budget == 0)
            return false;
        --*budget;
        if (at->value >= range.first + range.pages || range.first >= at->value + slot_range_count(at)) {
            *cursor = node_next(n);
            continue;
        }
        if (!slot_revoke_step(n, budget))
            return false;
        slot_empty((struct slot *)n);
        *budget -= *budget > 0; /* a deletion counts twice, as it takes longer than a look */
        *cursor = node_next(before);
    }
    return true;
}

enum { CAPABILITIES, FRAMES }; /* the part of memory_revoke to restart with, kept in the third argument */

/* The first part of memory_revoke. If a restarted call has marked the tree, it continues at the cursor of its last
 * step. */
static __attribute__((noinline)) err_t revoke_capabilities(struct thread *thread, struct slot *slot, unsigned *budget)
{
    struct registers *r = &thread->registers;
    const struct object *object = slot_object_head(slot);
    bool is_marked = thread->restarting && thread->revoking == REF(&object->caps);
    struct node *cursor = is_marked ? node_at(object->cursor) : node_next(&slot->node);

    if (thread->restarting && r->edi == FRAMES)
        return OK;
    if (delete_overlapping(slot, (struct boot_range){slot->value + r->ebx, r->esi}, &cursor, budget))
        return OK;
    r->edi = CAPABILITIES;
    return sys_restart_slot(thread, slot, cursor);
}

/* Before a restart, the offset and the number of pages become those of the frames that are left. */
err_t sys_memory_revoke(struct thread *thread)
{
    struct registers *r = &thread->registers;
    unsigned budget = STEP_NODES;
    struct slot *slot;

    err_t err = cspace_find(&thread_task(thread)->cspace, sys_slot(thread), SLOT_MEMORY, RIGHT_OWN, &slot);
    if (err)
        return err;
    if (r->esi == 0 || !slot_range_contains(slot, r->ebx, r->esi))
        return ERR_ARG;
    /* The tree of memory capabilities has one cursor: without it, steps might never get beyond the first nodes. */
    if (node_is_being_revoked(&range_object(SLOT_MEMORY)->caps) && !thread->restarting)
        return ERR_BUSY;
    if (!node_is_leaf(&slot->node) && (err = revoke_capabilities(thread, slot, &budget)))
        return err;
    uint32_t left = vspace_unmap_frames(slot->value + r->ebx, r->esi, budget);
    if (left == 0)
        return OK;

    r->ebx += r->esi - left;
    r->esi = left;
    r->edi = FRAMES;
    return sys_restart_frame(thread, slot->value + r->ebx);
}
