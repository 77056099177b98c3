/*
 * Authority only comes from authority: each new capability and each new mapping is justified by what its giver had, by
 * a slot or a window that its receiver had open, and by its position in the tree.
 */
#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

static struct authority now;

/* ---------------------------------------------------------------------------------- who may give and take */

/* Whether the task had a capability for the other one with RIGHT_CONTROL. */
static bool controls(uint32_t task, uint32_t other)
{
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *c = &seen.authority.capabilities[i];
        if (c->task == task && !c->bound && !(c->object & SLOT_RANGE) && c->object & SLOT_TASK &&
            frame_number(object_of(c)) == other && c->rights & RIGHT_CONTROL)
            return true;
    }
    return false;
}

/* Whether a message with items, sent by the task, may have been delivered. */
static bool sends(uint32_t task, const struct event *event)
{
    if (event_is_message(event) && task == seen.acting_task && event->eax & IPC_EXTENDED)
        return true;
    for (unsigned i = 0; i < seen.threads_count; i++)
        if (seen.threads[i].task == task && seen.threads[i].state == THREAD_CALLING &&
            seen.threads[i].registers.eax & IPC_EXTENDED)
            return true;
    return false;
}

/* Whether the thread waits for a message or a reply, or its restarted call is about to. */
static bool receives(const struct before *t)
{
    return t->state == THREAD_RECEIVING || t->state == THREAD_AWAITING_REPLY || t->state == THREAD_REPLY_DEFERRED ||
           (t->restarting && (t->registers.eax & SYSCALL_NUMBER) == SYS_ipc_reply_wait);
}

/* What the acting thread opens in this event, or null. */
static const struct opened *opens(uint32_t task, const struct event *event, uint32_t flag)
{
    bool waits = event_is_call(event, SYS_ipc_call) || event_is_call(event, SYS_ipc_reply_wait);

    return waits && task == seen.acting_task && event->eax & flag ? &world->opens[event->open] : NULL;
}

static bool window_is_open(uint32_t task, uint32_t address, const struct event *event)
{
    const struct opened *opened = opens(task, event, IPC_WINDOW);

    if (opened && address - opened->window < opened->window_pages * PAGE_SIZE)
        return true;
    for (unsigned i = 0; i < seen.threads_count; i++) {
        const struct before *t = &seen.threads[i];
        if (t->task != task || !receives(t))
            continue;
        if (t->faulting ? (t->fault_address & ~(PAGE_SIZE - 1u)) == address
                        : t->registers.eax & IPC_WINDOW && address - t->window < t->window_pages * PAGE_SIZE)
            return true;
    }
    return false;
}

static bool slot_is_open(uint32_t task, uint32_t index, const struct event *event)
{
    const struct opened *opened = opens(task, event, IPC_SLOTS);

    if (opened && index - opened->slots < opened->slots_count)
        return true;
    for (unsigned i = 0; i < seen.threads_count; i++) {
        const struct before *t = &seen.threads[i];
        if (t->task == task && receives(t) && !t->faulting && t->registers.eax & IPC_SLOTS &&
            index - t->slots < t->slots_count)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------------------------- capabilities */

static bool is_alive(const struct frame *record, uint32_t object)
{
    uint32_t offset = object & SLOT_OBJECT & (PAGE_SIZE - 1);

    if (object & SLOT_TASK)
        return record->kind == FRAME_TASK;
    if (object & SLOT_THREAD)
        return record->kind == FRAME_THREADS && record->used >> (offset >> THREAD_SHIFT) & 1;
    return record->kind == FRAME_ENDPOINTS && record->used >> (offset >> ENDPOINT_SHIFT) & 1;
}

static bool was_alive(uint32_t object)
{
    return is_alive(&seen.records[frame_number(object & SLOT_OBJECT)], object);
}

/* S2, S3: a child has no right, no frame and no badge that its parent does not have. */
static bool covers(const struct capability *parent, const struct capability *child)
{
    if (child->rights & ~parent->rights)
        return false;
    if (child->object & SLOT_RANGE)
        return (parent->object & 0xff) == (child->object & 0xff) && parent->value <= child->value &&
               child->value + (child->object >> SLOT_RANGE_COUNT_SHIFT) <=
                   parent->value + (parent->object >> SLOT_RANGE_COUNT_SHIFT);
    if (parent->object & SLOT_RANGE || object_of(parent) != object_of(child))
        return false;
    if (child->object & SLOT_ENDPOINT)
        return (parent->value == 0 || parent->value == child->value) &&
               !(child->object & ~parent->object & SLOT_ENDPOINT);
    return true;
}

/* "make an endpoint", "turn it into a task", "make a stopped thread": the object is new. */
static bool is_made(const struct capability *child, const struct event *event)
{
    bool maker = event_is_call(event, SYS_endpoint_create) || event_is_call(event, SYS_task_create) ||
                 event_is_call(event, SYS_thread_create);

    return maker && child->task == seen.acting_task && !child->bound && child->depth == 1 && !was_alive(child->object);
}

/* For the calls that derive from a capability in the caller's own table. */
static bool is_derived(const struct capability *parent, const struct capability *child, const struct event *event)
{
    if (parent->task != seen.acting_task || parent->bound)
        return false;
    if (event_is_call(event, SYS_cap_derive))
        return !child->bound && (child->task == seen.acting_task || controls(seen.acting_task, child->task));
    if (event_is_call(event, SYS_thread_create))
        return child->bound && child->task;
    return event_is_call(event, SYS_irq_bind) && child->bound && !child->task;
}

static bool is_sent(const struct capability *parent, const struct capability *child, const struct event *event)
{
    return parent->rights & RIGHT_GRANT && !parent->bound && !child->bound && sends(parent->task, event) &&
           slot_is_open(child->task, child->index, event);
}

static const struct node *parent_of(const struct node *node)
{
    const struct node *n = node;

    while (n->depth >= node->depth)
        n = node_at(n->prev);
    return n;
}

static void check_capability_comes_from_one(const struct capability *child, const struct event *event)
{
    ref_t parent_slot = REF(parent_of(AT(struct node, child->slot)));

    if (!(child->object & SLOT_RANGE) && is_made(child, event))
        return;
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *parent = &seen.authority.capabilities[i];
        if (parent->slot != parent_slot || !covers(parent, child))
            continue;
        if (parent->revoking)
            violation("a capability was derived in a tree that is being revoked");
        if (is_derived(parent, child, event) || is_sent(parent, child, event))
            return;
    }
    violation("authority grew: slot %u of task %u has object 0x%x, value 0x%x, rights 0x%x", child->index, child->task,
              child->object, child->value, child->rights);
}

static bool was_there(const struct capability *c)
{
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *old = &seen.authority.capabilities[i];
        if (old->slot == c->slot && old->object == c->object && old->value == c->value && old->task == c->task &&
            !(c->rights & ~old->rights) && old->depth == c->depth)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------------------------- mappings */

static bool frame_is_given(const struct page *page, const struct event *event)
{
    bool maps = event_is_call(event, SYS_vm_map) && controls(seen.acting_task, page->task);

    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *c = &seen.authority.capabilities[i];
        if (!is_memory(c) || page->rights & ~c->rights || page->frame - c->value >= c->object >> SLOT_RANGE_COUNT_SHIFT)
            continue;
        if (maps && c->task == seen.acting_task)
            return true;
        if (c->rights & RIGHT_GRANT && sends(c->task, event) && window_is_open(page->task, page->address, event))
            return true;
    }
    return false;
}

static bool page_is_given(const struct page *page, const struct event *event)
{
    bool maps = event_is_call(event, SYS_vm_map) && controls(seen.acting_task, page->task);
    ref_t parent = REF(parent_of(AT(struct node, page->node)));

    for (unsigned i = 0; i < seen.authority.pages_count; i++) {
        const struct page *source = &seen.authority.pages[i];
        if (source->frame != page->frame || page->rights & ~source->rights)
            continue;
        if (maps && controls(seen.acting_task, source->task) && source->depth == page->depth)
            return true; /* a sibling: the walkers check the rest */
        if (source->rights & RIGHT_GRANT && source->node == parent && sends(source->task, event) &&
            window_is_open(page->task, page->address, event))
            return true;
    }
    return false;
}

static void check_mapping_comes_from_memory(const struct page *page, const struct event *event)
{
    const struct frame *record = &seen.records[page->frame];

    if (record->kind == FRAME_USER && record->owner)
        violation("frame %u was mapped while it is being revoked", page->frame);
    if ((page->depth == 1 && frame_is_given(page, event)) || page_is_given(page, event))
        return;
    violation("authority grew: task %u has frame %u at 0x%x with rights 0x%x, depth %u", page->task, page->frame,
              page->address, page->rights, page->depth);
}

static bool was_mapped(const struct page *page)
{
    for (unsigned i = 0; i < seen.authority.pages_count; i++) {
        const struct page *old = &seen.authority.pages[i];
        if (old->node == page->node && old->frame == page->frame && old->task == page->task &&
            old->address == page->address && !(page->rights & ~old->rights) && old->depth == page->depth)
            return true;
    }
    return false;
}

void check_authority_only_comes_from_authority(const struct event *event)
{
    authority_collect(&now);
    for (unsigned i = 0; i < now.capabilities_count; i++)
        if (!was_there(&now.capabilities[i]))
            check_capability_comes_from_one(&now.capabilities[i], event);
    for (unsigned i = 0; i < now.pages_count; i++)
        if (!was_mapped(&now.pages[i]))
            check_mapping_comes_from_memory(&now.pages[i], event);
}
