/*
 * Small worlds to explore: what a world has at the beginning, and which events are possible in it.
 *
 * The lists of a world are the values that the arguments of calls take: every combination is tried in every state. A
 * longer list multiplies the events, not the states; what can exist at the same time multiplies the states.
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

/* What a message carries, and what its receiver opens: the flags of eax, and the contents of the message page. */
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
    uint32_t states; /* the number it must have when it is closed; 0: it has not closed yet */
    bool in_tests;   /* scripts/test explores it */

    /* What the states of this world differ in, beyond what those of all worlds do. */
    uint32_t priorities; /* bit p: threads may have priority p */
    bool irqs_bound, contents, fpu;
    bool alike; /* frames of memory are interchangeable: states that differ only in which frame is which are merged */
    const char *finds; /* the world is unsound, and this violation must be found */

    /* The slots that calls name. They are below CSPACE_SLOTS, as on the real machine every number of 16 bits is. */
    struct values calls, signals, parents, deletes, revokes, memories, tasks, destroys, threads, reads, irqs, ports,
        logs, yields;
    /* The other arguments of calls. */
    struct values destinations, other_tables, rights, values, counts; /* derive */
    struct values offsets, pages, addresses, map_rights, sources, origins;
    struct values fills, fill_bytes;
    struct values births, donations, gifts;
    struct values endpoint_slots, thread_slots, receives, handlers, starts, page_addresses;
    struct values parts, priorities_given, cpus_given; /* threads' state and schedule */
    struct values lines, port_numbers, widths, log_bytes;
    /* Events that are no calls. */
    struct values faults, writes, interrupts, unknown_calls;
    bool receivers;    /* threads also reply and receive */
    bool others_write; /* other threads of a task write to the message page of a thread that waits */
    /* The highest number of a caller in a reply: 0 is the caller in its page; the other numbers are each thread's
     * present and previous call. */
    unsigned names;
    unsigned sends_count, opens_count;
    struct sent sends[SENDS];
    struct opened opens[OPENS];
};

const struct world *world_named(const char *name);
const struct world *world_at(unsigned i); /* null after the last one */

/* The world that is explored. world_make() sets up the arena as it is at the beginning. */
extern const struct world *world;
void world_make(const struct world *which);

/* Each file of worlds has a list, which ends with an entry without a name. */
extern const struct world worlds_caps[], worlds_spaces[], worlds_messages[], worlds_life[], worlds_processors[];

/* The first frame that is memory at the beginning; those after it are, too. */
extern uint32_t world_memory;

enum { FIRST_FRAME = OBJECT_FRAMES }; /* the frames before it are the kernel's */
