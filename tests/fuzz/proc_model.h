/*
 * A naive model of processes: a list of programs with parent, state and status, and the reply that each call must get.
 *
 *   M1  the end of a process is reported once, to its parent, while that lives; then its number names nobody
 *   M2  a process that sleeps gets its reply at the first tick that is late enough; the earlier wake-up first
 *   M3  a call that fails has changed nothing, and its error is listed in proc.proto
 *   M4  no process gets a number or a badge that another one had
 *   M5  a fork, an exec or an end that takes several steps has the same result as one in a single step. Until an end is
 *       complete, no wait reports its process, which is still in the account
 *   M6  as long as there is work, the thread that drives it gets its replies
 *   M7  the file server knows the processes that have asked for it and their children, as long as they live
 */
#pragma once

#include "tests/fuzz/proc_texts.h"
#include "tests/server/server_run.h"

enum { PROGRAMS = 40, INIT = 0, NOBODY = PROGRAMS, STRANGER = SERVER_CALLERS - 1, WORKER = SERVER_CALLERS - 2 };

enum program_state { FREE, LIVE, ENDS, ENDED };
enum program_wait { RUNS, WAITS, SLEEPS, FORKS, EXECS, FAULTED };

/* A process of that group; if 0, that process; if 0, any. */
struct awaited {
    uint32_t pid, group;
};

/* Its index is also the number of its thread as a caller. */
struct model_program {
    enum program_state state;
    enum program_wait waits;
    uint32_t pid, badge, space, parent, code, signal;
    uint32_t group; /* the group of its parent, or its own number if init started it: no call changes it here */
    struct awaited awaited;
    bool peeks; /* the child is reported, but not collected */
    uint64_t wake;
    uint32_t fault_signal; /* FAULTED: the signal by which it will end */
    uint32_t refusals;     /* FORKS: fake_refusals before that call */
    bool has_next, is_adopted;
    bool reads; /* it, or the one it was forked from, has read from the console */
    bool has_files;
    bool forgets;                       /* its children are not reported when they end, as if SIGCHLD is ignored */
    uint32_t missing;                   /* unknown calls that were reported to the log */
    uint32_t ignored, blocked, pending; /* signals, n as bit n - 1; none is caught here */
    struct text text, next;             /* init has none */
};

extern struct model_program programs[PROGRAMS];
extern uint64_t model_ticks;
extern uint32_t model_booted; /* seconds since 1970; 0: nobody has asked yet */

void model_begin(void);

/* The next message, with the data in the page. `sender` is a program, or STRANGER, which has the badge of a process
 * that waits or has ended. */
void model_ask(uint32_t sender, const struct server_message *message);

/* The program's thread has faulted: mem will report it. */
void model_faulted(uint32_t program, uint32_t signal);

/* True if the model has room for another process. */
bool model_has_room(void);

/* A reply, with the page. */
err_t model_replied(uint32_t caller, const struct words *words, uint32_t tag);

/* The message has been handled: checks all replies. */
void model_settle(void);

/* The first program from number `from` on with that state and wait; PROGRAMS if there is none. */
uint32_t model_find(enum program_state state, enum program_wait waits, uint32_t from);

/* Also a process that has ended, as long as its number still names it. */
struct model_program *program_by_pid(uint32_t pid);
uint32_t program_number_of(const struct model_program *program);

/* Whether the program's thread waits for a reply from proc, or no longer runs. */
bool programs_are_owed(uint32_t space);

/* How many programs have that state, or wait so and live. */
uint32_t programs_in(enum program_state state);
uint32_t programs_waiting(enum program_wait waits);

/* A child in that state; whether it is one that is awaited; whether it is a child, live or ended. */
struct model_program *program_child_of(uint32_t parent, enum program_state state, struct awaited awaited);
bool program_is_awaited(const struct model_program *child, struct awaited awaited);
bool program_is_child(const struct model_program *child, uint32_t parent, struct awaited awaited);

/* The program itself, a child, or a descendant, also an adopted one. */
bool program_is_below(const struct model_program *program, const struct model_program *above);

/* The space of a task that runs and belongs to no program yet; there must be one. */
uint32_t programs_new_space(void);

/* What the program's account says before its call: how many processes, whether there is no room for another one or for
 * more long arguments; and the reply that a new limit must get by the rules. */
struct limit_expected {
    uint32_t limit, used;
    bool is_full, has_no_block;
    int status;
};
struct limit_expected limit_expect(uint32_t program, uint32_t new_limit);
