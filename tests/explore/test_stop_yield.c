/*
 * A thread that is stopped from another processor, and yields before its own processor is notified, does not become
 * ready (T3). Found by scripts/explore in the world two.
 */
#include "tests/explore/as_test.h"

static const struct event events[] = {
    /* processor 0: thread_stop slot 4 (0x0, 0x0, 0x0, 0x0) */
    {.kind = EVENT_CALL, .call = SYS_thread_stop, .eax = 0x40013},
    /* processor 1: thread_yield slot 0 (0x0, 0x0, 0x0, 0x0) */
    {.kind = EVENT_CALL, .cpu = 0x1, .call = SYS_thread_yield, .eax = 0x17},
};

int main(void)
{
    return as_test_run("two", events, 2);
}
