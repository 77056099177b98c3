/*
 * explore WORLD [--workers N] [--seconds S] [--states N] [--statuses] [--as-test FILE]   explores a world
 * explore WORLD --replay NUMBER...                                   replays the events of a counterexample
 * explore WORLD --normal STEPS                                       checks that normalising forgets nothing
 * explore --list | --errors
 *
 * Exit status: 0 for a fixed point with the number of states that the world's description says, 1 for a violation or
 * another number of states, 2 for wrong options, 3 if time or memory did not suffice.
 */
#include "tests/explore/as_test.h"
#include "tests/explore/engine.h"
#include "tests/explore/errors.h"
#include "tests/explore/hardware.h"
#include "tests/explore/store.h"

#include <stdlib.h>
#include <string.h>

enum { GOOD, BAD, USAGE, LIMIT };
enum {
    STATE_BYTES = 3000, /* room for each state, on average */
    LEAST_STATES = 1 << 20,
    MANY_STATES = 1 << 23, /* for a world that has not closed yet */
};

static struct options {
    const struct world *world;
    struct limits limits;
    unsigned normal_steps;
    bool statuses;
    const char *as_test;
    char **numbers; /* the events to replay */
} options;

/* ---------------------------------------------------------------------------------- options */

static int usage(const char *word)
{
    fprintf(stderr, "explore: %s: not understood; the head of tests/explore/main.c describes the options\n", word);
    exit(USAGE);
}

static int list_worlds(void)
{
    for (unsigned i = 0; world_at(i); i++) {
        const struct world *w = world_at(i);
        printf("%s %u %s %s\n", w->name, w->states, w->finds ? "unsound" : w->in_tests ? "tested" : "long", w->what);
    }
    return GOOD;
}

static void read_number(const char *name, const char *text)
{
    char *end;
    double value = strtod(text ? text : "", &end);

    if (!text || *end || end == text || value < 0)
        usage(name);
    if (!strcmp(name, "--workers"))
        options.limits.workers = (unsigned)value;
    else if (!strcmp(name, "--seconds"))
        options.limits.seconds = value;
    else if (!strcmp(name, "--states"))
        options.limits.states = (uint32_t)value;
    else if (!strcmp(name, "--normal"))
        options.normal_steps = (unsigned)value;
    else
        usage(name);
}

static void read_options(char **words)
{
    for (; *words; words++) {
        if (!strcmp(*words, "--replay")) {
            options.numbers = words + 1;
            return;
        }
        if (!strcmp(*words, "--progress"))
            options.limits.progress = true;
        else if (!strcmp(*words, "--statuses"))
            options.statuses = true;
        else if (!strcmp(*words, "--as-test"))
            options.as_test = *++words ? *words : (usage("--as-test"), NULL);
        else
            read_number(words[0], words[1]), words++;
    }
}

/* ---------------------------------------------------------------------------------- results */

static void print_statuses(const struct counts *counts)
{
    for (unsigned call = 0; call < SYS_COUNT; call++)
        for (unsigned error = 0; error < ERRORS; error++)
            if (counts->statuses[call][error])
                printf("status %s %s %llu\n", call_names[call], error_names[error],
                       (unsigned long long)counts->statuses[call][error]);
}

static void print_counterexample(const struct result *result)
{
    static uint32_t numbers[PATH_EVENTS];
    static struct event events[PATH_EVENTS];
    unsigned count = engine_path(result, numbers);

    for (unsigned i = 0; i < count; i++)
        events[i] = event_of_number(numbers[i]);
    if (engine_replay(events, count, false) != VIOLATES)
        snprintf(violation_text, sizeof violation_text, "%s, which a replay does not show", result->violation);
    printf("violation: %s\ncounterexample of %u events:\n", violation_text, count);
    engine_replay(events, count, true);
    printf("to replay: scripts/explore --world %s --replay", world->name);
    for (unsigned i = 0; i < count; i++)
        printf(" 0x%x", numbers[i]);
    printf("\n");
    if (options.as_test && !as_test_write(options.as_test, violation_text, events, count))
        fprintf(stderr, "explore: %s cannot be written\n", options.as_test);
}

static int judge(const struct result *result)
{
    const char *const outcomes[] = {"a fixed point", "a violation", "not finished"};
    const struct counts *c = &result->counts;

    printf(
        "%s: %u states, %llu transitions, %llu of them refused, depth %u, %.1f s, %.1f s of processors, %.0f bytes a "
        "state: %s\n",
        world->name, result->states, (unsigned long long)c->transitions, (unsigned long long)c->refused, result->depth,
        result->seconds, result->processor_seconds, (double)store_bytes() / result->states, outcomes[result->outcome]);
    if (options.statuses)
        print_statuses(c);
    if (result->outcome == VIOLATED) {
        print_counterexample(result);
        return BAD;
    }
    if (result->outcome == UNFINISHED)
        return LIMIT;
    bool good = errors_shown_by_world(c), same = !world->states || world->states == result->states;
    if (!same)
        printf("%s has %u states, not %u\n", world->name, result->states, world->states);
    return good && same ? GOOD : BAD;
}

/* ---------------------------------------------------------------------------------- commands */

static int replay(void)
{
    static struct event events[PATH_EVENTS];
    unsigned count = 0;

    for (char **word = options.numbers; *word && count < PATH_EVENTS; word++) {
        char *end;
        uint32_t number = (uint32_t)strtoul(*word, &end, 0);
        if (*end || end == *word || number >> 24 >= kernel.cpu_count)
            usage(*word);
        events[count++] = event_of_number(number);
    }
    switch (engine_replay(events, count, true)) {
    case SOUND:
        return GOOD;
    case VIOLATES:
        printf("violation: %s\n", violation_text);
        return BAD;
    default:
        printf("an event is not possible in the state before it\n");
        return USAGE;
    }
}

static int check_normal(void)
{
    if (engine_check_normal(options.normal_steps)) {
        printf("%s: %u random steps give the same states, normalised or not\n", world->name, options.normal_steps);
        return GOOD;
    }
    printf("%s: %s\n", world->name, *violation_text ? violation_text : "normalising forgets something");
    return BAD;
}

static int explore(void)
{
    struct result result;

    engine_explore(&options.limits, &result);
    return judge(&result);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        usage("no world");
    if (!strcmp(argv[1], "--list"))
        return list_worlds();
    if (!strcmp(argv[1], "--errors"))
        return errors_are_all_shown() ? GOOD : BAD;
    options.world = world_named(argv[1]);
    if (!options.world)
        usage(argv[1]);
    options.limits =
        (struct limits){.workers = 2, .states = options.world->states ? 2 * options.world->states : MANY_STATES};
    read_options(argv + 2);
    if (options.limits.states < LEAST_STATES)
        options.limits.states = LEAST_STATES;
    options.limits.bytes = (uint64_t)options.limits.states * STATE_BYTES;
    engine_begin(options.world, &options.limits);
    if (options.numbers)
        return replay();
    return options.normal_steps ? check_normal() : explore();
}
