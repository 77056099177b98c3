/*
 * A naive kernel, memory server, file server, console and archive for the process server. They reply to proc's calls
 * and check that each call is right at that time.
 *
 *   K1  a frame belongs to at most one task
 *   K2  a process has a task, a thread that is resumed once, mem's endpoint with its space as the badge, and three
 *       capabilities; a fourth if the file server knows it
 *   K3  each living task has a space; proc asks for a frame only when every frame that it has is a task
 */
#pragma once

#include <stdbool.h>

#include "libuser/sys/syscall.h"

enum {
    FAKE_TASKS = 512,
    FAKE_ROOM = 900 /* the pages that an exec can reserve */,
    FAKE_CLOCK = 1000000000 /* the clock always shows these seconds since 1970 */
};

/* A process, as the kernel and the console know it. */
struct fake_task {
    bool lives, resumed, stopped; /* stopped: by proc or by a fault */
    bool is_end_notified, is_last_notified;
    uint32_t badge;
};

extern struct fake_task fake_tasks[FAKE_TASKS]; /* indexed by space; entry 0 is init's */

extern bool fake_logged; /* during the present message proc wrote to the log */
extern uint32_t fake_ticks;

void proc_kernel_begin(uint32_t cpus);
int32_t proc_kernel_call(uint32_t number, uint32_t head, struct words *words);

/* The next message is about to be served. */
void proc_kernel_next(void);

/* Checks K1 to K3. Returns the number of processes that have been started and are not yet gone. */
uint32_t proc_kernel_check(void);

/* Slots, for mem: checks that a slot is empty and fills it; checks its kind; releases a frame that belongs to no
 * task. */
enum kernel_slot { EMPTY, OTHER, FRAME, TASK, THREAD, HANDLER };
void kernel_fill(uint32_t slot, enum kernel_slot kind);
void kernel_need(uint32_t slot, enum kernel_slot kind);
void kernel_empty(uint32_t slot);
uint32_t kernel_space_of(uint32_t slot); /* the task's space */
uint32_t kernel_frames(void);            /* how many are lent to proc */
void kernel_task_ends(uint32_t space);

/* When no process is left: all frames have been returned to mem, except those that proc keeps. */
void proc_kernel_check_end(void);

/* The archive has the programs "good", "wide", which is mapped in two pieces, "large", for which there is no room,
 * "broken", which is refused, and "foreign", which needs the vdso. */
void fake_archive_make(uint32_t address);

/* The first page of a program and its bytes: 0 or -ENOENT. */
int fake_archive_find(const char *name, uint32_t found[2]);
enum { FAKE_ARCHIVE_PAGES = 14 };
