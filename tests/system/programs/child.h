/* Runs pieces of a test in other processes, and counts memory. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The status that wait() returns for a process that exited; for one that was ended by a signal it is SIGxxx. */
#define EXITED(status) ((status) << 8)

/* Starts a child that runs `piece` and exits with its result; -1 if there can be none. */
pid_t child_start(int (*piece)(void));

/* Waits for the child; returns its status, or -1. */
int child_end(pid_t child);

/* Ends the child by SIGKILL; returns its status, or -1. */
int child_kill(pid_t child);

/* Starts the child and waits for it; returns its status. */
int child_run(int (*piece)(void));

/* Replaces the process by `program` with one argument; if that fails it exits with 126. */
_Noreturn void child_exec(const char *program, const char *argument);

/* Lets others run until `*flag` is at least `value`. */
void flag_await(const volatile uint32_t *flag, uint32_t value);

struct memory {
    uint32_t free, total, segments;
};
struct memory memory_now(void);
