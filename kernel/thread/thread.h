/*
 * Threads. A thread has no kernel stack: its user registers are saved straight into it, and its
 * state says what it waits for.
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
 *   T2  `call_number` grows with each delivered call, so a reply to an earlier call is refused. A new thread, which may
 *       have the cell of a destroyed one, starts at the highest number of all destroyed threads
 *   T3  a thread with `stopped` set is not ready: it becomes THREAD_STOPPED instead. Its long call is suspended until
 *       thread_resume, or over if only the destruction of objects was left. A running thread is stopped when it leaves
 *       the processor, or when its processor handles the reschedule IPI
 *   T4  `direct` is `cpu` + `priority` if the thread may be switched to without the scheduler, else 0: if it uses
 *       the FPU, is stopped, has its home on another processor, or is `written` (T7). While it waits for the reply to a
 *       fault, the bit DIRECT_FAULTING is inverted, which puts `direct` out of the range that can be switched to
 *   T5  `cpu` is `home`, if the thread has a home. A running thread that gets another home moves there when it next
 *       becomes ready
 *   T6  `serving` is the thread whose message this one received last and that still awaits the reply, or 0.
 *       It ends with the reply, or when this thread waits for another message, is destroyed, or cannot receive any more
 *   T7  a waiting thread whose `direct` is not 0, and that is not faulting, entered by a system call, and resumes as
 *       from one, with words in registers. If thread_write set its registers while it waited (`written`), it resumes
 *       with all of them, so its `direct` is 0
 *
 * A stopped thread was never started, was stopped, or faulted without a handler.
 *
 * Four threads fill a frame, so that a reference from user space is checked by its alignment and
 * the frame's kind. A free cell is all zero, so it waits for nothing.
 */
#pragma once

#include "kernel/cap/slot.h"
#include "kernel/lib/link.h"

enum { THREAD_SHIFT = 10 /* of a cell */, NEW_PATIENCE = 3 /* ticks */ };
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
    ref_t cpu;            /* the struct cpu in whose queue it is, or which runs it */
    ref_t home;           /* the processor where it becomes ready; 0: the one that makes it ready */
    uint32_t call_number; /* of its last delivered call */
    uint32_t direct;
    uint8_t state, priority;
    uint8_t stopped : 1, written : 1; /* T3, T7 */
    uint8_t faulting;                 /* it waits for the reply to a fault, not to a call */
    uint8_t restarting;               /* it is in a long call, which is run again when the thread is chosen */
    uint8_t reaping;                  /* a reaper: it continues when kernel.destroying is empty */
    uint8_t uses_fpu;
    uint8_t patience; /* of a new thread: ticks that it still waits first in its queue; 0 once it ran at a tick */
    struct registers registers;
    uint32_t badge;        /* THREAD_CALLING: of the capability it called with */
    ref_t call_slot;       /* THREAD_CALLING: that capability's slot */
    ref_t revoking;        /* the root whose NODE_REVOKING this thread has set, or 0 */
    struct link bound;     /* in the list of the leaf that has the slot its long call works with */
    ref_t bound_slot;      /* that slot; 0: it was emptied, so the call fails */
    uint32_t page_address; /* of its message page in its space */
    uint32_t fault_address;
    struct slot receives; /* the endpoint it receives from */
    struct slot handler;  /* the endpoint that receives its faults */
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

/* Ends a thread's wait as thread_detach() does, and makes it ready, behind the others of its priority; its call returns
 * `status`. */
void thread_wake_with(struct thread *thread, err_t status);

/* Takes a thread that is RECEIVING, CALLING, AWAITING_REPLY or REPLY_DEFERRED out of that wait; the caller sets its
 * state. */
void thread_cancel_wait(struct thread *thread);

/* If the thread serves a caller, moves that caller to the owed list of the thread's task; the thread then serves
 * nobody. Any thread of the task may still reply. */
void thread_defer_reply(struct thread *server);

/* Takes a thread out of its queue or wait, if it is in one, and clears `faulting`; it is THREAD_STOPPED afterwards. */
void thread_detach(struct thread *thread);

/* Begins the destruction of a thread, or moves it to the front of kernel.destroying if it has begun;
 * kernel/object/destroy.c does the rest. */
void thread_destroy_begin(struct thread *thread);

/* Clears the mark of the tree that the thread's long call works in, and `reaping`: others continue the
 * destruction. If `over`, the call is done, and the thread is bound to no leaf any more; else the call is suspended, as
 * the thread is stopped, or continues in another tree. Does nothing if the thread is in no long call. */
void thread_end_long_call(struct thread *thread, bool over);

/* Restores T4 after a change of `cpu`, `home`, `priority`, `stopped`, `written`, `faulting` or `uses_fpu`. */
ALWAYS_INLINE void thread_update_direct(struct thread *thread)
{
    bool moves = thread->home && thread->home != thread->cpu;

    thread->direct = thread->faulting * DIRECT_FAULTING;
    if (!thread->uses_fpu && !thread->stopped && !thread->written && !moves)
        thread->direct ^= thread->cpu + thread->priority;
}

/* The running thread uses the FPU from now on, with a fresh state. */
void thread_use_fpu(struct thread *thread);

_Static_assert(sizeof(struct thread) <= 1 << THREAD_SHIFT, "four threads to a frame");
