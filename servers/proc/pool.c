#include "servers/proc/pool.h"

#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/proto/mem.h"

/* Small pieces leave places for 64 large ones, in which all processes find a group. */
enum { SMALL_MAX = PIECES_MAX - 64 };

static struct piece {
    uint8_t groups, free; /* a bit per group; no groups: not there */
    uint32_t pool;        /* its number at mem */
} pieces[PIECES_MAX];

static bool get(uint32_t index, uint32_t frames)
{
    struct piece *piece = &pieces[index];
    uint32_t flags = ipc_slots(SLOT_PIECES + index, 1);

    if (mem_pool(PROC_SLOT_MEM, flags, frames, &frames, &piece->pool) != 0)
        return false;
    piece->groups = piece->free = (uint8_t)((1u << frames / GROUP_FRAMES) - 1);
    return true;
}

static bool add_piece(uint32_t *index)
{
    for (*index = 0; *index < PIECES_MAX; ++*index)
        if (!pieces[*index].groups)
            return get(*index, PIECE_FRAMES) || (*index < SMALL_MAX && get(*index, GROUP_FRAMES));
    return false;
}

static bool find_piece(uint32_t *index)
{
    for (*index = 0; *index < PIECES_MAX; ++*index)
        if (pieces[*index].free)
            return true;
    return add_piece(index);
}

bool pool_take(struct group *group)
{
    uint32_t piece;

    if (!find_piece(&piece))
        return false;
    uint32_t index = (uint32_t)__builtin_ctz(pieces[piece].free);
    pieces[piece].free &= (uint8_t) ~(1u << index);
    *group = (struct group){(uint16_t)piece, (uint16_t)index};
    return true;
}

void pool_give(struct group group)
{
    struct piece *piece = &pieces[group.piece];

    piece->free |= (uint8_t)(1u << group.index);
    if (piece->free == piece->groups && mem_pool_end(PROC_SLOT_MEM, 0, piece->pool) == 0)
        *piece = (struct piece){0};
}
