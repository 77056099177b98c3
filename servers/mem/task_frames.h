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

/* Makes a task frame and returns its number; -ENOMEM: no memory, or there are as many as allowed. */
int task_frames_make(void);

/* The entry in use with that number, or null. */
const struct task_frame *task_frames_at(uint32_t number);

/* The number of task frames beyond those of the spaces. */
uint32_t task_frames_spare(void);

/* Frees a frame that no longer has a task, and its capability. */
void task_frames_end(uint32_t number);
