/*
 * Scheduling order: the thread that becomes ready first runs first, on an idle processor, too; and a tick between two
 * steps of a long call lets others run before it continues.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <sys/wait.h>
#include <unistd.h>

enum { ENDPOINT = 10, FIRST = 11, SECOND = 12, BELL = 13, THIRD = 14, SLOT_BADGED = 15, PAGE = 0x200000, PRIORITY = 5 };

static struct thread *init;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct thread *make(uint32_t index)
{
    CHECK(call(SYS_thread_create, WORLD_TASK, index, PRIORITY << 16, PAGE + index * PAGE_SIZE) == OK);
    struct thread *thread = AT(struct thread, slot_object(cspace_slot(&AT(struct task, init->task)->cspace, index)));
    thread->stopped = 0;
    return thread;
}

static const struct thread *next_one(void)
{
    return thread_of_link(kernel.cpus[0].ready[PRIORITY].first);
}

/* A thread that lowered its own priority continues although the quantum of that priority is over. A signal then makes
 * it ready, behind the thread that waits. */
static void a_signaller_goes_behind_when_the_quantum_is_over(struct thread *first, struct thread *second)
{
    const uint32_t nothing[4] = {0};
    pid_t child = fork();
    int status;

    CHECK(child >= 0);
    if (child == 0) {
        CHECK(call(SYS_endpoint_create, 0, BELL, 0, 0) == OK);
        CHECK(call(SYS_cap_derive, BELL, SLOT_BADGED, RIGHT_SIGNAL, 1) == OK);
        CHECK(call(SYS_thread_create, WORLD_TASK, THIRD | BELL << 16, (PRIORITY + 1) << 16, PAGE + THIRD * PAGE_SIZE) ==
              OK);
        CHECK(call(SYS_thread_resume, THIRD, 0, 0, 0) == OK);
        struct thread *receiver = world_syscall(init, SYS_ipc_call | ENDPOINT << SLOT_SHIFT, nothing);
        CHECK(receiver && !world_syscall(receiver, SYS_ipc_reply_wait, nothing));
        cpu_enqueue(second, QUEUE_BACK);
        CHECK(event_reschedule(NULL) == second);
        cpu_enqueue(first, QUEUE_BACK);
        kernel.cpus[0].quantum_over = 1 << PRIORITY;
        CHECK(world_syscall(second, SYS_ipc_signal | SLOT_BADGED << SLOT_SHIFT, nothing) == receiver);
        CHECK(next_one() == first && thread_of_link(first->link.next) == second);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* In an audit build, so many ticks find a broken invariant. */
static void ticks_audit(struct thread *thread)
{
    enum { TICKS = 8 };
    int status;
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        kernel.cpus[0].ready_mask ^= 1; /* P1 */
        for (unsigned i = 0; i < TICKS; i++)
            event_interrupt(thread, IRQ_TICK);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && !(WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

int main(void)
{
    init = world_boot();
    struct thread *first = make(FIRST), *second = make(SECOND);

    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    a_signaller_goes_behind_when_the_quantum_is_over(first, second);
    CHECK(!world_syscall(init, SYS_ipc_call | ENDPOINT << SLOT_SHIFT,
                         (const uint32_t[4]){0})); /* nothing is received: idle */
    cpu_enqueue(first, QUEUE_BACK);
    cpu_enqueue(second, QUEUE_BACK);
    CHECK(next_one() == first && event_reschedule(NULL) == first);

    first->restarting = 1; /* as if it were between two steps of a long call */
    cpu_enqueue(first, QUEUE_FRONT);
    preemption_point();
    CHECK(next_one() == first);
    cpu_tick_in_kernel();
    CHECK(next_one() == second);
    cpu_tick_in_kernel(); /* instead of a step, the other thread has its turn */
    CHECK(next_one() == second);
    first->restarting = 0;
    ticks_audit(first);
    world_end();
    puts("test_turns: threads run in their order");
}
