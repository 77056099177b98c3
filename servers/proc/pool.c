#include "servers/proc/pool.h"

#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/proto/mem.h"

static uint8_t free_groups[PIECES_MAX]; /* a bit per group */
static uint32_t pieces;

static bool add_piece(void)
{
    uint32_t frames;

    if (pieces == PIECES_MAX)
        return false;
    uint32_t flags = ipc_slots(SLOT_PIECES + pieces, 1);
    if (mem_pool(PROC_SLOT_MEM, flags, PIECE_FRAMES, &frames) != 0)
        return false;
    free_groups[pieces++] = (uint8_t)((1u << frames / GROUP_FRAMES) - 1);
    return true;
}

static bool find_piece(uint32_t *piece)
{
    for (*piece = 0; *piece < pieces; ++*piece)
        if (free_groups[*piece])
            return true;
    return add_piece();
}

bool pool_take(struct group *group)
{
    uint32_t piece;

    if (!find_piece(&piece))
        return false;
    uint32_t index = (uint32_t)__builtin_ctz(free_groups[piece]);
    free_groups[piece] &= (uint8_t) ~(1u << index);
    *group = (struct group){(uint16_t)piece, (uint16_t)index};
    return true;
}

void pool_give(struct group group)
{
    free_groups[group.piece] |= (uint8_t)(1u << group.index);
}
