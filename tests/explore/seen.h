/* What is known of the state before an event: all capabilities and mappings, and what each thread was doing. */
#pragma once

#include "kernel/ipc/endpoint.h"
#include "tests/explore/events.h"

struct capability {
    ref_t slot;
    uint32_t task, index, object, value;
    uint8_t rights, depth;
    bool bound;    /* not in a table, but a thread's endpoint or handler, or the endpoint of an interrupt line */
    bool revoking; /* its tree is being revoked */
};

struct page {
    ref_t node;
    uint32_t task, address, frame;
    uint8_t rights, depth;
};

struct authority {
    unsigned capabilities_count, pages_count;
    struct capability capabilities[64];
    struct page pages[96];
};

/* A thread, as it was before the event. */
struct before {
    ref_t ref, peer, call_slot;
    uint32_t task, call_number, fault_address, page_address;
    uint8_t state, restarting, reaping, faulting;
    ref_t cpu;
    uint8_t priority, patience;
    uint8_t position; /* in the queue: 0 is the first */
    struct registers registers;
    uint32_t window, window_pages, slots, slots_count, tag, word; /* of its message page */
    struct named named;
};

struct seen {
    struct authority authority;
    struct frame records[ARENA_FRAMES];
    unsigned threads_count;
    struct before threads[16];
    unsigned endpoints_count;
    struct {
        ref_t ref;
        uint32_t bits; /* signals that wait */
    } endpoints[16];
    bool any_ready;
    int top[CPU_MAX]; /* cpu_ready_top() */
    uint32_t quantum_over[CPU_MAX];
    ref_t acting; /* the thread that the event's processor runs, or 0 */
    uint32_t acting_task;
    bool others_work; /* a step of a restarted call, or of destruction, may be taken in any event */
};
extern struct seen seen;

/* seen_prepare() looks at the state in the arena; seen_begin() sets who acts, for each event from that state. */
void seen_prepare(void);
void seen_begin(const struct event *event);

void authority_collect(struct authority *authority);
const struct before *seen_thread(ref_t ref); /* or null */

static inline uint32_t object_of(const struct capability *capability)
{
    return capability->object & SLOT_OBJECT;
}

static inline bool is_memory(const struct capability *capability)
{
    return (capability->object & 0xff) == SLOT_MEMORY;
}
