#include "kernel/vm/source.h"

static err_t check_frames(uint32_t first, uint32_t pages)
{
    const struct frame *frame = frame_at(first), *end = frame + pages;

    for (; frame < end; frame++)
        if (frame->state != FRAME_MAPPABLE)
            return frame->kind == FRAME_USER ? ERR_BUSY : ERR_FRAME;
    return OK;
}

static err_t check_page(const struct source *source, const pte_t *entry, const struct node *node, rights_t rights)
{
    if (!pte_is_mapping(entry))
        return ERR_ABSENT;
    if (!node_has(node, rights))
        return ERR_RIGHTS;
    if (source->kinship == CHILD && node->depth == NODE_DEPTH_MAX)
        return ERR_DEPTH;
    return frame_at(pte_frame(entry))->state == FRAME_MAPPABLE ? OK : ERR_BUSY;
}

static err_t check_pages(const struct source *source, uint32_t pages, rights_t rights)
{
    uint32_t address = source->first;
    pte_t *entry;

    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        if (!space_find(source->space, address, &entry))
            return ERR_ABSENT;
        here = space_run(address, pages);
        const struct node *node = entry_node(entry);
        for (const pte_t *end = entry + here; entry < end; entry++, node++) {
            err_t err = check_page(source, entry, node, rights);
            if (err)
                return err;
        }
    }
    return OK;
}

err_t source_check(const struct source *source, uint32_t pages, rights_t rights, rights_t needed)
{
    if (source->space)
        return check_pages(source, pages, rights | needed);
    return check_frames(source->first, pages);
}

/* Into entries of one table: what was checked is there. */
static void map_frames(uint32_t first, uint32_t pages, rights_t rights, pte_t *to)
{
    struct frame *frame = frame_at(first), *end = frame + pages;
    struct node *node = entry_node(to);
    pte_t entry = pte_make(first, rights);

    for (; frame < end; frame++, node++, to++, entry = pte_next(entry)) {
        if (node_is_alone(&frame->mappings))
            node_insert_only(&frame->mappings, node, rights);
        else
            node_insert_child(&frame->mappings, node, rights);
        pte_fill(to, entry);
    }
}

/* ... from entries of one table, too. */
static void map_pages(const pte_t *from, uint32_t pages, enum kinship kinship, rights_t rights, pte_t *to)
{
    struct node *parent = entry_node(from), *node = entry_node(to);

    for (const pte_t *end = from + pages; from < end; from++, parent++, to++, node++) {
        if (kinship == CHILD)
            node_insert_child(parent, node, rights);
        else
            node_insert_sibling(parent, node, rights);
        pte_fill(to, pte_make(pte_frame(from), rights));
    }
}

void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *target)
{
    uint32_t address = target->address, first = source->first;
    pte_t *from, *to;

    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        here = space_run(address, pages);
        if (!space_find(target->space, address, &to))
            to = space_open(target->space, target->account, address);
        if (!source->space) {
            map_frames(first, here, rights, to);
            first += here;
            continue;
        }
        bool found = space_find(source->space, first, &from);
        assert(found);
        here = space_run(first, here);
        map_pages(from, here, source->kinship, rights, to);
        first += here << PAGE_BITS;
    }
}
