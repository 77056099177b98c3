/* Parts of bench_server, and what they are made of. Whatever goes wrong ends the program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SETTLED = 100000 /* us */ };

/* Here the plugin of the bench counts anew. */
void part_begins(void);

/* Begins with a tick, and when all that was written has left the port: so neither is in the stretch by chance. */
void part(const char *name);

void check(bool good, const char *what);

/* A child that ends with 0 when it has run that; it has ended with that status. */
pid_t child_begins(void (*run)(void));
void child_ends(pid_t child, int expected);
void in_child(void (*run)(void));

/* What a child runs. */
void nothing(void);
void sleep_long(void);
void sleep_shortly(void);

/* file_parts.c: much that is open and mapped. */
void part_files(void);
void part_cut(void);
void part_lent(void);
void part_locks(void);

/* As many of them, which run the same; all end with that status. */
enum { CROWD = 200 };
void crowd_begins(void (*run)(void));
void crowd_ends(int expected);
void crowd_is_killed(void);
void crowd_is_there(void); /* tells who types that it is time to */

/* crowds.c: parts in which one thing is for 200 processes. The last wants control-C, when it has said that all are
 * there. */
void part_futex(void);
void part_alarms(void);
void part_handlers(void);
void part_interrupt(void);

/* pipe_crowds.c: as many wait at one pipe, to read, to write, in poll. */
void part_readers(void);
void part_writers(void);
void part_polls(void);

/* console_crowds.c: as many write lines that do not end, wait for a sync, read behind; poll the console, and want a
 * line that is typed; read a pipe that ends. */
void part_lines(void);
void part_syncs(void);
void part_asks(void);
void part_polled(void);
void part_input_end(void);
