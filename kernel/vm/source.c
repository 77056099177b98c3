#include "kernel/vm/source.h"

/* Of the record of a frame that a mapping is to show. */
HOT bool is_mappable(const struct frame *frame)
{
    return frame->kind == FRAME_USER && !(frame->mappings.flags & NODE_REVOKING);
}

static err_t check_frames(uint32_t first, uint32_t pages)
{
    const struct frame *frame = frame_at(first), *end = frame + pages;
    uint32_t count = kernel_frame_count();

    if (first >= count || pages > count - first)
        return ERR_FRAME;
    for (; frame < end; frame++)
        if (!is_mappable(frame))
            return frame->kind == FRAME_USER ? ERR_BUSY : ERR_FRAME;
    return OK;
}

static err_t check_page(const struct source *source, struct place place, rights_t rights)
{
    const struct node *node = place.node;

    if (!node_in_tree(node))
        return ERR_ABSENT;
    if (rights & ~node->flags)
        return ERR_RIGHTS;
    if (source->kinship == CHILD && node->depth == NODE_DEPTH_MAX)
        return ERR_DEPTH;
    return frame_at(pte_frame(place.entry))->mappings.flags & NODE_REVOKING ? ERR_BUSY : OK;
}

static err_t check_pages(const struct source *source, uint32_t pages, rights_t rights)
{
    uint32_t address = source->first;
    struct place place;

    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        if (!space_find(source->space, address, &place))
            return ERR_ABSENT;
        here = space_run(address, pages);
        for (uint32_t i = 0; i < here; i++, place.entry++, place.node++) {
            err_t err = check_page(source, place, rights);
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

static void map_frames(uint32_t first, uint32_t pages, rights_t rights, struct place to)
{
    struct frame *frame = frame_at(first), *end = frame + pages;
    pte_t entry = pte_make(first, rights);

    for (; frame < end; frame++, to.node++, to.entry++, entry = pte_next(entry)) {
        if (node_is_alone(&frame->mappings))
            node_insert_only(&frame->mappings, to.node, rights);
        else
            node_insert_child(&frame->mappings, to.node, rights);
        pte_fill(to.entry, entry);
    }
}

static void map_pages(const struct source *source, uint32_t address, uint32_t pages, rights_t rights, struct place to)
{
    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        struct place from;
        bool found = space_find(source->space, address, &from);
        assert(found);
        here = space_run(address, pages);
        for (uint32_t i = 0; i < here; i++, from.node++, from.entry++, to.node++, to.entry++)
            space_map(to, source->kinship, from.node, pte_frame(from.entry), rights);
    }
}

void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *to)
{
    uint32_t address = to->address, from = source->first;
    struct place place;

    while (pages) {
        uint32_t here = space_run(address, pages);
        if (!space_find(to->space, address, &place))
            place = space_open(to->space, to->account, address);
        if (source->space)
            map_pages(source, from, here, rights, place);
        else
            map_frames(from, here, rights, place);
        from += source->space ? here << PAGE_BITS : here;
        address += here << PAGE_BITS;
        pages -= here;
    }
}
