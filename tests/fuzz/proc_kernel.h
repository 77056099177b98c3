/*
 * A naive kernel, memory server, file server, console and archive for the process server: what it makes of proc's
 * calls, and that each call is one that is right at that time.
 *
 *   K1  a frame is of one task at most
 *   K2  a process has a task, a thread that is resumed once, mem's endpoint with its space, and three capabilities;
 *       a fourth if the file server knows it
 *   K3  each task that lives has a space; a frame is asked for only when each that there is has a task
 */
#pragma once

#include <stdbool.h>

#include "libuser/sys/syscall.h"

enum {
    FAKE_TASKS = 512,
    FAKE_ROOM = 900 /* pages that an exec may be promised */,
    FAKE_CLOCK = 1000000000 /* seconds since 1970, always */
};

/* Of a process, as the kernel and the console know it. */
struct fake_task {
    bool lives, resumed, stopped; /* stopped: also by a fault */
    bool is_console_told, is_told_last;
    uint32_t badge;
};

extern struct fake_task fake_tasks[FAKE_TASKS]; /* by space: entry 0 is init's */

extern bool fake_logged; /* in the call that is served: it told the log */
extern uint32_t fake_ticks;

void proc_kernel_begin(uint32_t cpus);
int32_t proc_kernel_call(uint32_t number, uint32_t head, struct words *words);

/* The next message is about to be served. */
void proc_kernel_next(void);

/* K1 to K3; the number of processes that have come to life and are not yet gone. */
uint32_t proc_kernel_check(void);

/* Slots, for mem: one has to be empty, and is filled; one has to be of that kind; a frame that is nobody's goes. */
enum kernel_slot { EMPTY, OTHER, FRAME, TASK, THREAD, HANDLER };
void kernel_fill(uint32_t slot, enum kernel_slot kind);
void kernel_need(uint32_t slot, enum kernel_slot kind);
void kernel_empty(uint32_t slot);
uint32_t kernel_space_of(uint32_t slot); /* of a task */
uint32_t kernel_frames(void);            /* so many are lent */
void kernel_task_ends(uint32_t space);

/* Nothing runs: all frames went back to mem, but for those that are kept. */
void proc_kernel_check_end(void);

/* Programs "good", "wide", which is mapped in two pieces, "large", which has no room, "broken", which is refused, and
 * "foreign", which wants the vdso. */
void fake_archive_make(uint32_t address);

/* Of a program its first page and its bytes: 0 or -ENOENT. */
int fake_archive_find(const char *name, uint32_t place[2]);
enum { FAKE_ARCHIVE_PAGES = 14 };
