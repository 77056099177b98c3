#include "kernel/vm/source.h"

/* Of the record of a frame that a mapping is to show. */
HOT bool is_mappable(const struct frame *frame)
{
    return frame->kind == FRAME_USER && !(frame->mappings.flags & NODE_REVOKING);
}

static err_t check_frames(uint32_t first, uint32_t pages)
{
    const struct frame *frame = frame_at(first), *end = frame + pages;

    if (first >= kernel_frame_count() || pages > kernel_frame_count() - first)
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

    for (; pages; pages--, address += PAGE_SIZE, place.entry++, place.node++) {
        bool first = address == source->first || space_run(address, TABLE_ENTRIES) == TABLE_ENTRIES;
        if (first && !space_find(source->space, address, &place))
            return ERR_ABSENT;
        err_t err = check_page(source, place, rights);
        if (err)
            return err;
    }
    return OK;
}

err_t source_check(const struct source *source, uint32_t pages, rights_t rights, rights_t needed)
{
    if (source->space)
        return check_pages(source, pages, rights | needed);
    return check_frames(source->first, pages);
}

static void replace(struct node *node)
{
    unsigned budget = CALL_PAGES_MAX;

    bool done = space_unmap_step(node, &budget);
    assert(done);
    space_unmap(node);
}

/* A page of another space goes to a place. */
static void map_page(const struct source *source, uint32_t page, struct place to, rights_t rights)
{
    struct place from = {0};

    space_find_mapping(source->space, source->first + (page << PAGE_BITS), &from);
    space_map(to, source->kinship, from.node, pte_frame(from.entry), rights);
}

void source_map(const struct source *source, uint32_t pages, rights_t rights,
                const struct target *to)
{
    uint32_t end = 0, address = to->address;
    struct place place;

    for (uint32_t i = 0; i < pages; i++, place.entry++, place.node++) {
        if (i == end) {
            place = space_open(to->space, to->account, address);
            uint32_t here = space_run(address, pages - end);
            end += here;
            address += here << PAGE_BITS;
        }
        if (node_in_tree(place.node))
            replace(place.node);
        if (source->space)
            map_page(source, i, place, rights);
        else
            space_map(place, CHILD, &frame_at(source->first + i)->mappings, source->first + i, rights);
    }
}
