/* The result that each message must have: first by its receiver, then item by item. */
#include "tests/explore/deserved.h"

#include "kernel/ipc/ipc.h"
#include "tests/explore/hardware.h"

/* What a receiver has open. */
struct receive_windows {
    uint32_t address, pages, slot, slots;
    bool replaces; /* the page of a fault may be replaced */
};

struct delivery {
    const struct task *from, *to;
    struct receive_windows open;
    struct cost cost;
    uint32_t pages;
};

static struct receive_windows windows_of(const struct thread *receiver)
{
    const struct before *t = seen_thread(REF(receiver));
    struct receive_windows open = {0};

    if (t->faulting)
        return t->registers.vector == VECTOR_PAGE_FAULT
                   ? (struct receive_windows){t->fault_address & -(uint32_t)PAGE_SIZE, 1, 0, 0, true}
                   : open;
    if (t->registers.eax & IPC_WINDOW)
        open.address = t->window, open.pages = t->window_pages;
    if (t->registers.eax & IPC_SLOTS)
        open.slot = t->slots, open.slots = t->slots_count;
    return open;
}

/* ---------------------------------------------------------------------------------- items */

static enum item_kind kind_of(const struct item *item)
{
    return (enum item_kind)(item->kind);
}

static bool meets(const struct item *item, const struct item *other)
{
    uint32_t size = kind_of(item) == ITEM_CAP ? 1 : item->pages * PAGE_SIZE;
    uint32_t others = kind_of(other) == ITEM_CAP ? 1 : other->pages * PAGE_SIZE;

    return (kind_of(item) == ITEM_CAP) == (kind_of(other) == ITEM_CAP) && item->to < other->to + others &&
           other->to < item->to + size;
}

static void capability(struct delivery *d, const struct item *item)
{
    const struct slot *slot = needs_any_capability(d->from, item->slot);
    uint64_t to = (uint64_t)d->open.slot + item->to;
    bool inside = item->to < d->open.slots && to != 0 && to < SLOT_COUNT && to < CSPACE_SLOTS;

    if (slot) {
        deserves_if(!(slot->node.flags & RIGHT_GRANT), ERR_RIGHTS);
        needs_child(slot, (struct derivation){item->rights, slot->object & SLOT_RANGE ? 0 : item->from, 0});
    }
    deserves_if(!inside, ERR_WINDOW);
    if (!inside)
        return;
    deserves_if(slot_in_table(d->to, (uint32_t)to)->object, ERR_TAKEN);
    cost_of_slot(&d->cost, d->to, (uint32_t)to);
}

static void source(const struct delivery *d, const struct item *item)
{
    rights_t rights = item->rights | RIGHT_GRANT;

    if (kind_of(item) == ITEM_MEMORY) {
        needs_mappable_frames(needs_frames(d->from, item->slot, rights, item->from, item->pages), item->pages);
        return;
    }
    bool valid = range_is_valid(item->from, item->pages, CALL_PAGES_MAX);
    deserves_if(!valid, ERR_ARG);
    if (valid)
        needs_mapped_pages((struct pages_needed){d->from, item->from, item->pages, rights, true});
}

static unsigned descendants_of(const struct page *page)
{
    const struct node *top = AT(struct node, page->node), *n = node_at(top->next);
    unsigned count = 0;

    for (; n->depth > top->depth; n = node_at(n->next))
        count++;
    return count;
}

/* A reply to a fault can replace a mapped page together with its descendants. It cannot replace the page that it sends,
 * and not one with too many descendants. */
static void replaced(const struct delivery *d, const struct item *item, uint32_t address)
{
    const struct page *page = page_seen(frame_number(REF(d->to)), address);

    if (!page)
        return;
    deserves_if(kind_of(item) == ITEM_ADDRESS && d->from == d->to && item->from == address, ERR_TAKEN);
    deserves_if(descendants_of(page) > (kind_of(item) == ITEM_ADDRESS ? 0 : CALL_PAGES_MAX), ERR_BUSY);
}

static void pages(struct delivery *d, const struct item *item)
{
    uint64_t window_end = d->open.address + (uint64_t)d->open.pages * PAGE_SIZE;
    bool inside = item->to >= d->open.address && item->to + (uint64_t)item->pages * PAGE_SIZE <= window_end &&
                  d->open.address % PAGE_SIZE == 0 && range_is_valid(item->to, item->pages, SPACE_END / PAGE_SIZE);
    uint32_t address = item->to;

    d->pages += item->pages;
    deserves_if(item->pages == 0 || d->pages > CALL_PAGES_MAX || !can_be_mapped(item->rights), ERR_ARG);
    source(d, item);
    deserves_if(!inside, ERR_WINDOW);
    if (!inside)
        return;
    if (d->open.replaces)
        replaced(d, item, address);
    for (uint32_t i = 0; i < item->pages; i++) {
        uint32_t page = address + i * PAGE_SIZE;
        bool makes_room = d->open.replaces && page_seen(frame_number(REF(d->to)), page);
        deserves_if(!makes_room && !page_is_free(d->to, page), ERR_TAKEN);
    }
    cost_of_pages(&d->cost, d->to, address, item->pages);
}

/* A message is delivered to a thread: its tag, its items, and what they cost. */
static void reaches(const struct event *event, const struct thread *sender, const struct thread *receiver)
{
    const struct sent *sent = &world->sends[event->send];
    unsigned count = (sent->tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT;
    struct delivery d = {AT(struct task, sender->task), AT(struct task, receiver->task), windows_of(receiver), {0}, 0};

    if (!(event->eax & IPC_EXTENDED) || count == 0 || count > IPC_ITEMS)
        return;
    for (unsigned i = 0; i < count; i++) {
        const struct item *item = &sent->items[i];
        if (kind_of(item) > ITEM_CAP)
            deserves_if(true, ERR_ARG);
        else if (kind_of(item) == ITEM_CAP)
            capability(&d, item);
        else
            pages(&d, item);
        for (unsigned j = 0; j < i; j++)
            deserves_if(meets(item, &sent->items[j]), ERR_TAKEN);
    }
    needs_account(d.to, &d.cost);
}

static void tag(const struct event *event)
{
    uint32_t tag = world->sends[event->send].tag;

    deserves_if(event->eax & IPC_EXTENDED &&
                    (tag & ~(uint32_t)(TAG_WORDS | TAG_ITEMS) || (tag & TAG_WORDS) > IPC_PAGE_WORDS ||
                     (tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT > IPC_ITEMS),
                ERR_ARG);
}

/* ---------------------------------------------------------------------------------- calls and replies */

/* Without a receiver the call waits; its items are checked when it is received. */
static void call(const struct event *event, const struct thread *thread)
{
    const struct slot *slot =
        needs_capability(AT(struct task, thread->task), event->eax >> SLOT_SHIFT, SLOT_ENDPOINT, RIGHT_CALL);

    tag(event);
    if (!slot)
        return;
    const struct endpoint *endpoint = AT(struct endpoint, slot->object & SLOT_OBJECT);
    bool waits = endpoint->receivers.first == REF(&endpoint->receivers);
    deserves_if(waits && endpoint->destroying.next, ERR_DEAD);
    if (!waits)
        reaches(event, thread, thread_of_link(endpoint->receivers.first));
}

/* Whom the event replies to: a thread that waits for a reply from this task and that the page names with its present
 * call, or the one that this thread serves. */
static const struct thread *receiver_of_reply(const struct event *event, const struct thread *thread)
{
    struct named named = event_name(event, thread);

    for (unsigned i = 0; i < seen.threads_count; i++) {
        const struct before *t = &seen.threads[i];
        if (t->ref != named.caller || t->call_number != named.call_number)
            continue;
        if (t->state == THREAD_REPLY_DEFERRED && t->peer == thread->task)
            return AT(struct thread, t->ref);
        if (t->state == THREAD_AWAITING_REPLY && AT(struct thread, t->peer)->task == thread->task)
            return AT(struct thread, t->ref);
    }
    return NULL;
}

static void reply(const struct event *event, const struct thread *thread)
{
    const struct thread *caller = receiver_of_reply(event, thread);

    deserves_if(!caller, ERR_STALE);
    tag(event);
    if (caller)
        reaches(event, thread, caller);
}

void deserved_by_message(const struct event *event, const struct thread *thread)
{
    if (event->call == SYS_ipc_call)
        call(event, thread);
    if (event->call == SYS_ipc_reply_wait)
        deserves_if(!thread->receives.object, ERR_CAP);
    if (event->call == SYS_ipc_reply || event->eax & IPC_REPLY)
        reply(event, thread);
}
