/* The limits of init's program, from the manifest or the command line; proc sets them. */
#pragma once

#include <stdint.h>

enum { START_MEMORY_MAX = 4095, START_PROCESSES_MAX = 511 };

/* Of its frames in MiB (RLIMIT_AS), and of its processes (RLIMIT_NPROC), with all that it forks. 0: no limit of its
 * own, it may have all that nobody else was promised. */
struct start_limits {
    uint32_t memory, processes;
};
