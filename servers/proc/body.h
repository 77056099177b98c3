/*
 * The body of a process: its kernel objects and its space in mem, until its end is complete.
 *
 *      slot SLOT_BODIES + 4 * process         task
 *                                     + 1     thread
 *                                     + 2     mem's endpoint, badged with the space: it is the
 *                                             handler, and stays for the next process
 *
 * The task is made of a frame of the pool. mem fills its account when the space is made, and again when page
 * tables need more. When the space has been destroyed, mem destroys the task, too.
 *
 * A function that returns MEM_MORE has done a part: continue a fork with body_fork_more(), call others again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SLOT_BODIES = 256, SLOTS_PER_BODY = 4, BODIES_MAX = 512, BODY_NO_FRAME = 0xffff };

struct body {
    uint32_t slot;  /* of its task */
    uint32_t space; /* its name at mem: the process's index */
    uint32_t badge; /* of its process */
    uint32_t cpu;
    uint32_t frame;         /* its number in the pool, BODY_NO_FRAME: there is nothing of the body yet */
    uint32_t segment, page; /* all of its program before that page of that segment is mapped; then, */
    uint32_t filled;        /* of a copy, all before that page of this segment is filled */
};

/* A task with a space at mem that is empty, or a copy of the parent's; then a stopped thread and a process's
 * three capabilities: 0, -ENOMEM, -EAGAIN, or mem's error. What there is of the body then is still to be destroyed.
 * The body's frame is taken, the rest is given. */
int body_make(struct body *body);
int body_fork(struct body *body, const struct body *parent);
int body_fork_more(const struct body *body, const struct body *parent);
int body_complete(const struct body *body);

/* The capability of the file server, when it is wanted. */
int body_give_files(const struct body *body);

/* So many frames are its limit from now on: 0, or mem's error. */
int body_set_limit(const struct body *body, uint32_t frames);

/* Empties the space if so many frames can be promised afterwards, `low` of them for tables: 0, MEM_MORE, or mem's
 * error, with the first part alone. */
int body_clear_space(struct body *body, uint32_t frames, uint32_t low);

/* Where a program begins, with what in those registers that no answer changes. */
struct program_start {
    uint32_t eip, esp, ecx, edx;
};

/* Where the thread begins: fresh, or where the parent's waits, with an answer of two words. One that
 * waits itself is to be answered. */
int body_start(const struct body *body, struct program_start start);
int body_start_as(const struct body *body, const struct body *parent);
void body_resume(const struct body *body);

/* It runs no more, whatever it does now. */
void body_stop(const struct body *body);

/* Where a stopped thread is; `in_call`: in a message's call, whose answer may change all other registers at any moment,
 * or just behind it. False: it is in the middle of a long call. */
bool body_stopped_at(const struct body *body, uint32_t *eip, bool *in_call);

/* The thread, which waits, has used the FPU: then its state is to be kept. */
bool body_uses_fpu(const struct body *body);

/* It goes on there, with all other registers as they are; nobody answers it meanwhile. */
bool body_divert(const struct body *body, uint32_t to);

/* Where the thread is that waits, as after a fault; false, and nothing is said, if that failed. */
bool body_place(const struct body *body, uint32_t *eip, uint32_t *esp);

/* To another processor. */
void body_move(struct body *body, uint32_t cpu);

/* Everything goes, whatever of it there is; the thread does not run. If not all is gone yet, another call goes on, or
 * does so when the task has been ended, which takes the kernel long. */
enum body_end { BODY_GONE, BODY_GOES_ON, BODY_TASK_LEFT };
enum body_end body_destroy(struct body *body);
void body_end_task(const struct body *body);
