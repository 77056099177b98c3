/*
 * Where the pages of a map call or of a message's item come from: frames of a memory capability, or
 * pages mapped in a space. First checked, then mapped; the second cannot fail.
 */
#pragma once

#include "kernel/vm/space.h"

enum kinship { CHILD, SIBLING };

struct source {
    const struct space *space; /* null: frames */
    uint32_t first;            /* frame number, or address in `space` */
    enum kinship kinship;      /* of the new mappings to those in `space` */
};

/* Rights that a mapping can have, and nothing else: at least to read, never to write and execute. */
ALWAYS_INLINE bool rights_are_mappable(uint32_t rights)
{
    const uint32_t mappable = 1u << 1 | 1u << 3 | 1u << 5 | 1u << 9 | 1u << 11 | 1u << 13; /* bit r: rights r are */

    return rights <= RIGHT_ALL && mappable >> rights & 1;
}

/* Every page is there (ERR_ABSENT), is memory (ERR_FRAME), has `rights` and `needed` (ERR_RIGHTS),
 * is not being revoked (ERR_BUSY), and has room for a child (ERR_DEPTH). */
err_t source_check(const struct source *source, uint32_t pages, rights_t rights, rights_t needed);

/* Where pages go, and who pays for the tables. */
struct target {
    struct space *space;
    struct account *account;
    uint32_t address;
};

/* Maps the pages into free places; all was checked. */
void source_map(const struct source *source, uint32_t pages, rights_t rights, const struct target *target);
