/* Processes with a fatal fault, one that mem could not resolve. */
#pragma once

#include "servers/proc/signals.h"

/* What the process is told of a fault: `why` of the call `interrupted`. */
uint32_t fatal_fault_why(const struct fatal_fault *fault, uint32_t uses_fpu);

/* Asks mem for one, which goes on in its handler, or is logged and ended, and for all others there are in further
 * steps: work.h. */
void fatal_faults_reap(void);
