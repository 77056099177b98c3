/*
 * The kernel, mem, the console and the file server as the process server sees them. Each call of the server becomes a
 * line with all its arguments; a test compares the lines with those that it expects. Names in the lines:
 *
 *      t3 r3 h3        task, thread and handler of the process with index 3
 *      3/1             the badge with that index and generation
 *      f2              the frame in the third slot for frames
 *
 * The test decides whether a line is right. The machine itself checks only three things. A copy, a clear or an end that
 * mem has begun is continued before any other call for the space; only an end may replace it. A space does not end
 * while its thread may run. The file server gets calls only for processes that it knows.
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

enum { MACHINE_ARCHIVE = 0x40000000, MACHINE_ARCHIVE_PAGES = 2 * CALL_PAGES_MAX + 2, MACHINE_CLOCK_BYTES = 16 };

struct machine_fatal_fault {
    uint32_t space, address, why;
};

extern uint32_t machine_ticks;
extern uint32_t machine_stack;      /* the esp of every thread that is read */
extern bool machine_fpu_is_used;    /* by all threads, or by none */
extern uint32_t machine_stranger;   /* the process that has no shared segment */
extern bool machine_is_in_call;     /* every thread that is read */
extern bool machine_awaits_console; /* every client awaits the console, for something that is not interrupted */
extern bool machine_lacks_vdso;     /* until the test sets it again */

/* The real-time clock's bytes, by index. */
extern uint8_t machine_clock[MACHINE_CLOCK_BYTES];

/* The fatal faults that mem has not reported yet, the first one first. */
extern const struct machine_fatal_fault *machine_fatal_faults;
extern uint32_t machine_fatal_faults_count;

/* What the console reports: the reader, 0: nobody; whether it wants ticks. */
extern uint32_t machine_reader;
extern bool machine_wants_ticks;
extern bool machine_interrupts;     /* control-C was typed; reported once */
extern bool machine_has_input;      /* there is input, and somebody polls; reported once */
extern bool machine_console_is_due; /* the console is to ask again */

/* A process with files has one file mapped, from its index times this address on. */
enum { MACHINE_MAPPINGS = 1 << 20 };

/* The file that is executed was written to: its contents are in pages of the file server, numbered from here on, and so
 * many of its bytes can be read. */
enum { MACHINE_COPY_PAGE = 700 };
extern bool machine_copies;
extern uint32_t machine_file_event; /* who is to be woken */
extern bool machine_has_more_events;
extern uint32_t machine_copies_end;

void machine_begin(void);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* Refuses the next `times` calls whose line begins with `line` with that result. */
void machine_refuse(const char *line, int32_t result, uint32_t times);

/* The next `times` forks, clears and ends whose line begins with `line` are done only in part. */
void machine_in_parts(const char *line, uint32_t times);

/* The name of a slot in the lines. */
struct machine_name {
    char text[40];
};
struct machine_name machine_slot_name(uint32_t slot);

/* machine_lines(): the calls since the last time, one line each. machine_add() adds something that a test wants to have
 * among the lines. */
const char *machine_lines(void);
void machine_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The programs: "good" and "large"; "broken", which is refused; a server named "server"; and "huge", which maps more
 * from the file than mem does at once. "foreign" and "hugely" are like "good" and "huge", but need the vdso. */
void machine_archive_make(void);
void machine_archive_choose(void);

/* A program's first page and its bytes; 0 or -ENOENT. */
int32_t machine_archive_find(const char *name, uint32_t found[2]);
