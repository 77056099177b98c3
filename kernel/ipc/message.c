/*
 * An item goes over when all about it is checked. Of a message with several each is checked before the first goes over:
 * so each is looked at twice, first with a shortfall, where what all of them lack is counted. A sender's items and a
 * receiver's windows are read once: what was checked cannot be changed by who else has these pages.
 */
#include "kernel/ipc/message.h"

#include "kernel/vm/source.h"

/* An item as it was read: `head` has its slot, rights, kind and pages. */
struct item_words {
    uint32_t head, from, to;
};

ALWAYS_INLINE struct item_words item_read(const volatile struct item *in)
{
    return (struct item_words){*(const volatile uint32_t *)in, in->from, in->to};
}

ALWAYS_INLINE enum item_kind kind_of(const struct item_words *item)
{
    return (enum item_kind)(item->head >> (16 + ITEM_KIND_SHIFT) & 7);
}

ALWAYS_INLINE rights_t rights_of(const struct item_words *item)
{
    return item->head >> 16 & RIGHT_ALL;
}

ALWAYS_INLINE uint32_t pages_of(const struct item_words *item)
{
    return item->head >> 24;
}

err_t message_tag_check(uint32_t tag)
{
    return tag > (IPC_ITEMS << TAG_ITEMS_SHIFT | TAG_WORDS) || (tag & 0xff) > IPC_PAGE_WORDS ? ERR_ARG : OK;
}

static OUT_OF_LINE err_t pass_capability(struct thread *sender, const struct thread *receiver,
                                         const struct item_words *item, const volatile struct message_page *windows,
                                         struct shortfall *shortfall)
{
    struct task *to = thread_task(receiver);
    bool open = !receiver->faulting && receiver->registers.eax & IPC_SLOTS;
    uint32_t first = windows->slots, count = open ? windows->slots_count : 0, index = first + item->to, cost = 0;
    struct slot *slot;

    err_t err = cspace_find_any(&thread_task(sender)->cspace, item->head & 0xffff, &slot);
    if (err)
        return err;
    struct derivation derivation = {rights_of(item), slot->object & SLOT_RANGE ? 0 : item->from, 0};
    err = slot->node.flags & RIGHT_GRANT ? slot_derive_check(slot, &derivation) : ERR_RIGHTS;
    if (err)
        return err;
    if (item->to >= count || first >= SLOT_COUNT || item->to >= SLOT_COUNT - first)
        return ERR_WINDOW;
    err = cspace_find_empty(&to->cspace, index, kernel.empty_leaf, &cost);
    if (err)
        return err == ERR_ARG ? ERR_WINDOW : err;
    if (shortfall) {
        shortfall->frames += cost && shortfall_note(shortfall, LACKING_LEAF | index >> LEAF_BITS);
        return OK;
    }
    err = task_check_account(to, cost, sender);
    if (err)
        return err;

    slot_derive(slot, cspace_open(&to->cspace, &to->account, index, kernel.empty_leaf), &derivation);
    return OK;
}

/* Whether pages may go there: into the receiver's window, or where it faulted. */
ALWAYS_INLINE bool window_admits(const struct thread *receiver, const volatile struct message_page *windows,
                                 uint32_t address, uint32_t pages)
{
    if (UNLIKELY(receiver->faulting))
        return receiver->registers.vector == 14 && pages == 1 && address < SPACE_END &&
               address == (receiver->fault_address & -(uint32_t)PAGE_SIZE);
    if (UNLIKELY(!(receiver->registers.eax & IPC_WINDOW)))
        return false;
    uint32_t first = windows->window, count = windows->window_pages, offset = address - first;
    return (first | offset) % PAGE_SIZE == 0 && first < SPACE_END && count <= (SPACE_END - first) >> PAGE_BITS &&
           offset >> PAGE_BITS < count && pages <= count - (offset >> PAGE_BITS);
}

/* Where the receiver faulted, a page takes the place of what is mapped. That goes with all that was derived from it:
 * few, and not the source. */
static err_t make_room(const struct vspace *space, const pte_t *entry, const struct source *source)
{
    struct node *node = entry_node(entry);
    unsigned budget = source->space ? 0 : CALL_PAGES_MAX;
    bool leaf = node_is_leaf(node);

    if (!pte_is_mapping(entry) || (source->space == space && source->first == node_address(node)))
        return ERR_TAKEN;
    if (!leaf && !node_is_bounded(node, &(unsigned){budget}))
        return ERR_BUSY;

    leaf = leaf || vspace_unmap_step(node, &budget);
    assert(leaf);
    vspace_unmap(node);
    return OK;
}

/* From wherever pages come, to wherever the receiver's window or its fault lets them go. */
static __attribute__((noinline)) err_t pass_pages(struct thread *sender, const struct thread *receiver,
                                                  const struct item_words *item, const struct source *source,
                                                  struct shortfall *shortfall)
{
    struct task *task = thread_task(receiver);
    const struct target target = {&task->space, &task->account, item->to};
    struct shortfall own = {0}, *lacks = shortfall ? shortfall : &own;
    rights_t rights = rights_of(item);
    uint32_t pages = pages_of(item);
    pte_t *entry;

    bool found = vspace_find(&task->space, item->to, &entry), replaces = receiver->faulting && found && pte_low(entry);
    err_t err =
        source_check(source, pages, rights | RIGHT_GRANT, &target, found && !replaces ? entry : source_no_entries);
    vspace_count_shortfall(&task->space, item->to, pages, lacks);
    if (!err && !shortfall)
        err = task_check_account(task, own.frames, sender);
    if (!err && !shortfall && replaces)
        err = make_room(&task->space, entry, source);
    if (!err && !shortfall)
        source_map(source, pages, rights, &target);
    return err;
}

static OUT_OF_LINE err_t pass_other(struct thread *sender, const struct thread *receiver, const struct item_words *item,
                                    const volatile struct message_page *windows, struct shortfall *shortfall)
{
    const struct source source = {&thread_task(sender)->space, item->from, CHILD};

    if (kind_of(item) == ITEM_CAP)
        return pass_capability(sender, receiver, item, windows, shortfall);
    if (kind_of(item) != ITEM_ADDRESS || !rights_are_mappable(rights_of(item)) ||
        !vspace_range_valid(item->from, pages_of(item), CALL_PAGES_MAX))
        return ERR_ARG;
    if (!window_admits(receiver, windows, item->to, pages_of(item)))
        return ERR_WINDOW;
    return pass_pages(sender, receiver, item, &source, shortfall);
}

/* Most items are frames for a table that is there: they go over at once. */
ALWAYS_INLINE err_t pass_item(struct thread *sender, const struct thread *receiver, const volatile struct item *in,
                              const volatile struct message_page *windows, struct shortfall *shortfall)
{
    const struct item_words item = item_read(in);
    struct task *task = thread_task(receiver);
    uint32_t slot = item.head & 0xffff, pages = pages_of(&item), first = item.from;
    rights_t rights = rights_of(&item);
    pte_t *entry;

    if (UNLIKELY(kind_of(&item) != ITEM_MEMORY))
        return pass_other(sender, receiver, &(struct item_words){item.head, item.from, item.to}, windows, shortfall);
    if (UNLIKELY(pages - 1 >= CALL_PAGES_MAX || !rights_are_mappable(rights)))
        return ERR_ARG;
    err_t err = cspace_find_frames(&thread_task(sender)->cspace, slot, rights | RIGHT_GRANT, pages, &first);
    if (UNLIKELY(err))
        return err;
    if (UNLIKELY(!window_admits(receiver, windows, item.to, pages)))
        return ERR_WINDOW;
    if (UNLIKELY(!vspace_find(&task->space, item.to, &entry) || !vspace_is_one_table(item.to, pages)))
        return pass_pages(sender, receiver, &(struct item_words){item.head, item.from, item.to},
                          &(struct source){NULL, first, CHILD}, shortfall);
    if (UNLIKELY(task->stage))
        return ERR_DEAD;
    if (UNLIKELY(receiver->faulting) && pte_low(entry)) {
        err = frames_check(first, 1, source_no_entries);
        if (err || shortfall)
            return err;
        err = make_room(&task->space, entry, &(struct source){NULL, first, CHILD});
    }
    if (!UNLIKELY(err))
        err = frames_check(first, pages, entry);
    if (!UNLIKELY(err || shortfall))
        frames_map(first, pages, rights, entry);
    return err;
}

static uint32_t size_of(const struct item_words *item)
{
    return kind_of(item) == ITEM_CAP ? 1 : pages_of(item) << PAGE_BITS;
}

/* ERR_ARG: too many pages; ERR_TAKEN: two items land in one place. */
static OUT_OF_LINE err_t check_together(const struct item *items, unsigned count)
{
    uint32_t pages = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct item_words a = item_read(&items[i]);
        pages += kind_of(&a) == ITEM_CAP ? 0 : pages_of(&a);
        for (unsigned j = 0; j < i; j++) {
            const struct item_words b = item_read(&items[j]);
            if ((kind_of(&a) == ITEM_CAP) == (kind_of(&b) == ITEM_CAP) &&
                (a.to - b.to < size_of(&b) || b.to - a.to < size_of(&a)))
                return ERR_TAKEN;
        }
    }
    return pages > CALL_PAGES_MAX ? ERR_ARG : OK;
}

/* As each is looked at twice, they are copied, with the windows. For a fault's answer more than one is refused. */
static OUT_OF_LINE err_t pass_several(struct thread *sender, const struct thread *receiver, unsigned count)
{
    const struct message_page *in = thread_page(sender), *open = thread_page(receiver);
    struct shortfall shortfall = {0}, *lacks = &shortfall;
    struct message_page copy;

    arch_copy_words(&copy.window, &open->window, 4); /* and its pages; the slots and their number */
    arch_copy_words((uint32_t *)copy.items, (const uint32_t *)in->items, sizeof(copy.items) / 4);
    err_t err = check_together(copy.items, count);
    for (;; lacks = NULL) {
        for (unsigned i = 0; !err && i < count; i++)
            err = pass_item(sender, receiver, &copy.items[i], &copy, lacks);
        if (err || !lacks)
            return err;
        err = task_check_account(thread_task(receiver), shortfall.frames, sender);
    }
}

err_t message_pass_page(struct thread *sender, struct thread *receiver, uint32_t tag)
{
    struct message_page *in = thread_page(sender), *out = thread_page(receiver);
    bool one = tag - (1 << TAG_ITEMS_SHIFT) <= IPC_PAGE_WORDS; /* item, and as many words as there may be */

    err_t err = one ? pass_item(sender, receiver, in->items, out, NULL) : message_tag_check(tag);
    if (UNLIKELY(!one && !err && tag & TAG_ITEMS))
        err = pass_several(sender, receiver, tag >> TAG_ITEMS_SHIFT);
    if (UNLIKELY(receiver->faulting))
        tlb_sync(); /* when both are done: who reads a page that is replaced does not find it absent */
    if (UNLIKELY(err || receiver->faulting))
        return err;
    if (tag & TAG_WORDS)
        arch_copy_words(out->words, in->words, tag & TAG_WORDS);
    out->tag = tag;
    return OK;
}

err_t message_pass(struct thread *sender, struct thread *receiver)
{
    if (!sender->faulting && sender->registers.eax & IPC_EXTENDED)
        return message_pass_page(sender, receiver, *(const volatile uint32_t *)&thread_page(sender)->tag);
    if (!receiver->faulting)
        thread_page(receiver)->tag = sender->faulting ? TAG_FAULT : TAG_CALL;
    return OK;
}
