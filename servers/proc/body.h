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
    uint32_t space; /* its id in mem: the process's index */
    uint32_t badge; /* of its process */
    uint32_t cpu;
    uint32_t frame;         /* its number in the pool; BODY_NO_FRAME: the body does not exist yet */
    uint32_t segment, page; /* all pages of its program before this one are mapped; for a copy, */
    uint32_t filled;        /* pages of this segment before this one are filled, too */
};

/* body_make() and body_fork() make a task with a space in mem, empty or a copy of the parent's; body_complete() adds a
 * stopped thread and a process's three capabilities: 0, -ENOMEM, -EAGAIN, or mem's error. After an error the body must
 * be destroyed. The caller has set slot, space, badge and cpu. */
int body_make(struct body *body);
int body_fork(struct body *body, const struct body *parent);
int body_fork_more(const struct body *body, const struct body *parent);
int body_complete(const struct body *body);

/* Gives the body the file server's capability. */
int body_give_files(const struct body *body);

/* Sets its limit of frames: 0, or mem's error. */
int body_set_limit(const struct body *body, uint32_t frames);

/* Empties the space if `frames` frames can be promised afterwards, `low` of them for tables: 0, MEM_MORE, or mem's
 * error, which only the first part can have. */
int body_clear_space(struct body *body, uint32_t frames, uint32_t low);

/* Where a program begins, and the registers that no answer changes. */
struct program_start {
    uint32_t eip, esp, ecx, edx;
};

/* Sets where the thread begins: fresh, or where the parent's thread waits, with an answer of two words. If
 * the thread itself waits, it must be answered to run. */
int body_start(const struct body *body, struct program_start start);
int body_start_as(const struct body *body, const struct body *parent);
void body_resume(const struct body *body);

/* Stops the thread, whatever it does. */
void body_stop(const struct body *body);

/* Where a stopped thread is; `in_call`: it is in a call, whose answer may change all other registers at any moment, or
 * just after one. False: it is in the middle of a long call. */
bool body_stopped_at(const struct body *body, uint32_t *eip, bool *in_call);

/* True if the waiting thread has used the FPU, so that its state must be kept. */
bool body_uses_fpu(const struct body *body);

/* Makes the thread continue at `to`, with all other registers unchanged; the caller ensures that nobody answers it
 * meanwhile. */
bool body_divert(const struct body *body, uint32_t to);

/* Where a waiting thread is, after a fault for instance; false if that cannot be read. */
bool body_place(const struct body *body, uint32_t *eip, uint32_t *esp);

/* Moves the thread to another processor. */
void body_move(struct body *body, uint32_t cpu);

/* Destroys all parts of the body that exist; the thread does not run. BODY_GOES_ON: call again. BODY_TASK_LEFT: call
 * again after the task was ended, which takes the kernel long. */
enum body_end { BODY_GONE, BODY_GOES_ON, BODY_TASK_LEFT };
enum body_end body_destroy(struct body *body);
void body_end_task(const struct body *body);
