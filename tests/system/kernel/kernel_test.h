/*
 * What kernel tests share. Such a test is a task that init starts with the capabilities in `manifest_test`
 * (servers/init/manifest.c). Its children are tasks that it makes: they run functions of the test's own image, and
 * share its data. So a child stores its findings in the test's variables, and the test judges them.
 *
 * Every point runs twice: the second run finds everything that the first had to open (tables, leaves). After each run
 * the test deletes all capabilities in slots FIRST_SLOT..LAST_SLOT and unmaps its scratch pages; then each of its
 * frames must be free to donate, and after the second run its own account must have as many spare frames as before it.
 * So no point leaks anything.
 */
#pragma once

#include "libuser/ipc/ipc.h"
#include "libuser/sys/derive.h"
#include "servers/proto/slots.h"

#include <stdbool.h>

/* Slots in our own table. */
enum {
    OWN_TASK = SERVER_SLOT_TASK,
    ENDPOINT = SERVER_SLOT_ENDPOINT, /* the main thread receives from it */
    LOG = SERVER_SLOT_LOG,
    MEMORY = TEST_SLOT_MEMORY,
    PORTS = TEST_SLOT_PORTS,
    IRQS = TEST_SLOT_IRQS,
    FIRST_SLOT = 16,   /* for the points */
    CHILD_TASK = 0xa0, /* + k: task, thread and handler of child k */
    CHILD_THREAD = 0xb0,
    CHILD_HANDLER = 0xc0,
    CHILDREN = 16,
    LAST_SLOT = 255,
};

/* Slots in a child's table. */
enum { PARENT = 1 }; /* the test's endpoint: call, signal, grant; badge BADGE_CHILD + k */

enum {
    BADGE_CHILD = 0x100,
    BADGE_FAULT = 0x200, /* + k: faults of child k */
    PRIORITY_TEST = 18,  /* of the main thread */
    PRIORITY_CHILD = 10,
    SCRATCH = 0x40000000, /* pages for the points, in every task */
    SCRATCH_PAGES = 1024,
    READ = RIGHT_READ,
    READ_WRITE = RIGHT_READ | RIGHT_WRITE,
    READ_EXECUTE = RIGHT_READ | RIGHT_EXECUTE,
    READ_WRITE_GRANT = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT,
};

/* ------------------------------------------------------------------------------------- points */

struct point {
    const char *text;
    void (*run)(void);
};

/* Runs all points, reports them in TAP to the log, and ends the machine with 0 if all hold. */
_Noreturn void points_run(const struct point *points, unsigned count);
#define POINTS_RUN(points) points_run(points, sizeof(points) / sizeof((points)[0]))

/* True if they are equal; otherwise the point fails, and the log says why. For the main thread only. */
bool point_is(int32_t got, int32_t wanted, const char *what, int line);
#define IS(got, wanted)  point_is((int32_t)(got), (int32_t)(wanted), #got, __LINE__)
#define HOLDS(condition) point_is(!!(condition), 1, #condition, __LINE__)

/* Skips the point, as it cannot be tested on this machine; the results say why. For the main thread only. */
void point_skip(const char *why);

/* Writes a line to the log, from the main thread or from one with another message page. */
#define note(...) note_from(message_page, __VA_ARGS__)
void note_from(struct message_page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ------------------------------------------------------------------------------------- frames */

/* Takes `count` adjacent frames of MEMORY, zeroed, which the point may use as it likes. Returns the first. */
uint32_t fresh_frames(uint32_t count);

/* For a point that has ended all its children: frames from `first` on, and the children's stacks, are free again. */
void point_restart(uint32_t first);

/* Donates frames to a task's account. */
void frames_donate(uint32_t task_slot, uint32_t count);

/* Leaves the task's account without a spare frame. */
void drain(uint32_t task_slot);

/* For how many threads the task's account has frames: equal numbers mean equal accounts. */
uint32_t account_room(uint32_t task_slot);

/* Maps a new frame, or a given one, at an address of ours. */
volatile uint32_t *map_fresh(uint32_t address);
volatile uint32_t *map_frame(uint32_t address, uint32_t frame, rights_t rights);

bool slot_is_free(uint32_t slot);
bool page_is_free(uint32_t task_slot, uint32_t address);

/* ------------------------------------------------------------------------- threads and children */

struct plan {
    uint32_t task;              /* slot */
    uint32_t slot;              /* where the thread's capability goes */
    uint32_t page;              /* its message page */
    uint32_t endpoint, handler; /* slots; 0: none */
    uint32_t priority;
    void (*run)(uint32_t argument); /* when it returns, the thread faults: event_is_end() */
    uint32_t argument;
};

/* Where the functions of threads return to. */
void thread_end(void);

/* Whether a call with this number is a message, whose flags are in the same byte. */
bool message_number(uint32_t number);

/* Makes a thread and resumes it; thread_prepare() leaves it stopped. */
void thread_start(const struct plan *plan);
void thread_prepare(const struct plan *plan);

/* A thread of the test's own task, number k (1..), with the page, slot and handler of child k. */
struct plan own_thread(uint32_t k, void (*run)(uint32_t), uint32_t argument);

/* Makes a task with our image, the PARENT capability, and no thread; `frames` spare frames are left. */
void child_make(uint32_t k, uint32_t frames);

/* The child's main thread: a plan, or started. */
struct plan child_thread(uint32_t k, void (*run)(uint32_t), uint32_t argument);
void child_start(uint32_t k, void (*run)(uint32_t), uint32_t argument);

/* ------------------------------------------------------------------------------------- events */

enum { KIND_QUIET = 1 << 30 }; /* nothing can happen any more: all threads wait */

struct event {
    int32_t badge;
    uint32_t kind; /* TAG_CALL, TAG_FAULT, TAG_SIGNAL, KIND_QUIET */
    struct words words;
    uint32_t caller, call_number;
};

/* Receives the next message at ENDPOINT; `flags` open windows. */
struct event event_wait(uint32_t flags);

/* Replies with these words. */
err_t event_reply(const struct event *event, uint32_t flags, const struct words *words);
err_t event_reply_word(const struct event *event, uint32_t word);

/* Receives the next message, which must be this one; otherwise the point fails. */
bool expect_fault(uint32_t k, uint32_t vector, struct event *event);
bool expect_end(uint32_t k);    /* child k's function has returned */
bool expect_ends(uint32_t set); /* the functions of a set of children (bit k) have returned, in any order */
bool expect_quiet(void);
struct event expect_call(uint32_t badge);

/* Waits until everything that is being destroyed is gone: the kernel takes its time for what no thread waits for. */
void settle(void);

/* For children: calls the test with one word; returns the first word of the reply. */
uint32_t parent_call(uint32_t word);

/* The number of ticks so far. */
uint32_t ticks(void);
