/* Runs init once on the machine of init_machine.h, and compares what it has done there. */
#pragma once

#include "tests/server/init_machine.h"

/* Runs until init's thread cannot continue, or until `next`, with which init and its supervisor receive, calls
 * run_ends(). */
void run_init(bool (*next)(struct server_message *message));
_Noreturn void run_ends(void);

/* The same for a function of init, such as its supervisor's. */
void run_to_end(void (*function)(void), bool (*next)(struct server_message *message));

/* The same with that command line; no message is received. */
void run_command(const char *command);

/* The lines from the one that begins so; there must be one. */
const char *lines_from(const char *begin);

/* Checks that the text begins, or that the lines end, as expected. */
void expect_in(const char *text, const char *expected);
void expect_end(const char *expected);

/* The lines at the start, and the lines before the program starts. */
#define ARCHIVE "map boot 1: 40000000 rights 1 from boot 8 0, 64\nmap boot 1: 40040000 rights 1 from boot 8 40, 53\n"
#define LOWERED "schedule boot 6: 18 0\n"
