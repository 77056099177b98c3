/* Capabilities: derive, delete, revoke. */
#include "kernel/sys/sys.h"

err_t sys_cap_derive(struct thread *thread)
{
    const struct registers *r = &thread->registers;
    uint32_t index = r->ebx & 0xffff, task_slot = r->ebx >> 16; /* 0: the caller's own table */
    struct derivation derivation = {.rights = (rights_t)r->esi, .value = r->edi, .count = r->ebp};
    struct task *task = thread_task(thread);
    struct slot *parent;

    if (r->esi > RIGHT_ALL)
        return ERR_ARG;
    err_t err = cspace_find_any(&thread_task(thread)->cspace, sys_slot(thread), &parent);
    if (!err && task_slot)
        err = sys_find_task(thread, task_slot, &task);
    if (!err)
        err = slot_derive_check(parent, &derivation);
    if (!err)
        err = sys_check_empty(thread, task, index, 0);
    if (err)
        return err;

    slot_derive(parent, sys_open(task, index), &derivation);
    return OK;
}

static err_t revoke_step(struct thread *thread, struct slot **slot)
{
    unsigned budget = STEP_NODES;
    err_t err = cspace_find_any(&thread_task(thread)->cspace, sys_slot(thread), slot);

    if (err)
        return err;
    bool done = slot_revoke_step(&(*slot)->node, &budget);
    return done ? OK : sys_restart_slot(thread, *slot, &(*slot)->node);
}

/* Objects that died on the way are gone when the call returns. */
static err_t wait_for_deaths(void)
{
    return list_is_empty(&kernel.destroying) ? OK : REAP;
}

err_t sys_cap_revoke(struct thread *thread)
{
    struct slot *slot;
    err_t err = revoke_step(thread, &slot);

    return err ? err : wait_for_deaths();
}

err_t sys_cap_delete(struct thread *thread)
{
    struct slot *slot;
    err_t err = revoke_step(thread, &slot);

    if (err)
        return err;
    slot_empty(slot);
    return wait_for_deaths();
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

static bool overlaps(const struct slot *slot, uint32_t first, uint32_t pages)
{
    return slot->value < first + pages && first < slot->value + slot_count(slot);
}

/*
 * Deletes what was derived from `slot` and covers one of the frames, from `*cursor` on; true when
 * none is left. What is inside a range that does not overlap does not overlap either, but is looked
 * at.
 */
static bool delete_overlapping(struct slot *slot, struct boot_range range, struct node **cursor, unsigned *budget)
{
    while ((*cursor)->depth > slot->node.depth) {
        struct node *n = *cursor, *before = node_at(n->prev);
        if (*budget == 0)
            return false;
        --*budget;
        if (!overlaps((struct slot *)n, range.first, range.pages)) {
            *cursor = node_next(n);
            continue;
        }
        if (!slot_revoke_step(n, budget))
            return false;
        slot_empty((struct slot *)n);
        *budget -= *budget > 0; /* a deletion counts twice: it takes longer than a look */
        *cursor = node_next(before);
    }
    return true;
}

/* The cursor is the first argument: frames before it are done. */
static err_t revoke_frames(struct thread *thread, const struct slot *slot, unsigned *budget)
{
    struct registers *r = &thread->registers;

    for (; r->esi; r->ebx++, r->esi--) {
        if (*budget == 0)
            return sys_restart(thread);
        --*budget;
        struct frame *frame = frame_at(slot->value + r->ebx);
        if (frame->kind == FRAME_USER && !space_unmap_step(&frame->mappings, budget))
            return sys_restart_frame(thread, slot->value + r->ebx);
    }
    return OK;
}

/* Where the last step got to: a restarted call whose tree is marked goes on there. */
static struct node *revoke_cursor(const struct thread *thread, const struct slot *slot)
{
    struct object *object = slot_names(slot);

    if (thread->rerun && thread->revoking == REF(&object->caps))
        return node_at(object->cursor);
    return node_next(&slot->node);
}

err_t sys_memory_revoke(struct thread *thread)
{
    enum { CAPABILITIES, FRAMES }; /* the stage, in the third argument's place */
    struct registers *r = &thread->registers;
    unsigned budget = STEP_NODES;
    struct slot *slot;

    err_t err = sys_find(thread, sys_slot(thread), SLOT_MEMORY, RIGHT_OWN, &slot);
    if (err)
        return err;
    if (r->esi == 0 || !slot_reaches(slot, r->ebx, r->esi))
        return ERR_ARG;
    if (!thread->rerun) {
        if (node_is_revoked(&slot_names(slot)->caps))
            return ERR_BUSY;
        r->edi = CAPABILITIES;
    }
    if (r->edi == CAPABILITIES) {
        struct node *cursor = revoke_cursor(thread, slot);
        const struct boot_range range = {slot->value + r->ebx, r->esi};
        if (!delete_overlapping(slot, range, &cursor, &budget))
            return sys_restart_slot(thread, slot, cursor);
        r->edi = FRAMES;
    }
    return revoke_frames(thread, slot, &budget);
}
