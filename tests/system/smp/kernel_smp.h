/* What kernel tests on several processors share. The main thread runs on its caller's processor, so other threads do
 * the work: threads of the test or of its children, each on a processor of its own, and a driver on processor 0, which
 * may spin, unlike the main thread. The driver's endpoint receives their faults. */
#pragma once

#include "tests/system/kernel/kernel_test.h"

/* The message pages of a task's threads are adjacent: there is room below a program's layout. */
enum { THREAD_PAGES = 0x10000 };

enum {
    DRIVER = 0, /* its number for own_thread() */
    CREW = 1,   /* the first of the others */
    CREW_MAX = CHILDREN - CREW,
    DRIVER_ENDPOINT = 0x60,
    CREW_HANDLER = 0x70, /* + k: a capability for calls to the driver's endpoint; badge BADGE_FAULT + k */
};

static struct message_page *const driver_page =
    (struct message_page *)(SCRATCH + (SCRATCH_PAGES - 1 - DRIVER) * PAGE_SIZE);

uint32_t cpu_count(void);

/* How many rounds of a trial to do; `on_two` is the number for two processors. With more processors, of which a host
 * rarely has enough, each round takes longer, so there are fewer. */
uint32_t rounds(uint32_t on_two);

/* ------------------------------------------------------------- for any thread on any processor */

/* Counts failed checks, and keeps the first for drive() to report. */
bool sure(int32_t got, int32_t wanted, int line);
#define SAME(got, wanted) sure((int32_t)(got), (int32_t)(wanted), __LINE__)
#define SURE(condition)   sure(!!(condition), 1, __LINE__)

/* Waits until a counter has advanced by `steps`, from `from` or from now; false if it does not for long. */
bool advances_from(const volatile uint32_t *counter, uint32_t from, uint32_t steps);
bool advances_by(const volatile uint32_t *counter, uint32_t steps);

/* Waits a little, so that other processors make progress. */
void linger(void);

/* ------------------------------------------------------------------------- for the main thread */

/* All the crew's faults go to this endpoint. */
void crew_set_fault_handler(uint32_t endpoint);

/* A thread of ours with the crew's number k. */
struct plan crew_plan(uint32_t k, void (*run)(uint32_t));

/* Makes a thread for a processor; crew_start() also resumes it. The driver receives thread k's faults. */
void crew_prepare(uint32_t k, struct plan plan, uint32_t cpu);
void crew_start(uint32_t k, struct plan plan, uint32_t cpu);

/* To be called first: makes the driver's endpoint. */
void driver_make(void);

/* Runs the function as the driver; returns when it has returned, or is stuck. */
void drive(void (*run)(uint32_t));

/* ------------------------------------------------------------------------------ for the driver */

/* The next message at the driver's endpoint. */
struct event driver_wait(void);
err_t driver_reply(const struct event *event, uint32_t flags);
struct event driver_reply_wait(const struct event *event, uint32_t flags); /* and returns what arrives next */

/* The reply grants one of our pages. */
err_t driver_grant(const struct event *event, uint32_t address, rights_t rights);

/* Makes a task of `frames` frames from the first on, with our image; a thread in it, or in our task. */
void task_build(uint32_t task, uint32_t first, uint32_t frames);
void thread_build_stopped(uint32_t k, const struct plan *plan, uint32_t cpu);
void thread_build(uint32_t k, const struct plan *plan, uint32_t cpu);
