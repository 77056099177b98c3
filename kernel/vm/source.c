#include "kernel/vm/source.h"

bool rights_are_mappable(rights_t rights)
{
    const rights_t both = RIGHT_WRITE | RIGHT_EXECUTE;

    return (rights & RIGHT_READ) && (rights & both) != both && !(rights & RIGHT_OWN);
}

static err_t check_frame(uint32_t frame)
{
    if (frame >= kernel_frame_count() || frame_at(frame)->kind != FRAME_USER)
        return ERR_FRAME;
    return frame_at(frame)->mappings.flags & NODE_REVOKING ? ERR_BUSY : OK;
}

static err_t check_page(const struct source *source, uint32_t address, rights_t rights)
{
    struct place place;

    if (!space_find_mapping(source->space, address, &place))
        return ERR_ABSENT;
    if (rights & ~place.node->flags)
        return ERR_RIGHTS;
    if (source->kinship == CHILD && place.node->depth == NODE_DEPTH_MAX)
        return ERR_DEPTH;
    return check_frame(pte_frame(place.entry));
}

err_t source_check(const struct source *source, uint32_t pages, rights_t rights, rights_t needed)
{
    for (uint32_t i = 0; i < pages; i++) {
        err_t err = source->space ? check_page(source, source->first + (i << PAGE_BITS),
                                               rights | needed)
                                  : check_frame(source->first + i);
        if (err)
            return err;
    }
    return OK;
}

static void replace(struct node *node)
{
    unsigned budget = CALL_PAGES_MAX;

    if (!node_in_tree(node))
        return;
    bool done = space_unmap_step(node, &budget);
    assert(done);
    space_unmap(node);
}

void source_map(const struct source *source, uint32_t pages, rights_t rights,
                const struct target *to)
{
    for (uint32_t i = 0; i < pages; i++) {
        struct place place = space_open(to->space, to->account, to->address + (i << PAGE_BITS));
        struct place from = {0};

        replace(place.node);
        if (!source->space) {
            uint32_t frame = source->first + i;
            space_map(place, CHILD, &frame_at(frame)->mappings, frame, rights);
            continue;
        }
        space_find_mapping(source->space, source->first + (i << PAGE_BITS), &from);
        space_map(place, source->kinship, from.node, pte_frame(from.entry), rights);
    }
}
