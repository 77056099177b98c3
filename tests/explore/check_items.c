/* What messages deliver: each item lands at its address or slot, with its rights, and the badge is that of the
 * capability through which the call was made. */
#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

/* ---------------------------------------------------------------------------------- the badge */

/* The slot through which the thread calls: that of its queued call, its handler, or the one that the event names. */
static ref_t called_with(const struct thread *caller, const struct event *event)
{
    const struct before *before = seen_thread(REF(caller));

    if (before && before->state == THREAD_CALLING)
        return before->call_slot;
    return caller->faulting ? REF(&caller->handler)
                            : REF(cspace_slot(&AT(struct task, caller->task)->cspace, event->eax >> SLOT_SHIFT));
}

/* What that slot held before the event, or null. */
static const struct capability *capability_in(ref_t slot)
{
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++)
        if (seen.authority.capabilities[i].slot == slot)
            return &seen.authority.capabilities[i];
    return NULL;
}

/* "at receive the badge": the badge of a capability for the endpoint that the server receives from, with the right to
 * call. */
void check_badge_arrives(const struct thread *caller, const struct thread *server, const struct event *event)
{
    const struct capability *c = capability_in(called_with(caller, event));

    if (!c || !(c->object & SLOT_ENDPOINT) || c->object & SLOT_RANGE || !(c->rights & RIGHT_CALL))
        violation("a call arrived whose caller has no capability to call");
    if (server->registers.eax != c->value)
        violation("a call arrived with badge %u, but its capability has %u", server->registers.eax, c->value);
    if (server->receives.object && object_of(c) != slot_object(&server->receives))
        violation("a call arrived at another endpoint than its capability's");
}

/* ---------------------------------------------------------------------------------- where items land */

/* Where the items land: in what the receiver opened in this event, if it began to wait in it, or before. */
struct landing {
    const struct task *to;
    uint32_t slot;
};

static struct landing landing_of(const struct thread *receiver, const struct event *event)
{
    const struct before *t = seen_thread(REF(receiver));
    const struct opened *opened = &world->opens[event->open];
    const struct task *to = AT(struct task, receiver->task);

    if (t->faulting)
        return (struct landing){to, 0};
    if (REF(receiver) == seen.acting && event_is_message(event))
        return (struct landing){to, opened->slots};
    return (struct landing){to, t->slots};
}

const struct capability *capability_seen(ref_t task, uint32_t index)
{
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *c = &seen.authority.capabilities[i];
        if (!c->bound && c->task == frame_number(task) && c->index == index)
            return c;
    }
    return NULL;
}

static ref_t parent_of(const struct node *node)
{
    const struct node *n = node;

    do
        n = node_at(n->prev);
    while (n->depth >= node->depth);
    return REF(n);
}

bool is_child(const struct slot *slot, const struct capability *parent, struct derivation d)
{
    uint32_t object = parent->object, value = parent->value;

    if (object & SLOT_RANGE) {
        uint32_t count = d.count ? d.count : (object >> SLOT_RANGE_COUNT_SHIFT) - d.value;
        object = (object & 0xff) | count << SLOT_RANGE_COUNT_SHIFT;
        value += d.value;
    } else if (object & SLOT_ENDPOINT) {
        object = (object & SLOT_OBJECT) | (d.rights & SLOT_ENDPOINT);
        value = d.value ? d.value : value;
    }
    return slot->object == object && slot->value == value && slot->node.flags == d.rights &&
           slot->node.depth == parent->depth + 1u && parent_of(&slot->node) == parent->slot;
}

/* "the capability in `slot`, with the badge `from` (0: its own)", and with the item's rights. */
static void check_capability_lands(const struct capability *c, const struct item *item, struct landing at)
{
    const struct slot *slot = cspace_slot(&at.to->cspace, at.slot + item->to);
    rights_t rights = item->rights;

    if (!c || !is_child(slot, c, (struct derivation){rights, c->object & SLOT_RANGE ? 0 : item->from, 0}))
        violation("a capability was sent, but slot %u of its receiver has no child of it", at.slot + item->to);
}

static uint32_t frame_sent(const struct thread *sender, const struct item *item, uint32_t i)
{
    if (item->kind == ITEM_MEMORY) {
        const struct capability *c = capability_seen(sender->task, item->slot);
        return c ? c->value + item->from + i : 0;
    }
    for (unsigned p = 0; p < seen.authority.pages_count; p++)
        if (seen.authority.pages[p].task == frame_number(sender->task) &&
            seen.authority.pages[p].address == item->from + i * PAGE_SIZE)
            return seen.authority.pages[p].frame;
    return 0;
}

static void check_pages_land(const struct thread *sender, const struct item *item, struct landing at)
{
    pte_t *entry;

    for (uint32_t i = 0; i < item->pages; i++) {
        uint32_t address = item->to + i * PAGE_SIZE;
        if (!vspace_find_mapping(&at.to->space, address, &entry) || pte_frame(entry) != frame_sent(sender, item, i) ||
            entry_node(entry)->flags != item->rights)
            violation("a page was sent, but 0x%x of its receiver does not map it, or with other rights", address);
    }
}

void check_items_land(const struct thread *sender, const struct thread *receiver, const struct event *event)
{
    bool is_reply = REF(sender) == seen.acting && !event_is_call(event, SYS_ipc_call);
    uint32_t tag = is_reply ? world->sends[event->send].tag : thread_page(sender)->tag;
    const struct item *items = is_reply ? world->sends[event->send].items : thread_page(sender)->items;
    struct landing at = landing_of(receiver, event);

    if (!((is_reply ? event->eax : sender->registers.eax) & IPC_EXTENDED) || sender->faulting || seen.others_work)
        return;
    for (unsigned i = 0; i < (tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT; i++) {
        const struct item *item = &items[i];
        if (item->kind == ITEM_CAP)
            check_capability_lands(capability_seen(sender->task, item->slot), item, at);
        else
            check_pages_land(sender, item, at);
    }
}
