/*
 * The kernel's real core on three processors. Each has random events of the thread that it runs, and interrupts that
 * others sent, which arrive now or later; between two steps of a long call the others continue, and may do anything.
 * Whenever the lock is released, each processor's translations are compared with its space, and a processor that must
 * do something else has an interrupt on its way; the audit walks everything meanwhile. At the end of each run every
 * frame must be memory again.
 *
 *      test_smp_random [STEPS [SEED]]      more steps, another sequence; 0 steps are one run
 *
 * A failure names the seed of its run.
 * defines: HOST_STEP_NODES=4 HOST_CPU_MAX=4 HOST_TABLE_BITS=5
 * sources: kernel-core tests/host/kernel_world.c tests/host/smp_run.c tests/host/random_calls.c
 * sources: tests/model/processors.c tests/model/invariants.c
 */
#include "tests/host/check.h"
#include "tests/host/random_calls.h"
#include "tests/host/smp_run.h"

#include <sanitizer/common_interface_defs.h>
#include <signal.h>

enum {
    STEPS = 600000,
    RUN = 2000, /* steps after which a run ends */
};

static struct {
    unsigned long seed, runs;
} counts;

static void say_how_to_repeat(void)
{
    fprintf(stderr, "step %lu of run %lu; again: test_smp_random 0 %lu\n", smp_counts.steps, counts.runs, counts.seed);
}

static void on_abort(int number)
{
    (void)number;
    say_how_to_repeat();
}

static bool always(void)
{
    return true;
}

static void run(unsigned long seed)
{
    counts.seed = seed;
    counts.runs++;
    random_state = seed * 0x9e3779b97f4a7c15u;
    smp_run(RUN, always);
}

int main(int count, char **words)
{
    unsigned long steps = count > 1 ? strtoul(words[1], NULL, 0) : STEPS;
    unsigned long seed = count > 2 ? strtoul(words[2], NULL, 0) : 1;

    signal(SIGABRT, on_abort);
    __sanitizer_set_death_callback(say_how_to_repeat);
    do
        run(seed + counts.runs);
    while (smp_counts.steps < steps);
    if (smp_counts.steps >= STEPS)
        random_calls_check();
    printf(
        "test_smp_random: %lu steps in %lu runs from seed %lu, %lu calls left between steps, %lu events in others'\n",
        smp_counts.steps, counts.runs, seed, smp_counts.left, smp_counts.nested);
}
