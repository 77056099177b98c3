/* exit, wait and kill of programs for xv6: statuses are whole, in the waiter's form. */
#include "libuser/xv6/types.h"

#include "libuser/xv6/user.h"

#include "tests/system/programs/tap.h"

#include <stddef.h>

int main(void);

/* waitpid() of the standard library, for a parent that is a standard program. */
int standard_waitpid(int pid, int *status, int options) __asm__("waitpid");

static const int codes[] = {0, 1, -1, 255, 256, 1000, 0x7fffffff, -0x7fffffff - 1};
enum { CODES = sizeof(codes) / sizeof(codes[0]) };

static int start(int code)
{
    int child = fork();

    if (child == 0)
        exit(code);
    return child;
}

static bool whole_status(void)
{
    bool good = true;

    for (int i = 0; i < CODES; i++) {
        int status = 77, child = start(codes[i]);
        good = IS(wait(&status), child) && IS(status, codes[i]) && good;
        child = start(codes[i]);
        good = IS(waitpid(child, &status, 0), child) && IS(status, codes[i]) && good;
    }
    return good;
}

static bool parent_of_the_other_world(void)
{
    bool good = true;

    for (int i = 0; i < CODES; i++) {
        int status = 77, child = start(codes[i]);
        good = IS(standard_waitpid(child, &status, 0), child) && IS(status, (codes[i] & 0xff) << 8) && good;
    }
    return good;
}

static int start_spinner(void)
{
    int child = fork();

    if (child == 0)
        for (;;)
            ;
    return child;
}

static int start_faulting(void)
{
    int child = fork();

    if (child == 0)
        *(volatile int *)0 = 1;
    return child;
}

static bool killed(void)
{
    int status = 77, child = start_spinner();
    bool good = IS(kill(child), 0) && IS(wait(&status), child) && IS(status, -1);

    child = start_spinner();
    good = IS(kill(child), 0) && IS(standard_waitpid(child, &status, 0), child) && IS(status, 9) && good;
    child = start_faulting();
    return IS(wait(&status), child) && IS(status, -1) && good;
}

static bool without_status(void)
{
    int child = start(5);
    bool good = IS(wait(), child) && IS(wait(), -1);

    child = start(6);
    return IS(wait((int *)NULL), child) && IS(wait((int *)NULL), -1) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"wait reports exit's whole argument", whole_status},
        {"a standard program gets the status of an xv6 child in its own form", parent_of_the_other_world},
        {"-1 for a killed child", killed},
        {"a parent that does not ask for the status", without_status},
    };
    exit(TAP_RUN(points));
}
