#include "kernel/audit/audit.h"
#include "kernel/audit/normal.h"
#include "kernel/thread/sched.h"

void thread_audit(struct thread *thread)
{
    const struct thread *caller = AT(struct thread, thread->serving);
    bool linked =
        thread->state != THREAD_RUNNING && thread->state != THREAD_STOPPED && thread->state != THREAD_AWAITING_REPLY;

    assert(thread->state <= THREAD_DEAD);
    assert(!thread->serving || (caller->state == THREAD_AWAITING_REPLY && caller->peer == REF(thread)));
    if (thread->state == THREAD_AWAITING_REPLY)
        assert(AT(struct thread, thread->peer)->serving == REF(thread));
    if (thread->state == THREAD_RECEIVING || slot_is_empty(&thread->receives))
        assert(!thread->serving);
    uint32_t direct = thread->direct;
    thread_update_direct(thread);
    assert(direct == thread->direct);
    assert(thread->priority < PRIORITY_COUNT && thread_cpu(thread) < kernel.cpus + kernel.cpu_count);
    if (linked) {
        assert(AT(struct link, thread->link.next)->prev == REF(&thread->link));
        assert(AT(struct link, thread->link.prev)->next == REF(&thread->link));
    }
    if (thread->state >= THREAD_RECEIVING && thread->state <= THREAD_REPLY_DEFERRED && thread->direct &&
        !thread->faulting)
        assert(thread->registers.vector == VECTOR_SYSCALL); /* T7 */
    assert((!thread->bound.next && !thread->revoking) || thread->restarting);
    assert(frame_at(frame_number(thread->page))->kind == FRAME_MESSAGE);
}

/* ---------------------------------------------------------------------------------- normalised */

/* The registers that later events can read: eax and the words of a queued message, the flags that open windows, those
 * of a fault, all of a long call; none of a thread that runs or is ready to run its program. */
static struct registers seen_registers(const struct thread *thread)
{
    const struct registers *r = &thread->registers;
    const uint32_t opens = SYSCALL_NUMBER | IPC_WINDOW | IPC_SLOTS;

    switch ((enum thread_state)thread->state) {
    case THREAD_DEAD:
        return (struct registers){0};
    case THREAD_CALLING:
        if (thread->faulting)
            return (struct registers){.vector = r->vector, .error = r->error};
        return (struct registers){.eax = r->eax & (opens | IPC_EXTENDED),
                                  .ebx = r->ebx,
                                  .esi = r->esi,
                                  .edi = r->edi,
                                  .ebp = r->ebp,
                                  .vector = r->vector};
    case THREAD_AWAITING_REPLY:
    case THREAD_REPLY_DEFERRED:
    case THREAD_RECEIVING:
        if (thread->faulting)
            return (struct registers){.vector = r->vector};
        return (struct registers){.eax = r->eax & opens, .vector = r->vector};
    default:
        if (!thread->restarting)
            return (struct registers){0};
        return (struct registers){.eax = r->eax,
                                  .ebx = r->ebx,
                                  .ecx = r->ecx,
                                  .edx = r->edx,
                                  .esi = r->esi,
                                  .edi = r->edi,
                                  .ebp = r->ebp,
                                  .vector = r->vector};
    }
}

static bool is_thread(ref_t ref)
{
    uint32_t frame = frame_number(ref);

    return frame < kernel.frame_count && frame_at(frame)->kind == FRAME_THREADS;
}

static bool is_used(ref_t ref)
{
    return frame_at(frame_number(ref))->used >> ((ref & (PAGE_SIZE - 1)) >> THREAD_SHIFT) & 1;
}

/* Whether the caller and the call number in a message page can ever matter to a reply: that caller waits for a reply
 * from this task, or a thread in that cell can still reach the call number. */
static bool caller_matters(const struct thread *thread, const struct message_page *page)
{
    const struct thread *caller = AT(struct thread, page->caller);

    if (!page->caller || !is_thread(page->caller))
        return false;
    if (!is_used(page->caller))
        return (int32_t)(page->caller_call_number - kernel.call_number_base) > 0;
    if ((int32_t)(page->caller_call_number - caller->call_number) > 0)
        return true;
    bool owed = (caller->state == THREAD_AWAITING_REPLY && AT(struct thread, caller->peer)->task == thread->task) ||
                (caller->state == THREAD_REPLY_DEFERRED && caller->peer == thread->task);
    return owed && page->caller_call_number == caller->call_number;
}

static void normalise_caller(const struct thread *thread, struct message_page *page)
{
    if (!caller_matters(thread, page)) {
        page->caller = page->caller_call_number = 0;
        return;
    }
    uint32_t base = is_used(page->caller) ? AT(struct thread, page->caller)->call_number : kernel.call_number_base;
    page->caller_call_number = NORMAL_CALL_NUMBER + (page->caller_call_number - base);
}

static void normalise_page(struct thread *thread)
{
    struct message_page *page = thread_page(thread);
    uint32_t eax = thread->registers.eax;
    bool receives = !thread->restarting || (eax & SYSCALL_NUMBER) == SYS_ipc_reply_wait;
    bool sends = thread->state == THREAD_CALLING && !thread->faulting && eax & IPC_EXTENDED;
    uint32_t tag = sends ? page->tag : 0;

    page->tag = tag;
    if (!(tag & TAG_WORDS))
        page->words[0] = 0;
    page->words[1] = 0; /* later words are not part of a state */
    for (unsigned i = (tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT; i < IPC_ITEMS; i++)
        page->items[i] = (struct item){0};
    if (!(eax & IPC_WINDOW) || !receives)
        page->window = page->window_pages = 0;
    if (!(eax & IPC_SLOTS) || !receives)
        page->slots = page->slots_count = 0;
    page->shortfall = 0;
    normalise_caller(thread, page);
}

void thread_normalise(struct thread *thread)
{
    bool linked =
        thread->state != THREAD_RUNNING && thread->state != THREAD_STOPPED && thread->state != THREAD_AWAITING_REPLY;

    if (!linked)
        thread->link = (struct link){0};
    if (thread->state != THREAD_AWAITING_REPLY && thread->state != THREAD_REPLY_DEFERRED)
        thread->peer = 0;
    if (thread->state != THREAD_CALLING)
        thread->badge = thread->call_slot = 0;
    if (!thread->faulting)
        thread->fault_address = 0;
    thread->registers = seen_registers(thread);
    object_normalise(&thread->object);
    if (frame_at(frame_number(thread->page))->kind == FRAME_MESSAGE)
        normalise_page(thread);
}
