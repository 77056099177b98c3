/*
 * The end of the machine. Its last log line says how the program ended:
 *     init: NAME exited with status N
 */
#pragma once

#include "libuser/ipc/ipc.h"

enum {
    STATUS_FAILED = 125, /* a server died, or the system could not be built */
    STATUS_NOT_STARTED = 126,
    STATUS_NOT_FOUND = 127,
};

/* The exit device at 0xf4, then port 0x8900; then this thread stops. */
_Noreturn void end_machine(uint32_t status);

/* The same, but it returns where there is no exit device: the machine goes on. */
void end_machine_if_asked_to(uint32_t status);

/* Before there is anything to report to: `init: WHY` and the end. Main thread only. */
_Noreturn void end_failed(const char *why);

/* Ends as above if a system call failed that cannot fail but by a mistake of ours. */
void end_unless(err_t err, const char *what);
