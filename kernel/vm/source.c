#include "kernel/vm/source.h"

const pte_t source_no_entries[CALL_PAGES_MAX];

err_t frame_refuse(const uint32_t *state)
{
    if (*state == FRAME_MAPPABLE)
        return ERR_TAKEN;
    return *state >> 24 == FRAME_USER ? ERR_BUSY : ERR_FRAME;
}

/* Whether the page of a source may be mapped. `entry` is the low half of its page-table entry. */
ALWAYS_INLINE err_t check_page(enum kinship kinship, uint32_t entry, const struct node *node, rights_t rights)
{
    if (UNLIKELY((entry & (PTE_PRESENT | PTE_MESSAGE)) != PTE_PRESENT))
        return ERR_ABSENT;
    if (UNLIKELY(rights & ~node->flags))
        return ERR_RIGHTS;
    if (UNLIKELY(kinship == CHILD && node->depth == NODE_DEPTH_MAX))
        return ERR_DEPTH;
    return UNLIKELY(frame_at(entry >> PAGE_BITS)->state != FRAME_MAPPABLE) ? ERR_BUSY : OK;
}

/* Checks pages that go to one table, from entry `to` on; they may come from several. */
static err_t check_pages(struct source source, uint32_t pages, rights_t rights, const pte_t *to)
{
    pte_t *entry;

    for (uint32_t here; pages; pages -= here, source.first += here << PAGE_BITS) {
        if (!vspace_find(source.space, source.first, &entry))
            return ERR_ABSENT;
        here = vspace_pages_in_table(source.first, pages);
        const struct node *node = entry_node(entry);
        for (const pte_t *end = entry + here; entry < end; entry++, node++, to++) {
            err_t err = check_page(source.kinship, pte_low(entry), node, rights);
            if (UNLIKELY(err || pte_low(to)))
                return err ? err : ERR_TAKEN;
        }
    }
    return OK;
}

static void map_pages(struct source source, uint32_t pages, rights_t rights, pte_t *to)
{
    struct node *node = entry_node(to);
    pte_t *from, entry = pte_make(0, rights);

    for (uint32_t here; pages; pages -= here, source.first += here << PAGE_BITS) {
        bool found = vspace_find(source.space, source.first, &from);
        assert(found);
        here = vspace_pages_in_table(source.first, pages);
        struct node *parent = entry_node(from);
        for (const pte_t *end = from + here; from < end; from++, parent++, to++, node++) {
            bool child = source.kinship == CHILD;
            node_insert(child ? parent : node_at(parent->prev), node, parent->depth + child, rights);
            pte_fill(to, entry | (pte_low(from) & -(uint32_t)PAGE_SIZE));
        }
    }
}

err_t source_check(const struct source *source, uint32_t pages, rights_t rights, const struct target *target,
                   const pte_t *to)
{
    uint32_t address = target->address;
    struct source from = *source;
    pte_t *entry;

    for (;;) {
        uint32_t here = vspace_pages_in_table(address, pages);
        err_t err = from.space ? check_pages(from, here, rights, to) : frames_check(from.first, here, to);
        if (err || here == pages)
            return err;
        pages -= here, address += here << PAGE_BITS;
        from.first += from.space ? here << PAGE_BITS : here;
        to = vspace_find(target->space, address, &entry) ? entry : source_no_entries;
    }
}

void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *target)
{
    uint32_t address = target->address;
    struct source from = *source;
    pte_t *to;

    for (uint32_t here; pages; pages -= here, address += here << PAGE_BITS) {
        if (!vspace_find(target->space, address, &to))
            to = vspace_open(target->space, target->account, address);
        here = vspace_pages_in_table(address, pages);
        if (from.space)
            map_pages(from, here, rights, to);
        else
            frames_map(from.first, here, rights, to);
        from.first += from.space ? here << PAGE_BITS : here;
    }
}
