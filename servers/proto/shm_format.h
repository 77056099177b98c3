/* Data formats of the calls about named segments. */
#pragma once

#include <stdint.h>

enum {
    SHM_CREATE = 1,      /* make it if there is none of that name */
    SHM_EXCLUSIVE = 2,   /* with SHM_CREATE: there must be none */
    SHM_READ_ONLY = 4,   /* attach it to read alone */
    SHM_OTHERS_READ = 8, /* with SHM_CREATE: all but its maker, and what that forks, may only read */
    SHM_FLAGS = 15,
};

enum {
    SHM_NAME_BYTES = 64,    /* with the zero byte */
    SHM_ATTACHED_MAX = 64,  /* by a process, unless it has set a lower limit */
    SHM_SEGMENTS_MAX = 2048 /* with a name, by all */
};

/* `rights` are those with which one that does not have it yet can attach it: 1: to read, 3: also to write. */
struct shm_status {
    uint32_t pages, holders, rights;
};

/* The name is empty if it was removed; so many of its pages are there, as somebody has touched them. */
struct listed_segment {
    struct shm_status status;
    uint32_t frames;
    char name[SHM_NAME_BYTES];
};
