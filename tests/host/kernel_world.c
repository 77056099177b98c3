#include "tests/host/kernel_world.h"

#include "kernel/audit/audit.h"
#include "kernel/object/object.h"
#include "tests/host/check.h"
#include "tests/model/system_call.h"

#include <sanitizer/asan_interface.h>
#include <string.h>

static void boot_kernel(void)
{
    memset(&kernel, 0, sizeof kernel);
    kernel.cpu_count = 1;
    kernel.frame_count = WORLD_FRAMES;
    kernel.empty_leaf = frame_ref(32);
    kernel.kernel_directory = pte_directory(1);
    list_init(&kernel.destroying);
    for (unsigned kind = 0; kind < 4; kind++)
        node_init_root(&kernel.ranges[kind].caps);
    for (unsigned i = 0; i < CPU_MAX; i++)
        cpu_init(&kernel.cpus[i]);
    memset(frame_at(0), 0, WORLD_FRAMES * sizeof(struct frame));
    ASAN_POISON_MEMORY_REGION(frame_at(WORLD_FRAMES), (HOST_FRAMES - WORLD_FRAMES) * sizeof(struct frame));
    for (uint32_t f = WORLD_FREE; f < WORLD_FRAMES; f++)
        frame_make_user(frame_at(f), false);
}

static void give(struct task *task, uint32_t index, struct node *root, uint32_t object)
{
    slot_make(cspace_open(&task->cspace, &task->account, index, kernel.empty_leaf), root, RIGHT_ALL, 0, object);
}

static void give_range(struct task *task, uint32_t index, uint32_t kind, uint32_t count)
{
    give(task, index, &range_object(kind)->caps, kind | count << SLOT_RANGE_COUNT_SHIFT);
}

struct thread *world_boot(void)
{
    boot_kernel();
    struct task *task = task_make(WORLD_FREE);
    for (uint32_t i = 1; i < WORLD_ACCOUNT; i++)
        account_donate(&task->account, WORLD_FREE + i);
    struct thread *thread = thread_make(task, MESSAGE_PAGE, PRIORITY_COUNT - 1, 0);
    give(task, WORLD_TASK, &task->object.caps, REF(task) | SLOT_TASK);
    give(task, WORLD_THREAD, &thread->object.caps, REF(thread) | SLOT_THREAD);
    give_range(task, WORLD_MEMORY, SLOT_MEMORY, WORLD_FRAMES);
    give_range(task, WORLD_IRQS, SLOT_IRQS, IRQ_COUNT);
    give_range(task, WORLD_PORTS, SLOT_PORTS, 65536);
    give_range(task, WORLD_LOG, SLOT_LOG, 1);
    thread->stopped = 0;
    thread_update_direct(thread);
    cpu_enqueue(thread, QUEUE_BACK);
    struct thread *chosen = thread_choose();
    CHECK(chosen == thread);
    return thread;
}

struct thread *world_syscall(struct thread *thread, uint32_t head, const uint32_t arguments[4])
{
    thread->registers = (struct registers){.eax = head,
                                           .ebx = arguments[0],
                                           .esi = arguments[1],
                                           .edi = arguments[2],
                                           .ebp = arguments[3],
                                           .vector = VECTOR_SYSCALL};
    return host_system_call(thread, head);
}

int32_t world_call(struct thread *thread, uint32_t head, const uint32_t arguments[4])
{
    struct thread *next = world_syscall(thread, head, arguments);

    CHECK(next == thread);
    return (int32_t)thread->registers.eax;
}

void world_end(void)
{
    struct task *task = AT(struct task, frame_ref(WORLD_FREE));
    uint32_t user = 0;

    if (frame_at(WORLD_FREE)->kind == FRAME_TASK)
        object_destroy_begin(REF(task) | SLOT_TASK);
    for (unsigned i = 0; i < 100000 && !list_is_empty(&kernel.destroying); i++)
        object_reap_step();
    CHECK(list_is_empty(&kernel.destroying));
    CHECK(audit_kernel().capabilities == 0);
    for (uint32_t f = WORLD_FREE; f < WORLD_FRAMES; f++)
        user += frame_at(f)->kind == FRAME_USER;
    CHECK(user == WORLD_FRAMES - WORLD_FREE);
}
