/* Creation of tasks and threads, in frames that the caller has checked. */
#include "kernel/object/object.h"

#include "kernel/thread/sched.h"

struct task *task_make(uint32_t frame)
{
    struct task *task = AT(struct task, frame_ref(frame));

    *frame_at(frame) = (struct frame){.state = frame | FRAME_TASK << 24};
    node_init_root(&task->object.caps);
    list_init(&task->owed);
    task->space.directories[DIRECTORIES] = kernel.kernel_directory;
    task->account.task = frame;
    task->account.total = 1;
    list_init(&task->account.threads);
    list_init(&task->account.endpoints);
    cspace_init(&task->cspace, kernel.empty_leaf);
    return task;
}

struct thread *thread_make(struct task *task, uint32_t page_address, uint8_t priority, unsigned cpu)
{
    struct account *account = &task->account;
    struct thread *thread = AT(struct thread, account_cell(account, &account->threads, FRAME_THREADS, THREAD_SHIFT));
    pte_t *entry = vspace_open(&task->space, account, page_address);
    uint32_t page = account_take(account, FRAME_MESSAGE);

    pte_fill(entry, pte_make(page, RIGHT_READ | RIGHT_WRITE) | PTE_MESSAGE);
    node_init_root(&thread->object.caps);
    thread->task = REF(task);
    thread->page = frame_ref(page);
    thread->page_address = page_address;
    thread->priority = priority;
    thread->home = cpu_ref(cpu);
    thread->cpu = thread->home ? thread->home : REF(kernel.cpus);
    thread->stopped = 1;
    thread->patience = NEW_PATIENCE;
    thread->call_number = kernel.call_number_base;
    thread_update_direct(thread);
    arch_registers_init(&thread->registers);
    return thread;
}
