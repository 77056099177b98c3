/*
 * A naive model of processes: a list of programs with parent, state and status, and what each call must be answered.
 *
 *   M1  a process that ended is told of once, to its parent, while that lives; then its number names nobody
 *   M2  whoever sleeps is answered at the first tick that is late enough, the earlier first
 *   M3  a call that fails has changed nothing, and its error is listed in proc.proto
 *   M4  no process gets a number or a badge that another one had
 *   M5  what takes steps ends as if it had taken one: a fork, an exec, an end. Until an end is over its process is
 * there for
 *       nobody's wait, and in the account
 *   M6  as long as there is something to do, the thread that drives it is answered
 *   M7  the file server knows those who have asked for it and their children, as long as they live
 */
#pragma once

#include "tests/fuzz/proc_texts.h"
#include "tests/server/server_run.h"

enum { PROGRAMS = 40, INIT = 0, NOBODY = PROGRAMS, STRANGER = SERVER_CALLERS - 1, WORKER = SERVER_CALLERS - 2 };

enum program_state { FREE, LIVE, ENDS, ENDED };
enum program_wait { RUNS, WAITS, SLEEPS, FORKS, EXECS, FAULTED };

/* One of that group, or with 0 that one, or with 0 any. */
struct awaited {
    uint32_t pid, group;
};

/* Its number here is its thread's as a caller. */
struct model_program {
    enum program_state state;
    enum program_wait waits;
    uint32_t pid, badge, space, parent, code, signal;
    uint32_t group; /* of who init started its own, else its parent's: none is set here */
    struct awaited awaited;
    bool peeks; /* who is awaited is not forgotten */
    uint64_t wake;
    uint32_t fault_signal; /* FAULTED: what it will end by */
    uint32_t refusals;     /* FORKS: before that call */
    bool has_next, is_adopted;
    bool reads; /* it has, or what it was forked from */
    bool has_files;
    bool forgets;                       /* who ends of its children, as where SIGCHLD is ignored */
    uint32_t missing;                   /* calls of which the log was told */
    uint32_t ignored, blocked, pending; /* signals, n as bit n - 1; none is caught here */
    struct text text, next;             /* of init there are none */
};

extern struct model_program programs[PROGRAMS];
extern uint64_t model_ticks;
extern uint32_t model_booted; /* seconds since 1970; 0: nobody has asked yet */

void model_begin(void);

/* What is asked next, with the data that the page has; `sender` is a program, or STRANGER, who has the badge of one
 * that waits or has ended. */
void model_ask(uint32_t sender, const struct server_message *message);

/* Its thread has faulted: mem will tell of it. */
void model_faulted(uint32_t program, uint32_t signal);

/* True if another process may begin: the model can keep it. */
bool model_has_room(void);

/* An answer, the page with it. */
err_t model_answered(uint32_t caller, const struct words *words, uint32_t tag);

/* All was done that was asked for: what was answered was right. */
void model_settle(void);

/* The first program from that number on of that state and wait; PROGRAMS: there is none. */
uint32_t model_find(enum program_state state, enum program_wait waits, uint32_t from);

/* Also one that has ended, as long as its number names it. */
struct model_program *program_by_pid(uint32_t pid);
uint32_t program_number_of(const struct model_program *program);

/* Its thread waits for an answer of proc's, or does nothing any more. */
bool programs_are_owed(uint32_t space);

/* How many are in that state, or wait so and live. */
uint32_t programs_in(enum program_state state);
uint32_t programs_waiting(enum program_wait waits);

/* A child of that state, or whether it is one, live or ended. */
struct model_program *program_child_of(uint32_t parent, enum program_state state, struct awaited awaited);
bool program_is_awaited(const struct model_program *child, struct awaited awaited);
bool program_is_child(const struct model_program *child, uint32_t parent, struct awaited awaited);

/* Itself, a child, or a child's child, also an adopted one. */
bool program_is_below(const struct model_program *program, const struct model_program *above);

/* The space of a task that runs and is no program's yet: there must be one. */
uint32_t programs_new_space(void);

/* What that program's account says before its call: how many processes, whether there is no room for a further one or
 * for further long arguments; and what a new limit must be answered, by the rules. */
struct limit_expected {
    uint32_t limit, used;
    bool is_full, has_no_block;
    int status;
};
struct limit_expected limit_expect(uint32_t program, uint32_t new_limit);
