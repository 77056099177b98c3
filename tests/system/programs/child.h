/* Runs pieces of a test in other processes, and counts memory. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What wait() says of a process that exited; of one that was ended it is the reason, SIGxxx. */
#define EXITED(status) ((status) << 8)

/* A child that runs `piece` and exits with its result; -1 if there can be none. */
pid_t child_start(int (*piece)(void));

/* Waits for that child: its status, or -1. */
int child_end(pid_t child);

/* Ends that child by force: its status, or -1. */
int child_kill(pid_t child);

/* Start and end: the status. */
int child_run(int (*piece)(void));

/* Replaces the process by `program` with one argument; the exit status if that fails is 126. */
_Noreturn void child_exec(const char *program, const char *argument);

/* Lets others run until `*flag` is at least `value`. */
void flag_await(const volatile uint32_t *flag, uint32_t value);

struct memory {
    uint32_t free, total, segments;
};
struct memory memory_now(void);
