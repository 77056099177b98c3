/* Applies an event: calls the kernel's entries as kernel/i386 calls them. */
#include "kernel/sys/event.h"
#include "tests/explore/events.h"
#include "tests/explore/hardware.h"
#include "tests/model/system_call.h"

#include <string.h>

static struct named kept, written; /* the name in the page before the event, and the one written for it */
struct named event_named;

/* ---------------------------------------------------------------------------------- message pages */

/* An odd number names a thread's present call, an even one its previous call; 0 names nobody. */
static struct named name_of(unsigned number)
{
    unsigned i = 0;

    FOR_THREADS(t)
    if (i++ == (number - 1) / 2)
        return (struct named){REF(t), t->call_number - (number % 2 == 0)};
    return (struct named){0, 0};
}

struct named event_name(const struct event *event, const struct thread *thread)
{
    const struct message_page *page = thread_page(thread);

    if (event->call == SYS_ipc_reply_wait && thread->serving)
        return (struct named){thread->serving, AT(struct thread, thread->serving)->call_number};
    return event->names ? name_of(event->names) : (struct named){page->caller, page->caller_call_number};
}

static void set_name(struct message_page *page, struct named name)
{
    page->caller = name.caller;
    page->caller_call_number = name.call_number;
}

static void write_page(struct message_page *page, const struct event *event)
{
    const struct sent *sent = &world->sends[event->send];
    const struct opened *opened = &world->opens[event->open];

    page->tag = sent->tag;
    memcpy(page->items, sent->items, sizeof page->items);
    page->window = opened->window;
    page->window_pages = opened->window_pages;
    page->slots = opened->slots;
    page->slots_count = opened->slots_count;
    page->words[0] = event->call == SYS_ipc_call ? CALL_WORD : REPLY_WORD;
}

static void fill_page(struct thread *thread, const struct event *event)
{
    struct message_page *page = thread_page(thread);

    write_page(page, event);
    if (!(event->eax & IPC_EXTENDED))
        page->tag = 0;
    event_named = event_name(event, thread);
    kept = written = (struct named){page->caller, page->caller_call_number};
    if (!event->names)
        return;
    written = name_of(event->names);
    set_name(page, written);
}

/* Restores the page's name after a reply with a made-up name, unless a message has arrived meanwhile. */
static void restore_page(struct thread *thread)
{
    struct message_page *page = thread_page(thread);

    if (page->caller == written.caller && page->caller_call_number == written.call_number)
        set_name(page, kept);
}

static struct thread *overwrite(struct thread *thread, const struct event *event)
{
    unsigned i = 0;

    FOR_THREADS(t)
    if (t->task == thread->task && t != thread && i++ == event->ebx)
        write_page(thread_page(t), event);
    return thread;
}

/* ---------------------------------------------------------------------------------- entries */

static struct thread *enter_call(struct thread *thread, const struct event *event)
{
    thread->registers = (struct registers){.eax = event->eax,
                                           .ebx = event->ebx,
                                           .esi = event->esi,
                                           .edi = event->edi,
                                           .ebp = event->ebp,
                                           .ecx = event->ebx,
                                           .edx = event->esi,
                                           .vector = VECTOR_SYSCALL};
    if (event_is_message(event))
        fill_page(thread, event);
    return host_system_call(thread, event->eax);
}

static struct thread *enter_fault(struct thread *thread, const struct event *event)
{
    thread->registers = (struct registers){.vector = 14, .error = FAULT_USER};
    return event_fault(thread, event->ebx);
}

static struct thread *enter(const struct event *event, struct thread *thread)
{
    uint8_t bit = (uint8_t)(1 << event->cpu);

    switch ((enum event_kind)event->kind) {
    case EVENT_CALL:
        return enter_call(thread, event);
    case EVENT_FAULT:
        return enter_fault(thread, event);
    case EVENT_USE_FPU:
        processor_use_fpu(thread);
        return thread;
    case EVENT_WRITE:
        processor_write(thread, event->ebx);
        return thread;
    case EVENT_OVERWRITE:
        return overwrite(thread, event);
    case EVENT_STEP:
        return thread_choose();
    case EVENT_STALE:
        return event_stale(thread);
    case EVENT_RESCHEDULE:
        pending.reschedules &= (uint8_t)~bit;
        return event_reschedule(processor_interrupted());
    case EVENT_TICK:
        pending.ticks &= (uint8_t)~bit;
        return event_tick(processor_interrupted());
    case EVENT_INTERRUPT:
        return event_interrupt(processor_interrupted(), event->ebx);
    default:
        violation("no such event");
    }
}

/* ---------------------------------------------------------------------------------- which events are possible */

bool event_is_possible(const struct event *event)
{
    unsigned bit = 1u << event->cpu;
    const struct thread *thread = thread_on(event->cpu);

    switch ((enum event_kind)event->kind) {
    case EVENT_STEP:
        return pending.between_steps & bit;
    case EVENT_STALE:
        return thread && thread->state != THREAD_RUNNING;
    case EVENT_RESCHEDULE:
        return pending.reschedules & bit;
    case EVENT_TICK:
        return pending.ticks & bit;
    case EVENT_INTERRUPT:
        return event->cpu == 0;
    default:
        return thread && thread->state == THREAD_RUNNING && !(pending.between_steps & bit);
    }
}

struct thread *event_happen(const struct event *event)
{
    uint8_t bit = (uint8_t)(1 << event->cpu);
    struct thread *thread = thread_on(event->cpu);
    struct thread *volatile next = NULL;
    jmp_buf between;

    host_cpu = event->cpu;
    on_preemption_point = &between;
    pending.between_steps &= (uint8_t)~bit;
    if (setjmp(between) == 0)
        next = enter(event, thread);
    else
        pending.between_steps |= bit;
    on_preemption_point = NULL;
    if (event_is_message(event) && event->names)
        restore_page(thread);
    if (kernel.tlb_pending)
        tlb_sync();
    return next;
}
