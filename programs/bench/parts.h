/* The parts of bench_server, and functions that they share. Every error ends the program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SETTLED = 100000 /* us */ };

/* The bench's plugin starts to count anew here. */
void part_begins(void);

/* Begins just after a tick, and after all output has left the port, so that neither is in the part by chance. */
void part(const char *name);

void check(bool good, const char *what);

/* A child that calls `run` and ends with 0; and its end with that status. */
pid_t child_begins(void (*run)(void));
void child_ends(pid_t child, int expected);
void in_child(void (*run)(void));

/* For children. */
void nothing(void);
void sleep_long(void);
void sleep_shortly(void);

/* file_parts.c: many open and mapped files. */
void part_files(void);
void part_cut(void);
void part_lent(void);
void part_locks(void);

/* A crowd: this many children call the same function; all end with that status. */
enum { CROWD = 200 };
void crowd_begins(void (*run)(void));
void crowd_ends(int expected);
void crowd_is_killed(void);
void crowd_is_there(void); /* tells the typist to type */

/* crowds.c: parts in which an event concerns 200 processes. The last one needs control-C, after it has announced the
 * crowd. */
void part_futex(void);
void part_alarms(void);
void part_handlers(void);
void part_interrupt(void);

/* pipe_crowds.c: 200 wait at one pipe, to read, to write, or in poll. */
void part_readers(void);
void part_writers(void);
void part_polls(void);

/* console_crowds.c: 200 write unfinished lines, wait for a sync, read in turn; poll the console, and read a typed line;
 * read a pipe that ends. */
void part_lines(void);
void part_syncs(void);
void part_asks(void);
void part_polled(void);
void part_input_end(void);
