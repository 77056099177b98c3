/*
 * Two passes over a message's items: the first checks all of them and adds up the frames that the receiver's account
 * needs, the second, with shortfall.is_checked, transfers them and cannot fail (but see unmap_old_page()). Items and
 * windows are read once, before the first pass, because other threads can change the message pages at any time.
 */
#include "kernel/ipc/message.h"

err_t message_tag_check(uint32_t tag)
{
    return tag > TAG(TAG_WORDS, IPC_ITEMS) || (tag & 0xff) > IPC_PAGE_WORDS ? ERR_ARG : OK;
}

static OUT_OF_LINE err_t transfer_capability(struct thread *sender, const struct thread *receiver,
                                             const struct item *item, const struct receive_windows *windows,
                                             struct shortfall *shortfall)
{
    struct task *to = thread_task(receiver);
    bool open = windows && receiver->registers.eax & IPC_SLOTS;
    uint32_t first = open ? windows->first_slot : 0, count = open ? windows->slots_count : 0;
    uint32_t index = first + item->to, cost = 0;
    struct slot *slot;

    err_t err = cspace_find_any(&thread_task(sender)->cspace, item->slot, &slot);
    if (err)
        return err;
    struct derivation derivation = {item->rights, slot->object & SLOT_RANGE ? 0 : item->from, 0};
    if (shortfall->is_checked) {
        slot_derive(slot, cspace_open(&to->cspace, &to->account, index, kernel.empty_leaf), &derivation);
        return OK;
    }
    err = slot->node.flags & RIGHT_GRANT ? slot_derive_check(slot, &derivation) : ERR_RIGHTS;
    if (err)
        return err;
    if (item->to >= count || first >= SLOT_COUNT || item->to >= SLOT_COUNT - first)
        return ERR_WINDOW;
    err = cspace_find_empty(&to->cspace, index, kernel.empty_leaf, &cost);
    shortfall->frames += cost && shortfall_note(shortfall, SHORTFALL_LEAF | index >> LEAF_BITS);
    return err == ERR_ARG ? ERR_WINDOW : err;
}

/* For a page granted to a faulting receiver: unmaps the mapping that is there, and its descendants. ERR_TAKEN: it is a
 * message page; ERR_BUSY: it has more than `budget` descendants. Then nothing is unmapped. */
static err_t unmap_old_page(pte_t *entry, unsigned budget)
{
    struct node *node = entry_node(entry);

    if (!pte_is_mapping(entry))
        return ERR_TAKEN;
    if (!node_is_bounded(node, &(unsigned){budget}))
        return ERR_BUSY;
    bool leaf = vspace_unmap_step(node, &budget);
    assert(leaf);
    vspace_unmap(entry, node);
    return OK;
}

/* Checks an item with pages and counts the frames for missing tables, in the first pass; maps the pages in the second.
 * The source may be frames or mappings, and the pages may go to several tables. */
static err_t transfer_pages(const struct thread *receiver, const struct item *item, const struct source *source,
                            struct shortfall *shortfall)
{
    struct task *task = thread_task(receiver);
    const struct target target = {&task->space, &task->account, item->to};
    pte_t *entry;
    bool found = vspace_find(&task->space, item->to, &entry), replaces = receiver->faulting && found && pte_low(entry);
    err_t err;

    if (!shortfall->is_checked) {
        if (replaces && source->space == &task->space && source->first == item->to)
            return ERR_TAKEN;
        err = source_check(source, item->pages, item->rights | RIGHT_GRANT, &target,
                           found && !replaces ? entry : source_no_entries);
        vspace_count_shortfall(&task->space, item->to, item->pages, shortfall);
        return err;
    }
    /* A source that is a mapping may descend from the one that is replaced; then that must have no descendants. */
    err = replaces ? unmap_old_page(entry, source->space ? 0 : CALL_PAGES_MAX) : OK;
    if (!err)
        source_map(source, item->pages, item->rights, &target);
    return err;
}

static err_t transfer_item(struct thread *sender, const struct thread *receiver, const struct item *item,
                           const struct receive_windows *windows, struct shortfall *shortfall)
{
    struct source source = {&thread_task(sender)->space, item->from, CHILD};
    err_t err = OK;

    if (item->kind == ITEM_CAP)
        return transfer_capability(sender, receiver, item, windows, shortfall);
    if (item->pages - 1u >= CALL_PAGES_MAX || !rights_are_mappable(item->rights))
        return ERR_ARG;
    if (item->kind == ITEM_MEMORY) {
        source.space = NULL;
        err = cspace_find_frames(&thread_task(sender)->cspace, item->slot, item->rights | RIGHT_GRANT, item->pages,
                                 &source.first);
    } else if (item->kind != ITEM_ADDRESS || !vspace_range_valid(item->from, item->pages, CALL_PAGES_MAX))
        err = ERR_ARG;
    if (!err && !message_window_admits(receiver, windows, item->to, item->pages))
        err = ERR_WINDOW;
    return err ? err : transfer_pages(receiver, item, &source, shortfall);
}

static uint32_t size_of(const struct item *item)
{
    return item->kind == ITEM_CAP ? 1u : (uint32_t)item->pages << PAGE_BITS;
}

/* Checks the items together: ERR_ARG if they have too many pages, ERR_TAKEN if two overlap at the receiver. */
static OUT_OF_LINE err_t check_together(const struct item *items, unsigned count)
{
    uint32_t pages = 0;

    for (const struct item *a = items; a < items + count; a++) {
        pages += a->kind == ITEM_CAP ? 0 : a->pages;
        for (const struct item *b = items; b < a; b++)
            if ((a->kind == ITEM_CAP) == (b->kind == ITEM_CAP) &&
                (a->to - b->to < size_of(b) || b->to - a->to < size_of(a)))
                return ERR_TAKEN;
    }
    return pages > CALL_PAGES_MAX ? ERR_ARG : OK;
}

/* Both passes. The reply to a fault cannot carry two items, as it has only one page as its window. */
static err_t transfer_all_items(struct thread *sender, const struct thread *receiver, uint32_t tag)
{
    struct item items[IPC_ITEMS];
    struct receive_windows windows;
    unsigned count = tag >> TAG_ITEMS_SHIFT;
    struct shortfall shortfall = {.is_checked = count == 0};

    err_t err = message_tag_check(tag);
    if (err)
        return err;
    arch_copy_words((uint32_t *)&windows, &thread_page(receiver)->window, sizeof(windows) / 4);
    arch_copy_words((uint32_t *)items, (const uint32_t *)thread_page(sender)->items, count * sizeof(items[0]) / 4);
    if (count > 1)
        err = check_together(items, count);
    for (;; shortfall.is_checked = true) {
        for (unsigned i = 0; !err && i < count; i++)
            err = transfer_item(sender, receiver, &items[i], receiver->faulting ? NULL : &windows, &shortfall);
        if (err || shortfall.is_checked)
            return err;
        err = task_check_account(thread_task(receiver), shortfall.frames, sender);
    }
}

/* Not inlined: its loops need the registers. */
static __attribute__((noinline)) bool map_many_frames(const struct thread *sender, const struct thread *receiver)
{
    return message_map_frames(sender, receiver, false, CALL_PAGES_MAX);
}

err_t message_transfer_extended(struct thread *sender, struct thread *receiver, uint32_t tag)
{
    struct message_page *in = thread_page(sender), *out = thread_page(receiver);
    bool fault = receiver->faulting, one = tag - TAG(0, 1) <= IPC_PAGE_WORDS;

    if (fault || !one || !map_many_frames(sender, receiver)) {
        err_t err = transfer_all_items(sender, receiver, tag);
        if (err || fault)
            return err;
    }
    arch_copy_words(out->words, in->words, tag & TAG_WORDS);
    out->tag = tag;
    return OK;
}

err_t message_transfer(struct thread *sender, struct thread *receiver)
{
    if (!sender->faulting && sender->registers.eax & IPC_EXTENDED)
        return message_transfer_extended(sender, receiver, message_tag(sender));
    if (!receiver->faulting)
        thread_page(receiver)->tag = sender->faulting ? TAG_FAULT : TAG_CALL;
    return OK;
}
