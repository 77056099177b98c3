/*
 * The kernel, mem, the console and the file server as the process server sees them. Each call of the server's is
 * written down in a line, with all that it asks for: a test compares the lines with those that it expects. Things have
 * names there:
 *
 *      t3 r3 h3        task, thread and handler of the process with index 3
 *      3/1             the badge with that index and generation
 *      f2              the frame in the third slot for frames
 *
 * What a line says is right or wrong where it is expected. Here only the order is judged in which mem may be asked of a
 * space: a copy, an emptying and an end that were begun go on before all else, but that an end may come instead; and no
 * space ends whose thread may run; and that the file server is asked only of those whom it knows.
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

enum { MACHINE_ARCHIVE = 0x40000000, MACHINE_ARCHIVE_PAGES = 2 * CALL_PAGES_MAX + 2, MACHINE_CLOCK_BYTES = 16 };

struct machine_fatal_fault {
    uint32_t space, address, why;
};

extern uint32_t machine_ticks;
extern uint32_t machine_stack;      /* the esp of any thread that is read */
extern bool machine_fpu_is_used;    /* by all threads, or by none */
extern uint32_t machine_stranger;   /* the process that has no shared segment */
extern bool machine_is_in_call;     /* any thread that is read */
extern bool machine_awaits_console; /* any client, for something that is not interrupted */
extern bool machine_lacks_vdso;     /* until the test says otherwise */

/* The real-time clock's bytes, by index. */
extern uint8_t machine_clock[MACHINE_CLOCK_BYTES];

/* Fatal faults that mem has still to tell of, the first one first. */
extern const struct machine_fatal_fault *machine_fatal_faults;
extern uint32_t machine_fatal_faults_count;

/* What the console says: who reads, 0: nobody; whether it wants ticks. */
extern uint32_t machine_reader;
extern bool machine_wants_ticks;
extern bool machine_interrupts;     /* control-C was typed: told once */
extern bool machine_has_input;      /* and somebody polls: told once */
extern bool machine_console_is_due; /* it is to ask again */

/* Who has files has one mapped, from its index times that on. */
enum { MACHINE_MAPPINGS = 1 << 20 };

/* What is executed was written to: it is in pages of the file server's, numbered from there on, and so many of its
 * bytes can be read. */
enum { MACHINE_COPY_PAGE = 700 };
extern bool machine_copies;
extern uint32_t machine_file_event; /* who is to be woken */
extern bool machine_has_more_events;
extern uint32_t machine_copies_end;

void machine_begin(void);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* The next `times` calls whose line begins so are refused with that. */
void machine_refuse(const char *line, int32_t result, uint32_t times);

/* The next `times` forks, emptyings and ends whose line begins so are done in part alone. */
void machine_in_parts(const char *line, uint32_t times);

/* What a slot is called in the lines. */
struct machine_name {
    char text[40];
};
struct machine_name machine_slot_name(uint32_t slot);

/* What was called since the last time, a line each; what else a test wants to have among the lines. */
const char *machine_lines(void);
void machine_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Programs: "good" and "large"; "broken", which is refused; a server named "server"; and "huge", of which more
 * comes from the file than mem maps at once. "foreign" and "hugely" are as "good" and "huge", but want the vdso. */
void machine_archive_make(void);
void machine_archive_choose(void);

/* The place of a program: its first page and its bytes; 0 or -ENOENT. */
int32_t machine_archive_find(const char *name, uint32_t place[2]);
