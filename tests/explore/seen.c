#include "tests/explore/seen.h"

#include "kernel/audit/audit.h"
#include "tests/explore/hardware.h"

#include <string.h>

struct seen seen;

enum { TASK_OF_KERNEL = 0 };

/* ---------------------------------------------------------------------------------- authority */

static void add_slot(struct authority *a, const struct slot *slot, struct capability at)
{
    if (slot_is_empty(slot))
        return;
    if (a->capabilities_count == sizeof a->capabilities / sizeof a->capabilities[0])
        violation("explore: more capabilities than there is room for");
    at.slot = REF(slot);
    at.object = slot->object;
    at.value = slot->value;
    at.rights = (uint8_t)slot->node.flags;
    at.depth = (uint8_t)slot->node.depth;
    at.revoking = node_is_being_revoked(&slot_object_head(slot)->caps);
    a->capabilities[a->capabilities_count++] = at;
}

static void add_table(struct authority *a, const struct task *task)
{
    for (unsigned i = 0; i < CSPACE_SLOTS; i++)
        add_slot(a, cspace_slot(&task->cspace, i), (struct capability){.task = frame_number(REF(task)), .index = i});
}

static void add_companion(struct authority *a, uint32_t companion)
{
    const struct frame *record = frame_at(companion);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        const struct node *node = AT(struct node, frame_ref(companion)) + i;
        if (!node_in_tree(node))
            continue;
        if (a->pages_count == sizeof a->pages / sizeof a->pages[0])
            violation("explore: more mappings than there is room for");
        a->pages[a->pages_count++] = (struct page){REF(node),
                                                   record->owner,
                                                   record->base + i * PAGE_SIZE,
                                                   pte_frame(AT(pte_t, record->partner) + i),
                                                   (uint8_t)node->flags,
                                                   (uint8_t)node->depth};
    }
}

void authority_collect(struct authority *a)
{
    a->capabilities_count = a->pages_count = 0;
    FOR_TASKS(task)
    add_table(a, task);
    FOR_FRAMES(f)
    if (frame_at(f)->kind == FRAME_COMPANION)
        add_companion(a, f);
    FOR_THREADS(t)
    {
        add_slot(a, &t->receives, (struct capability){.task = frame_number(t->task), .index = 0, .bound = true});
        add_slot(a, &t->handler, (struct capability){.task = frame_number(t->task), .index = 1, .bound = true});
    }
    for (unsigned i = 0; i < IRQ_COUNT; i++)
        add_slot(a, &kernel.irq_endpoints[i], (struct capability){.task = TASK_OF_KERNEL, .index = i, .bound = true});
}

/* ---------------------------------------------------------------------------------- threads */

static uint8_t position_of(const struct thread *t)
{
    uint8_t position = 0;

    if (t->state == THREAD_READY)
        for (ref_t l = t->link.prev; l != REF(&thread_cpu(t)->ready[t->priority]); l = AT(struct link, l)->prev)
            position++;
    return position;
}

static void add_thread(const struct thread *t)
{
    const struct message_page *page = thread_page(t);

    if (seen.threads_count == sizeof seen.threads / sizeof seen.threads[0])
        violation("explore: more threads than there is room for");
    seen.threads[seen.threads_count++] = (struct before){.ref = REF(t),
                                                         .peer = t->peer,
                                                         .call_slot = t->call_slot,
                                                         .task = frame_number(t->task),
                                                         .call_number = t->call_number,
                                                         .fault_address = t->fault_address,
                                                         .page_address = t->page_address,
                                                         .state = t->state,
                                                         .restarting = t->restarting,
                                                         .reaping = t->reaping,
                                                         .faulting = t->faulting,
                                                         .registers = t->registers,
                                                         .window = page->window,
                                                         .window_pages = page->window_pages,
                                                         .slots = page->slots,
                                                         .slots_count = page->slots_count,
                                                         .tag = page->tag,
                                                         .word = page->words[0],
                                                         .cpu = t->cpu,
                                                         .priority = t->priority,
                                                         .patience = t->patience,
                                                         .position = position_of(t),
                                                         .named = {page->caller, page->caller_call_number}};
}

static void add_endpoint(const struct endpoint *endpoint)
{
    if (seen.endpoints_count == sizeof seen.endpoints / sizeof seen.endpoints[0])
        violation("explore: more endpoints than there is room for");
    seen.endpoints[seen.endpoints_count].ref = REF(endpoint);
    seen.endpoints[seen.endpoints_count++].bits = endpoint->waiting & BADGE_MAX;
}

const struct before *seen_thread(ref_t ref)
{
    for (unsigned i = 0; i < seen.threads_count; i++)
        if (seen.threads[i].ref == ref)
            return &seen.threads[i];
    return NULL;
}

void seen_prepare(void)
{
    authority_collect(&seen.authority);
    memcpy(seen.records, frame_at(0), kernel.frame_count * sizeof(struct frame));
    seen.threads_count = 0;
    seen.endpoints_count = 0;
    FOR_FRAMES(f)
    if (frame_at(f)->kind == FRAME_ENDPOINTS)
        FOR_CELLS(ref, f, ENDPOINT_SHIFT)
    add_endpoint(AT(struct endpoint, ref));
    seen.others_work = !list_is_empty(&kernel.destroying);
    FOR_THREADS(t)
    {
        add_thread(t);
        seen.others_work |= t->restarting;
    }
    seen.any_ready = false;
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        seen.top[i] = cpu_ready_top(&kernel.cpus[i]);
        seen.any_ready |= seen.top[i] >= 0;
        seen.quantum_over[i] = kernel.cpus[i].quantum_over;
    }
}

void seen_begin(const struct event *event)
{
    const struct thread *thread = thread_on(event->cpu);

    seen.acting = thread ? REF(thread) : 0;
    seen.acting_task = thread ? frame_number(thread->task) : 0;
}
