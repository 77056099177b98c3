/* Calls by which everybody may see the use of memory. */
#include "servers/mem/calls.h"

#include "servers/mem/reply.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/named.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/task_frames.h"

#include <errno.h>
#include <string.h>

uint32_t call_info(struct words *words)
{
    struct frames_count count = frames_count();

    uint32_t kept = heap_kept() + space_spares() + task_frames_spare();
    *words = (struct words){{0, count.free + kept, count.total, shm_table_count() + named_count()}};
    return IPC_REPLY;
}

uint32_t call_space_usage(struct words *words)
{
    const struct space *space = space_find(words->w[1]);

    if (!space)
        return reply(words, -ENOENT);
    *words = (struct words){{0, space->committed + space->low, space->direct, space->lent}};
    return IPC_REPLY;
}

uint32_t call_frame_usage(struct words *words)
{
    struct frames_usage usage;

    if (!frames_usage(words->w[1], &usage))
        return reply(words, -ENOENT);
    *words = (struct words){{0, usage.held, usage.shared, usage.lent}};
    return IPC_REPLY;
}

uint32_t call_segment(struct words *words)
{
    const struct segment *segment;
    uint32_t number = words->w[1];

    if (!shm_table_next(&number, &segment))
        return reply(words, -ENOENT);
    *words = (struct words){{0, number, segment ? segment->id : 0, segment ? segment->holders : 0}};
    return IPC_REPLY;
}

uint32_t call_shm_list(struct words *words)
{
    const struct named *segment;
    uint32_t unit = words->w[1];

    if (!named_next(&unit, &segment))
        return reply(words, -ENOENT);
    struct listed_segment *listed = (struct listed_segment *)(void *)message_page->words;
    *listed = (struct listed_segment){0};
    if (segment) {
        listed->status = named_status(segment);
        listed->frames = segment->touched;
        memcpy(listed->name, segment->name, sizeof(listed->name));
    }
    *words = (struct words){{0, unit, 0, 0}};
    message_page->tag = sizeof(*listed) / sizeof(uint32_t);
    return IPC_REPLY | IPC_EXTENDED;
}
