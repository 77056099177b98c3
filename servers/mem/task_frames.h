/*
 * Frames of which the manager makes tasks: each lent to it by a capability of its own, of which the
 * manager has a child. A space pays for the frame of its task. One more than there are spaces can be
 * had; those that the manager keeps when a space has ended, and that one, are of the reserve.
 *
 *   O1  one that is there has a frame that is lent and the capability in `slot`
 *   O2  one that is not has no slot
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
