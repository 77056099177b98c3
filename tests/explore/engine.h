/*
 * The search: in every state that was found, every event that may happen happens, from a copy of the state; what comes
 * of it is checked (checks.h), and kept if it is new; until nothing new comes, which is the fixed point, or something
 * must not be, which is a violation. Breadth first, so a counterexample is about as short as there is one.
 */
#pragma once

#include "tests/explore/events.h"

struct limits {
    unsigned workers;
    double seconds;  /* 0: none */
    uint32_t states; /* that there is room for */
    uint64_t bytes;
    bool progress; /* a line on stderr now and then */
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
    uint32_t state, event; /* the violation's: from that state by that event, or EVENT_NONE */
};
#define EVENT_NONE 0xffffffffu

/* The first state: exits if the world cannot be made. */
void engine_begin(const struct world *world, const struct limits *limits);
void engine_explore(const struct limits *limits, struct result *result);

/* Lets the events happen one after the other from the first state, with all checks, and prints each with the state
 * after it. violation_text says what is wrong if something is. */
enum replayed { SOUND, VIOLATES, IMPOSSIBLE };
enum replayed engine_replay(const struct event *events, unsigned count, bool print);

/* The numbers of events that lead to the violation, without those that are not needed for one; returns how many. */
enum { PATH_EVENTS = 4096 };
unsigned engine_path(const struct result *result, uint32_t numbers[PATH_EVENTS]);

/* Is what normalising forgets of no consequence? Random steps from states that never were normalised, and the same from
 * normalised ones: each pair must be the same state once both are. True if all were. */
bool engine_check_normal(unsigned steps);
