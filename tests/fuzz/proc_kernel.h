/*
 * A naive kernel, memory server, console and archive for the process server: what it makes of proc's calls, and that
 * each call is one that is right at that time.
 *
 *   K1  a frame is of one task at most
 *   K2  a body has a task, a thread that is resumed once, mem's endpoint with its space, and three capabilities
 *   K3  each task that lives has a space; a frame is asked for only when each that there is has a task
 */
#pragma once

#include <stdbool.h>

#include "libuser/sys/syscall.h"

enum { FAKE_BODIES = 512, FAKE_GOOD_PAGES = 4 };

/* Of a process, as the kernel and the console know it. */
struct fake_body {
    bool lives, resumed, is_console_told;
    uint32_t badge;
};

extern struct fake_body fake_bodies[FAKE_BODIES]; /* by space: entry 0 is init's */

/* In the call that is served: something was refused; after the old program had gone; it told the log. */
extern bool fake_refused, fake_refused_late, fake_logged;
extern uint32_t fake_ticks;

/* One in so many is refused for lack of memory; 0: none. */
extern uint32_t fake_refuse_one_in;

void proc_kernel_begin(uint32_t cpus);
int32_t proc_kernel_call(uint32_t number, uint32_t head, struct words *words);

/* The next message is about to be served. */
void proc_kernel_next(void);

/* A thread of that space faulted beyond help. */
void fake_casualty(uint32_t space, uint32_t vector, bool no_memory);

/* K1 to K3; the number of tasks. */
uint32_t proc_kernel_check(void);

/* Nothing runs: all frames went back to mem, but for those that are kept. */
void proc_kernel_check_end(void);

/* Programs "good" and "large", and "broken", which is refused; their first page in the archive. */
void fake_archive_make(uint32_t address);
enum { FAKE_ARCHIVE_PAGES = 8 };
