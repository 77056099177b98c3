/*
 * The kernel's real core, driven by random system calls, faults and interrupts of whatever thread it
 * chooses to run; the audit walks everything as it goes. Long calls take steps of four nodes, and between
 * steps an interrupt may come. In the end init's task is destroyed, and every frame must be memory again.
 * defines: HOST_STEP_NODES=4
 * sources: kernel/mem/node.c kernel/mem/node_check.c kernel/mem/account.c kernel/cap/slot.c
 * sources: kernel/cap/slot_check.c kernel/cap/cspace.c kernel/vm/space.c kernel/vm/space_check.c
 * sources: kernel/vm/source.c kernel/thread/cpu.c kernel/thread/thread.c kernel/thread/thread_check.c
 * sources: kernel/ipc/ipc.c kernel/ipc/message.c kernel/ipc/endpoint_check.c kernel/sys/sys.c
 * sources: kernel/sys/sys_cap.c kernel/sys/sys_vm.c kernel/sys/sys_object.c kernel/sys/sys_thread.c
 * sources: kernel/sys/sys_device.c kernel/objects.c kernel/events.c kernel/audit_check.c
 * sources: kernel/lib/log.c kernel/thread/translations.c tests/host/kernel_world.c
 */
#include "kernel/audit_check.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <setjmp.h>

enum {
    SLOTS = 24, /* the slots that random calls name */
    STEPS = 400000,
    AUDIT_EVERY = 7,
};

static struct thread *current;
static uint32_t succeeded[SYS_COUNT]; /* calls that were not refused, to see that the run is not idle */

/* ---------------------------------------------------------------------- what random calls are made of */

static uint32_t any_slot(void)
{
    return random_below(64) ? random_below(SLOTS) : random_below(SLOT_COUNT);
}

/* Mostly a slot of the running thread's table that holds that kind (0: that is empty). */
static uint32_t slot_with(uint32_t kind)
{
    const struct cspace *cspace = &AT(struct task, current->task)->cspace;
    uint32_t start = random_below(SLOTS);

    for (uint32_t i = 0; i < SLOTS && random_below(40); i++) {
        uint32_t index = (start + i) % SLOTS, object = cspace_slot(cspace, index)->object;
        if (index && (kind ? (object & 0x3f & kind) != 0 : object == 0))
            return index;
    }
    return any_slot();
}

/* The slot that a call names. */
static uint32_t slot_for(unsigned number)
{
    switch (number) {
    case SYS_ipc_call:
    case SYS_ipc_signal:
        return slot_with(SLOT_ENDPOINT);
    case SYS_vm_map:
    case SYS_vm_unmap:
    case SYS_vm_protect:
    case SYS_task_donate:
    case SYS_thread_create:
        return slot_with(SLOT_TASK);
    case SYS_thread_resume:
    case SYS_thread_stop:
    case SYS_thread_read:
    case SYS_thread_write:
    case SYS_thread_schedule:
        return slot_with(SLOT_THREAD);
    case SYS_memory_revoke:
    case SYS_frame_clear:
    case SYS_frame_copy:
    case SYS_task_create:
        return WORLD_MEMORY;
    default:
        return any_slot();
    }
}

static uint32_t any_address(void)
{
    static const uint32_t bases[] = {0x8000, 0x9000, 0x100000, 0x1ff000, 0x40000000, 0xbffff000};
    uint32_t address = bases[random_below(6)] + random_below(6) * PAGE_SIZE;

    return random_below(40) ? address : address + random_below(PAGE_SIZE);
}

static uint32_t any_pages(void)
{
    return random_below(20) ? 1 + random_below(4) : random_below(70);
}

static uint32_t any_rights(void)
{
    return random_below(3) ? RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT : random_below(32);
}

static uint32_t any_offset(void)
{
    return WORLD_USER + random_below(WORLD_FRAMES - WORLD_USER);
}

static void any_item(struct item *item)
{
    enum item_kind kind = random_below(8) ? random_below(3) : random_below(8);

    *item = (struct item){
        .slot = (uint16_t)any_slot(),
        .kind_rights = (uint8_t)(kind << ITEM_KIND_SHIFT | (any_rights() & 31)),
        .pages = (uint8_t)any_pages(),
        .from = kind == ITEM_MEMORY    ? random_below(2) ? any_offset() : random_below(8)
                : kind == ITEM_ADDRESS ? any_address()
                                       : random_below(4),
        .place = random_below(6),
    };
}

static void any_page(struct message_page *page)
{
    for (unsigned i = 0; i < IPC_ITEMS; i++)
        any_item(&page->items[i]);
    page->tag = random_below(8) | (random_below(3) ? random_below(3) : random_below(8)) << 8;
    if (random_below(50) == 0)
        page->tag = random_below(UINT32_MAX);
    page->window = any_address() & -(uint32_t)PAGE_SIZE;
    page->window_pages = random_below(10);
    page->slots = random_below(SLOTS);
    page->slots_count = random_below(5);
    if (random_below(30) == 0)
        page->caller = random_below(UINT32_MAX);
}

static uint32_t any_flags(void)
{
    return random_below(16) << 8;
}

/* Arguments that often make sense for the call; false if it is none of these. */
static bool memory_arguments(unsigned call, struct registers *r)
{
    switch (call) {
    case SYS_cap_derive:
        r->ebx = slot_with(0) | (random_below(2) ? 0 : slot_with(SLOT_TASK) << 16);
        r->esi = random_below(4) ? random_below(32) : RIGHT_ALL;
        r->edi = random_below(3) ? 0 : any_offset();
        r->ebp = random_below(2) ? 0 : 1 + random_below(40);
        break;
    case SYS_memory_revoke:
        r->ebx = random_below(2) ? any_offset() : random_below(10);
        r->esi = any_pages();
        break;
    case SYS_vm_map:
        r->ebx = any_address() | (any_rights() & 15);
        r->esi = any_pages() | (random_below(2) ? slot_with(SLOT_TASK) : WORLD_MEMORY) << 16;
        r->edi = random_below(2) ? any_offset() : any_address();
        break;
    case SYS_vm_unmap:
        r->ebx = any_address();
        r->esi = any_pages();
        break;
    case SYS_vm_protect:
        r->ebx = any_address() | random_below(16);
        r->esi = any_pages();
        break;
    case SYS_frame_clear:
    case SYS_frame_copy:
        r->ebx = any_offset();
        r->esi = random_below(4) ? WORLD_MEMORY : any_slot();
        r->edi = any_offset();
        r->ebp = random_below(5000);
        break;
    default:
        return false;
    }
    return true;
}

static void object_arguments(unsigned call, struct registers *r)
{
    switch (call) {
    case SYS_task_create:
        r->ebx = any_offset();
        r->esi = slot_with(0);
        break;
    case SYS_task_donate:
        r->ebx = WORLD_MEMORY | (1 + random_below(16)) << 16;
        r->esi = any_offset();
        break;
    case SYS_thread_create:
        r->ebx = slot_with(0) | (random_below(4) ? slot_with(SLOT_ENDPOINT) : 0) << 16;
        r->esi = (random_below(2) ? slot_with(SLOT_ENDPOINT) : 0) | random_below(32) << 16;
        r->edi = any_address();
        break;
    case SYS_endpoint_create:
        r->ebx = slot_with(0);
        break;
    case SYS_thread_read:
    case SYS_thread_write:
        r->ebx = random_below(3);
        break;
    case SYS_irq_bind:
    case SYS_irq_ack:
        r->ebx = random_below(26);
        r->esi = slot_with(SLOT_ENDPOINT);
        break;
    case SYS_thread_schedule:
        r->ebx = random_below(34);
        r->esi = random_below(30) == 0;
        break;
    default:
        r->ebx = any_slot();
        r->esi = random_below(8);
        r->edi = random_below(8);
    }
}

static unsigned any_call(void)
{
    static const uint8_t often[] = {SYS_ipc_call,    SYS_ipc_reply_wait,  SYS_ipc_reply_wait,
                                    SYS_thread_resume, SYS_vm_map,        SYS_cap_derive,
                                    SYS_thread_create, SYS_task_create,   SYS_task_donate,
                                    SYS_ipc_call,    SYS_ipc_reply,       SYS_endpoint_create};

    return random_below(2) ? often[random_below(sizeof often)] : random_below(SYS_COUNT + 1);
}

/* An event, of which an interrupt may abandon the rest. */
struct event {
    enum { CALL, FAULT, INTERRUPT } kind;
    uint32_t argument; /* call's number, address, line */
};

static jmp_buf abandoned;
static uint32_t abandonments;

static void breathe(void)
{
    if (random_below(8) == 0)
        audit_kernel();
    if (random_below(3) == 0)
        longjmp(abandoned, 1);
}

static struct thread *handle(struct thread *thread, struct event event)
{
    switch (event.kind) {
    case CALL:
        return event_syscalls[event.argument](thread);
    case FAULT:
        return event_fault(thread, event.argument);
    default:
        return event_interrupt(thread, event.argument);
    }
}

static void deliver(struct event event)
{
    if (setjmp(abandoned) == 0) {
        current = handle(current, event);
        return;
    }
    abandonments++;
    deliver((current = NULL, (struct event){INTERRUPT, random_below(IRQ_COUNT)}));
}

static void call(unsigned number, uint32_t slot)
{
    struct registers *r = &current->registers;

    any_page(AT(struct message_page, current->page));
    *r = (struct registers){.vector = VECTOR_SYSCALL};
    r->eax = number | slot << SLOT_SHIFT;
    if (number <= SYS_ipc_reply)
        r->eax |= any_flags();
    if (!memory_arguments(number, r))
        object_arguments(number, r);
    struct thread *caller = current;
    deliver((struct event){CALL, r->eax & 0xff});
    if (number < SYS_COUNT && current == caller && (int32_t)caller->registers.eax >= OK)
        succeeded[number]++;
}

/* What init was born with is the basis of the run: it is seldom destroyed. */
static bool is_the_end(unsigned number, uint32_t slot, const struct thread *init)
{
    if ((number == SYS_ipc_reply_wait || number == SYS_ipc_call) && current == init)
        return random_below(3); /* it would wait for long */
    bool ends = number == SYS_object_destroy || number == SYS_cap_delete || number == SYS_cap_revoke ||
                number == SYS_thread_stop;

    return ends && slot <= 6 && current == init && random_below(500);
}

/* A thread that is gone has left its place zeroed. */
static bool is_alive(const struct thread *thread)
{
    return thread->page && thread->state != THREAD_DEAD;
}

/* Nobody can run: an interrupt, or init is pulled out of what it waits for. */
static void idle_step(struct thread *init)
{
    deliver((struct event){INTERRUPT, random_below(IRQ_COUNT)});
    if (current || !is_alive(init))
        return;
    thread_detach(init);
    init->held = 0;
    thread_update_direct(init);
    cpu_enqueue(init, QUEUE_BACK);
    deliver((struct event){INTERRUPT, random_below(IRQ_COUNT)});
}

static void step(struct thread *init)
{
    unsigned number = any_call();
    uint32_t slot = current ? slot_for(number) : 0;

    if (!current) {
        idle_step(init);
    } else if (random_below(40) == 0) {
        deliver((struct event){INTERRUPT, random_below(4) ? IRQ_TICK : random_below(IRQ_COUNT)});
    } else if (random_below(60) == 0) {
        current->registers.vector = random_below(3) ? 14 : random_below(20);
        deliver((struct event){FAULT, any_address()});
    } else if (!is_the_end(number, slot, init)) {
        call(number, slot);
    }
}

/* One run from boot until init is dead or blocked for good. */
static unsigned run(unsigned steps)
{
    unsigned done = 0;

    struct thread *init = current = world_boot();
    host_breathe = breathe;
    struct task *task = AT(struct task, init->task);
    for (; done < steps; done++) {
        bool alive = frame_at(WORLD_FREE)->kind == FRAME_TASK && !task->stage;
        if (!alive || !is_alive(init))
            break;
        step(init);
        if (done % AUDIT_EVERY == 0)
            audit_kernel();
    }
    audit_kernel();
    host_breathe = NULL;
    world_end();
    return done + 1;
}

int main(void)
{
    unsigned steps = 0, runs = 0;

    for (; steps < STEPS; runs++)
        steps += run(4000);
    for (unsigned i = 0; i < SYS_COUNT; i++)
        CHECK(succeeded[i] > 3 || i <= SYS_ipc_reply); /* who sends or waits runs on later */
    printf("test_kernel_random: %u steps in %u runs, %u interrupted\n", steps, runs, abandonments);
}
