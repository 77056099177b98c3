/*
 * A program that starts with limits: it and its children together have that much, and cannot get more.
 *
 * run: --limit-memory 4 --limit-processes 5
 * run: --limit-memory 4 --limit-processes 5 --memory 1200 --smp 2
 */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096, MEMORY = 4 << 20, PROCESSES = 5 };

static int set(int resource, rlim_t value)
{
    return setrlimit(resource, &(struct rlimit){value, value});
}

static bool is(int resource, rlim_t value)
{
    struct rlimit now = {0, 0};

    return IS(getrlimit(resource, &now), 0) && HOLDS(now.rlim_cur == value && now.rlim_max == value);
}

static int sleeps(void)
{
    for (;;)
        sleep(1000);
}

static bool are_known(void)
{
    return is(RLIMIT_AS, MEMORY) && is(RLIMIT_NPROC, PROCESSES);
}

static bool are_not_raised(void)
{
    return FAILS(set(RLIMIT_AS, MEMORY + PAGE), EPERM) && FAILS(set(RLIMIT_NPROC, PROCESSES + 1), EPERM) && are_known();
}

/* Nearly all of it is left for pages; what is mapped can be written. */
static bool memory_is_bound(void)
{
    char *area = mmap(NULL, MEMORY * 3 / 4);
    bool good = HOLDS(area != MAP_FAILED) && FAILS(mmap(NULL, MEMORY / 4), ENOMEM);

    for (char *at = area; good && at < area + MEMORY * 3 / 4; at += PAGE)
        *at = 1;
    return IS(munmap(area, MEMORY * 3 / 4), 0) && good;
}

static int has_the_same(void)
{
    return are_known() && memory_is_bound() ? 0 : 1;
}

static bool children_share_them(void)
{
    return IS(child_run(has_the_same), EXITED(0));
}

static bool processes_are_bound(void)
{
    pid_t others[PROCESSES - 1];
    bool good = true;

    for (int i = 0; i < PROCESSES - 1; i++)
        others[i] = child_start(sleeps);
    good = FAILS(fork(), EAGAIN);
    for (int i = 0; i < PROCESSES - 1; i++)
        good = IS(child_kill(others[i]), SIGKILL) && good;
    return good;
}

static int lowers(void)
{
    return HOLDS(set(RLIMIT_AS, MEMORY / 4) == 0) && HOLDS(set(RLIMIT_NPROC, 2) == 0) && is(RLIMIT_AS, MEMORY / 4) ? 0
                                                                                                                   : 1;
}

static bool are_lowered_below(void)
{
    return IS(child_run(lowers), EXITED(0)) && are_known();
}

int main(void)
{
    static const struct tap_point points[] = {
        {"the limits are those that the program was started with", are_known},
        {"no program raises it", are_not_raised},
        {"memory within the limit is available, and no more", memory_is_bound},
        {"children share it", children_share_them},
        {"the limit of processes holds", processes_are_bound},
        {"a child may lower it for itself", are_lowered_below},
    };

    return TAP_RUN(points);
}
