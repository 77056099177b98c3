/* The calls that make tasks, accounts, endpoints and threads. */
#include "kernel/object/object.h"
#include "kernel/sys/sys.h"

/* Zeroes the frames that are not marked clear, a few in a step, as one takes as long as about thirty nodes. That is
 * done before donation, so that a call that takes frames out of an account has none to zero, however many it takes. */
static OUT_OF_LINE err_t zero_frames(uint32_t first, uint32_t pages)
{
    tlb_sync(); /* no processor may write to them any more, even if they were unmapped since the kernel was entered */
    for (unsigned budget = STEP_NODES / 32 + 1; pages; first++, pages--) {
        if (frame_at(first)->mappings.flags & NODE_CLEAR)
            continue;
        if (budget-- == 0)
            return RESTART;
        __builtin_memset(AT(void, frame_ref(first)), 0, PAGE_SIZE);
        frame_at(first)->mappings.flags |= NODE_CLEAR;
    }
    return OK;
}

/* Checks that frames may become kernel memory (owned, in the physmap, without a mapping), and zeroes them. `*first` is
 * relative to the capability's first frame. */
static __attribute__((noinline)) err_t check_donation(struct thread *thread, uint32_t index, uint32_t pages,
                                                      uint32_t *first)
{
    err_t err = cspace_find_frames(&thread_task(thread)->cspace, index, RIGHT_WRITE | RIGHT_OWN, pages, first);
    uint32_t marks = ~0u;

    if (err)
        return err;
    for (const struct frame *record = frame_at(*first), *end = record + pages; record < end; record++) {
        if (record >= frame_at(PHYSMAP_BYTES >> PAGE_BITS) || record->state != FRAME_MAPPABLE || record->is_device ||
            !node_is_childless(&record->mappings))
            return ERR_FRAME;
        marks &= record->mappings.back;
    }
    return marks >> NODE_SHIFT ? OK : zero_frames(*first, pages); /* OK: all have NODE_CLEAR, a root's only flag */
}

err_t sys_task_create(struct thread *thread)
{
    uint32_t frame = sys_task_create_offset(thread), destination = sys_task_create_destination(thread);

    err_t err = sys_check_empty(thread, thread_task(thread), destination, 0);
    if (!err)
        err = check_donation(thread, sys_slot(thread), 1, &frame);
    if (!err)
        sys_give(thread_task(thread), destination, &task_make(frame)->object, SLOT_TASK);
    return err;
}

err_t sys_task_donate(struct thread *thread)
{
    uint32_t pages = sys_task_donate_pages(thread), first = sys_task_donate_offset(thread);
    struct task *task;

    if (pages == 0 || pages > CALL_PAGES_MAX)
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (!err)
        err = check_donation(thread, sys_task_donate_memory(thread), pages, &first);
    if (err)
        return err;

    for (uint32_t i = 0; i < pages; i++)
        account_donate(&task->account, first + i);
    return OK;
}

err_t sys_endpoint_create(struct thread *thread)
{
    struct task *self = thread_task(thread);
    uint32_t index = sys_endpoint_create_destination(thread);

    err_t err = sys_check_empty(thread, self, index, account_cell_cost(&self->account.endpoints, ENDPOINT_SHIFT));
    if (err)
        return err;

    struct endpoint *endpoint =
        AT(struct endpoint, account_cell(&self->account, &self->account.endpoints, FRAME_ENDPOINTS, ENDPOINT_SHIFT));
    node_init_root(&endpoint->object.caps);
    list_init(&endpoint->receivers);
    list_init(&endpoint->callers);
    endpoint->task = REF(self);
    sys_give(self, index, &endpoint->object, SLOT_ENDPOINT);
    return OK;
}

/* Finds an endpoint from whose capability one for a new thread can be derived, with `rights`; index 0: none, null. */
static err_t find_endpoint(struct thread *thread, uint32_t index, rights_t rights, struct slot **slot)
{
    *slot = NULL;
    if (index == 0)
        return OK;
    err_t err = sys_find(thread, index, SLOT_ENDPOINT, rights, slot);
    return err ? err : slot_derive_check(*slot, &(struct derivation){.rights = rights});
}

/* Checks that nothing is mapped at the message page's address, that the destination slot is empty, and that there are
 * frames: for the thread in the account of `task`, for the slot's leaf in the caller's, which may be the same. */
static err_t check_thread_cost(struct thread *thread, struct task *task, uint32_t address, uint32_t index)
{
    struct shortfall shortfall = {0};
    pte_t *entry;

    err_t err = vspace_find(&task->space, address, &entry) && pte_low(entry) ? ERR_TAKEN : OK;
    vspace_count_shortfall(&task->space, address, 1, &shortfall);
    uint32_t cost = shortfall.frames + 1 + account_cell_cost(&task->account.threads, THREAD_SHIFT);
    if (!err)
        err = sys_check_empty(thread, thread_task(thread), index, task == thread_task(thread) ? cost : 0);
    return err ? err : task_check_account(task, cost, thread);
}

err_t sys_thread_create(struct thread *thread)
{
    uint32_t priority = sys_thread_create_priority(thread), cpu = sys_thread_create_cpu(thread);
    struct slot *receives, *handler;
    struct task *task;

    if (priority > thread->priority || !cpu_is_valid(cpu) ||
        !vspace_range_valid(sys_thread_create_page_address(thread), 1, 1))
        return ERR_ARG;
    err_t err = sys_find_task(thread, sys_slot(thread), &task);
    if (!err)
        err = find_endpoint(thread, sys_thread_create_endpoint(thread), RIGHT_RECEIVE, &receives);
    if (!err)
        err = find_endpoint(thread, sys_thread_create_handler(thread), RIGHT_CALL, &handler);
    if (!err)
        err = check_thread_cost(thread, task, sys_thread_create_page_address(thread),
                                sys_thread_create_destination(thread));
    if (err)
        return err;

    struct thread *made = thread_make(task, sys_thread_create_page_address(thread), (uint8_t)priority, cpu);
    if (receives)
        slot_derive(receives, &made->receives, &(struct derivation){.rights = RIGHT_RECEIVE});
    if (handler)
        slot_derive(handler, &made->handler, &(struct derivation){.rights = RIGHT_CALL});
    sys_give(thread_task(thread), sys_thread_create_destination(thread), &made->object, SLOT_THREAD);
    return OK;
}
