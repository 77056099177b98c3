/* Events: what can happen in a world. Each has a number, by which a counterexample names it. */
#pragma once

#include "tests/explore/world.h"

#include <stdio.h>

enum event_kind {
    EVENT_CALL,      /* the running thread's system call */
    EVENT_FAULT,     /* the running thread faults at address ebx */
    EVENT_USE_FPU,   /* the running thread uses the FPU */
    EVENT_WRITE,     /* the running thread writes to the page at ebx, if it is mapped writable */
    EVENT_OVERWRITE, /* the running thread writes to the message page of the ebx-th other thread of its task */
    EVENT_STEP,      /* a processor that is between two steps takes the next one */
    EVENT_STALE,     /* a processor finds that the thread it runs has been destroyed */
    EVENT_RESCHEDULE,
    EVENT_TICK,
    EVENT_INTERRUPT, /* of line ebx, on processor 0 */
    EVENT_KINDS
};

struct event {
    uint8_t kind, cpu;
    uint8_t call;       /* SYS_... */
    uint8_t send, open; /* of messages: indices into sends and opens of struct world */
    uint8_t names;      /* of replies: the number of the caller, see struct world */
    uint32_t eax, ebx, esi, edi, ebp;
};

/* The first of the four words of every call, and of every reply. */
enum { CALL_WORD = 11, REPLY_WORD = 21 };

/* The caller that a message page names. A name that an event writes into the page is removed afterwards, so that states
 * do not differ by it. */
struct named {
    ref_t caller;
    uint32_t call_number;
};

/* Builds the list of all events of the world for one processor; returns how many there are. */
unsigned events_build(void);

/* Event number `index` of the list, on a processor; and the number by which counterexamples name it. */
struct event event_at(unsigned index, unsigned cpu);
static inline uint32_t event_number(unsigned index, unsigned cpu)
{
    return cpu << 24 | index;
}
static inline struct event event_of_number(uint32_t number)
{
    return event_at(number & 0xffffff, number >> 24);
}

/* Whether the event is possible in the state that the arena holds. */
bool event_is_possible(const struct event *event);

/* Applies the event. Returns the thread that its processor runs afterwards, or null. */
struct thread *event_happen(const struct event *event);

/* Whom the last event was to reply to. A reply_wait replies to the caller that its thread serves, whatever the page
 * names. */
extern struct named event_named;

/* The same for an event that has not happened yet: a message of that thread. */
struct named event_name(const struct event *event, const struct thread *thread);

static inline bool event_is_call(const struct event *event, unsigned call)
{
    return event->kind == EVENT_CALL && event->call == call;
}

/* The messages that are sent: call, reply, reply_wait. */
static inline bool event_is_message(const struct event *event)
{
    return event->kind == EVENT_CALL && event->call <= SYS_ipc_reply;
}

void event_print(FILE *out, const struct event *event);

extern const char *const error_names[]; /* of 0, -1, ... */
enum { ERRORS = 15 };
