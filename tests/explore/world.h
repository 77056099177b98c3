/*
 * Small worlds to explore: what there is at the beginning, and what may happen.
 *
 * A world's lists are the values that arguments of calls take: every combination is tried in every state. So a list of
 * n values multiplies the events, not the states; what may exist at the same time multiplies those.
 */
#pragma once

#include "tests/model/objects.h"

struct values {
    const uint32_t *values;
    unsigned count;
};
#define LIST(...)                                                                                                      \
    {                                                                                                                  \
        (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)                    \
    }

/* What a message carries, and what its receiver opens: flags of eax, and the message page. */
struct sent {
    uint32_t flags, tag;
    struct item items[IPC_ITEMS];
};
struct opened {
    uint32_t flags, window, window_pages, slots, slots_count;
};
enum { SENDS = 12, OPENS = 4 };

struct world {
    const char *name, *what;
    void (*make)(void);
    uint32_t states; /* that it has: more or fewer are a failure; 0: it has not closed yet */
    bool in_tests;   /* scripts/test explores it */

    /* What a state has beyond what all have. */
    uint32_t priorities; /* bit p: threads may have priority p */
    bool irqs_bound, contents, fpu;
    bool alike;        /* frames of memory are: states that differ by which is which are one */
    const char *finds; /* it is not sound, and this has to be found */

    /* Slots that calls name: below CSPACE_SLOTS, as on the real machine all that 16 bits can say are. */
    struct values calls, signals, parents, deletes, revokes, memories, tasks, destroys, threads, reads, irqs, ports,
        logs, yields;
    /* Arguments. */
    struct values places, other_tables, rights, values, counts; /* derive */
    struct values offsets, pages, addresses, map_rights, sources, origins;
    struct values fills, fill_bytes;
    struct values births, donations, gifts;
    struct values endpoint_places, thread_places, receives, handlers, starts, page_addresses;
    struct values parts, priorities_given, cpus_given; /* threads' state and schedule */
    struct values lines, port_numbers, widths, log_bytes;
    /* What is no call. */
    struct values faults, writes, interrupts, unknown_calls;
    bool receivers;    /* threads that answer and receive */
    bool others_write; /* other threads of a task write to a message page while its thread waits */
    unsigned names;    /* whom an answer names: 0 as its page does, then each thread's present and last call */
    unsigned sends_count, opens_count;
    struct sent sends[SENDS];
    struct opened opens[OPENS];
};

const struct world *world_named(const char *name);
const struct world *world_at(unsigned i); /* null behind the last one */

/* The one that is explored; world_make() makes the arena what it is at the beginning. */
extern const struct world *world;
void world_make(const struct world *which);

/* Each file of worlds has a list that ends with one without a name. */
extern const struct world worlds_caps[], worlds_spaces[], worlds_messages[], worlds_life[], worlds_processors[];

/* From this one on frames began as memory. */
extern uint32_t world_memory;

enum { FIRST_FRAME = OBJECT_FRAMES }; /* those before it are the kernel's */
