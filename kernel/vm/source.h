/*
 * Where the pages of a map call or of a message's item come from: frames of a memory capability, or
 * pages mapped in a space; and where they go. First all is checked, then pages are mapped, which cannot fail.
 */
#pragma once

#include "kernel/vm/vspace.h"

enum kinship { CHILD, SIBLING };

struct source {
    const struct vspace *space; /* null: frames */
    uint32_t first;             /* frame number, or address in `space` */
    enum kinship kinship;       /* of the new mappings to those in `space` */
};

/* Rights that a mapping can have, and nothing else: at least to read, never to write and execute. */
ALWAYS_INLINE bool rights_are_mappable(uint32_t rights)
{
    const uint32_t mappable = 1u << 1 | 1u << 3 | 1u << 5 | 1u << 9 | 1u << 11 | 1u << 13; /* bit r: rights r are */

    return rights <= RIGHT_ALL && mappable >> rights & 1;
}

/* Where pages go, and who pays for the tables. */
struct target {
    struct vspace *space;
    struct account *account;
    uint32_t address;
};

/* What is found where a table is missing. */
extern const pte_t source_no_entries[CALL_PAGES_MAX];

/* Why a frame with that state cannot go somewhere: ERR_FRAME, ERR_BUSY; ERR_TAKEN, if that is not its fault. */
err_t frame_refuse(const uint32_t *state);

/* Frames into entries of one table: ERR_FRAME, ERR_BUSY; ERR_TAKEN if one is not free. A memory capability reaches no
 * frame without a record. */
ALWAYS_INLINE err_t frames_check(uint32_t first, uint32_t pages, const pte_t *to)
{
    const uint32_t *states = &frame_at(first + pages)->state,
                   *entries = (const uint32_t *)(to + pages); /* their ends */

    for (int32_t i = -2 * (int32_t)pages; i; i += 2)
        if (UNLIKELY(states[2 * i] != FRAME_MAPPABLE || entries[i]))
            return frame_refuse(&states[2 * i]);
    return OK;
}

/* All was checked. */
ALWAYS_INLINE void frames_map(uint32_t first, uint32_t pages, rights_t rights, pte_t *to)
{
    const uint32_t each = sizeof(struct frame) / sizeof(struct node);
    uint32_t root = node_ref(&frame_at(0)->mappings) + first * each, node = node_ref(entry_node(to));
    pte_t entry = pte_make(first, rights), *end = to + pages;

    for (int32_t i = -(int32_t)pages; i; i++) {
        node_insert_first(root, node, rights);
        pte_fill(&end[i], entry);
        root += each, node++, entry = pte_next(entry);
    }
}

/* Whatever source, and as many tables as there are. Each page is there (ERR_ABSENT), is memory (ERR_FRAME), has
 * `rights` (ERR_RIGHTS), is not being revoked (ERR_BUSY), has room for a child (ERR_DEPTH), and its place is free
 * (ERR_TAKEN). The first is to go to `to`: the target's entry, or what stands for it. */
err_t source_check(const struct source *source, uint32_t pages, rights_t rights, const struct target *target,
                   const pte_t *to);

/* Maps them; all was checked, and the account has what tables need. */
void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *target);
