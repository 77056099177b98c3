/* Processes with a fatal fault, one that mem could not resolve. */
#pragma once

#include "servers/proc/signals.h"

/* The description of a fault for the process: `why` of the call `interrupted`. */
uint32_t fatal_fault_why(const struct fatal_fault *fault, uint32_t uses_fpu);

/* Asks mem for a process with a fatal fault, which continues in its handler, or is logged and ended. All others are
 * asked for in further steps: work.h. */
void fatal_faults_reap(void);
