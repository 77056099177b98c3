/*
 * The process table.
 *
 *      parent ---> children: child <-> child      new, live or exiting
 *             ---> zombies:  child <-> child      not yet waited for
 *             ---> adopted:  child <-> child      new, live or exiting; their parent has exited, or is about to
 *
 *      process_make()    process_set_live()    process_set_exiting()   process_set_zombie()
 *           |                 |                     |                       |
 *           +------> NEW -----+------> LIVE --------+-------> EXITING ------+----> ZOMBIE --+
 *                     |                                          | adopted                  | waited for
 *                     +----------------------> FREE <------------+--------------------------+
 *
 * A process that is new cannot be killed; one that exits only frees its memory. Both may take several steps (work.h).
 *
 *   P1  a live process's badge is its index in the low bits with a generation above, and is not
 *       reused for a long time: a badge names one process or none
 *   P2  a process is in one of its parent's lists. When the parent ends, its own parent adopts the
 *       children: it is not told of their end, when they are freed, but it may end them. So each
 *       process is below init, and below the process that is responsible for it
 *   P3  a zombie keeps only its number and its status
 *   P4  a process that waits for a reply, for a child's end, a tick, or the end of its own fork or exec, is live and
 *       has `waits` set and its caller saved
 *   P5  a process that is not free is charged as one to its account (limits.h)
 *   P6  it has work in the queue if it is new, exits, or waits for its exec
 *   P7  if a process waits for its fork, its first child is the new one; all other new children are adopted, and about
 *       to exit
 *
 * Entry 0 is init, which never ends.
 */
#pragma once

#include "servers/proc/arguments.h"
#include "servers/proc/task.h"
#include "servers/proc/limits.h"
#include "servers/proc/program.h"
#include "servers/proc/signals.h"
#include "servers/proc/work.h"

#include <stddef.h>

enum { PROCESSES_MAX = TASKS_MAX, PROCESS_INDEX_BITS = 12 };

enum process_state { PROCESS_FREE, PROCESS_NEW, PROCESS_LIVE, PROCESS_EXITING, PROCESS_ZOMBIE };
enum process_wait { WAITS_NOT, WAITS_CHILD, WAITS_TICK, WAITS_FORK, WAITS_EXEC };

/* The argument of exit; or the number of the signal that ended the process, as in <signal.h>. */
struct exit_status {
    uint32_t code, signal;
};

struct process {
    uint32_t badge, pid;
    uint32_t group, session; /* groups.h; 0: init */
    uint8_t state, waits;
    bool is_adopted;
    bool has_read;                   /* foreground.h */
    bool reads_keys;                 /* its program gets keys: foreground.h */
    bool has_files;                  /* the file server knows it */
    bool is_closing_files;           /* in its exec: the file server has more to close */
    bool has_vdso;                   /* its program uses the vdso */
    bool has_executed;               /* it runs another program than its parent */
    uint32_t wait_calls;             /* how often it has called wait: foreground.h */
    uint32_t parent_wait_calls;      /* its parent's wait_calls at the fork */
    uint8_t missing_calls;           /* number of unknown calls that were logged */
    uint32_t cpu;                    /* its own; its thread may still be on another: cpus.h */
    uint32_t caller, call_number;    /* the caller to reply to, when it waits */
    uint32_t awaited, awaited_group; /* WAITS_CHILD: the child's pid, or its group; 0: any */
    bool peeks;                      /* WAITS_CHILD: the child can be waited for again */
    struct exit_status exit_status;  /* when it exits, or is a zombie */
    struct work work;
    int32_t fork_error; /* for the parent, if the process is new and will not live */
    struct process *parent, *children, *zombies, *adopted;
    struct process *next, **link; /* in one of its parent's lists, or the free list */
    struct account *account;
    uint32_t wake_tick;           /* WAITS_TICK: when */
    struct process *next_sleeper; /* sleepers.h */
    struct process *next_young;   /* cpus.h */
    uint32_t young_ticks;
    struct signals signals;
    struct {
        bool is_set;
        uint32_t at, every; /* ticks */
        struct process *next;
    } alarm; /* alarms.h */
    struct {
        bool is_woken;
        uint32_t address, owner;
        uint64_t number;                          /* grows with each watch */
        struct process *next, **link;             /* link: null if it is in no queue */
    } watch;                                      /* futex.h */
    struct arguments *arguments, *next_arguments; /* of the program; of the next exec */
    struct program_file program_file;
    struct task task;
};

void process_init(void);

uint32_t process_index(const struct process *process);

/* Makes a new process, without a task, a child of `parent` in its account; 0 if that is used up. */
struct process *process_make(struct process *parent);

/* Frees the entry of a process, and removes it from its parent's list. */
void process_free(struct process *process);

/* The parent adopts the children, own and adopted ones; zombies are freed. */
void process_reparent_children(struct process *process);

/* Set the state: it lives; it exits, with that status; it is a zombie, and moves to its parent's other list. */
void process_set_live(struct process *process);
void process_set_exiting(struct process *process, struct exit_status status);
void process_set_zombie(struct process *process);

/* The first in a list of children with that pid, or simply the first if pid is 0; or 0. */
struct process *process_find_in(struct process *list, uint32_t pid);

/* The same; if `group` is not 0, the first of that group. */
struct process *process_find_awaited(struct process *list, uint32_t pid, uint32_t group);

/* Live processes, or 0; process_by_pid() also finds processes that exit and zombies. */
struct process *process_by_badge(uint32_t badge);
struct process *process_by_space(uint32_t space);
struct process *process_by_pid(uint32_t pid);

/* The live process after `process`, or the first if that is 0; 0: no further one. Skips init. */
struct process *process_next_live(struct process *process);

/* True if the parent waits for that child, perhaps among others. */
bool process_awaits(const struct process *parent, const struct process *child);

/* True if `above` is the process, its parent, or above that. */
bool process_is_descendant(const struct process *process, const struct process *above);

/* The process with that index, in any state. */
struct process *process_at(uint32_t index);

/* The process of a work. */
struct process *process_of_work(struct work *work);

/* True if P1, P2 and P4 to P7 hold for all; for tests. */
bool process_audit(void);
