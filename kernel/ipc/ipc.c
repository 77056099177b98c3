/*
 * First the fast paths: they switch directly to a partner that waits on this processor, and leave every other case, and
 * every error, to the general case below, which starts again. Then receiving, signals, faults and destruction.
 */
#include "kernel/ipc/ipc.h"

#include "kernel/ipc/message.h"
#include "kernel/lib/log.h"

#ifndef IPC_FORCE_GENERAL
#define IPC_FORCE_GENERAL 0 /* test builds: 1 sends every message through the general case */
#endif

/* Switches to `to`, whose call returns `result`, with the words that `from` has in its saved registers. */
ALWAYS_INLINE err_t switch_with_words(struct cpu *cpu, struct thread *from, struct thread *to, uint32_t result)
{
    thread_switch_directly(cpu, from, to);
    arch_resume_with(to, from, result);
    return SWITCHED;
}

/* The endpoint that a thread receives from; meaningless if its slot is empty, which it is not while the thread serves
 * a caller (T6). The capability has only RIGHT_RECEIVE, so subtracting clears the bit. */
ALWAYS_INLINE struct endpoint *receives_from(const struct thread *thread)
{
    return AT(struct endpoint, thread->receives.object - SLOT_RECEIVE);
}

/* Records that `server` has received the message of `caller`, which now awaits the reply. */
ALWAYS_INLINE void serve(struct thread *server, struct message_page *page, struct thread *caller)
{
    page->caller = REF(caller);
    page->caller_call_number = ++caller->call_number;
    caller->state = THREAD_AWAITING_REPLY;
    caller->peer = REF(server);
    server->serving = REF(caller);
}

ALWAYS_INLINE void await_message(struct thread *thread, struct endpoint *endpoint)
{
    thread->state = THREAD_RECEIVING;
    thread->serving = 0;
    link_insert_after(REF(&endpoint->receivers), &thread->link);
}

/* Transfers an extended message; an error means that the general case must look at it. One comparison admits a message
 * with only words. The most frequent item is one frame, in a reply. */
ALWAYS_INLINE err_t fastpath_transfer(struct thread *sender, struct thread *receiver, bool is_reply)
{
    uint32_t tag = message_tag(sender);

    if (UNLIKELY(tag > IPC_PAGE_WORDS)) {
        if (!is_reply || tag != TAG(0, 1) || !message_map_frames(sender, receiver, false, 1))
            return message_transfer_extended(sender, receiver, tag);
        thread_page(receiver)->tag = TAG(0, 1);
        return OK;
    }
    struct message_page *in = thread_page(sender), *out = thread_page(receiver);
    out->tag = tag;
    arch_copy_words(out->words, in->words, tag);
    return OK;
}

static err_t call_general(struct thread *thread), reply_wait_general(struct thread *thread);

ALWAYS_INLINE err_t call(struct thread *thread, bool extended)
{
    struct cpu *cpu = thread_cpu(thread);
    const struct task *task = thread_task(thread);
    const struct slot *slot = cspace_slot(&task->cspace, thread->registers.eax >> SLOT_SHIFT);
    struct endpoint *endpoint = AT(struct endpoint, slot_object(slot));
    uint32_t badge = slot->value;

    if (IPC_FORCE_GENERAL || !(slot->object & SLOT_CALL) || list_is_empty(&endpoint->receivers))
        return call_general(thread);
    struct thread *server = thread_of_link(endpoint->receivers.first);
    if (!can_switch_directly(cpu, server) || (extended && fastpath_transfer(thread, server, false)))
        return call_general(thread);

    /* Nothing can fail any more. */
    struct message_page *page = thread_page(server);
    list_remove_first(&endpoint->receivers);
    if (!extended)
        page->tag = TAG_CALL;
    serve(server, page, thread);
    return switch_with_words(cpu, thread, server, badge);
}

/* The reply to a fault transfers a page, and leaves the caller's registers alone. What is needed afterwards is read
 * from memory again, here and in reply_wait(), as the transfer needs most registers. */
static __attribute__((noinline)) err_t reply_to_fault(struct thread *thread)
{
    struct cpu *cpu = thread_cpu(thread);
    struct thread *caller = AT(struct thread, thread->serving);
    uint32_t direct = caller->direct ^ DIRECT_FAULTING;

    if (direct - cpu->floor >= PRIORITY_COUNT || message_tag(thread) != TAG(0, 1) ||
        !message_map_frames(thread, caller, true, 1))
        return reply_wait_general(thread);

    /* Nothing can fail any more. */
    await_message(thread, receives_from(thread));
    caller->faulting = 0;
    caller->direct ^= DIRECT_FAULTING;
    thread_switch_directly(thread_cpu(thread), thread, caller);
    arch_resume(caller);
    return SWITCHED;
}

ALWAYS_INLINE err_t reply_wait(struct thread *thread, bool extended)
{
    struct thread *caller = AT(struct thread, thread->serving);

    if (IPC_FORCE_GENERAL || !thread->serving || receives_from(thread)->waiting)
        return reply_wait_general(thread);
    if (!can_switch_directly(thread_cpu(thread), caller))
        return extended ? reply_to_fault(thread) : reply_wait_general(thread);
    if (extended && fastpath_transfer(thread, caller, true))
        return reply_wait_general(thread);

    /* Nothing can fail any more. */
    await_message(thread, receives_from(thread));
    if (!extended)
        thread_page(caller)->tag = TAG_CALL;
    return switch_with_words(thread_cpu(thread), thread, caller, OK);
}

err_t ipc_call(struct thread *thread)
{
    return call(thread, false);
}

err_t ipc_call_extended(struct thread *thread)
{
    return call(thread, true);
}

err_t ipc_reply_wait_extended(struct thread *thread)
{
    return reply_wait(thread, true);
}

/* ----------------------------------------------------------------------------- the general case */

/* The caller that the message page of `thread` names, if it waits for a reply from this task; else null. The page may
 * contain anything, but any aligned reference into a frame of threads is safe to read: a free cell awaits no reply. */
static __attribute__((noinline)) struct thread *caller_of(const struct thread *thread)
{
    const struct message_page *page = thread_page(thread);
    ref_t ref = *(const volatile uint32_t *)&page->caller;

    if (frame_number(ref) >= kernel.frame_count || ref & ((1u << THREAD_SHIFT) - 1) ||
        frame_at(frame_number(ref))->kind != FRAME_THREADS)
        return NULL;
    struct thread *caller = AT(struct thread, ref);
    if (caller->call_number != *(const volatile uint32_t *)&page->caller_call_number)
        return NULL;
    if (caller->state == THREAD_AWAITING_REPLY)
        return AT(struct thread, caller->peer)->task == thread->task ? caller : NULL;
    return caller->state == THREAD_REPLY_DEFERRED && caller->peer == thread->task ? caller : NULL;
}

/* A reply_wait with only words whose thread serves nobody: the thread first serves the caller that the page names, as
 * if it had just received its message. That is safe, as a reply with only words cannot be refused. */
static __attribute__((noinline)) err_t reply_wait_deferred(struct thread *thread)
{
    struct thread *caller = slot_is_empty(&thread->receives) ? NULL : caller_of(thread);

    if (caller) {
        thread_cancel_wait(caller);
        serve(thread, thread_page(thread), caller);
    }
    return reply_wait(thread, false);
}

err_t ipc_reply_wait(struct thread *thread)
{
    return thread->serving ? reply_wait(thread, false) : reply_wait_deferred(thread);
}

/* Delivers the message of `sender` to `server`. An error changes nothing. */
static err_t deliver(struct thread *sender, struct thread *server, uint32_t badge)
{
    err_t err = message_transfer(sender, server);

    if (err)
        return err;
    message_registers(sender, sender->faulting, &server->registers);
    server->registers.eax = badge;
    serve(server, thread_page(server), sender);
    return OK;
}

/* Sends the call or fault of `thread` to the endpoint of `slot`: delivers it to a receiver, or queues the thread.
 * BLOCKED, or an error of deliver(), or ERR_DEAD. */
static err_t send(struct thread *thread, const struct slot *slot)
{
    struct endpoint *endpoint = AT(struct endpoint, slot_object(slot));

    if (list_is_empty(&endpoint->receivers)) {
        if (endpoint->destroying.next)
            return ERR_DEAD;
        thread->badge = slot->value;
        thread->call_slot = REF(slot);
        thread->state = THREAD_CALLING;
        endpoint->waiting |= ENDPOINT_CALLERS;
        link_insert_after(endpoint->callers.last, &thread->link);
        return BLOCKED;
    }
    struct thread *server = thread_of_link(endpoint->receivers.first);
    err_t err = deliver(thread, server, slot->value);
    if (err)
        return err;
    link_remove(&server->link);
    cpu_enqueue(server, QUEUE_FRONT); /* it runs next, in the sender's place */
    return BLOCKED;
}

static __attribute__((noinline)) err_t call_general(struct thread *thread)
{
    const struct cspace *cspace = &thread_task(thread)->cspace;
    uint32_t head = thread->registers.eax; /* slot, flags and call */
    struct slot *slot;

    err_t err = cspace_find(cspace, head >> SLOT_SHIFT, SLOT_ENDPOINT, RIGHT_CALL, &slot);
    if (!err && head & IPC_EXTENDED)
        err = message_tag_check(thread_page(thread)->tag);
    return err ? err : send(thread, slot);
}

/* Transfers the reply and makes the caller ready. ERR_STALE: `caller` is null. A thread that replies and then waits
 * gives the caller its place in the ready queue: `end` is QUEUE_FRONT. */
static err_t reply(struct thread *thread, struct thread *caller, enum queue_end end)
{
    if (!caller)
        return ERR_STALE;
    err_t err = message_transfer(thread, caller);
    if (err)
        return err;
    if (!caller->faulting) {
        message_registers(thread, false, &caller->registers);
        caller->registers.eax = OK;
    }
    caller->faulting = 0;
    thread_update_direct(caller);
    thread_cancel_wait(caller);
    cpu_enqueue(caller, end);
    return OK;
}

ALWAYS_INLINE void receive_signal(struct thread *thread, uint32_t bits)
{
    thread->registers.eax = 0;
    thread->registers.ebx = bits;
    thread_page(thread)->tag = TAG_SIGNAL;
}

static void receive_signals(struct thread *thread, struct endpoint *endpoint)
{
    receive_signal(thread, endpoint->waiting & BADGE_MAX);
    endpoint->waiting &= ENDPOINT_CALLERS;
}

static void stop_without_handler(struct thread *thread)
{
    thread_detach(thread);
    log_print("fault: a thread without a handler is stopped: vector %u address 0x%x eip 0x%x\n",
              thread->registers.vector, thread->fault_address, thread->registers.eip);
    irq_signal(IRQ_LOG);
}

/* The thread's wait fails: its call returns `status`; a fault stops the thread. */
static void fail(struct thread *thread, err_t status)
{
    if (thread->faulting)
        stop_without_handler(thread);
    else
        thread_wake_with(thread, status);
}

/* Whether a queued caller may still call: its slot still names this endpoint, with the same badge. */
static bool may_call(const struct thread *caller, const struct endpoint *endpoint)
{
    const struct slot *slot = AT(struct slot, caller->call_slot);

    return slot->object & SLOT_CALL && slot_object(slot) == REF(endpoint) && slot->value == caller->badge;
}

/* Moves a server without a home to its caller's processor, where it becomes ready, if this processor has other ready
 * threads; returns whether it did. `home` is set only so that cpu_enqueue() moves it. */
static bool moves_to_caller(struct thread *server, const struct thread *caller)
{
    if (server->home || server->cpu == caller->cpu || !thread_cpu(server)->ready_mask)
        return false;
    server->home = caller->cpu;
    cpu_enqueue(server, QUEUE_FRONT);
    server->home = 0;
    return true;
}

/* Receives from the first queued caller, or waits. A caller whose message is refused gets the error, and the next
 * caller is tried in another step: RESTART runs the call again without IPC_REPLY, so it only receives; its windows stay
 * open. */
static err_t receive_caller(struct thread *thread, struct endpoint *endpoint)
{
    if (list_is_empty(&endpoint->callers)) {
        endpoint->waiting = 0;
        await_message(thread, endpoint);
        return BLOCKED;
    }
    struct thread *caller = thread_of_link(endpoint->callers.first);
    err_t err = may_call(caller, endpoint) ? deliver(caller, thread, caller->badge) : ERR_CAP;
    if (err) {
        fail(caller, err);
        return RESTART;
    }
    link_remove(&caller->link);
    return moves_to_caller(thread, caller) ? BLOCKED : RECEIVED;
}

err_t ipc_receive(struct thread *thread)
{
    struct endpoint *endpoint = receives_from(thread);

    if (slot_is_empty(&thread->receives))
        return ERR_CAP;
    thread_defer_reply(thread);
    if (!(endpoint->waiting & BADGE_MAX))
        return receive_caller(thread, endpoint);
    receive_signals(thread, endpoint);
    return RECEIVED;
}

static __attribute__((noinline)) err_t reply_wait_general(struct thread *thread)
{
    struct thread *caller = thread->serving ? AT(struct thread, thread->serving) : caller_of(thread);
    /* Transferring a reply's items is one step, and transferring the next caller's is another. */
    bool items = thread->registers.eax & IPC_EXTENDED && message_tag(thread) & TAG_ITEMS;
    err_t err = slot_is_empty(&thread->receives) ? ERR_CAP : reply(thread, caller, QUEUE_FRONT);

    if (err)
        return err;
    return items && receives_from(thread)->waiting & ENDPOINT_CALLERS ? RESTART : ipc_receive(thread);
}

err_t ipc_reply(struct thread *thread)
{
    return reply(thread, caller_of(thread), QUEUE_BACK);
}

void endpoint_signal(struct endpoint *endpoint, uint32_t bits)
{
    endpoint->waiting |= bits;
    if (!(endpoint->waiting & BADGE_MAX) || list_is_empty(&endpoint->receivers))
        return;
    struct thread *thread = thread_of_link(endpoint->receivers.first);
    link_remove(&thread->link);
    receive_signals(thread, endpoint);
    cpu_enqueue(thread, QUEUE_BACK);
}

/* A waiting receiver of higher priority gets the bits and the processor at once, unless `reschedule` is set (the
 * running thread may be stopped or moved), or the quantum of the running thread's priority is over. */
err_t ipc_signal(struct thread *thread)
{
    struct cpu *cpu = thread_cpu(thread);
    const struct slot *slot = cspace_slot(&thread_task(thread)->cspace, thread->registers.eax >> SLOT_SHIFT);
    struct endpoint *endpoint = AT(struct endpoint, slot_object(slot));
    uint32_t bits = slot->value;

    if (!(slot->object & SLOT_SIGNAL))
        return cspace_refuse(slot, SLOT_ENDPOINT);
    struct thread *receiver = thread_of_link(endpoint->receivers.first);
    if (IPC_FORCE_GENERAL || list_is_empty(&endpoint->receivers) || !bits || !can_switch_directly(cpu, receiver) ||
        receiver->priority <= thread->priority || cpu->reschedule || cpu->quantum_over >> thread->priority & 1) {
        endpoint_signal(endpoint, bits);
        return OK;
    }
    thread->registers.eax = OK;
    list_remove_first(&endpoint->receivers);
    receive_signal(receiver, bits);
    thread->state = THREAD_READY; /* first in its queue */
    link_insert_after(REF(&cpu->ready[thread->priority]), &thread->link);
    cpu->ready_mask |= 1u << thread->priority;
    cpu->floor = thread->direct;
    thread_switch_directly(cpu, thread, receiver);
    arch_resume(receiver);
    return SWITCHED;
}

/* --------------------------------------------------------------------- faults and destruction */

/* If a handler's thread waits on this processor, it gets the fault and the processor at once. */
struct thread *ipc_fault(struct thread *thread)
{
    const struct slot *handler = &thread->handler;
    struct endpoint *endpoint = AT(struct endpoint, slot_object(handler));
    struct cpu *cpu = thread_cpu(thread);

    thread->faulting = 1, thread->direct ^= DIRECT_FAULTING;
    bool handled = handler->object & SLOT_CALL;
    struct thread *receiver = thread_of_link(handled ? endpoint->receivers.first : 0);
    if (IPC_FORCE_GENERAL || !handled || list_is_empty(&endpoint->receivers) || !can_switch_directly(cpu, receiver)) {
        if (!handled || send(thread, handler) != BLOCKED)
            stop_without_handler(thread);
        return thread_choose();
    }
    list_remove_first(&endpoint->receivers);
    message_registers(thread, true, &receiver->registers);
    receiver->registers.eax = handler->value;
    thread_page(receiver)->tag = TAG_FAULT;
    serve(receiver, thread_page(receiver), thread);
    thread_switch_directly(cpu, thread, receiver);
    arch_resume(receiver);
    return receiver;
}

static bool fail_step(struct list *list, unsigned *budget)
{
    for (; !list_is_empty(list); --*budget) {
        if (*budget == 0)
            return false;
        fail(thread_of_link(list->first), ERR_DEAD);
    }
    return true;
}

bool endpoint_fail_step(struct endpoint *endpoint, unsigned *budget)
{
    return fail_step(&endpoint->callers, budget) && fail_step(&endpoint->receivers, budget);
}

bool ipc_fail_owed_step(struct task *task, unsigned *budget)
{
    return fail_step(&task->owed, budget);
}
