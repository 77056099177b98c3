#include "kernel/vm/space.h"

static pte_t *directory_entry(const struct space *space, uint32_t address)
{
    uint32_t top = pte_low(&space->directories[address >> SPACE_SHIFT]);

    if (!(top & PTE_PRESENT))
        return NULL;
    pte_t *directory = AT(pte_t, top & -(uint32_t)PAGE_SIZE);
    return directory + ((address >> DIRECTORY_SHIFT) & (TABLE_ENTRIES - 1));
}

bool space_find(const struct space *space, uint32_t address, struct place *place)
{
    pte_t *directory = directory_entry(space, address);

    if (!directory || !(pte_low(directory) & PTE_PRESENT))
        return false;
    uint32_t table = pte_frame(directory);
    uint32_t index = (address >> TABLE_SHIFT) & (TABLE_ENTRIES - 1);
    place->entry = AT(pte_t, frame_ref(table)) + index;
    place->node = AT(struct node, frame_ref(frame_at(table)->partner)) + index;
    return true;
}

bool space_find_mapping(const struct space *space, uint32_t address, struct place *place)
{
    return space_find(space, address, place) && node_in_tree(place->node);
}

bool space_range_valid(uint32_t address, uint32_t pages, uint32_t max)
{
    if (address % PAGE_SIZE || pages == 0 || pages > max || address >= USER_END)
        return false;
    return pages <= (USER_END - address) >> PAGE_BITS;
}

static void count_lacking(const struct space *space, uint32_t address, struct lacking *lacking)
{
    uint32_t table = address >> DIRECTORY_SHIFT, top = 1u << (address >> SPACE_SHIFT);

    for (unsigned i = 0; i < lacking->tables_count; i++)
        if (lacking->tables[i] == table)
            return;
    assert(lacking->tables_count < LACKING_TABLES);
    lacking->tables[lacking->tables_count++] = table;
    lacking->frames += 2;
    if (!directory_entry(space, address) && !(lacking->directories & top)) {
        lacking->directories |= top;
        lacking->frames++;
    }
}

err_t space_check_free(const struct space *space, uint32_t address, uint32_t pages, bool replace,
                       struct lacking *lacking)
{
    struct place place;

    while (pages) {
        uint32_t here = TABLE_ENTRIES - ((address >> TABLE_SHIFT) & (TABLE_ENTRIES - 1));
        if (here > pages)
            here = pages;
        if (!space_find(space, address, &place))
            count_lacking(space, address, lacking);
        else
            for (uint32_t i = 0; i < here; i++)
                if (pte_low(place.entry + i) && !(replace && node_in_tree(place.node + i)))
                    return ERR_TAKEN;
        address += here << PAGE_BITS;
        pages -= here;
    }
    return OK;
}

static void add_directory(struct space *space, struct account *account, uint32_t address)
{
    pte_t *top = &space->directories[address >> SPACE_SHIFT];

    pte_write(top, pte_directory(account_take(account, FRAME_DIRECTORY)));
    space_grew(account->task);
}

static void add_table(pte_t *directory, struct account *account, uint32_t address)
{
    uint32_t table = account_take(account, FRAME_TABLE);
    uint32_t companion = account_take(account, FRAME_COMPANION);
    uint32_t base = address & -(1u << DIRECTORY_SHIFT);

    frame_at(table)->partner = companion;
    frame_at(companion)->partner = table;
    frame_at(table)->base = frame_at(companion)->base = base;
    pte_write(directory, pte_table(table));
}

struct place space_open(struct space *space, struct account *account, uint32_t address)
{
    struct place place;

    if (!directory_entry(space, address))
        add_directory(space, account, address);
    pte_t *directory = directory_entry(space, address);
    if (!(pte_low(directory) & PTE_PRESENT))
        add_table(directory, account, address);
    space_find(space, address, &place);
    return place;
}

void space_map(struct place place, enum kinship kinship, struct node *from, uint32_t frame,
               rights_t rights)
{
    assert(!(pte_low(place.entry) & PTE_PRESENT) && !node_in_tree(place.node));
    assert((rights & (RIGHT_WRITE | RIGHT_EXECUTE)) != (RIGHT_WRITE | RIGHT_EXECUTE));
    if (kinship == CHILD)
        node_insert_child(from, place.node, rights);
    else
        node_insert_sibling(from, place.node, rights);
    pte_write(place.entry, pte_make(frame, rights));
}

struct mapping space_mapping(struct node *node)
{
    const struct frame *companion = frame_at(frame_number(REF(node)));
    uint32_t index = (REF(node) & (PAGE_SIZE - 1)) / sizeof(struct node);

    assert(companion->kind == FRAME_COMPANION);
    return (struct mapping){
        .task = companion->owner,
        .address = companion->base + (index << PAGE_BITS),
        .entry = AT(pte_t, frame_ref(companion->partner)) + index,
    };
}

void space_unmap(struct node *node)
{
    struct mapping mapping = space_mapping(node);

    pte_write(mapping.entry, 0);
    node_remove(node);
    space_dropped(mapping.task, mapping.address);
}

bool space_unmap_step(struct node *top, unsigned *budget)
{
    struct node *leaf = node_first_leaf(top);

    while (leaf != top) {
        struct node *parent = node_at(leaf->prev);
        if (*budget == 0)
            return false;
        --*budget;
        space_unmap(leaf);
        leaf = node_first_leaf(parent);
    }
    return true;
}

static void lower(struct node *node, rights_t rights)
{
    struct mapping mapping = space_mapping(node);

    node->flags = node->flags & rights & RIGHT_ALL;
    pte_write(mapping.entry, pte_make(pte_frame(mapping.entry), (rights_t)node->flags));
    space_dropped(mapping.task, mapping.address);
}

void space_lower(struct node *node, rights_t rights)
{
    unsigned depth = node->depth;

    lower(node, rights);
    for (struct node *n = node_next(node); n->depth > depth; n = node_next(n))
        lower(n, rights);
}

/* True when no mapping is left in the table. */
static bool empty_table_step(uint32_t table, unsigned *budget)
{
    pte_t *entries = AT(pte_t, frame_ref(table));
    struct node *nodes = AT(struct node, frame_ref(frame_at(table)->partner));

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!(pte_low(&entries[i]) & PTE_PRESENT))
            continue;
        if (!space_unmap_step(&nodes[i], budget) || *budget == 0)
            return false;
        --*budget;
        space_unmap(&nodes[i]);
    }
    return true;
}

static bool free_directory_step(pte_t *entries, struct account *account, unsigned *budget)
{
    enum { TABLE_COST = STEP_NODES / 2 }; /* looking through a table, in nodes */

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!(pte_low(&entries[i]) & PTE_PRESENT))
            continue;
        uint32_t table = pte_frame(&entries[i]);
        if (*budget < TABLE_COST || !empty_table_step(table, budget))
            return false;
        *budget -= *budget < TABLE_COST ? *budget : TABLE_COST;
        pte_write(&entries[i], 0);
        account_return(account, frame_at(table)->partner);
        account_return(account, table);
    }
    return true;
}

bool space_free_step(struct space *space, struct account *account, unsigned *budget)
{
    for (unsigned d = 0; d < DIRECTORIES; d++) {
        pte_t *top = &space->directories[d];
        if (!(pte_low(top) & PTE_PRESENT))
            continue;
        uint32_t directory = pte_frame(top);
        if (!free_directory_step(AT(pte_t, frame_ref(directory)), account, budget))
            return false;
        pte_write(top, 0);
        account_return(account, directory);
    }
    return true;
}
