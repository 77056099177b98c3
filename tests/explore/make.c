#include "tests/explore/make.h"

#include "kernel/ipc/ipc.h"
#include "kernel/object/object.h"
#include "kernel/vm/source.h"
#include "tests/explore/hardware.h"
#include "tests/model/system_call.h"

#include <string.h>

const struct world *world;
uint32_t world_memory;
static uint32_t next_frame;
static struct task *first;

static uint32_t take_frame(void)
{
    if (next_frame == ARENA_FRAMES)
        violation("the world has too many frames");
    frame_make_user(frame_at(next_frame), false);
    return next_frame++;
}

static struct slot *slot_in(struct task *task, uint32_t index)
{
    return cspace_open(&task->cspace, &task->account, index, kernel.empty_leaf);
}

struct task *make_task(unsigned account)
{
    struct task *task = task_make(take_frame());

    for (unsigned i = 1; i < account; i++)
        account_donate(&task->account, take_frame());
    slot_make(slot_in(task, SLOT_SELF), &task->object.caps, RIGHT_ALL, 0, REF(task) | SLOT_TASK);
    return task;
}

struct thread *make_thread(struct task *task, struct thread_at at)
{
    struct thread *thread = thread_make(task, at.page, at.priority, at.cpu);

    slot_make(slot_in(task, at.slot), &thread->object.caps, RIGHT_ALL, 0, REF(thread) | SLOT_THREAD);
    thread->stopped = 0;
    thread_update_direct(thread);
    cpu_enqueue(thread, QUEUE_BACK);
    return thread;
}

struct task *make_first(unsigned account, uint8_t priority)
{
    first = make_task(account);
    make_thread(first, (struct thread_at){MESSAGE_PAGE_0, SLOT_MAIN_THREAD, priority, 0});
    thread_choose();
    return first;
}

struct thread *first_thread(void)
{
    return AT(struct thread, slot_object(cspace_slot(&first->cspace, SLOT_MAIN_THREAD)));
}

void make_memory(struct task *task, uint32_t count)
{
    world_memory = next_frame;
    for (uint32_t i = 0; i < count; i++)
        take_frame();
    slot_make(slot_in(task, SLOT_OWN_MEMORY), &range_object(SLOT_MEMORY)->caps, RIGHT_ALL, world_memory,
              SLOT_MEMORY | count << SLOT_RANGE_COUNT_SHIFT);
}

static void map(const struct source *source, struct task *task, uint32_t address)
{
    source_map(source, 1, RIGHTS_RG, &(struct target){&task->space, &task->account, address});
}

void make_mapping(struct task *task, uint32_t address)
{
    map(&(struct source){.first = world_memory, .kinship = CHILD}, task, address);
}

void make_mapping_of(const struct task *from, uint32_t at, struct task *task, uint32_t address)
{
    map(&(struct source){&from->space, at, CHILD}, task, address);
}

void make_range(struct task *task, uint32_t slot, enum slot_bits kind, uint32_t count)
{
    slot_make(slot_in(task, slot), &range_object((uint32_t)kind)->caps, RIGHT_ALL, 0,
              (uint32_t)kind | count << SLOT_RANGE_COUNT_SHIFT);
}

void make_call(unsigned call, uint32_t slot, const uint32_t arguments[4])
{
    struct thread *thread = first_thread();

    thread->registers = (struct registers){.eax = call | slot << SLOT_SHIFT,
                                           .ebx = arguments[0],
                                           .esi = arguments[1],
                                           .edi = arguments[2],
                                           .ebp = arguments[3],
                                           .vector = VECTOR_SYSCALL};
    host_system_call(thread, call);
    if (thread->registers.eax != OK)
        violation("%s of slot %u was refused: %d", call_names[call], slot, (int)thread->registers.eax);
    thread->registers = (struct registers){0};
}

void make_endpoint(uint32_t slot)
{
    make_call(SYS_endpoint_create, 0, (const uint32_t[4]){slot});
}

static void derive(struct task *from, uint32_t index, struct slot *to, struct derivation derivation)
{
    struct slot *parent = cspace_slot(&from->cspace, index);

    if (slot_derive_check(parent, &derivation))
        violation("a child of slot %u was refused", index);
    slot_derive(parent, to, &derivation);
}

void make_child(struct task *from, struct task *to, struct child child)
{
    derive(from, child.from, slot_in(to, child.to), (struct derivation){child.rights, child.value, child.count});
}

void make_receiver(struct task *task, uint32_t slot, struct thread *thread)
{
    derive(task, slot, &thread->receives, (struct derivation){.rights = RIGHT_RECEIVE});
}

void make_handler(struct task *task, uint32_t slot, struct thread *thread)
{
    derive(task, slot, &thread->handler, (struct derivation){.rights = RIGHT_CALL});
}

void make_waiting(struct thread *thread)
{
    struct endpoint *endpoint = AT(struct endpoint, slot_object(&thread->receives));

    cpu_dequeue(thread);
    thread->state = THREAD_RECEIVING;
    thread->registers.eax = SYS_ipc_reply_wait;
    thread->registers.vector = VECTOR_SYSCALL;
    link_insert_after(REF(&endpoint->receivers), &thread->link);
    kernel.cpus[0].reschedule = false;
}

void make_server(struct task *task, struct thread_at at)
{
    struct thread *server = make_thread(task, at);

    make_endpoint(4);
    make_receiver(AT(struct task, first_thread()->task), 4, server);
    make_waiting(server);
}

void make_running(struct thread *thread)
{
    struct cpu *cpu = &kernel.cpus[kernel.cpu_count++];

    cpu_dequeue(thread);
    thread->home = thread->cpu = REF(cpu);
    thread_update_direct(thread);
    host_cpu = (unsigned)(cpu - kernel.cpus);
    cpu_enqueue(thread, QUEUE_BACK);
    thread_choose();
    host_cpu = 0;
}

static void make_kernel(void)
{
    memset(AT(void, 0), 0, PHYSMAP_BYTES + ARENA_FRAMES * sizeof(struct frame));
    kernel.cpu_count = 1;
    kernel.frame_count = ARENA_FRAMES;
    kernel.empty_leaf = frame_ref(FIRST_FRAME - 1);
    kernel.kernel_directory = pte_directory(FIRST_FRAME - 1);
    list_init(&kernel.destroying);
    for (unsigned kind = 0; kind < 4; kind++)
        node_init_root(&kernel.ranges[kind].caps);
    for (unsigned i = 0; i < CPU_MAX; i++)
        cpu_init(&kernel.cpus[i]);
    next_frame = FIRST_FRAME;
    world_memory = ARENA_FRAMES;
}

void world_make(const struct world *which)
{
    world = which;
    make_kernel();
    which->make();
    kernel.frame_count = next_frame;
    memset(&pending, 0, sizeof pending);
}

/* ---------------------------------------------------------------------------------- all of them */

/* Counts through all lists. */
const struct world *world_at(unsigned i)
{
    static const struct world *const lists[] = {worlds_caps, worlds_spaces, worlds_messages, worlds_life,
                                                worlds_processors};

    for (unsigned list = 0; list < sizeof lists / sizeof lists[0]; list++)
        for (const struct world *w = lists[list]; w->name; w++)
            if (i-- == 0)
                return w;
    return NULL;
}

const struct world *world_named(const char *name)
{
    for (unsigned i = 0; world_at(i); i++)
        if (!strcmp(world_at(i)->name, name))
            return world_at(i);
    return NULL;
}
