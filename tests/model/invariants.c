#include "tests/model/invariants.h"

#include "tests/model/objects.h"
#include "tests/model/processors.h"

/* ---------------------------------------------------------------------------------- processors */

/* P2: the floor, whether or not the running thread uses the FPU. */
static void check_floor(unsigned i)
{
    const struct cpu *cpu = &kernel.cpus[i];
    const struct thread *running = thread_on(i);
    int top = cpu_ready_top(cpu);
    uint32_t floor = top < 0 ? 0 : (uint32_t)top + (cpu->quantum_over >> top & 1);

    if (running && running->uses_fpu)
        floor = PRIORITY_COUNT;
    if (cpu->floor != REF(cpu) + floor)
        violation("P2: processor %u has the floor %u, not %u", i, cpu->floor - REF(cpu), floor);
}

/* A processor that must do something else has an interrupt on its way. */
static void check_no_lost_wakeup(unsigned i)
{
    const struct cpu *cpu = &kernel.cpus[i];
    const struct thread *running = thread_on(i);
    int top = cpu_ready_top(cpu);

    if (!running && top >= 0)
        violation("processor %u is idle while a thread is ready", i);
    if (!running)
        return;
    if (running->state == THREAD_DEAD)
        violation("P5: processor %u runs a dead thread, and no interrupt is on its way", i);
    if (running->state == THREAD_RUNNING && top > (int)running->priority)
        violation("processor %u runs priority %u while priority %d is ready", i, running->priority, top);
    if (running->state == THREAD_RUNNING && running->stopped)
        violation("T3: processor %u runs a stopped thread, and no interrupt is on its way", i);
    if (running->state == THREAD_RUNNING && running->home && running->home != REF(cpu))
        violation("T5: processor %u runs a thread whose home is elsewhere, and no interrupt is on its way", i);
}

static void check_processor(unsigned i)
{
    bool told = (pending.reschedules | pending.ticks) >> i & 1;

    if (pending.between_steps >> i & 1)
        return;
    if (kernel.cpus[i].reschedule && !told)
        violation("P6: processor %u must reschedule, and no interrupt is on its way", i);
    if (!told)
        check_no_lost_wakeup(i);
    check_floor(i);
}

/* ---------------------------------------------------------------------------------- threads */

/* T1, T3 */
static void check_thread_is_where_its_state_says(const struct thread *t)
{
    if (t->state == THREAD_RUNNING && thread_cpu(t)->current != REF(t))
        violation("T1: no processor runs the running thread %x", REF(t));
    if (t->state == THREAD_READY && !(thread_cpu(t)->ready_mask >> t->priority & 1))
        violation("T1: thread %x is ready in no queue", REF(t));
    if (t->state == THREAD_READY && t->stopped)
        violation("T3: thread %x is stopped and ready", REF(t));
}

/* A thread that waits does so for somebody who can end the wait. */
static void check_waits_for_somebody(const struct thread *t)
{
    uint8_t kind = frame_at(frame_number(t->peer))->kind;

    if (t->state == THREAD_RECEIVING && slot_is_empty(&t->receives))
        violation("thread %x receives from no endpoint", REF(t));
    if (t->state == THREAD_AWAITING_REPLY &&
        (kind != FRAME_THREADS || AT(struct thread, t->peer)->state == THREAD_DEAD))
        violation("thread %x is served by nobody", REF(t));
    if (t->state == THREAD_REPLY_DEFERRED && kind != FRAME_TASK)
        violation("no task owes thread %x its reply", REF(t));
}

/* A tree is marked only while a long call is in progress. */
static void check_long_call(const struct thread *t)
{
    if (t->revoking && !t->restarting)
        violation("thread %x has marked a tree, but is in no long call", REF(t));
    if (t->revoking && !node_is_being_revoked(AT(struct node, t->revoking)))
        violation("the tree that thread %x has marked is not marked", REF(t));
    if (t->state == THREAD_STOPPED && (t->revoking || t->reaping))
        violation("T3: thread %x is stopped, but its long call has not ended", REF(t));
    if (t->bound_slot && (!t->bound.next || slot_is_empty(AT(struct slot, t->bound_slot))))
        violation("thread %x is bound to a slot that is empty, or is not in the list of that slot's leaf", REF(t));
    if (t->bound.next && !t->restarting)
        violation("thread %x is bound to a slot, but is in no long call", REF(t));
    if (t->restarting && t->state != THREAD_READY && t->state != THREAD_STOPPED && t->state != THREAD_RUNNING)
        violation("thread %x is to be restarted in state %u", REF(t), t->state);
}

/* ---------------------------------------------------------------------------------- counts */

static unsigned is_marked(const struct object *object)
{
    return node_is_being_revoked(&object->caps);
}

static unsigned marks_in_frame(uint32_t f)
{
    unsigned marks = 0;

    if (frame_at(f)->kind == FRAME_USER)
        marks += node_is_being_revoked(&frame_at(f)->mappings);
    else if (frame_at(f)->kind == FRAME_TASK)
        marks += is_marked(AT(struct object, frame_ref(f)));
    else if (frame_at(f)->kind == FRAME_THREADS)
        FOR_CELLS(ref, f, THREAD_SHIFT)
    marks += is_marked(AT(struct object, ref));
    else if (frame_at(f)->kind == FRAME_ENDPOINTS) FOR_CELLS(ref, f, ENDPOINT_SHIFT) marks +=
        is_marked(AT(struct object, ref));
    return marks;
}

/* "being revoked": each mark belongs to one thread, which will remove it. */
static void check_every_mark_has_a_thread(void)
{
    unsigned marks = 0, markers = 0;

    FOR_THREADS(t)
    markers += t->revoking != 0;
    FOR_FRAMES(f)
    marks += marks_in_frame(f);
    for (unsigned kind = 0; kind < 4; kind++)
        marks += is_marked(&kernel.ranges[kind]);
    if (marks != markers)
        violation("%u trees are marked, by %u threads", marks, markers);
}

void invariants_check_processors(void)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        check_processor(i);
}

void invariants_check_objects(void)
{
    FOR_THREADS(t)
    {
        check_thread_is_where_its_state_says(t);
        check_waits_for_somebody(t);
        check_long_call(t);
    }
    check_every_mark_has_a_thread();
}
