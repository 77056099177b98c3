/*
 * Address spaces: PAE page tables, and beside each table its companion.
 *
 *      directories[4] -> directory -> table -> entry          what the processor walks
 *                                     companion -> node       what the mapping was derived from
 *
 * `directories` is the page-directory-pointer table (PDPT), which CR3 names.
 *
 * Entry k of a table and node k of its companion belong together. Each is found from the other, because the
 * frame records of table and companion name each other.
 *
 *   V1  an entry is present exactly if its node is in the tree of the entry's frame; message pages
 *       (PTE_MESSAGE) are present and have no node
 *   V2  the entry's rights are the node's; nothing is writable and executable
 *   V3  directories[3] is the kernel's and the same in every space
 *   V4  tables, companions and directories belong to the account of the space's task
 *
 * After rights are lowered, every processor that runs the space drops the page's translation before the
 * call returns. After a directory is added, every such processor reloads CR3: it reads the PDPT only then.
 */
#pragma once

#include "kernel/mem/account.h"
#include "kernel/vm/tlb.h"

struct vspace {
    pte_t directories[4];
};

_Static_assert(sizeof(struct node) == sizeof(pte_t), "a node and its entry have the same offset in their frames");

/* The node of an entry of a table; the entry of a node, and the address that this entry translates. */
ALWAYS_INLINE struct node *entry_node(const pte_t *entry)
{
    return AT(struct node, frame_of(entry)->partner + REF(entry) % PAGE_SIZE);
}

ALWAYS_INLINE pte_t *node_entry(const struct node *node)
{
    return AT(pte_t, frame_of(node)->partner + REF(node) % PAGE_SIZE);
}

ALWAYS_INLINE uint32_t node_address(const struct node *node)
{
    return frame_of(node)->base + REF(node) % PAGE_SIZE / sizeof(struct node) * PAGE_SIZE;
}

/* Entry `index` of the table or directory that another entry's low half, `table`, names. */
ALWAYS_INLINE pte_t *table_entry(uint32_t table, uint32_t index)
{
    return PHYSMAP(pte_t, table & -(uint32_t)PAGE_SIZE) + (index & (TABLE_ENTRIES - 1));
}

/* The directory's entry for `address`, or null if the directory is missing. */
ALWAYS_INLINE pte_t *vspace_directory_entry(const struct vspace *space, uint32_t address)
{
    uint32_t top = pte_low(&space->directories[address >> SPACE_SHIFT]);

    return top & PTE_PRESENT ? table_entry(top, address >> DIRECTORY_SHIFT) : NULL;
}

/* Finds the entry for `address`; false if its table is missing. */
ALWAYS_INLINE bool vspace_find(const struct vspace *space, uint32_t address, pte_t **entry)
{
    uint32_t top = pte_low(&space->directories[address >> SPACE_SHIFT]);

    if (!(top & PTE_PRESENT))
        return false;
    uint32_t table = pte_low(table_entry(top, address >> DIRECTORY_SHIFT));
    if (!(table & PTE_PRESENT))
        return false;
    *entry = table_entry(table, address >> TABLE_SHIFT);
    return true;
}

/* vspace_find(), but false also if the page is not mapped, or is a message page. */
ALWAYS_INLINE bool vspace_find_mapping(const struct vspace *space, uint32_t address, pte_t **entry)
{
    return vspace_find(space, address, entry) && pte_is_mapping(*entry);
}

/* Whether the range of `pages` from `address` on is page-aligned, not empty, at most `max` pages long, and below
 * SPACE_END. */
ALWAYS_INLINE bool vspace_range_valid(uint32_t address, uint32_t pages, uint32_t max)
{
    return address % PAGE_SIZE == 0 && pages - 1 < max && (address >> PAGE_BITS) + pages <= SPACE_END >> PAGE_BITS;
}

/* Whether a range's pages are all in the table of the first. */
ALWAYS_INLINE bool vspace_is_one_table(uint32_t address, uint32_t pages)
{
    return (address >> TABLE_SHIFT & (TABLE_ENTRIES - 1)) + pages <= TABLE_ENTRIES;
}

/* How many of a range's pages are in the table of the first. */
ALWAYS_INLINE uint32_t vspace_pages_in_table(uint32_t address, uint32_t pages)
{
    uint32_t here = TABLE_ENTRIES - ((address >> TABLE_SHIFT) & (TABLE_ENTRIES - 1));

    return here < pages ? here : pages;
}

/* Counts the frames that ranges of pages need for missing tables, and destinations for missing leaves, each table once;
 * task_check_account() compares the sum with the spare frames. SHORTFALL_TABLES is an upper bound: each item of a
 * message touches a table at either end, and all items together have CALL_PAGES_MAX pages. */
enum { SHORTFALL_TABLES = 2 * IPC_ITEMS + CALL_PAGES_MAX / TABLE_ENTRIES + DIRECTORIES };
enum { SHORTFALL_DIRECTORY = 1 << 30, SHORTFALL_LEAF = 1 << 29 };
struct shortfall {
    uint32_t frames;
    bool is_checked; /* of a message: the first pass is over, see message.c */
    unsigned tables_count;
    uint32_t tables[SHORTFALL_TABLES]; /* address >> DIRECTORY_SHIFT; or a directory, or a leaf of a capability table */
};

/* Notes a table; false if it was noted before. */
bool shortfall_note(struct shortfall *shortfall, uint32_t table);

/* Adds the frames that a range needs for missing tables and directories. */
void vspace_count_shortfall(const struct vspace *space, uint32_t address, uint32_t pages, struct shortfall *shortfall);

/* Returns the entry for `address`. Makes the table and the directory if they are missing; the account has the frames
 * for them. */
pte_t *vspace_open(struct vspace *space, struct account *account, uint32_t address);

/* Unmaps descendants of the mapping `top`, at most `*budget`, which it lowers; true when none is left. */
bool vspace_unmap_step(struct node *top, unsigned *budget);

/* Unmaps all pages of a space that no processor runs any more, and returns its tables to the account. Lowers `*budget`
 * by the number of nodes, and more for each table, and stops when too little is left; true when all are done. */
bool vspace_free_step(struct vspace *space, struct account *account, unsigned *budget);

/* vspace_clear_entry() clears the entry and drops its translation. The node stays in its tree; from it
 * vspace_shootdown() knows the task and the address. */
void vspace_shootdown(const struct node *node);
ALWAYS_INLINE void vspace_clear_entry(pte_t *entry, const struct node *node)
{
    pte_clear(entry);
    if (kernel.cpu_count > 1 || kernel.cpus[0].space == frame_of(node)->task)
        vspace_shootdown(node);
}

/* Unmaps a mapping that has no descendants. */
ALWAYS_INLINE void vspace_unmap(pte_t *entry, struct node *node)
{
    vspace_clear_entry(entry, node);
    node_remove(node);
}

/* vspace_lower() removes all rights but `rights` from a page of `task` and from all that derive from it; the caller has
 * checked that these are few (node_is_bounded()). */
void vspace_lower_descendants(struct node *node, rights_t rights);
ALWAYS_INLINE void vspace_lower(ref_t task, uint32_t address, pte_t *entry, struct node *node, rights_t rights)
{
    node->flags &= rights;
    pte_lower(entry, rights);
    tlb_invalidate(task, address);
    if (!node_is_leaf(node))
        vspace_lower_descendants(node, rights);
}

/* Unmaps all mappings of a frame, from the end of their tree on, as the last node has no descendants; at most
 * `*budget`, which it lowers; true when none is left. */
ALWAYS_INLINE bool vspace_unmap_tree(struct node *root, unsigned *budget)
{
    struct node *last = node_at(root->prev);

    for (struct node *before; *budget && last != root; last = before, --*budget) {
        before = node_at(last->prev);
        vspace_clear_entry(node_entry(last), last);
        *last = (struct node){0};
    }
    if (last == root) {
        node_init_root(root);
        return true;
    }
    last->next = node_ref(root);
    root->prev = node_ref(last);
    return false;
}

/* Removes all mappings of `pages` frames from `first` on, as far as `budget` allows: a mapping costs 1, and so does a
 * frame without mappings. Returns how many frames, at the end of the range, may still have mappings. */
ALWAYS_INLINE uint32_t vspace_unmap_frames(uint32_t first, uint32_t pages, unsigned budget)
{
    for (struct frame *frame = frame_at(first); pages && budget; frame++, pages--) {
        if (frame->kind != FRAME_USER || node_is_childless(&frame->mappings))
            budget--;
        else if (!vspace_unmap_tree(&frame->mappings, &budget))
            break;
    }
    return pages;
}
