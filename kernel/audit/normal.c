#include "kernel/audit/normal.h"

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"

static void normalise_threads(uint32_t frame)
{
    for (unsigned i = 0; i < PAGE_SIZE >> THREAD_SHIFT; i++)
        if (frame_at(frame)->used >> i & 1)
            thread_normalise(AT(struct thread, frame_ref(frame) + (i << THREAD_SHIFT)));
}

static void normalise_endpoints(uint32_t frame)
{
    for (unsigned i = 0; i < PAGE_SIZE >> ENDPOINT_SHIFT; i++)
        if (frame_at(frame)->used >> i & 1)
            object_normalise(AT(struct object, frame_ref(frame) + (i << ENDPOINT_SHIFT)));
}

static void normalise_frame(uint32_t frame)
{
    const struct frame *record = frame_at(frame);

    if (record->kind == FRAME_THREADS)
        normalise_threads(frame);
    else if (record->kind == FRAME_ENDPOINTS)
        normalise_endpoints(frame);
    else if (record->kind == FRAME_TASK)
        object_normalise(&AT(struct task, frame_ref(frame))->object);
}

/* Makes all call numbers the same; thread_normalise() has made the copies in message pages relative to them. */
static void normalise_call_numbers(uint32_t frame)
{
    for (unsigned i = 0; i < PAGE_SIZE >> THREAD_SHIFT; i++)
        if (frame_at(frame)->kind == FRAME_THREADS && frame_at(frame)->used >> i & 1)
            AT(struct thread, frame_ref(frame) + (i << THREAD_SHIFT))->call_number = NORMAL_CALL_NUMBER;
}

void normalise_kernel(void)
{
    for (uint32_t f = 1; f < kernel.frame_count; f++)
        normalise_frame(f);
    for (uint32_t f = 1; f < kernel.frame_count; f++)
        normalise_call_numbers(f);
    for (unsigned kind = 0; kind < 4; kind++)
        object_normalise(&kernel.ranges[kind]);
    for (unsigned i = 0; i < IRQ_COUNT; i++)
        kernel.irq_counts[i] = 0;
    kernel.call_number_base = NORMAL_CALL_NUMBER;
}
