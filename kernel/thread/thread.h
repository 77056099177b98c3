/*
 * Threads. A thread has no kernel stack: its user registers are saved straight into it, and what it
 * waits for is in its state.
 *
 *      state                   where its link is             peer
 *      THREAD_STOPPED          nowhere                       -
 *      THREAD_READY            its cpu's queue               -
 *      THREAD_RUNNING          nowhere                       -
 *      THREAD_RECEIVING        its endpoint's receivers      -
 *      THREAD_CALLING          the endpoint's callers        -
 *      THREAD_AWAITING_REPLY   nowhere                       the thread that serves it
 *      THREAD_REPLY_DEFERRED   the owed list of a task       the task that owes it a reply
 *      THREAD_DEAD             kernel.destroying             -
 *
 *   T1  state and link agree with the table; `peer` means something only while AWAITING_REPLY and REPLY_DEFERRED
 *   T2  `call_number` grows with each call that is delivered, so a reply to an earlier one is refused;
 *       it begins beyond that of every dead thread, whose cell this may have
 *   T3  a thread with `stopped` set is not ready: it becomes THREAD_STOPPED instead, a running one when it
 *       stops or its processor notices it, and its long call ends
 *   T4  `direct` is `cpu` + `priority` if the thread may be switched to without the scheduler, else 0
 *       (it uses the FPU, is stopped, is to move, was written to); while it waits for the answer to a fault,
 *       with DIRECT_FAULTING the other way round: so it is far from all that can be switched to
 *   T5  `cpu` is `home`, if it has one, but for a thread that was moved while it ran, until it next
 *       becomes ready
 *   T6  `serving` is the thread that awaits the reply of this one, or 0: whose message it received last,
 *       until that is answered or this one waits for another message, dies, or can receive no more
 *   T7  a thread that waits and whose `direct` is not 0 came by a system call: it goes on as from one, with words in
 *       registers. One that was written to goes on with all that was set
 *
 * A stopped thread has not been started, was stopped, or has nobody to hear of its fault.
 *
 * Threads lie four to a frame, so that a reference from user space is checked by its alignment and
 * the frame's kind; a cell that is free is all zero, so it waits for nothing.
 */
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/lib/link.h"

enum { THREAD_SHIFT = 10, NEW_PATIENCE = 3 };
#define DIRECT_FAULTING 0x80000000u

/* clang-format off */
enum thread_state {
    THREAD_STOPPED, THREAD_READY, THREAD_RUNNING, THREAD_RECEIVING, THREAD_CALLING, THREAD_AWAITING_REPLY,
    THREAD_REPLY_DEFERRED, THREAD_DEAD
};
/* clang-format on */

struct thread {
    struct object object;
    struct link link;
    ref_t task;
    ref_t peer;
    ref_t serving;
    ref_t page;           /* its message page */
    ref_t cpu;            /* its struct cpu: in whose queue it is, where it runs */
    ref_t home;           /* where it becomes ready; 0: on the processor that makes it so */
    uint32_t call_number; /* of its last delivered call */
    uint32_t direct;
    uint8_t state, priority;
    uint8_t stopped : 1, written : 1; /* since it waits: T7 */
    uint8_t faulting;                 /* what it waits for is the answer to a fault, not to a call */
    uint8_t restarting;               /* its call is not finished: run it again when chosen */
    uint8_t reaping;                  /* it goes on when kernel.destroying is empty */
    uint8_t uses_fpu;
    uint8_t patience; /* ticks that it lets pass as the first of its queue, while it is new: 0
                       * once a tick has found it running */
    struct registers registers;
    uint32_t badge;        /* THREAD_CALLING: of the capability it called with */
    ref_t through;         /* THREAD_CALLING: that capability's slot */
    ref_t revoking;        /* the root whose NODE_REVOKING this thread has set, or 0 */
    struct link bound;     /* to a leaf: its unfinished call works with a slot there */
    ref_t works_with;      /* that slot, or 0: it was emptied */
    uint32_t page_address; /* of its message page in its space */
    uint32_t fault_address;
    struct slot receives; /* the endpoint it receives from */
    struct slot handler;  /* the endpoint that hears of its faults */
    uint8_t fpu[FPU_BYTES] __attribute__((aligned(16)));
};
ALWAYS_INLINE struct thread *thread_of_link(ref_t link)
{
    return AT(struct thread, link - offsetof(struct thread, link));
}

ALWAYS_INLINE struct message_page *thread_page(const struct thread *thread)
{
    return AT(struct message_page, thread->page);
}

enum queue_end { QUEUE_FRONT, QUEUE_BACK };

/* A thread that waited for something is ready, behind the others, with the status that its call returns. */
void thread_wake_with(struct thread *thread, err_t status);

/* A thread that is RECEIVING, CALLING, AWAITING_REPLY or REPLY_DEFERRED is not any more: it has what it waits for, or
 * will not have it. */
void thread_cancel_wait(struct thread *caller);

/* The task owes the reply to the caller that this thread serves from now on: any of its threads may give it. */
void thread_defer_reply(struct thread *server);

/* Takes a thread out of whatever it does or waits for; it is THREAD_STOPPED afterwards. */
void thread_detach(struct thread *thread);

/* The beginning of a thread's, an endpoint's or a task's end: kernel/object/destroy.c does the rest. */
void thread_destroy_begin(struct thread *thread);

/* The thread's long call is over, or it is not to be run for now: the tree that it marked is free
 * again, and the deaths that it waited for are carried on by others. */
void thread_end_long_call(struct thread *thread, bool over);

/* T4 after a change of `priority`, `stopped`, `written`, `faulting` or `uses_fpu`. */
ALWAYS_INLINE void thread_update_direct(struct thread *thread)
{
    bool moves = thread->home && thread->home != thread->cpu;

    thread->direct = thread->faulting * DIRECT_FAULTING;
    if (!thread->uses_fpu && !thread->stopped && !thread->written && !moves)
        thread->direct ^= thread->cpu + thread->priority;
}

/* The thread that runs is marked as using the FPU from now on. */
void thread_use_fpu(struct thread *thread);

_Static_assert(sizeof(struct thread) <= 1 << THREAD_SHIFT, "four threads to a frame");
