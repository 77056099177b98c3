#include "servers/proc/frame_pool.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

static uint32_t mem_numbers[FRAMES_MAX]; /* the frames' numbers in mem, plus 1; 0: unused */
static uint16_t cached[FRAMES_CACHED];
static uint32_t cached_count;

static bool get(uint32_t number)
{
    uint32_t flags = ipc_slots(SLOT_FRAMES + number, 1), mem_number;

    if (mem_task_frame(PROC_SLOT_MEM, flags, &mem_number) != 0)
        return false;
    mem_numbers[number] = mem_number + 1;
    return true;
}

bool frame_pool_take(uint32_t *number)
{
    if (cached_count > 0) {
        *number = cached[--cached_count];
        return true;
    }
    for (*number = 0; *number < FRAMES_MAX; ++*number)
        if (!mem_numbers[*number])
            return get(*number);
    return false;
}

void frame_pool_give(uint32_t number)
{
    if (cached_count < FRAMES_CACHED) {
        cached[cached_count++] = (uint16_t)number;
        return;
    }
    if (mem_task_frame_end(PROC_SLOT_MEM, mem_numbers[number] - 1) == 0)
        mem_numbers[number] = 0;
}
