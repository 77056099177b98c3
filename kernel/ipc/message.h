/*
 * Transfers what a message carries from its sender to a known receiver: words, pages, capabilities.
 * Each attempt reads what it needs of the sender's page once, checks it against the receiver, and then transfers it.
 */
#pragma once

#include "kernel/thread/sched.h"
#include "kernel/vm/source.h"

/* Whether a sender may use the tag: ERR_ARG if it counts too many words or items or has a kind. */
err_t message_tag_check(uint32_t tag);

/* Transfers the words in the message page, pages, capabilities and the tag; message_registers() copies the four words
 * in registers. A receiver that waits for the reply to a fault gets no words, as it has no use for them. An error
 * changes nothing, but ERR_ACCOUNT leaves the shortfall in the sender's page. */
err_t message_transfer(struct thread *sender, struct thread *receiver);

/* The same for a sender that has set IPC_EXTENDED. `tag` is what message_tag() read from its page. */
err_t message_transfer_extended(struct thread *sender, struct thread *receiver, uint32_t tag);

/* Copies an item from a message page, which other threads may write to at any time: reads each word once. */
ALWAYS_INLINE struct item message_item_read(const volatile struct item *in)
{
    return *(const struct item *)(const uint32_t[]){*(const volatile uint32_t *)in, in->from, in->to};
}

/* Reads the tag in the sender's message page once, as other threads may change it at any time. */
ALWAYS_INLINE uint32_t message_tag(const struct thread *sender)
{
    return *(const volatile uint32_t *)&thread_page(sender)->tag;
}

/* Copies the sender's four words in registers to `to`; `faulting`: the description of its fault instead. */
ALWAYS_INLINE void message_registers(const struct thread *sender, bool faulting, struct registers *to)
{
    const struct registers *from = &sender->registers;

    to->ebx = faulting ? sender->fault_address : from->ebx;
    to->esi = faulting ? from->error : from->esi;
    to->edi = faulting ? from->eip : from->edi;
    to->ebp = faulting ? from->vector : from->ebp;
}

/* The receiver's windows, laid out as in its message page. */
struct receive_windows {
    uint32_t first, pages, first_slot, slots_count;
};

/* Whether `pages` pages may go to `address`: they are in the receiver's window or, if `windows` is null, as in the
 * reply to a fault, it is the one page of the fault. */
ALWAYS_INLINE bool message_window_admits(const struct thread *receiver, const volatile struct receive_windows *windows,
                                         uint32_t address, uint32_t pages)
{
    if (UNLIKELY(!windows))
        return receiver->registers.vector == VECTOR_PAGE_FAULT && pages == 1 && address < SPACE_END &&
               address == (receiver->fault_address & -(uint32_t)PAGE_SIZE);
    if (UNLIKELY(!(receiver->registers.eax & IPC_WINDOW)))
        return false;
    uint32_t first = windows->first, count = windows->pages, offset = address - first;
    return (first | offset) % PAGE_SIZE == 0 && address >= first && (offset >> PAGE_BITS) + pages <= count &&
           (address >> PAGE_BITS) + pages <= SPACE_END >> PAGE_BITS;
}

/* The fast path of an item: maps frames of a memory capability, at most `max`, that all go to one page table, which
 * exists. False, and nothing has changed, if the item is of another kind or has an error. In the reply to a fault
 * (`to_fault`) the frame may replace a mapping without descendants. */
ALWAYS_INLINE bool message_map_frames(const struct thread *sender, const struct thread *receiver, bool to_fault,
                                      uint32_t max)
{
    const struct item item = message_item_read(thread_page(sender)->items);
    const struct receive_windows *windows = (const struct receive_windows *)&thread_page(receiver)->window;
    const struct task *task = thread_task(receiver);
    uint32_t first = item.from, pages = max == 1 ? 1 : item.pages;
    rights_t rights = item.rights;
    pte_t *entry;

    if (item.kind != ITEM_MEMORY || item.pages - 1u >= max || !rights_are_mappable(rights) ||
        cspace_find_frames(&thread_task(sender)->cspace, item.slot, rights | RIGHT_GRANT, pages, &first) ||
        !message_window_admits(receiver, to_fault ? NULL : windows, item.to, pages) ||
        !vspace_find(&task->space, item.to, &entry) || !vspace_is_one_table(item.to, pages) || task->stage)
        return false;
    bool replaces = to_fault && pte_low(entry);
    if (frames_check(first, pages, replaces ? source_no_entries : entry))
        return false;
    if (replaces) {
        if (!pte_is_mapping(entry) || !node_is_leaf(entry_node(entry)))
            return false;
        vspace_unmap(entry, entry_node(entry)); /* other processors drop it in tlb_sync(): the page is mapped by then */
    }
    frames_map(first, pages, rights, entry);
    return true;
}
