/*
 * The frames of kernel objects: pieces of memory got from mem, divided into groups.
 *
 *      piece (a capability, 64 frames): | group | group | ... |       8 frames a group
 *
 * A process takes one group: its task's frame and what the task's account starts with. When the
 * task is gone, the same frames are memory again and the group can be taken anew. A piece of which
 * no group is taken goes back to mem: what is kept is at most seven groups for one that is taken.
 * Where there are no 64 frames in a row a piece has one group.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    GROUP_FRAMES = 8,
    PIECE_FRAMES = 64,
    PIECES_MAX = 160,
    SLOT_PIECES = 64, /* their capabilities; all in the first leaf of proc's table */
};

struct group {
    uint16_t piece, index;
};

/* A free group: false if mem has no more frames. */
bool pool_take(struct group *group);
void pool_give(struct group group);

/* The slot of the group's memory capability, and the offset of its first frame there. */
static inline uint32_t group_slot(struct group group)
{
    return SLOT_PIECES + group.piece;
}

static inline uint32_t group_offset(struct group group)
{
    return (uint32_t)group.index * GROUP_FRAMES;
}
