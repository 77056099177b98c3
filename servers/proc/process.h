/*
 * The process table.
 *
 *      parent ---> children: child <-> child      not ended
 *             ---> ended:    child <-> child      not yet waited for
 *             ---> adopted:  child <-> child      not ended, but their parent has, or is about to
 *
 *      process_make()       process_set_live()      process_set_ends()       process_set_ended()
 *           |                    |                       |                        |
 *           +-----> BEGINS ------+-------> LIVE ---------+--------> ENDS ---------+-----> ENDED --+
 *                      |                                             | adopted                    | waited for
 *                      +----------------------> FREE <---------------+----------------------------+
 *
 * A process that BEGINS cannot be killed; one that ENDS only frees its memory. Both may take several steps (work.h).
 *
 *   P1  a live process's badge is its index in the low bits with a generation above, and is not
 *       reused for a long time: a badge names one process or none
 *   P2  a process is in one of its parent's lists. When the parent ends, its own parent adopts the
 *       children: it is not told of their end, when they are forgotten, but it may end them. So each
 *       process is below init, and below the process that is responsible for it
 *   P3  an ended process keeps only its number and its status
 *   P4  a process that waits for an answer, for a child's end, a tick, or the end of its own fork or exec, is live and
 *       has `waits` set and its caller kept
 *   P5  a process that is not free is charged as one to its account (limits.h)
 *   P6  it has work in the queue if it begins, ends, or waits for its exec
 *   P7  if a process waits for its fork, its first child is the one that begins; all other children that begin are
 *       adopted, and about to end
 *
 * Entry 0 is init, which never ends.
 */
#pragma once

#include "servers/proc/arguments.h"
#include "servers/proc/body.h"
#include "servers/proc/limits.h"
#include "servers/proc/program.h"
#include "servers/proc/signals.h"
#include "servers/proc/work.h"

#include <stddef.h>

enum { PROCESSES_MAX = BODIES_MAX, PROCESS_INDEX_BITS = 12 };

enum process_state { PROCESS_FREE, PROCESS_BEGINS, PROCESS_LIVE, PROCESS_ENDS, PROCESS_ENDED };
enum process_wait { WAITS_NOT, WAITS_CHILD, WAITS_TICK, WAITS_FORK, WAITS_EXEC };

/* What it gave to exit; or the number of the signal that ended it, as in <signal.h>. */
struct ending {
    uint32_t code, signal;
};

struct process {
    uint32_t badge, pid;
    uint32_t group, session; /* groups.h; 0: init */
    uint8_t state, waits;
    bool is_adopted;
    bool reads;                      /* front.h */
    bool edits;                      /* its program has asked for keys: front.h */
    bool has_files;                  /* the file server knows it */
    bool closes_files;               /* in its exec: the file server has more to close */
    bool has_vdso;                   /* its program */
    bool has_executed;               /* another program than its parent's */
    uint32_t waits_count;            /* how often it has asked for ended children: front.h */
    uint32_t waits_at_fork;          /* its parent's at that time */
    uint8_t missing;                 /* so many calls that are not there has the log heard of */
    uint32_t cpu;                    /* its own; the body's may be another yet: cpus.h */
    uint32_t caller, calls;          /* whom to answer, when it waits */
    uint32_t awaited, awaited_group; /* WAITS_CHILD: its pid, or its group; 0: any */
    bool only_looks;                 /* WAITS_CHILD: it stays, to be waited for again */
    struct ending ending;            /* when it ends or has ended */
    struct work work;
    int32_t fork_error; /* of one that begins and will not live: for its parent */
    struct process *parent, *children, *ended, *adopted;
    struct process *next, **link; /* in one of its parent's lists, or the free list */
    struct account *account;
    uint32_t wake;                /* WAITS_TICK: when */
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
        uint64_t number;                          /* of those that began to watch */
        struct process *next, **link;             /* link: null if it is in no queue */
    } watch;                                      /* futex.h */
    struct arguments *arguments, *next_arguments; /* of the program; of the next exec */
    struct program_place program;                 /* where its program is */
    struct body body;
};

void process_init(void);

uint32_t process_index(const struct process *process);

/* A process that begins, without a body, child of `parent`, in its account; 0 if that is used up. */
struct process *process_make(struct process *parent);

/* Out of the table, and out of its parent's list. */
void process_forget(struct process *process);

/* The children, own and adopted, are adopted by the parent; ended ones are forgotten. */
void process_give_children(struct process *process);

/* The states: it lives; it ends, so; it has ended: into its parent's other list. */
void process_set_live(struct process *process);
void process_set_ends(struct process *process, struct ending ending);
void process_set_ended(struct process *process);

/* The first in a list of children with that pid, or at all if that is 0; or 0. */
struct process *process_in(struct process *list, uint32_t pid);

/* The same, or with a group that is not 0 the first of that. */
struct process *process_awaited_in(struct process *list, uint32_t pid, uint32_t group);

/* Live ones, or 0; by its pid one that ends or has ended, too. */
struct process *process_by_badge(uint32_t badge);
struct process *process_by_space(uint32_t space);
struct process *process_by_pid(uint32_t pid);

/* The live one with the next index, or the first if that is 0; 0: no further one. Init is none of them. */
struct process *process_next_live(struct process *process);

/* True if the parent waits for that child, perhaps among others. */
bool process_awaits(const struct process *parent, const struct process *child);

/* True if `above` is the process, its parent, or above that. */
bool process_is_below(const struct process *process, const struct process *above);

/* That of this index, whatever its state is. */
struct process *process_at(uint32_t index);

/* Whose work it is. */
struct process *process_of_work(struct work *work);

/* True if P1, P2 and P4 to P7 hold for all; for tests. */
bool process_audit(void);
