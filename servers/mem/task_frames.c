#include "servers/mem/task_frames.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/space.h"

static struct task_frame task_frames[TASK_FRAMES_MAX];
static uint32_t count;

void task_frames_init(void)
{
    for (uint32_t i = 0; i < TASK_FRAMES_MAX; i++)
        task_frames[i] = (struct task_frame){0};
    count = 0;
}

const struct task_frame *task_frames_at(uint32_t number)
{
    return number < TASK_FRAMES_MAX && task_frames[number].slot ? &task_frames[number] : NULL;
}

/* False: no memory. */
static bool fill(struct task_frame *task_frame)
{
    uint32_t frame = frames_lend();

    if (frame == NO_FRAME)
        return false;
    uint32_t slot = heap_new_slot();
    if (!slot) {
        frames_return(frame);
        return false;
    }
    err_t err = kernel_derive_frame(slot, frame);
    assert(err == OK);
    *task_frame = (struct task_frame){.slot = slot, .frame = frame};
    return true;
}

int task_frames_make(void)
{
    uint32_t number = 0;

    if (count > spaces_count())
        return -ENOMEM;
    while (number < TASK_FRAMES_MAX && task_frames[number].slot)
        number++;
    if (number == TASK_FRAMES_MAX || !fill(&task_frames[number]))
        return -ENOMEM;
    count++;
    return (int)number;
}

uint32_t task_frames_spare(void)
{
    return count > spaces_count() ? count - spaces_count() : 0;
}

void task_frames_end(uint32_t number)
{
    struct task_frame *task_frame = &task_frames[number];
    err_t err = kernel_delete(task_frame->slot);

    assert(err == OK);
    heap_slot_free(task_frame->slot);
    frames_return(task_frame->frame);
    *task_frame = (struct task_frame){0};
    count--;
}
