#include "servers/proc/work.h"

#include "libuser/ipc/server.h"
#include "libuser/sys/derive.h"
#include "servers/proc/process.h"
#include "servers/proto/slots.h"

#include <stdbool.h>

enum {
    SLOT_WORK_ENDPOINT = 17,
    SLOT_WORK_THREAD = 18,
    WORK_BADGE = PROCESSES_MAX, /* no process's: P1 of process.h */
    WORK_PAGE = MESSAGE_PAGE + PAGE_SIZE,
    WORK_STACK = 512,
};

static struct work *first, **last = &first;
static struct caller thread; /* the second thread's call */
static bool thread_waits;
static uint32_t task_to_end; /* the task's slot, 0: none */

void work_add(struct work *work, void (*step)(struct work *work))
{
    *work = (struct work){.step = step};
    *last = work;
    last = &work->next;
    if (!thread_waits)
        return;
    struct words words = {{0}};
    thread_waits = false;
    err_t gone = server_reply(thread, 0, &words);
    (void)gone;
}

static struct work *take(void)
{
    struct work *work = first;

    first = work->next;
    if (!first)
        last = &first;
    return work;
}

static void do_step(struct work *work)
{
    void (*step)(struct work * work) = work->step;

    work->step = NULL;
    step(work);
}

void work_destroy_task(uint32_t slot)
{
    task_to_end = slot;
}

SERVER_CALL int32_t work_call(uint32_t badge, struct words *words)
{
    struct caller caller = caller_now();

    if (badge != WORK_BADGE)
        return -ENOSYS;
    task_to_end = 0;
    if (first)
        do_step(take());
    words->w[1] = task_to_end;
    if (first)
        return 0;
    thread = caller;
    thread_waits = true;
    return SERVER_LATER;
}

/* A function of its own, because the bench separates its instructions from the server's by this name. */
__attribute__((noinline)) _Noreturn static void work_thread(void)
{
    for (;;) {
        struct words words = {{0}};
        err_t err = ipc_call(SLOT_WORK_ENDPOINT, 0, &words);
        if (err)
            __builtin_trap();
        if (words.w[1]) {
            err_t done_in_time = sys_object_destroy(words.w[1]);
            (void)done_in_time; /* if not, mem asks for it again */
        }
    }
}

static err_t make_thread(void)
{
    static _Alignas(16) char stack[WORK_STACK];
    err_t err = cap_badge(SERVER_SLOT_ENDPOINT, SLOT_WORK_ENDPOINT, RIGHT_CALL, WORK_BADGE);

    if (!err)
        err = sys_thread_create(SERVER_SLOT_TASK, SLOT_WORK_THREAD, SLOT_NONE, SLOT_NONE, PRIORITY_PROGRAM,
                                (uint32_t)CPU_ANY, WORK_PAGE);
    if (err)
        return err;
    *(struct thread_registers *)message_page->state = (struct thread_registers){
        .eip = (uint32_t)(uintptr_t)work_thread,
        .esp = (uint32_t)(uintptr_t)(stack + sizeof(stack) - 4), /* as after a call */
    };
    return sys_thread_write(SLOT_WORK_THREAD, THREAD_REGISTERS);
}

void work_init(void)
{
    err_t err = make_thread();

    if (!err)
        err = sys_thread_resume(SLOT_WORK_THREAD);
    if (err)
        __builtin_trap();
}
