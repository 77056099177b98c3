/* The description of a process in the reply to proc's call `list`. */
#pragma once

#include <stdint.h>

enum listed_state {
    LISTED_NEW,
    LISTED_RUNS,
    LISTED_SLEEPS,
    LISTED_WAITS,
    LISTED_FORKS,
    LISTED_EXECS,
    LISTED_EXITING,
    LISTED_ZOMBIE
};
enum { LISTED_NAME_BYTES = 64 };

struct listed_process {
    uint32_t pid, parent, group;
    uint32_t state;               /* enum listed_state; one that waits for another server's reply runs */
    uint32_t space;               /* by which mem knows it */
    char name[LISTED_NAME_BYTES]; /* of its program, with its zero byte; empty for a zombie */
};
