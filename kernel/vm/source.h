/*
 * Mapping of pages, for vm_map and for a message's items. A source is where pages come from: frames of a memory
 * capability, or pages mapped in a space; a target is where they go. All checks come first; then mapping cannot fail.
 */
#pragma once

#include "kernel/vm/vspace.h"

enum kinship { CHILD, SIBLING };

struct source {
    const struct vspace *space; /* null: frames */
    uint32_t first;             /* frame number, or address in `space` */
    enum kinship kinship;       /* of the new mappings to those in `space`; frames always get children */
};

/* Whether a mapping can have these rights: RIGHT_READ with RIGHT_WRITE, RIGHT_EXECUTE or neither, and RIGHT_GRANT or
 * not; never RIGHT_OWN. */
ALWAYS_INLINE bool rights_are_mappable(uint32_t rights)
{
    const uint32_t mappable = 1u << 1 | 1u << 3 | 1u << 5 | 1u << 9 | 1u << 11 | 1u << 13; /* bit r: rights r are */

    return rights <= RIGHT_ALL && mappable >> rights & 1;
}

/* Where pages go, and the account that pays for missing tables. */
struct target {
    struct vspace *space;
    struct account *account;
    uint32_t address;
};

/* Stands for the entries of a missing table. */
extern const pte_t source_no_entries[CALL_PAGES_MAX];

/* Tells why frames_check() refused a frame with that `state`: ERR_FRAME, ERR_BUSY; ERR_TAKEN if the frame is good, so
 * the entry was in use. */
err_t frame_refuse(const uint32_t *state);

/* Whether `pages` frames of a memory capability from `first` on may be mapped at entries of one table, from `to` on:
 * ERR_FRAME, ERR_BUSY, or ERR_TAKEN if an entry is in use. All the frames have records (S5). */
ALWAYS_INLINE err_t frames_check(uint32_t first, uint32_t pages, const pte_t *to)
{
    const uint32_t *states = &frame_at(first + pages)->state,
                   *entries = (const uint32_t *)(to + pages); /* their ends */

    /* `i` counts words of entries, which have two; a record has four. */
    for (int32_t i = -2 * (int32_t)pages; i; i += 2)
        if (UNLIKELY(states[2 * i] != FRAME_MAPPABLE || entries[i]))
            return frame_refuse(&states[2 * i]);
    return OK;
}

/* Maps the frames at entries of one table, as children of the roots in their records, after frames_check(). */
ALWAYS_INLINE void frames_map(uint32_t first, uint32_t pages, rights_t rights, pte_t *to)
{
    const uint32_t each = sizeof(struct frame) / sizeof(struct node);
    uint32_t root = node_ref(&frame_at(0)->mappings) + first * each;
    uint32_t node = node_ref(entry_node(to)), end = node + pages;
    pte_t entry = pte_make(first, rights), *entries = to - node; /* so that `node` counts both */

    do {
        node_insert_first(root, node, rights);
        pte_fill(&entries[node], entry);
        root += each, entry = pte_next(entry);
    } while (++node != end);
}

/* For every source and any number of tables: each page is present (ERR_ABSENT), is memory (ERR_FRAME), has `rights`
 * (ERR_RIGHTS), is not being revoked (ERR_BUSY) and may have a child (ERR_DEPTH), and its target page is free
 * (ERR_TAKEN). `to` is the target's first entry, or source_no_entries if its table is missing. */
err_t source_check(const struct source *source, uint32_t pages, rights_t rights, const struct target *target,
                   const pte_t *to);

/* Maps the pages, after source_check(). The account has the frames for missing tables. */
void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *target);
