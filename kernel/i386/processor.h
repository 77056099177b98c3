/*
 * What happens before paging, on processors of all ages: the kernel's segments have a base by which
 * its addresses are right already, and its code for this is compiled for the 486.
 */
#pragma once

#include <stdbool.h>

/* The log's serial port. */
void log_init(void);

/* Whether what is logged is seen on the screen: until somebody else has it, and at the end. */
extern bool log_shows;

/* The machine ends here, with a line in the log, if the processor lacks what the kernel needs. */
void processor_check(void);

_Noreturn void machine_off(void);
