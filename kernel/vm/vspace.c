#include "kernel/vm/vspace.h"

#include "kernel/lib/scan.h"

bool shortfall_note(struct shortfall *shortfall, uint32_t table)
{
    for (unsigned i = 0; i < shortfall->tables_count; i++)
        if (shortfall->tables[i] == table)
            return false;
    assert(shortfall->tables_count < SHORTFALL_TABLES);
    shortfall->tables[shortfall->tables_count++] = table;
    return true;
}

void vspace_count_shortfall(const struct vspace *space, uint32_t address, uint32_t pages, struct shortfall *shortfall)
{
    pte_t *entry;

    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        here = vspace_pages_in_table(address, pages);
        if (vspace_find(space, address, &entry) || !shortfall_note(shortfall, address >> DIRECTORY_SHIFT))
            continue;
        shortfall->frames += 2;
        if (!vspace_directory_entry(space, address))
            shortfall->frames += shortfall_note(shortfall, SHORTFALL_DIRECTORY | address >> SPACE_SHIFT);
    }
}

static void add_directory(struct vspace *space, struct account *account, uint32_t address)
{
    pte_t *top = &space->directories[address >> SPACE_SHIFT];

    pte_fill(top, pte_directory(account_take(account, FRAME_DIRECTORY)));
    vspace_reload(frame_ref(account->task), REF(space));
}

static void add_table(pte_t *directory, struct account *account, uint32_t address)
{
    uint32_t table = account_take(account, FRAME_TABLE);
    uint32_t companion = account_take(account, FRAME_COMPANION);
    uint32_t base = address & -(1u << DIRECTORY_SHIFT);

    frame_at(table)->partner = frame_ref(companion);
    frame_at(companion)->partner = frame_ref(table);
    frame_at(table)->base = frame_at(companion)->base = base;
    frame_at(companion)->task = frame_ref(account->task);
    pte_fill(directory, pte_table(table));
}

pte_t *vspace_open(struct vspace *space, struct account *account, uint32_t address)
{
    pte_t *entry;

    while (!vspace_find(space, address, &entry)) {
        pte_t *directory = vspace_directory_entry(space, address);
        if (directory)
            add_table(directory, account, address);
        else
            add_directory(space, account, address);
    }
    return entry;
}

void vspace_shootdown(const struct node *node)
{
    tlb_shootdown(frame_of(node)->task, node_address(node));
}

bool vspace_unmap_step(struct node *top, unsigned *budget)
{
    struct node *leaf = node_first_leaf(top);

    while (leaf != top) {
        struct node *parent = node_at(leaf->prev);
        if (*budget == 0)
            return false;
        --*budget;
        vspace_unmap(node_entry(leaf), leaf);
        leaf = node_first_leaf(parent);
    }
    return true;
}

void vspace_lower_descendants(struct node *node, rights_t rights)
{
    for (struct node *n = node; (n = node_next(n))->depth > node->depth;) {
        n->flags &= rights;
        pte_lower(node_entry(n), rights);
        tlb_invalidate(frame_of(n)->task, node_address(n));
    }
}

/* Unmaps the pages of a table; true when none is left. Message pages, which have no node, went with their threads. */
static bool empty_table_step(uint32_t table, unsigned *budget)
{
    pte_t *entries = AT(pte_t, frame_ref(table));
    struct node *nodes = entry_node(entries);

    for (unsigned i = 0; (i = scan_next((uint32_t *)entries, 2, TABLE_ENTRIES, i, PTE_PRESENT)) < TABLE_ENTRIES;) {
        bool leaf = node_is_leaf(&nodes[i]);
        if ((!leaf && !vspace_unmap_step(&nodes[i], budget)) || *budget == 0)
            return false;
        --*budget;
        vspace_unmap(&entries[i], &nodes[i]);
    }
    return true;
}

static bool free_directory_step(pte_t *entries, struct account *account, unsigned *budget)
{
    enum { TABLE_COST = STEP_NODES / 2 }; /* of a scan through a table, counted in nodes */

    for (unsigned i = 0; (i = scan_next((uint32_t *)entries, 2, TABLE_ENTRIES, i, PTE_PRESENT)) < TABLE_ENTRIES;) {
        uint32_t table = pte_frame(&entries[i]);
        if (*budget < TABLE_COST)
            return false;
        *budget -= TABLE_COST;
        if (!empty_table_step(table, budget))
            return false;
        pte_clear(&entries[i]);
        account_return(account, frame_number(frame_at(table)->partner));
        account_return(account, table);
    }
    return true;
}

bool vspace_free_step(struct vspace *space, struct account *account, unsigned *budget)
{
    for (unsigned d = 0; d < DIRECTORIES; d++) {
        pte_t *top = &space->directories[d];
        if (!(pte_low(top) & PTE_PRESENT))
            continue;
        uint32_t directory = pte_frame(top);
        if (!free_directory_step(AT(pte_t, frame_ref(directory)), account, budget))
            return false;
        pte_clear(top);
        account_return(account, directory);
    }
    return true;
}
