/*
 * Frames of which the manager makes tasks. Each is lent by a capability of its own, of which the manager
 * has a child. A space pays for the frame of its task. The manager can have one frame more than there are
 * spaces; that one, and those that it keeps when a space has ended, belong to the reserve.
 *
 *   O1  an entry in use has a lent frame and its capability in `slot`
 *   O2  a free entry has no slot
 */
#pragma once

#include "kernel/abi/abi.h"

enum { TASK_FRAMES_MAX = 544 };

struct task_frame {
    uint32_t slot, frame;
};

void task_frames_init(void);

/* A new one's number, or -ENOMEM: as many are there as can be. */
int task_frames_make(void);

/* One that is there, or null. */
const struct task_frame *task_frames_at(uint32_t number);

/* How many are there beyond those of the spaces. */
uint32_t task_frames_spare(void);

/* There is no task in it any more: the frame is free again, and no capability names it. */
void task_frames_end(uint32_t number);
