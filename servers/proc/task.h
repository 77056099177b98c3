/*
 * The task of a process: the kernel's task with its thread and its space in mem, until the end of both is complete.
 *
 *      slot SLOT_TASKS + 4 * process         the kernel's task
 *                                     + 1    its thread
 *                                     + 2    mem's endpoint, badged with the space: it is the
 *                                            handler, and stays for the next process
 *
 * The kernel's task is made of a frame of the pool. mem fills its account when the space is made, and again when page
 * tables need more. When the space has been destroyed, mem destroys the kernel's task, too.
 *
 * A function that returns MEM_MORE has done a part: continue a fork with task_fork_more(), call others again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SLOT_TASKS = 256, SLOTS_PER_TASK = 4, TASKS_MAX = 512, TASK_NO_FRAME = 0xffff };

struct task {
    uint32_t slot;  /* of the kernel's task */
    uint32_t space; /* its id in mem: the process's index */
    uint32_t badge; /* of its process */
    uint32_t cpu;
    uint32_t frame;         /* its number in the pool; TASK_NO_FRAME: the kernel's task does not exist yet */
    uint32_t segment, page; /* all pages of its program before this one are mapped; for a copy, */
    uint32_t filled;        /* pages of this segment before this one are filled, too */
};

/* task_create() and task_fork() make a task with a space in mem, empty or a copy of the parent's; task_complete() adds
 * a stopped thread and a process's three capabilities: 0, -ENOMEM, -EAGAIN, or mem's error. After an error the task
 * must be destroyed. The caller has set slot, space, badge and cpu. */
int task_create(struct task *task);
int task_fork(struct task *task, const struct task *parent);
int task_fork_more(const struct task *task, const struct task *parent);
int task_complete(const struct task *task);

/* Gives the task the file server's capability. */
int task_give_files(const struct task *task);

/* Sets its limit of frames: 0, or mem's error. */
int task_set_limit(const struct task *task, uint32_t frames);

/* Empties the space if `frames` frames can be promised afterwards, `low` of them for tables: 0, MEM_MORE, or mem's
 * error, which only the first part can have. */
int task_clear_space(struct task *task, uint32_t frames, uint32_t low);

/* Where a program begins, and the registers that no reply changes. */
struct program_start {
    uint32_t eip, esp, ecx, edx;
};

/* Sets where the thread begins: fresh, or where the parent's thread waits, with a reply of two words. If
 * the thread itself waits, it must get its reply to run. */
int task_start(const struct task *task, struct program_start start);
int task_start_as(const struct task *task, const struct task *parent);
void task_resume(const struct task *task);

/* Stops the thread, whatever it does. */
void task_stop(const struct task *task);

/* Where a stopped thread is; `in_call`: it is in a call, whose reply may change all other registers at any moment, or
 * just after one. False: it is in the middle of a long call. */
bool task_stopped_at(const struct task *task, uint32_t *eip, bool *in_call);

/* True if the waiting thread has used the FPU, so that its state must be kept. */
bool task_uses_fpu(const struct task *task);

/* Makes the thread continue at `to`, with all other registers unchanged; the caller ensures that nobody replies to it
 * meanwhile. */
bool task_divert(const struct task *task, uint32_t to);

/* Where a waiting thread is, after a fault for instance; false if that cannot be read. */
bool task_position(const struct task *task, uint32_t *eip, uint32_t *esp);

/* Moves the thread to another processor. */
void task_migrate(struct task *task, uint32_t cpu);

/* Destroys all parts of the task that exist; the thread does not run. TASK_MORE: call again. TASK_OBJECT_LEFT: call
 * again after the kernel's task was destroyed, which takes the kernel long. */
enum task_left { TASK_GONE, TASK_MORE, TASK_OBJECT_LEFT };
enum task_left task_destroy(struct task *task);
void task_destroy_object(const struct task *task);
