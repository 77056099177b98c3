#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

static struct cached cached[CPU_MAX]; /* what the TLBs hold before each event */

/* Every entry into the kernel returns "the thread to run": it must be what its processor runs. */
static void check_next(const struct event *event, const struct thread *next)
{
    bool between = pending.between_steps >> event->cpu & 1;

    if (next != (between ? NULL : thread_on(event->cpu)))
        violation("the thread to run is not the one that the processor runs");
}

void checks_prepare(void)
{
    seen_prepare();
    processors_fill_tlbs();
    for (unsigned i = 0; i < CPU_MAX; i++)
        cached[i] = processors[i].cached;
}

void checks_before(const struct event *event)
{
    seen_begin(event);
    check_errors_before(event);
    for (unsigned i = 0; i < CPU_MAX; i++)
        processors[i].cached = cached[i];
}

void checks_after(const struct event *event, const struct thread *next)
{
    check_next(event, next);
    check_errors_are_deserved(event);
    processors_check();
    check_authority_only_comes_from_authority(event);
    check_promises(event);
    check_replies(event);
    check_words_arrive(event);
    check_signals_arrive(event);
    check_turns(event);
}
