/* Events: what may happen in a world, each with a number by which a counterexample names it. */
#pragma once

#include "tests/explore/world.h"

#include <stdio.h>

enum event_kind {
    EVENT_CALL,      /* the running thread's system call */
    EVENT_FAULT,     /* the running thread faults at address ebx */
    EVENT_USE_FPU,   /* the running thread uses the FPU */
    EVENT_WRITE,     /* the running thread writes to the page at ebx, if it may */
    EVENT_OVERWRITE, /* the running thread writes to the message page of the ebx-th thread of its task, which waits */
    EVENT_STEP,      /* a processor between two steps takes the next one */
    EVENT_STALE,     /* a processor hears that the thread it runs has died */
    EVENT_RESCHEDULE,
    EVENT_TICK,
    EVENT_INTERRUPT, /* of line ebx, at the first processor */
    EVENT_KINDS
};

struct event {
    uint8_t kind, cpu;
    uint8_t call;              /* SYS_... */
    uint8_t send, open, names; /* of messages: which of the world's; whom the answer names */
    uint32_t eax, ebx, esi, edi, ebp;
};

/* The first of the four words of every call, and of every answer. */
enum { CALL_WORD = 11, ANSWER_WORD = 21 };

/* A name that is written into the page is taken away after the event, so that states do not differ by it. */
struct named {
    ref_t caller;
    uint32_t calls;
};

/* All events of the world, of one processor; returns how many there are. */
unsigned events_build(void);

/* Number `index` of them on a processor, and what counterexamples call it. */
struct event event_at(unsigned index, unsigned cpu);
static inline uint32_t event_number(unsigned index, unsigned cpu)
{
    return cpu << 24 | index;
}
static inline struct event event_of_number(uint32_t number)
{
    return event_at(number & 0xffffff, number >> 24);
}

/* Whether it may happen in the state that the arena holds. */
bool event_is_possible(const struct event *event);

/* It happens: the thread that its processor runs afterwards, or null. */
struct thread *event_happen(const struct event *event);

/* Whom the last event was to answer: a reply_wait whom its thread served, whatever the page named. */
extern struct named event_named;

/* The same before the event, which is a message of that thread's. */
struct named event_name(const struct event *event, const struct thread *thread);

static inline bool event_is_call(const struct event *event, unsigned call)
{
    return event->kind == EVENT_CALL && event->call == call;
}

/* Messages that are sent: call, reply, reply_wait. */
static inline bool event_is_message(const struct event *event)
{
    return event->kind == EVENT_CALL && event->call <= SYS_ipc_reply;
}

void event_print(FILE *out, const struct event *event);

extern const char *const error_names[]; /* of -0, -1, ... */
enum { ERRORS = 15 };
