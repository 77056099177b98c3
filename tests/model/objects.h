/* Loops over frames, threads and tasks, from frame OBJECT_FRAMES of the machine on. */
#pragma once

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"

#define FOR_FRAMES(f) for (uint32_t f = OBJECT_FRAMES; f < kernel.frame_count; f++)
#define FOR_CELL_FRAMES(f, list)                                                                                       \
    for (ref_t l_ = (list)->first; l_ != REF(list); l_ = AT(struct link, l_)->next)                                    \
        for (uint32_t f = frame_number_of(AT(struct frame, l_)); f; f = 0)
#define FOR_CELLS(ref, f, shift)                                                                                       \
    for (uint32_t left_ = frame_at(f)->used; left_; left_ &= left_ - 1)                                                \
        for (ref_t ref = frame_ref(f) + ((uint32_t)__builtin_ctz(left_) << (shift)); ref; ref = 0)
#define FOR_THREADS(t)                                                                                                 \
    FOR_FRAMES(f_)                                                                                                     \
    if (frame_at(f_)->kind == FRAME_THREADS)                                                                           \
        FOR_CELLS(r_, f_, THREAD_SHIFT)                                                                                \
    for (struct thread *t = AT(struct thread, r_); t; t = NULL)
#define FOR_TASKS(t)                                                                                                   \
    FOR_FRAMES(f_)                                                                                                     \
    if (frame_at(f_)->kind == FRAME_TASK)                                                                              \
        for (struct task *t = AT(struct task, frame_ref(f_)); t; t = NULL)
