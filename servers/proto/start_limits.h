/* The limits that init's program starts with, as the manifest or the command line says, and proc gives them. */
#pragma once

#include <stdint.h>

enum { START_MEMORY_MAX = 4095, START_PROCESSES_MAX = 511, START_MEMORY_SHIFT = 16 };

/* Of its frames in MiB (RLIMIT_AS), and of its processes (RLIMIT_NPROC), with all that it forks. 0: no limit of its
 * own, it may have all that nobody else was promised. */
struct start_limits {
    uint32_t memory, processes;
};

/* Both as a word of a message. */
static inline uint32_t start_limits_word(struct start_limits limits)
{
    return limits.memory << START_MEMORY_SHIFT | limits.processes;
}

static inline struct start_limits start_limits_of(uint32_t word)
{
    return (struct start_limits){word >> START_MEMORY_SHIFT, word & ((1 << START_MEMORY_SHIFT) - 1)};
}
