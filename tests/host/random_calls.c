#include "tests/host/random_calls.h"

#include "tests/host/check.h"

enum {
    SLOTS = 64,       /* the slots that random calls name */
    SLOT_PARENT = 10, /* its capability has many children, so that revoking it takes several steps */
    SLOT_ANY = 0x3f,  /* the bits in a slot's `object` that are set for some kind */
};

static const struct thread *caller;
static uint32_t succeeded[SYS_COUNT]; /* calls that succeeded */

static uint32_t any_slot(void)
{
    return random_below(64) ? random_below(SLOTS) : random_below(SLOT_COUNT);
}

/* Mostly a slot of the running thread's table that holds that kind (0: an empty one). */
static uint32_t slot_with(uint32_t kind)
{
    const struct cspace *cspace = &AT(struct task, caller->task)->cspace;
    uint32_t start = random_below(SLOTS);

    for (uint32_t i = 0; i < SLOTS && random_below(40); i++) {
        uint32_t index = (start + i) % SLOTS, object = cspace_slot(cspace, index)->object;
        if (index && (kind ? (object & SLOT_ANY & kind) != 0 : object == 0))
            return index;
    }
    return any_slot();
}

/* The slot that the call names. */
static uint32_t slot_for(unsigned number)
{
    switch (number) {
    case SYS_ipc_call:
    case SYS_ipc_signal:
        return slot_with(SLOT_ENDPOINT);
    case SYS_vm_map:
    case SYS_vm_unmap:
    case SYS_vm_protect:
        return slot_with(SLOT_TASK);
    case SYS_task_donate:
    case SYS_thread_create:
        return random_below(2) ? WORLD_TASK : slot_with(SLOT_TASK);
    case SYS_thread_resume:
    case SYS_thread_stop:
    case SYS_thread_read:
    case SYS_thread_write:
    case SYS_thread_schedule:
        return slot_with(SLOT_THREAD);
    case SYS_cap_derive:
        return random_below(3) == 0 ? WORLD_MEMORY : random_below(2) ? SLOT_PARENT : slot_with(SLOT_ANY);
    case SYS_cap_revoke:
    case SYS_object_destroy:
    case SYS_cap_delete:
        return random_below(20) == 0 ? SLOT_PARENT : slot_with(SLOT_ANY);
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
    const uint32_t table_end = 1u << DIRECTORY_SHIFT, directory_end = 1u << SPACE_SHIFT;
    const uint32_t bases[] = {
        0x8000, 0x9000, table_end / 2, table_end - PAGE_SIZE, directory_end, SPACE_END - PAGE_SIZE};
    uint32_t address = bases[random_below(6)] + random_below(6) * PAGE_SIZE;

    return random_below(40) ? address : address + random_below(PAGE_SIZE);
}

/* Mostly one that the caller may give. */
static uint32_t any_priority(void)
{
    return random_below(30) ? random_below(caller->priority + 1u) : random_below(PRIORITY_COUNT + 2);
}

/* Seldom one that does not exist. */
static uint32_t any_cpu(void)
{
    if (random_below(4) == 0)
        return CPU_ANY;
    return random_below(30) ? random_below(kernel.cpu_count) : kernel.cpu_count;
}

static uint32_t any_pages(void)
{
    return random_below(20) ? 1 + random_below(4) : random_below(70);
}

static uint32_t any_rights(void)
{
    return random_below(3) ? RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT : random_below(32);
}

/* Mostly rights that a mapping may have. */
static uint32_t any_map_rights(void)
{
    static const uint8_t rights[] = {RIGHT_READ, RIGHT_READ | RIGHT_GRANT, RIGHT_READ | RIGHT_WRITE,
                                     RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT};

    return random_below(8) ? rights[random_below(4)] : random_below(16);
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
        .rights = any_rights() & 31,
        .kind = kind & 7,
        .pages = (uint8_t)any_pages(),
        .from = kind == ITEM_MEMORY    ? random_below(2) ? any_offset() : random_below(8)
                   : kind == ITEM_ADDRESS ? any_address()
                                       : random_below(4),
        .to = kind == ITEM_CAP ? random_below(6) : any_address(),
    };
}

static void any_page(struct message_page *page)
{
    for (unsigned i = 0; i < IPC_ITEMS; i++)
        any_item(&page->items[i]);
    page->tag = random_below(8) | (random_below(3) ? random_below(3) : random_below(8)) << 8;
    if (random_below(50) == 0)
        page->tag = random_below(UINT32_MAX);
    page->window = random_below(2) ? 0 : any_address() & -(uint32_t)PAGE_SIZE;
    page->window_pages = page->window ? random_below(10) : SPACE_END >> PAGE_BITS;
    page->slots = random_below(SLOTS);
    page->slots_count = random_below(5);
    if (random_below(30) == 0)
        page->caller = random_below(UINT32_MAX);
}

static uint32_t any_flags(uint32_t call)
{
    const uint32_t all = call == SYS_ipc_reply_wait ? IPC_FLAGS : IPC_FLAGS & ~(uint32_t)IPC_REPLY;

    return random_below(UINT32_MAX) & all;
}

static void derive_arguments(struct registers *r)
{
    const struct slot *parent = cspace_slot(&thread_task(caller)->cspace, r->eax >> SLOT_SHIFT);
    bool is_range = random_below(20) ? (parent->object & SLOT_RANGE) != 0 : random_below(2);

    r->ebx = slot_with(0) | (random_below(3) ? 0 : slot_with(SLOT_TASK) << 16);
    r->esi = random_below(3) ? parent->node.flags & RIGHT_ALL : random_below(32);
    r->edi = !is_range ? 0 : random_below(3) ? random_below(8) : any_offset();
    r->ebp = !is_range || random_below(2) ? 0 : 1 + random_below(40);
}

/* Arguments that often make sense for the call; false if it is not one of these calls. */
static bool memory_arguments(unsigned call, struct registers *r)
{
    switch (call) {
    case SYS_cap_derive:
        derive_arguments(r);
        break;
    case SYS_memory_revoke:
        r->ebx = random_below(2) ? any_offset() : random_below(10);
        r->esi = any_pages();
        break;
    case SYS_vm_map:
        r->ebx = any_address() | any_map_rights();
        r->esi = any_pages() | (random_below(4) == 0 ? slot_with(SLOT_TASK) : WORLD_MEMORY) << 16;
        r->edi = r->esi >> 16 == WORLD_MEMORY ? any_offset() : any_address();
        break;
    case SYS_vm_unmap:
        r->ebx = any_address();
        r->esi = any_pages();
        break;
    case SYS_vm_protect:
        r->ebx = any_address() | any_map_rights();
        r->esi = random_below(2) ? 1 : any_pages();
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
        r->esi = (random_below(2) ? slot_with(SLOT_ENDPOINT) : 0) | any_priority() << 16 | any_cpu() << 24;
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
        r->ebx = any_priority();
        r->esi = any_cpu();
        break;
    default:
        r->ebx = any_slot();
        r->esi = random_below(8);
        r->edi = random_below(8);
    }
}

static unsigned any_call(void)
{
    static const uint8_t often[] = {
        SYS_ipc_call,      SYS_ipc_reply_wait, SYS_ipc_reply_wait,  SYS_thread_resume, SYS_vm_map,     SYS_cap_derive,
        SYS_thread_create, SYS_task_create,    SYS_task_donate,     SYS_cap_derive,    SYS_cap_derive, SYS_cap_derive,
        SYS_ipc_call,      SYS_ipc_reply,      SYS_endpoint_create, SYS_thread_stop,   SYS_cap_delete, SYS_vm_unmap,
        SYS_vm_protect,    SYS_object_destroy, SYS_vm_map};

    return random_below(2) ? often[random_below(sizeof often)] : random_below(SYS_COUNT + 1);
}

/* The run needs what init has from the start: calls seldom delete or destroy it. */
static bool is_basis(uint32_t index, const struct thread *init)
{
    uint32_t object = cspace_slot(&thread_task(caller)->cspace, index)->object;

    if (caller->task == init->task && index <= WORLD_THREAD)
        return true;
    return object == (init->task | SLOT_TASK) || object == (REF(init) | SLOT_THREAD);
}

static bool is_the_end(unsigned number, uint32_t slot, const struct thread *init)
{
    if (caller == init && (number == SYS_ipc_reply_wait || number == SYS_ipc_call))
        return random_below(3); /* the wait would be long */
    bool ends = number == SYS_object_destroy || number == SYS_cap_delete || number == SYS_cap_revoke ||
                number == SYS_thread_stop || number == SYS_thread_schedule;

    return ends && is_basis(slot, init) && random_below(500);
}

bool random_call(struct thread *thread, const struct thread *init)
{
    struct registers *r = &thread->registers;
    unsigned number = any_call();

    caller = thread;
    uint32_t slot = slot_for(number);
    if (is_the_end(number, slot, init))
        return false;
    any_page(thread_page(thread));
    *r = (struct registers){.vector = VECTOR_SYSCALL};
    r->eax = number | slot << SLOT_SHIFT;
    if (number <= SYS_ipc_reply)
        r->eax |= any_flags(number);
    if (!memory_arguments(number, r))
        object_arguments(number, r);
    return true;
}

void random_call_returned(unsigned number, const struct thread *thread)
{
    if (number < SYS_COUNT && (int32_t)thread->registers.eax >= OK)
        succeeded[number]++;
}

void random_calls_check(void)
{
    for (unsigned i = SYS_ipc_reply + 1; i < SYS_COUNT; i++) { /* a sender or waiter runs on only later */
        if (succeeded[i] <= 3)
            fprintf(stderr, "%s succeeded only %u times\n", call_names[i], succeeded[i]);
        CHECK(succeeded[i] > 3);
    }
}

uint32_t random_fault(struct thread *thread)
{
    thread->registers.vector = random_below(3) ? 14 : random_below(20);
    return any_address();
}

uint32_t random_page(void)
{
    return any_address() & -(uint32_t)PAGE_SIZE;
}

/* ---------------------------------------------------------------------------------- the run */

/* A thread that was destroyed has left its cell zeroed. */
static bool is_alive(const struct thread *thread)
{
    return thread->page && thread->state != THREAD_DEAD;
}

bool random_run_is_over(const struct thread *init)
{
    const struct task *task = AT(struct task, frame_ref(WORLD_FREE));

    return frame_at(WORLD_FREE)->kind != FRAME_TASK || task->stage || !is_alive(init);
}

bool random_waits(const struct thread *thread)
{
    return is_alive(thread) && thread->state != THREAD_READY && thread->state != THREAD_RUNNING;
}

void random_wake(struct thread *thread, unsigned cpu)
{
    if (!random_waits(thread))
        return;
    thread_detach(thread);
    thread->stopped = 0;
    thread->home = REF(&kernel.cpus[cpu]);
    thread_update_direct(thread);
    cpu_enqueue(thread, QUEUE_BACK);
}
