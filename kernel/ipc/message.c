#include "kernel/ipc/message.h"

#include "kernel/vm/source.h"

struct checked_item {
    enum item_kind kind;
    rights_t rights;
    uint32_t pages;
    uint32_t to;          /* address, or slot */
    struct source source; /* pages */
    struct slot *slot;    /* capability */
    struct derivation derivation;
};

struct message {
    unsigned items_count;
    struct checked_item items[IPC_ITEMS];
};

/* The windows of a receiver; closed ones have no room. */
struct windows {
    uint32_t address, pages;
    uint32_t slot, slots;
    bool replace;
};

static struct windows windows_of(const struct thread *receiver)
{
    const volatile struct message_page *page = thread_page(receiver);
    uint32_t flags = receiver->registers.eax;
    struct windows w = {0};

    if (receiver->faulting) {
        if (receiver->registers.vector == 14)
            w = (struct windows){receiver->fault_address & -(uint32_t)PAGE_SIZE, 1, 0, 0, true};
        return w;
    }
    if (flags & IPC_WINDOW)
        w.address = page->window, w.pages = page->window_pages;
    if (flags & IPC_SLOTS)
        w.slot = page->slots, w.slots = page->slots_count;
    return w;
}

err_t message_tag_check(uint32_t tag)
{
    if (tag & ~(uint32_t)(TAG_WORDS | TAG_ITEMS) || (tag & TAG_WORDS) > IPC_PAGE_WORDS)
        return ERR_ARG;
    return (tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT > IPC_ITEMS ? ERR_ARG : OK;
}

/* The sender's side of an item, each of its words read once. */
static err_t check_source(struct thread *sender, const struct item *in, struct checked_item *item)
{
    struct task *task = thread_task(sender);
    uint32_t head = *(const volatile uint32_t *)in, from = *(const volatile uint32_t *)&in->from;
    uint32_t slot = head & 0xffff;
    struct slot *memory;

    item->rights = (head >> 16) & RIGHT_ALL;
    item->kind = (enum item_kind)((head >> (16 + ITEM_KIND_SHIFT)) & 7);
    item->pages = head >> 24;
    item->to = *(const volatile uint32_t *)&in->to;
    if (item->kind == ITEM_CAP) {
        err_t err = cspace_find_any(&task->cspace, slot, &item->slot);
        if (err)
            return err;
        item->derivation = (struct derivation){.rights = item->rights};
        if (!(item->slot->object & SLOT_RANGE))
            item->derivation.value = from;
        if (!(item->slot->node.flags & RIGHT_GRANT))
            return ERR_RIGHTS;
        return slot_derive_check(item->slot, &item->derivation);
    }
    if (item->kind > ITEM_CAP || item->pages == 0 || item->pages > CALL_PAGES_MAX || !rights_are_mappable(item->rights))
        return ERR_ARG;
    if (item->kind == ITEM_ADDRESS) {
        if (!space_range_valid(from, item->pages, CALL_PAGES_MAX))
            return ERR_ARG;
        item->source = (struct source){&task->space, from, CHILD};
        return source_check(&item->source, item->pages, item->rights, RIGHT_GRANT);
    }
    err_t err = cspace_find(&task->cspace, slot, SLOT_MEMORY, item->rights | RIGHT_GRANT, &memory);
    if (err)
        return err;
    if (from >= slot_count(memory) || item->pages > slot_count(memory) - from)
        return ERR_ARG;
    item->source = (struct source){.first = memory->value + from};
    return source_check(&item->source, item->pages, item->rights, 0);
}

static uint32_t item_end(const struct checked_item *item)
{
    return item->to + (item->kind == ITEM_CAP ? 1 : item->pages << PAGE_BITS);
}

/* Whether another item of the message lands in the same place; and in the same leaf. */
static bool meets_earlier(const struct message *m, const struct checked_item *item)
{
    for (const struct checked_item *other = m->items; other < item; other++)
        if ((other->kind == ITEM_CAP) == (item->kind == ITEM_CAP) && other->to < item_end(item) &&
            item->to < item_end(other))
            return true;
    return false;
}

static bool leaf_is_counted(const struct message *m, const struct checked_item *item)
{
    for (const struct checked_item *other = m->items; other < item; other++)
        if (other->kind == ITEM_CAP && other->to >> LEAF_BITS == item->to >> LEAF_BITS)
            return true;
    return false;
}

static err_t check_slot_place(const struct message *m, struct task *to, const struct windows *w,
                              struct checked_item *item, struct shortfall *shortfall)
{
    uint32_t cost = 0;

    if (item->to >= w->slots || w->slot >= SLOT_COUNT || item->to >= SLOT_COUNT - w->slot)
        return ERR_WINDOW;
    item->to += w->slot;
    err_t err = cspace_find_empty(&to->cspace, item->to, kernel.empty_leaf, &cost);
    if (err)
        return err == ERR_ARG ? ERR_WINDOW : err;
    if (!leaf_is_counted(m, item))
        shortfall->frames += cost;
    return OK;
}

/* What a fault's answer replaces goes with all that was derived from it: few, and not the
 * source. */
static err_t check_replaced(const struct space *space, const struct checked_item *item)
{
    pte_t *entry;

    if (!space_find_mapping(space, item->to, &entry))
        return OK;
    unsigned bound = item->kind == ITEM_ADDRESS ? 0 : CALL_PAGES_MAX;
    if (item->source.space == space && item->source.first == item->to)
        return ERR_TAKEN;
    return node_is_bounded(entry_node(entry), &bound) ? OK : ERR_BUSY;
}

static err_t check_page_place(struct task *to, const struct windows *w, struct checked_item *item,
                              struct shortfall *shortfall)
{
    uint32_t offset = item->to - w->address, page = offset >> PAGE_BITS;

    if (offset % PAGE_SIZE || page >= w->pages || item->pages > w->pages - page)
        return ERR_WINDOW;
    if (!space_range_valid(w->address, w->pages, SPACE_END >> PAGE_BITS))
        return ERR_WINDOW;
    err_t err = w->replace ? check_replaced(&to->space, item) : OK;
    if (err)
        return err;
    return space_check_free(&to->space, item->to, item->pages, w->replace, shortfall);
}

static err_t check_items(struct thread *sender, struct thread *receiver, struct message *m)
{
    struct task *to = thread_task(receiver);
    struct windows windows = windows_of(receiver);
    struct shortfall shortfall;
    uint32_t pages = 0;

    shortfall_init(&shortfall);
    for (unsigned i = 0; i < m->items_count; i++) {
        struct checked_item *item = &m->items[i];
        err_t err = check_source(sender, &thread_page(sender)->items[i], item);
        if (err)
            return err;
        if (item->kind != ITEM_CAP && (pages += item->pages) > CALL_PAGES_MAX)
            return ERR_ARG;
        err = item->kind == ITEM_CAP ? check_slot_place(m, to, &windows, item, &shortfall)
                                     : check_page_place(to, &windows, item, &shortfall);
        if (err)
            return err;
        if (meets_earlier(m, item))
            return ERR_TAKEN;
    }
    return task_check_account(to, shortfall.frames, sender);
}

/* Makes room for a fault's answer. */
static void unmap_replaced(const struct space *space, uint32_t address)
{
    unsigned budget = CALL_PAGES_MAX;
    pte_t *entry;

    if (!space_find_mapping(space, address, &entry))
        return;
    bool done = space_unmap_step(entry_node(entry), &budget);
    assert(done);
    space_unmap(entry_node(entry));
}

static void commit_item(const struct checked_item *item, struct thread *receiver)
{
    struct task *to = thread_task(receiver);

    if (item->kind == ITEM_CAP) {
        slot_derive(item->slot, cspace_open(&to->cspace, &to->account, item->to, kernel.empty_leaf), &item->derivation);
        return;
    }
    if (receiver->faulting)
        unmap_replaced(&to->space, item->to);
    source_map(&item->source, item->pages, item->rights, &(struct target){&to->space, &to->account, item->to});
}

static err_t pass_items(struct thread *sender, struct thread *receiver, unsigned count)
{
    struct message message;

    message.items_count = count;
    err_t err = check_items(sender, receiver, &message);
    if (err)
        return err;
    for (unsigned i = 0; i < count; i++)
        commit_item(&message.items[i], receiver);
    if (kernel.tlb_pending)
        tlb_sync(); /* the receiver may go on at once */
    return OK;
}

static err_t pass_page(struct thread *sender, struct thread *receiver)
{
    struct message_page *in = thread_page(sender), *out = thread_page(receiver);
    uint32_t tag = *(const volatile uint32_t *)&in->tag;

    err_t err = message_tag_check(tag);
    if (!err && tag & TAG_ITEMS)
        err = pass_items(sender, receiver, tag >> TAG_ITEMS_SHIFT);
    if (err || receiver->faulting)
        return err;
    arch_copy_words(out->words, in->words, tag & TAG_WORDS);
    out->tag = tag;
    return OK;
}

err_t message_pass(struct thread *sender, struct thread *receiver)
{
    if (!sender->faulting && sender->registers.eax & IPC_EXTENDED)
        return pass_page(sender, receiver);
    if (!receiver->faulting)
        thread_page(receiver)->tag = sender->faulting ? TAG_FAULT : TAG_CALL;
    return OK;
}

void message_registers(const struct thread *sender, struct registers *to)
{
    const struct registers *from = &sender->registers;

    message_words(from, to);
    if (!sender->faulting)
        return;
    to->ebx = sender->fault_address;
    to->esi = from->error;
    to->edi = from->eip;
    to->ebp = from->vector;
}
