#include "servers/proc/frame_pool.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

static uint32_t names[FRAMES_MAX]; /* the frames' numbers in mem, plus 1; 0: unused */
static uint16_t kept[FRAMES_KEPT];
static uint32_t kept_count;

static bool get(uint32_t number)
{
    uint32_t flags = ipc_slots(SLOT_FRAMES + number, 1), name;

    if (mem_task_frame(PROC_SLOT_MEM, flags, &name) != 0)
        return false;
    names[number] = name + 1;
    return true;
}

bool frame_pool_take(uint32_t *number)
{
    if (kept_count > 0) {
        *number = kept[--kept_count];
        return true;
    }
    for (*number = 0; *number < FRAMES_MAX; ++*number)
        if (!names[*number])
            return get(*number);
    return false;
}

void frame_pool_give(uint32_t number)
{
    if (kept_count < FRAMES_KEPT) {
        kept[kept_count++] = (uint16_t)number;
        return;
    }
    if (mem_task_frame_end(PROC_SLOT_MEM, names[number] - 1) == 0)
        names[number] = 0;
}
