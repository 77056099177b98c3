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

/* Writes to the exit device at 0xf4, then to port 0x8900; then stops this thread. */
_Noreturn void end_machine(uint32_t status);

/* The same, but returns if there is no exit device: the machine continues. */
void end_machine_if_asked_to(uint32_t status);

/* Before there is a supervisor: logs `init: WHY` and ends the machine. Main thread only. */
_Noreturn void end_failed(const char *why);

/* Ends the machine in this way if a system call failed, which can only be a mistake of ours. */
void end_unless(err_t err, const char *what);
