/*
 * The search. In every known state each possible event happens, to a copy of the state; the resulting state is checked
 * (checks.h), and kept if it is new. This goes on until there are no new states, which is the fixed point, or until a
 * check fails, which is a violation. The search is breadth first, so a counterexample is about as short as possible.
 */
#pragma once

#include "tests/explore/events.h"

struct limits {
    unsigned workers;
    double seconds;  /* 0: no limit */
    uint32_t states; /* how many there is room for */
    uint64_t bytes;
    bool progress; /* prints progress to stderr */
};

enum outcome { CLOSED, VIOLATED, UNFINISHED };

struct counts {
    uint64_t transitions, refused, kills, runs;
    uint64_t statuses[SYS_COUNT + 1][ERRORS]; /* of calls that returned at once */
};

struct result {
    enum outcome outcome;
    uint32_t states, expanded, depth;
    double seconds, processor_seconds;
    struct counts counts;
    char violation[300];
    uint32_t state, event; /* of the violation: it is found from that state by that event, or EVENT_NONE */
};
#define EVENT_NONE 0xffffffffu

/* Makes the first state; exits if the world cannot be made. */
void engine_begin(const struct world *world, const struct limits *limits);
void engine_explore(const struct limits *limits, struct result *result);

/* Replays the events from the first state, with all checks. With `print`, prints each event and the state after it. If
 * the result is VIOLATES, violation_text describes the violation. */
enum replayed { SOUND, VIOLATES, IMPOSSIBLE };
enum replayed engine_replay(const struct event *events, unsigned count, bool print);

/* The numbers of the events that lead to the violation, without the unnecessary ones; returns how many. */
enum { PATH_EVENTS = 4096 };
unsigned engine_path(const struct result *result, uint32_t numbers[PATH_EVENTS]);

/* Checks that normalising forgets nothing that matters: takes the same random steps from states that were never
 * normalised and from normalised ones. After each step both must be the same state once they are normalised. True if
 * they always were. */
bool engine_check_normal(unsigned steps);
