/*
 * Destruction of objects: the only place that knows all kinds of them.
 *
 * object_destroy_begin() stops an object and puts it at the front of kernel.destroying; object_reap_step()
 * takes one bounded step of the first object's destruction. The destruction of a task begins that of its threads and
 * endpoints, and that of every object whose first capability is in its table: these get in front of the task and
 * are destroyed before it continues. So nothing recurses.
 */
#include "kernel/ipc/ipc.h"
#include "kernel/lib/scan.h"

void object_slot_emptied(struct slot *slot)
{
    struct thread *thread = AT(struct thread, REF(slot) & -(1u << THREAD_SHIFT));
    const struct frame *frame = frame_at(frame_number(REF(slot)));

    if (frame->kind == FRAME_THREADS && slot == &thread->receives) {
        thread_defer_reply(thread);
        if (thread->state == THREAD_RECEIVING)
            thread_wake_with(thread, ERR_DEAD);
    }
    if (frame->kind != FRAME_LEAF)
        return;
    for (ref_t link = frame->bound.first; link != REF(&frame->bound); link = AT(struct link, link)->next) {
        thread = AT(struct thread, link - offsetof(struct thread, bound));
        if (thread->bound_slot == REF(slot))
            thread->bound_slot = 0;
    }
}

bool object_is_being_destroyed(const struct slot *slot)
{
    ref_t object = slot_object(slot);

    if (slot->object & SLOT_RANGE)
        return false;
    if (slot->object & SLOT_TASK)
        return AT(struct task, object)->stage != 0;
    if (slot->object & SLOT_THREAD)
        return AT(struct thread, object)->state == THREAD_DEAD;
    return AT(struct endpoint, object)->destroying.next != 0;
}

static void endpoint_destroy_begin(struct endpoint *endpoint)
{
    if (endpoint->destroying.next)
        link_remove(&endpoint->destroying); /* moves in front of its task, which is destroyed now, too */
    link_insert_after(REF(&kernel.destroying), &endpoint->destroying);
}

void object_destroy_begin(uint32_t object)
{
    ref_t ref = object & SLOT_OBJECT;

    assert(arch_lock_held());
    struct task *task = AT(struct task, ref);
    if (object & SLOT_THREAD) {
        thread_destroy_begin(AT(struct thread, ref));
    } else if (!(object & SLOT_TASK)) {
        endpoint_destroy_begin(AT(struct endpoint, ref));
    } else if (task->stage == 0) {
        task->stage = 1;
        link_insert_after(REF(&kernel.destroying), &task->destroying);
    }
}

/* The mark of the object's tree is destroyed with the object, so the thread that set it must not clear it later. */
static void forget_revoker(struct object *object)
{
    if (node_is_being_revoked(&object->caps))
        AT(struct thread, object->revoker & ~(ref_t)NODE_REVOKING)->revoking = 0;
}

static void reap_endpoint(struct endpoint *endpoint, unsigned *budget)
{
    struct account *account = &AT(struct task, endpoint->task)->account;

    if (!endpoint_fail_step(endpoint, budget) || !slot_revoke_step(&endpoint->object.caps, budget))
        return;
    forget_revoker(&endpoint->object);
    link_remove(&endpoint->destroying);
    account_cell_return(account, &account->endpoints, REF(endpoint), ENDPOINT_SHIFT);
}

static void unmap_message_page(struct thread *thread, struct task *task)
{
    pte_t *entry;
    bool found = vspace_find(&task->space, thread->page_address, &entry);

    assert(found && pte_low(entry) & PTE_MESSAGE);
    pte_clear(entry);
    tlb_invalidate(REF(task), thread->page_address);
    tlb_sync(); /* before it is zeroed: no processor may write to it any more */
    __builtin_memset(AT(void, thread->page), 0, PAGE_SIZE);
    account_return(&task->account, frame_number(thread->page));
}

static void reap_thread(struct thread *thread, unsigned *budget)
{
    struct task *task = thread_task(thread);

    /* Another processor may run it until it has been notified. */
    if (cpu_runs(thread) || !slot_revoke_step(&thread->object.caps, budget))
        return;
    if (!slot_is_empty(&thread->receives))
        slot_empty(&thread->receives);
    if (!slot_is_empty(&thread->handler))
        slot_empty(&thread->handler);
    if ((int32_t)(thread->call_number - kernel.call_number_base) > 0)
        kernel.call_number_base = thread->call_number;
    forget_revoker(&thread->object);
    unmap_message_page(thread, task);
    link_remove(&thread->link);
    account_cell_return(&task->account, &task->account.threads, REF(thread), THREAD_SHIFT);
}

/* ------------------------------------------------------------------- the stages of a task's end */

static ref_t first_object(const struct list *frames, unsigned shift)
{
    const struct frame *record = AT(struct frame, frames->first);

    return frame_ref(frame_number_of(record)) + ((unsigned)__builtin_ctz(record->used) << shift);
}

/* Begins the destruction of one of the threads and endpoints in the task's account, which is now in front of the task
 * in the list. This stage is repeated until there are none. */
static bool end_objects(struct task *task, unsigned *budget)
{
    const struct account *account = &task->account;

    --*budget;
    if (!list_is_empty(&account->threads))
        thread_destroy_begin(AT(struct thread, first_object(&account->threads, THREAD_SHIFT)));
    else if (!list_is_empty(&account->endpoints))
        endpoint_destroy_begin(AT(struct endpoint, first_object(&account->endpoints, ENDPOINT_SHIFT)));
    return list_is_empty(&account->threads) && list_is_empty(&account->endpoints);
}

static bool empty_leaf_step(ref_t leaf, unsigned *budget)
{
    struct slot *slots = AT(struct slot, leaf);

    for (unsigned i = 0; (i = scan_next(&slots->object, sizeof *slots / 4, LEAF_SLOTS, i, ~0u)) < LEAF_SLOTS;) {
        if (!slot_revoke_step(&slots[i].node, budget) || *budget == 0)
            return false;
        --*budget;
        slot_empty(&slots[i]);
    }
    return true;
}

/* Deletes the capabilities in the task's table with all that derive from them, then the capabilities that name the
 * task. */
static bool end_capabilities(struct task *task, unsigned *budget)
{
    enum { LEAF_COST = STEP_NODES / 2 }; /* of a scan through a leaf, counted in nodes */

    for (; task->cspace.leaves_count; task->cursor++) {
        ref_t *leaf = &task->cspace.leaves[task->cursor];
        if (*leaf == kernel.empty_leaf)
            continue;
        if (*budget < LEAF_COST)
            return false;
        *budget -= LEAF_COST;
        if (!empty_leaf_step(*leaf, budget))
            return false;
        account_return(&task->account, frame_number(*leaf));
        *leaf = kernel.empty_leaf;
        task->cspace.leaves_count--;
    }
    return slot_revoke_step(&task->object.caps, budget);
}

static bool end_space(struct task *task, unsigned *budget)
{
    vspace_leave(REF(task));
    return vspace_free_step(&task->space, &task->account, budget);
}

static bool end_account(struct task *task, unsigned *budget)
{
    struct account *account = &task->account;

    for (; account->spare; --*budget) {
        uint32_t frame = account->spare;
        if (*budget == 0)
            return false;
        account->spare = frame_at(frame)->next_spare;
        account->spare_count--;
        account->total--;
        frame_make_user(frame_at(frame), true);
    }
    assert(account->total == 1);
    return true;
}

static void reap_task(struct task *task, unsigned *budget)
{
    static bool (*const stages[])(struct task *, unsigned *) = {
        end_objects, ipc_fail_owed_step, end_capabilities, end_space, end_account,
    };
    enum { STAGES = sizeof stages / sizeof stages[0] };

    if (!stages[task->stage - 1](task, budget) || task->stage++ < STAGES)
        return;
    forget_revoker(&task->object);
    link_remove(&task->destroying);
    __builtin_memset(task, 0, PAGE_SIZE);
    frame_make_user(frame_at(frame_number(REF(task))), true);
}

void object_reap_step(void)
{
    unsigned budget = STEP_NODES;
    ref_t first = kernel.destroying.first;

    assert(arch_lock_held());
    uint8_t kind = frame_at(frame_number(first))->kind;
    if (kind == FRAME_TASK)
        reap_task(AT(struct task, first - offsetof(struct task, destroying)), &budget);
    else if (kind == FRAME_THREADS)
        reap_thread(thread_of_link(first), &budget);
    else
        reap_endpoint(AT(struct endpoint, first - offsetof(struct endpoint, destroying)), &budget);
}
