/* init, run once on the machine of init_machine.h, and what it has done there. */
#pragma once

#include "tests/server/init_machine.h"

/* Until init's thread can go on no more, or `next`, by which it and its supervisor receive, calls run_ends(). */
void run_init(bool (*next)(struct server_message *message));
_Noreturn void run_ends(void);

/* The same of a function of it, such as its supervisor's. */
void run_to_end(void (*function)(void), bool (*next)(struct server_message *message));

/* The same with that command line; nothing is received. */
void run_command(const char *command);

/* The lines from the one that begins so on; there is one. */
const char *lines_from(const char *begin);

/* The text begins, the lines end, as expected. */
void expect_in(const char *text, const char *expected);
void expect_end(const char *expected);

/* What is done first, and what is done last before the program starts. */
#define ARCHIVE "map boot 1: 40000000 rights 1 from boot 8 0, 64\nmap boot 1: 40040000 rights 1 from boot 8 40, 53\n"
#define LOWERED "schedule boot 6: 18 0\n"
