/*
 * An item is transferred after all its checks. In a message with several items, all are checked before the first is
 * transferred: the first pass adds up the frames that they lack together, the second transfers. The sender's items and
 * the receiver's windows are read only once, because other threads can change these pages between check and use.
 */
#include "kernel/ipc/message.h"

#include "kernel/vm/source.h"

/* The tag of one item without words. */
enum { ONE_ITEM = 1 << TAG_ITEMS_SHIFT };

/* The receiver's windows, laid out as in its message page. */
struct windows {
    uint32_t first, pages, first_slot, slots;
};

/* Reads each word once. */
ALWAYS_INLINE struct item item_read(const volatile struct item *in)
{
    return *(const struct item *)(const uint32_t[]){*(const volatile uint32_t *)in, in->from, in->to};
}

err_t message_tag_check(uint32_t tag)
{
    return tag > (IPC_ITEMS << TAG_ITEMS_SHIFT | TAG_WORDS) || (tag & 0xff) > IPC_PAGE_WORDS ? ERR_ARG : OK;
}

static OUT_OF_LINE err_t pass_capability(struct thread *sender, const struct thread *receiver, const struct item *item,
                                         const volatile struct windows *windows, struct shortfall *shortfall)
{
    struct task *to = thread_task(receiver);
    bool open = windows && receiver->registers.eax & IPC_SLOTS;
    uint32_t first = open ? windows->first_slot : 0, count = open ? windows->slots : 0;
    uint32_t index = first + item->to, cost = 0;
    struct slot *slot;

    err_t err = cspace_find_any(&thread_task(sender)->cspace, item->slot, &slot);
    if (err)
        return err;
    struct derivation derivation = {item->rights, slot->object & SLOT_RANGE ? 0 : item->from, 0};
    err = slot->node.flags & RIGHT_GRANT ? slot_derive_check(slot, &derivation) : ERR_RIGHTS;
    if (err)
        return err;
    if (item->to >= count || first >= SLOT_COUNT || item->to >= SLOT_COUNT - first)
        return ERR_WINDOW;
    err = cspace_find_empty(&to->cspace, index, kernel.empty_leaf, &cost);
    if (err)
        return err == ERR_ARG ? ERR_WINDOW : err;
    if (shortfall && !shortfall->is_checked) {
        shortfall->frames += cost && shortfall_note(shortfall, LACKING_LEAF | index >> LEAF_BITS);
        return OK;
    }
    err = task_check_account(to, cost, sender);
    if (err)
        return err;

    slot_derive(slot, cspace_open(&to->cspace, &to->account, index, kernel.empty_leaf), &derivation);
    return OK;
}

/* Whether pages may go to `address`: it is in the receiver's window or, if `windows` is null, the page of its fault. */
ALWAYS_INLINE bool window_admits(const struct thread *receiver, const volatile struct windows *windows,
                                 uint32_t address, uint32_t pages)
{
    if (UNLIKELY(!windows))
        return receiver->registers.vector == 14 && pages == 1 && address < SPACE_END &&
               address == (receiver->fault_address & -(uint32_t)PAGE_SIZE);
    if (UNLIKELY(!(receiver->registers.eax & IPC_WINDOW)))
        return false;
    uint32_t first = windows->first, count = windows->pages, offset = address - first;
    return (first | offset) % PAGE_SIZE == 0 && address >= first && (offset >> PAGE_BITS) + pages <= count &&
           (address >> PAGE_BITS) + pages <= SPACE_END >> PAGE_BITS;
}

/* A page granted to a faulting receiver replaces the mapping there. That mapping and its descendants are unmapped; with
 * more than `budget` descendants it is ERR_BUSY. */
static err_t make_room(pte_t *entry, unsigned budget)
{
    struct node *node = entry_node(entry);

    if (UNLIKELY(!pte_is_mapping(entry)))
        return ERR_TAKEN;
    if (UNLIKELY(!node_is_leaf(node))) {
        if (!node_is_bounded(node, &(unsigned){budget}))
            return ERR_BUSY;
        bool leaf = vspace_unmap_step(node, &budget);
        assert(leaf);
    }
    vspace_unmap(entry, node);
    return OK;
}

/* For every source, and also where tables are missing. */
static __attribute__((noinline)) err_t pass_pages(struct thread *sender, const struct thread *receiver,
                                                  struct item item, const struct source *source,
                                                  struct shortfall *shortfall)
{
    struct task *task = thread_task(receiver);
    const struct target target = {&task->space, &task->account, item.to};
    struct shortfall own = {0};
    pte_t *entry;

    if (!shortfall || !shortfall->is_checked) {
        bool found = vspace_find(&task->space, item.to, &entry);
        bool replaces = receiver->faulting && found && pte_low(entry);
        if (replaces && source->space == &task->space && source->first == item.to)
            return ERR_TAKEN;
        err_t err = source_check(source, item.pages, item.rights | RIGHT_GRANT, &target,
                                 found && !replaces ? entry : source_no_entries);
        vspace_count_shortfall(&task->space, item.to, item.pages, shortfall ? shortfall : &own);
        if (err || shortfall)
            return err;
        err = task_check_account(task, own.frames, sender);
        if (!err && replaces)
            err = make_room(entry, source->space ? 0 : CALL_PAGES_MAX); /* not the source */
        if (err)
            return err;
    }
    source_map(source, item.pages, item.rights, &target);
    return OK;
}

static OUT_OF_LINE err_t pass_other(struct thread *sender, const struct thread *receiver, struct item item,
                                    const volatile struct windows *windows, struct shortfall *shortfall)
{
    const struct source source = {&thread_task(sender)->space, item.from, CHILD};

    if (item.kind == ITEM_CAP)
        return pass_capability(sender, receiver, &item, windows, shortfall);
    if (item.kind != ITEM_ADDRESS || !rights_are_mappable(item.rights) ||
        !vspace_range_valid(item.from, item.pages, CALL_PAGES_MAX))
        return ERR_ARG;
    if (!window_admits(receiver, windows, item.to, item.pages))
        return ERR_WINDOW;
    return pass_pages(sender, receiver, item, &source, shortfall);
}

/* The fast path is for most items: frames, for a table that exists. */
ALWAYS_INLINE err_t pass_item(struct thread *sender, const struct thread *receiver, const volatile struct item *in,
                              const volatile struct windows *windows, struct shortfall *shortfall)
{
    const struct item item = item_read(in);
    struct task *task = thread_task(receiver);
    uint32_t slot = item.slot, pages = item.pages, first = item.from;
    rights_t rights = item.rights;
    pte_t *entry;

    if (UNLIKELY(item.kind != ITEM_MEMORY))
        return pass_other(sender, receiver, item, windows, shortfall);
    if (UNLIKELY(pages - 1 >= CALL_PAGES_MAX || !rights_are_mappable(rights)))
        return ERR_ARG;
    err_t err = cspace_find_frames(&thread_task(sender)->cspace, slot, rights | RIGHT_GRANT, pages, &first);
    if (UNLIKELY(err))
        return err;
    if (UNLIKELY(!window_admits(receiver, windows, item.to, pages)))
        return ERR_WINDOW;
    if (UNLIKELY(!vspace_find(&task->space, item.to, &entry) || !vspace_is_one_table(item.to, pages)))
        return pass_pages(sender, receiver, item, &(struct source){NULL, first, CHILD}, shortfall);
    if (UNLIKELY(task->stage))
        return ERR_DEAD;
    bool replaces = !windows && pte_low(entry);
    err = frames_check(first, pages, replaces ? source_no_entries : entry);
    if (UNLIKELY(err || (shortfall && !shortfall->is_checked)))
        return err;
    if (replaces)
        err = make_room(entry, CALL_PAGES_MAX);
    if (!UNLIKELY(err))
        frames_map(first, pages, rights, entry);
    return err;
}

/* Not inlined: the fast path stays small. */
static __attribute__((noinline)) err_t pass_any_item(struct thread *sender, const struct thread *receiver,
                                                     const struct item *in, const struct windows *windows,
                                                     struct shortfall *shortfall)
{
    return pass_item(sender, receiver, in, windows, shortfall);
}

static uint32_t size_of(const struct item *item)
{
    return item->kind == ITEM_CAP ? 1u : (uint32_t)item->pages << PAGE_BITS;
}

/* ERR_ARG: too many pages; ERR_TAKEN: two items overlap at the receiver. */
static OUT_OF_LINE err_t check_together(const struct item *items, unsigned count)
{
    uint32_t pages = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct item a = item_read(&items[i]);
        pages += a.kind == ITEM_CAP ? 0 : a.pages;
        for (unsigned j = 0; j < i; j++) {
            const struct item b = item_read(&items[j]);
            if ((a.kind == ITEM_CAP) == (b.kind == ITEM_CAP) &&
                (a.to - b.to < size_of(&b) || b.to - a.to < size_of(&a)))
                return ERR_TAKEN;
        }
    }
    return pages > CALL_PAGES_MAX ? ERR_ARG : OK;
}

/* Items and windows are used twice, so they are copied first. The reply to a fault cannot carry two items, because only
 * one page is open for them. */
static OUT_OF_LINE err_t pass_several(struct thread *sender, const struct thread *receiver, uint32_t tag)
{
    struct item items[IPC_ITEMS];
    struct windows windows;
    unsigned count = tag >> TAG_ITEMS_SHIFT;
    struct shortfall shortfall = {.is_checked = count == 0};

    arch_copy_words((uint32_t *)&windows, &thread_page(receiver)->window, sizeof(windows) / 4);
    arch_copy_words((uint32_t *)items, (const uint32_t *)thread_page(sender)->items, sizeof(items) / 4);
    err_t err = message_tag_check(tag);
    if (!err)
        err = check_together(items, count);
    for (;; shortfall.is_checked = true) {
        for (unsigned i = 0; !err && i < count; i++)
            err = pass_any_item(sender, receiver, &items[i], receiver->faulting ? NULL : &windows, &shortfall);
        if (err || shortfall.is_checked)
            return err;
        err = task_check_account(thread_task(receiver), shortfall.frames, sender);
    }
}

err_t message_pass_page(struct thread *sender, struct thread *receiver, uint32_t tag)
{
    struct message_page *in = thread_page(sender), *out = thread_page(receiver);
    const struct windows *windows = (const struct windows *)&out->window;

    err_t err = tag - ONE_ITEM <= IPC_PAGE_WORDS ? pass_item(sender, receiver, in->items, windows, NULL)
                                                 : pass_several(sender, receiver, tag);
    if (UNLIKELY(err))
        return err;
    if (tag & TAG_WORDS)
        arch_copy_words(out->words, in->words, tag & TAG_WORDS);
    out->tag = tag;
    return OK;
}

err_t message_pass_to_fault(struct thread *sender, struct thread *receiver)
{
    uint32_t tag = message_tag(sender);

    err_t err = tag - ONE_ITEM <= IPC_PAGE_WORDS
                    ? pass_any_item(sender, receiver, thread_page(sender)->items, NULL, NULL)
                    : pass_several(sender, receiver, tag);
    tlb_sync(); /* when the new page is mapped: other threads never find a replaced page absent */
    return err;
}

err_t message_pass(struct thread *sender, struct thread *receiver)
{
    if (!sender->faulting && sender->registers.eax & IPC_EXTENDED)
        return receiver->faulting ? message_pass_to_fault(sender, receiver)
                                  : message_pass_page(sender, receiver, message_tag(sender));
    if (!receiver->faulting)
        thread_page(receiver)->tag = sender->faulting ? TAG_FAULT : TAG_CALL;
    return OK;
}
