/* What each call deserves, except messages. */
#include "tests/explore/deserved.h"

#include "kernel/ipc/ipc.h"
#include "tests/explore/hardware.h"

/* ---------------------------------------------------------------------------------- the calls */

struct asked {
    const struct event *event;
    const struct thread *thread;
    const struct task *task; /* of the thread */
    uint32_t slot, ebx, esi, edi, ebp;
};

static void cap_derive(const struct asked *a)
{
    const struct slot *parent = needs_any_capability(a->task, a->slot);
    const struct task *to = a->ebx >> 16 ? needs_task(a->task, a->ebx >> 16) : a->task;

    deserves_if(a->esi > RIGHT_ALL, ERR_ARG);
    if (parent)
        needs_child(parent, (struct derivation){(rights_t)a->esi, a->edi, a->ebp});
    if (to)
        needs_slot(to, a->ebx & 0xffff, (struct cost){0});
}

static void cap_any(const struct asked *a)
{
    needs_any_capability(a->task, a->slot);
}

static void memory_revoke(const struct asked *a)
{
    const struct slot *slot = needs_capability(a->task, a->slot, SLOT_MEMORY, RIGHT_OWN);

    if (!slot)
        return;
    deserves_if(a->esi == 0 || (uint64_t)a->ebx + a->esi > slot->object >> SLOT_RANGE_COUNT_SHIFT ||
                    (uint64_t)slot->value + a->ebx + a->esi > kernel.frame_count,
                ERR_ARG);
    deserves_if(node_is_being_revoked(&kernel.ranges[0].caps), ERR_BUSY);
}

static void needs_source(const struct asked *a, rights_t rights, uint32_t pages)
{
    const struct slot *slot = slot_in_table(a->task, a->esi >> 16);

    if (!slot || !slot_is_of_kind(slot, SLOT_TASK)) {
        needs_mappable_frames(needs_frames(a->task, a->esi >> 16, rights, a->edi, pages), pages);
        return;
    }
    const struct task *from = needs_task(a->task, a->esi >> 16);
    bool valid = range_is_valid(a->edi, pages, CALL_PAGES_MAX);
    deserves_if(!valid, ERR_ARG);
    if (valid)
        needs_mapped_pages((struct pages_needed){from, a->edi, pages, rights, false});
}

static void vm_map(const struct asked *a)
{
    uint32_t address = a->ebx & -(uint32_t)PAGE_SIZE, low = a->ebx % PAGE_SIZE, pages = a->esi & 0xffff;
    bool valid = range_is_valid(address, pages, CALL_PAGES_MAX);
    const struct task *to = needs_task(a->task, a->slot);
    struct cost cost = {0};

    deserves_if(low > RIGHT_ALL || !can_be_mapped((rights_t)low) || !valid, ERR_ARG);
    needs_source(a, low & RIGHT_ALL, pages);
    if (!to || !valid)
        return;
    needs_free_pages(to, address, pages);
    cost_of_pages(&cost, to, address, pages);
    needs_account(to, &cost);
}

static void vm_unmap(const struct asked *a)
{
    needs_task(a->task, a->slot);
    deserves_if(!range_is_valid(a->ebx, a->esi, CALL_PAGES_MAX), ERR_ARG);
}

static void vm_protect(const struct asked *a)
{
    uint32_t address = a->ebx & -(uint32_t)PAGE_SIZE, low = a->ebx % PAGE_SIZE;
    bool valid = range_is_valid(address, a->esi, CALL_PAGES_MAX);
    const struct task *task = needs_task(a->task, a->slot);

    deserves_if(low > RIGHT_ALL || !can_be_mapped((rights_t)low) || !valid, ERR_ARG);
    for (uint32_t i = 0; task && valid && i < a->esi; i++)
        deserves_if(!page_seen(frame_number(REF(task)), address + i * PAGE_SIZE), ERR_ABSENT);
}

/* One frame that is read or written: FRAME if it is not memory. */
static void needs_contents(const struct asked *a, uint32_t index, rights_t rights, uint32_t offset)
{
    uint32_t frame = needs_frames(a->task, index, rights, offset, 1);

    deserves_if(frame && (frame >= kernel.frame_count || seen.records[frame].kind != FRAME_USER), ERR_FRAME);
}

static void frame_clear(const struct asked *a)
{
    needs_contents(a, a->slot, RIGHT_WRITE, a->ebx);
}

static void frame_copy(const struct asked *a)
{
    deserves_if(a->ebp == 0 || a->ebp > PAGE_SIZE, ERR_ARG);
    needs_contents(a, a->slot, RIGHT_WRITE, a->ebx);
    needs_contents(a, a->esi, RIGHT_READ, a->edi);
}

static void task_create(const struct asked *a)
{
    needs_donation(a->task, a->slot, a->ebx, 1);
    needs_slot(a->task, a->esi, (struct cost){0});
}

static void task_donate(const struct asked *a)
{
    uint32_t pages = a->ebx >> 16;

    deserves_if(pages == 0 || pages > CALL_PAGES_MAX, ERR_ARG);
    needs_task(a->task, a->slot);
    needs_donation(a->task, a->ebx & 0xffff, a->esi, pages);
}

static void object_destroy(const struct asked *a)
{
    const struct slot *slot = needs_any_capability(a->task, a->slot);

    deserves_if(slot && slot->object & SLOT_RANGE, ERR_CAP);
    deserves_if(slot && !(slot->node.flags & RIGHT_OWN), ERR_RIGHTS);
}

static void endpoint_create(const struct asked *a)
{
    struct cost cost = {0};

    cost_of_cell(&cost, a->task, FRAME_ENDPOINTS, ENDPOINT_SHIFT);
    needs_slot(a->task, a->ebx, cost);
}

static void needs_endpoint(const struct asked *a, uint32_t index, rights_t right)
{
    const struct slot *slot = index ? needs_living_object(a->task, index, SLOT_ENDPOINT, right) : NULL;

    if (slot)
        needs_child(slot, (struct derivation){.rights = right});
}

static bool is_processor(uint32_t number)
{
    return number == CPU_ANY || number < kernel.cpu_count;
}

/* The thread's task pays for its page, tables and cell; the caller's task pays for the slot. These are one account, or
 * two. */
static void thread_create(const struct asked *a)
{
    bool valid = range_is_valid(a->edi, 1, 1);
    const struct task *task = needs_task(a->task, a->slot);
    struct cost cost = {.frames = 1};

    deserves_if((a->esi >> 16 & 0xff) > a->thread->priority || !is_processor(a->esi >> 24) || !valid, ERR_ARG);
    needs_endpoint(a, a->ebx >> 16, RIGHT_RECEIVE);
    needs_endpoint(a, a->esi & 0xffff, RIGHT_CALL);
    if (!task || !valid)
        return;
    needs_free_pages(task, a->edi, 1);
    cost_of_pages(&cost, task, a->edi, 1);
    cost_of_cell(&cost, task, FRAME_THREADS, THREAD_SHIFT);
    needs_slot(a->task, a->ebx & 0xffff, task == a->task ? cost : (struct cost){0});
    if (task != a->task)
        needs_account(task, &cost);
}

static void thread_control(const struct asked *a)
{
    needs_thread(a->task, a->slot);
}

static const struct thread *needs_stopped(const struct asked *a)
{
    const struct thread *thread = needs_thread(a->task, a->slot);

    deserves_if(a->ebx > THREAD_FPU, ERR_ARG);
    deserves_if(thread && (thread->state == THREAD_RUNNING || thread->restarting || thread->reaping), ERR_STATE);
    return thread;
}

static void thread_read(const struct asked *a)
{
    const struct thread *thread = needs_stopped(a);

    deserves_if(thread && a->ebx == THREAD_FPU && !thread->uses_fpu, ERR_ABSENT);
}

static void thread_write(const struct asked *a)
{
    needs_stopped(a);
}

static void thread_schedule(const struct asked *a)
{
    needs_thread(a->task, a->slot);
    deserves_if(a->ebx > a->thread->priority || !is_processor(a->esi), ERR_ARG);
}

static void needs_range(const struct asked *a, enum slot_bits kind, rights_t rights, uint32_t count)
{
    const struct slot *slot = needs_capability(a->task, a->slot, kind, rights);

    deserves_if(slot && (a->ebx < slot->value || !slot_has_range(slot, a->ebx - slot->value, count)), ERR_ARG);
}

static void irq_bind(const struct asked *a)
{
    const struct slot *endpoint = needs_living_object(a->task, a->esi, SLOT_ENDPOINT, RIGHT_SIGNAL);

    needs_range(a, SLOT_IRQS, RIGHT_CONTROL, 1);
    if (endpoint)
        needs_child(endpoint, (struct derivation){.rights = RIGHT_SIGNAL});
    deserves_if(a->ebx < IRQ_COUNT && kernel.irq_endpoints[a->ebx].object, ERR_TAKEN);
}

static void irq_ack(const struct asked *a)
{
    needs_range(a, SLOT_IRQS, RIGHT_CONTROL, 1);
}

static void needs_ports(const struct asked *a, rights_t right)
{
    bool valid = a->esi == 1 || a->esi == 2 || a->esi == 4;

    deserves_if(!valid, ERR_ARG);
    needs_range(a, SLOT_PORTS, right, a->esi);
}

static void port_in(const struct asked *a)
{
    needs_ports(a, RIGHT_READ);
}

static void port_out(const struct asked *a)
{
    needs_ports(a, RIGHT_WRITE);
}

static void log_write(const struct asked *a)
{
    deserves_if(a->ebx > IPC_PAGE_WORDS * sizeof(uint32_t), ERR_ARG);
    needs_capability(a->task, a->slot, SLOT_LOG, RIGHT_WRITE);
}

static void signal(const struct asked *a)
{
    needs_capability(a->task, a->slot, SLOT_ENDPOINT, RIGHT_SIGNAL);
}

static void message(const struct asked *a)
{
    deserved_by_message(a->event, a->thread);
}

static void nothing(const struct asked *a)
{
    (void)a;
}

static void (*const calls[SYS_COUNT])(const struct asked *) = {
    [SYS_ipc_call] = message,
    [SYS_ipc_reply_wait] = message,
    [SYS_ipc_reply] = message,
    [SYS_ipc_signal] = signal,
    [SYS_cap_derive] = cap_derive,
    [SYS_cap_delete] = cap_any,
    [SYS_cap_revoke] = cap_any,
    [SYS_memory_revoke] = memory_revoke,
    [SYS_vm_map] = vm_map,
    [SYS_vm_unmap] = vm_unmap,
    [SYS_vm_protect] = vm_protect,
    [SYS_frame_clear] = frame_clear,
    [SYS_frame_copy] = frame_copy,
    [SYS_task_create] = task_create,
    [SYS_task_donate] = task_donate,
    [SYS_object_destroy] = object_destroy,
    [SYS_endpoint_create] = endpoint_create,
    [SYS_thread_create] = thread_create,
    [SYS_thread_resume] = thread_control,
    [SYS_thread_stop] = thread_control,
    [SYS_thread_read] = thread_read,
    [SYS_thread_write] = thread_write,
    [SYS_thread_schedule] = thread_schedule,
    [SYS_thread_yield] = nothing,
    [SYS_irq_bind] = irq_bind,
    [SYS_irq_ack] = irq_ack,
    [SYS_port_in] = port_in,
    [SYS_port_out] = port_out,
    [SYS_log_write] = log_write,
    [SYS_version] = nothing,
};

void deserved_by_call(const struct event *event, const struct thread *thread)
{
    deserved = (struct deserved){0};
    if (event->call < SYS_COUNT)
        calls[event->call](&(struct asked){event, thread, AT(struct task, thread->task), event->eax >> SLOT_SHIFT,
                                           event->ebx, event->esi, event->edi, event->ebp});
    else
        deserves_if(true, ERR_CALL);
}
