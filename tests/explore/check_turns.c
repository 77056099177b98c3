/*
 * Turns: "all that become ready queue behind it", "the quantum of `thread` is over", and a thread that stays ready
 * keeps its position. For each two threads of a queue their order is checked.
 */
#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

/* Whether the thread was ready before the event, and is still ready in the same queue. */
static bool stays_ready(const struct before *b)
{
    const struct thread *t = AT(struct thread, b->ref);

    return b->state == THREAD_READY && t->state == THREAD_READY && t->cpu == b->cpu && t->priority == b->priority;
}

/* The same; or it runs now, as it was the first. */
static bool stays(const struct before *b)
{
    const struct thread *t = AT(struct thread, b->ref);
    bool runs = t->state == THREAD_RUNNING && t->cpu == b->cpu && t->priority == b->priority;

    return stays_ready(b) || (b->state == THREAD_READY && runs);
}

static bool is_ahead(const struct thread *a, const struct thread *b)
{
    if (a->state == THREAD_RUNNING || b->state == THREAD_RUNNING)
        return a->state == THREAD_RUNNING;
    for (ref_t link = a->link.next; link != REF(&thread_cpu(a)->ready[a->priority]); link = AT(struct link, link)->next)
        if (thread_of_link(link) == b)
            return true;
    return false;
}

static bool is_tick(const struct event *event)
{
    return event->kind == EVENT_TICK || (event->kind == EVENT_INTERRUPT && event->ebx == IRQ_TICK);
}

/* The thread that the event interrupts, or whose call the event is. */
static const struct before *running_before(const struct event *event)
{
    const struct before *b = seen_thread(seen.acting);

    return b && b->state == THREAD_RUNNING && event->kind != EVENT_STEP ? b : NULL;
}

static bool in_long_call(const struct before *b)
{
    return b->restarting || b->reaping;
}

static bool is_scheduled(const struct event *event, const struct before *b)
{
    const struct capability *c = capability_seen(frame_ref(seen.acting_task), event->eax >> SLOT_SHIFT);

    return event_is_call(event, SYS_thread_schedule) && c && object_of(c) == b->ref &&
           AT(struct thread, seen.acting)->registers.eax == OK;
}

/* The first of a queue before the event, or null. */
static const struct before *first_before(ref_t cpu, unsigned priority)
{
    for (unsigned i = 0; i < seen.threads_count; i++) {
        const struct before *b = &seen.threads[i];
        if (b->state == THREAD_READY && b->cpu == cpu && b->priority == priority && b->position == 0)
            return b;
    }
    return NULL;
}

static bool quantum_was_over(ref_t cpu, unsigned priority)
{
    return seen.quantum_over[AT(struct cpu, cpu) - kernel.cpus] >> priority & 1;
}

/* ---------------------------------------------------------------------------------- order in a queue */

enum side { BEHIND, AHEAD, ANYWHERE };

/* Where the running thread goes, which becomes ready. */
static enum side side_of_running(const struct event *event, const struct before *b)
{
    const struct before *first = first_before(b->cpu, b->priority);

    if (event_is_call(event, SYS_thread_yield))
        return BEHIND;
    if (seen.others_work)
        return ANYWHERE; /* it may have waited and been woken */
    if (!is_tick(event))
        return AHEAD;
    return first && (!first->patience || quantum_was_over(b->cpu, b->priority)) ? BEHIND : AHEAD;
}

/* Whether this thread runs instead of the acting one, which now waits for it or has replied to it. */
static bool runs_on_instead(const struct event *event, const struct before *b)
{
    const struct thread *t = AT(struct thread, b->ref);

    if (event->kind == EVENT_FAULT || event_is_call(event, SYS_ipc_call))
        return b->state == THREAD_RECEIVING && t->serving == seen.acting;
    return event_is_call(event, SYS_ipc_reply_wait) && event->eax & IPC_REPLY && event_named.caller == b->ref &&
           (b->state == THREAD_AWAITING_REPLY || b->state == THREAD_REPLY_DEFERRED);
}

/* Where a thread that is new in a queue belongs, relative to the threads that stay in it. */
static enum side side_of_new(const struct event *event, const struct before *b)
{
    const struct thread *t = AT(struct thread, b->ref);
    const struct before *first = first_before(t->cpu, t->priority);
    enum side side = runs_on_instead(event, b) ? AHEAD : BEHIND;

    if (b == running_before(event))
        side = side_of_running(event, b);
    if (side == AHEAD && quantum_was_over(t->cpu, t->priority))
        return stays(first) ? BEHIND : ANYWHERE;
    return side;
}

/* Where the thread belongs relative to `other`, which stays ready. */
static enum side side_of(const struct event *event, const struct before *b, const struct before *other)
{
    if (is_scheduled(event, other))
        return ANYWHERE;
    if (!stays(b))
        return side_of_new(event, b);
    if (is_scheduled(event, b))
        return BEHIND;
    if (is_tick(event) && (in_long_call(b) || in_long_call(other)))
        return ANYWHERE;
    return b->position < other->position ? AHEAD : BEHIND;
}

static bool is_to_run(const struct thread *t)
{
    return t->state == THREAD_READY || t->state == THREAD_RUNNING;
}

static bool runs_on(const struct before *b)
{
    return b->state == THREAD_RUNNING && AT(struct thread, b->ref)->state == THREAD_RUNNING;
}

static void check_positions(const struct event *event, const struct before *other)
{
    const struct thread *staying = AT(struct thread, other->ref);

    for (unsigned i = 0; i < seen.threads_count; i++) {
        const struct before *b = &seen.threads[i];
        const struct thread *t = AT(struct thread, b->ref);
        if (t == staying || t->cpu != staying->cpu || t->priority != staying->priority || !is_to_run(t) || runs_on(b))
            continue;
        enum side side = side_of(event, b, other);
        if (side != ANYWHERE && is_ahead(t, staying) != (side == AHEAD))
            violation("thread %x is %s thread %x, which waited for its turn", b->ref,
                      side == AHEAD ? "not ahead of" : "ahead of", other->ref);
    }
}

/* ---------------------------------------------------------------------------------- ticks */

/* P4: "until that thread runs". */
static void check_quantum_stays_over(const struct event *event, const struct before *first)
{
    const struct thread *t = AT(struct thread, first->ref);
    const struct cpu *cpu = thread_cpu(t);

    if (!stays_ready(first) || in_long_call(first) || is_scheduled(event, first))
        return;
    if (cpu->ready[t->priority].first != REF(&t->link) || !(cpu->quantum_over >> t->priority & 1))
        violation("P4: a tick found thread %x waiting, but it has neither run nor stayed first", first->ref);
}

/* P4: "once a tick has found the first thread of ready[p] without patience"; ticks use up its patience first. */
static void check_turn_ends(const struct event *event, const struct before *first)
{
    const struct thread *t = AT(struct thread, first->ref);
    bool found = is_tick(event) && running_before(event) && first->cpu == REF(&kernel.cpus[event->cpu]);
    bool quantum_over = thread_cpu(t)->quantum_over >> t->priority & 1;

    if (!stays_ready(first) || in_long_call(first) || is_scheduled(event, first) ||
        quantum_was_over(first->cpu, first->priority))
        return;
    if (quantum_over != (found && !first->patience))
        violation("P4: a tick has%s found thread %x waiting, and its turn has%s come", found ? "" : " not", first->ref,
                  quantum_over ? "" : " not");
    if (t->patience != first->patience - (found && first->patience))
        violation("the patience of thread %x is %u and was %u", first->ref, t->patience, first->patience);
}

/* A tick: "If the processor was between two steps of a long call, the call's thread goes behind the others of its
 * priority." */
static void check_steps_let_others_run(const struct event *event, const struct before *other)
{
    const struct before *first = first_before(other->cpu, other->priority);
    const struct thread *t = AT(struct thread, first->ref);
    bool is_top = (int)other->priority == seen.top[event->cpu];

    if (!is_tick(event) || running_before(event) || first == other || other->cpu != REF(&kernel.cpus[event->cpu]))
        return;
    if (is_top && in_long_call(first) && stays_ready(first) && is_ahead(t, AT(struct thread, other->ref)))
        violation("a tick came between two steps of thread %x, but it is still ahead of thread %x", first->ref,
                  other->ref);
}

/* ---------------------------------------------------------------------------------- the running thread */

/* "unless one of higher priority is ready, it is stopped, or its home is another processor". */
static void check_running_runs_on(const struct event *event)
{
    const struct before *b = running_before(event);
    const struct thread *t = AT(struct thread, seen.acting), *next = thread_on(event->cpu);

    if (!b || seen.others_work || t->state != THREAD_READY || t->cpu != b->cpu || t->restarting || t->reaping ||
        is_tick(event) || event_is_call(event, SYS_thread_yield))
        return;
    if (cpu_ready_top(thread_cpu(t)) <= (int)t->priority && !(next && next->priority > t->priority))
        violation("thread %x does not run on, but no thread of higher priority was ready", b->ref);
}

static void check_running_has_no_patience(const struct event *event)
{
    const struct before *b = running_before(event);
    const struct thread *t = AT(struct thread, seen.acting);

    if (is_tick(event) && b && t->state != THREAD_DEAD && t->patience)
        violation("a tick found thread %x running, but it still has a new thread's patience", b->ref);
}

/* ---------------------------------------------------------------------------------- endpoints */

static bool is_a_threads(ref_t link)
{
    for (unsigned i = 0; i < seen.threads_count; i++)
        if (link == REF(&AT(struct thread, seen.threads[i].ref)->link))
            return true;
    return false;
}

/* E1: "`receivers` (last in, first out) and `callers` (first in, first out)". */
static void check_position_at_endpoint(const struct before *b)
{
    const struct thread *t = AT(struct thread, b->ref);

    if (b->state == t->state)
        return;
    if (t->state == THREAD_RECEIVING && is_a_threads(t->link.prev))
        violation("E1: thread %x receives, but is not the first receiver", b->ref);
    if (t->state == THREAD_CALLING && is_a_threads(t->link.next))
        violation("E1: thread %x calls, but is not the last caller", b->ref);
}

void check_turns(const struct event *event)
{
    for (unsigned i = 0; i < seen.threads_count; i++)
        check_position_at_endpoint(&seen.threads[i]);
    check_running_runs_on(event);
    check_running_has_no_patience(event);
    for (unsigned i = 0; seen.any_ready && i < seen.threads_count; i++) {
        const struct before *b = &seen.threads[i];
        if (b->state == THREAD_READY && b->position == 0) {
            if (quantum_was_over(b->cpu, b->priority))
                check_quantum_stays_over(event, b);
            check_turn_ends(event, b);
        }
        if (stays(b))
            check_positions(event, b);
        if (stays_ready(b))
            check_steps_let_others_run(event, b);
    }
}
