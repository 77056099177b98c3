/* Limits, which a process takes for itself and all that it forks afterwards. */
#pragma once

#define RLIM_INFINITY (~0ull)
#define RLIMIT_NPROC  6 /* processes, the caller included, live or not yet waited for */
#define RLIMIT_AS     9 /* bytes that are promised: pages, and the tables for them */

typedef unsigned long long rlim_t;

struct rlimit {
    rlim_t rlim_cur, rlim_max;
};

/* The limit that is in force, in both members. EINVAL: no such limit; EFAULT. */
int getrlimit(int resource, struct rlimit *limit);

/*
 * Lowers it to `rlim_cur`, which for RLIMIT_AS is rounded down to pages; of `rlim_max` it only matters
 * that it is not less. What the caller has moves out of what it shared until now, and so much is
 * taken out of there, used or not, until the last one under the limit has ended. 0 if it is the limit
 * already. EINVAL: no such limit, rlim_cur is above rlim_max, or the caller holds more now; EPERM: it
 * is more than the limit; ENOMEM: there is not so much left; EAGAIN: 16 limits in each other; EFAULT.
 */
int setrlimit(int resource, const struct rlimit *limit);
