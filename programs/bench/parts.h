/* The parts of bench_server: each keeps servers busy long in one way. Every error ends the program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SETTLED = 100000 /* us */ };

/* The plugin of scripts/bench resets its counts when this function runs. */
void part_begins(void);

/* Begins the part `name`. Returns just after a tick, when all output has left the port, so that the part contains
 * neither by chance. */
void part(const char *name);

void check(bool good, const char *what);

/* child_start() makes a child that calls `run` and exits with 0. child_wait() waits for its end, whose status must be
 * `expected`. child_run() does both. */
pid_t child_start(void (*run)(void));
void child_wait(pid_t child, int expected);
void child_run(void (*run)(void));

/* What children run. sleep_long() never returns. */
void nothing(void);
void sleep_long(void);
void sleep_shortly(void);

/* file_parts.c: many open and mapped files. */
void part_files(void);
void part_cut(void);
void part_lent(void);
void part_locks(void);

/* A crowd: CROWD children that call the same function. crowd_wait() waits for their ends, whose status must be
 * `expected`. */
enum { CROWD = 200 };
void crowd_start(void (*run)(void));
void crowd_wait(int expected);
void crowd_kill(void);
void crowd_announce(void); /* asks scripts/bench for the part's input */

/* crowds.c: one event wakes or ends all processes of a crowd. The last part needs control-C after its announcement. */
void part_futex(void);
void part_alarms(void);
void part_handlers(void);
void part_interrupt(void);

/* pipe_crowds.c: a crowd waits at one pipe, to read, to write, or in poll. */
void part_readers(void);
void part_writers(void);
void part_polls(void);

/* console_crowds.c: a crowd writes unfinished lines, waits for a sync, reads from the background, polls the console, or
 * reads from a pipe that ends. The last two parts need input after their announcement. */
void part_lines(void);
void part_syncs(void);
void part_asks(void);
void part_polled(void);
void part_input_end(void);
