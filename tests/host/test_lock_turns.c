/* The kernel lock's fairness: waiting processors get it in the order of their tickets, each waits for no more turns
 * than there are others, and none sleeps through its own. Processors are threads here; take() and give() are copies of
 * the two halves of the lock in entry.asm (take_lock, give_lock). */
#define _GNU_SOURCE
#include "tests/host/lock_machine.h"

#include "tests/host/check.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

enum { CPUS = 6, TURNS = 3000, PATIENCE = 60 /* PATIENCE in seconds: a processor that is never woken ends the test */ };
enum { STI = 0xfb, HLT = 0xf4, CLI = 0xfa };

static sem_t wakes[CPUS]; /* interrupts that were sent and not yet taken */
static _Thread_local unsigned this_cpu;
static _Thread_local uint32_t sleeps;
static uint32_t turns, waited, inside, slept; /* written by the holder of the lock */

void apic_send(unsigned id, uint32_t what)
{
    CHECK(what == VECTOR_WAKE && id < CPUS);
    sem_post(&wakes[id]);
}

void apic_set_task_priority(unsigned vector)
{
    (void)vector;
}

void arch_tlb_invalidate(uint32_t address)
{
    (void)address;
    CHECK(false);
}

void arch_space_load(uint32_t directories)
{
    (void)directories;
    CHECK(false);
}

void arch_space_leave(void)
{
    CHECK(false);
}

/* A privileged instruction faults here, and is emulated: the processor halts until an interrupt. */
static void privileged(int signal, siginfo_t *info, void *context)
{
    greg_t *at = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    unsigned char instruction = *(unsigned char *)*at;

    (void)signal, (void)info;
    CHECK(instruction == STI || instruction == HLT || instruction == CLI);
    if (instruction == HLT) {
        sleeps++;
        while (sem_wait(&wakes[this_cpu]) != 0)
            ;
    }
    ++*at;
}

static bool take(ref_t cpu)
{
    bool waits = __atomic_sub_fetch(&kernel_lock.free, 1, __ATOMIC_SEQ_CST) != 0;

    if (waits)
        kernel_lock_wait(cpu);
    kernel_lock.holder = (uint32_t)cpu;
    return waits;
}

static void give(void)
{
    if (__atomic_add_fetch(&kernel_lock.free, 1, __ATOMIC_SEQ_CST) < 1)
        kernel_lock_pass();
}

/* No ticket is skipped, none is served while another holds the lock, and each other processor has at most one. */
static void check_turn(bool waits, ref_t cpu)
{
    CHECK(!inside++ && kernel_lock.holder == (uint32_t)cpu && kernel_lock.free < 1);
    waited += waits;
    CHECK(kernel_lock.serving == waited && kernel_lock.tickets - waited < CPUS);
}

/* Interrupts that came while the processor could take none are taken in user mode. */
static void go_to_user_mode(void)
{
    while (sem_trywait(&wakes[this_cpu]) == 0)
        ;
}

static void *run(void *number)
{
    this_cpu = (unsigned)(uintptr_t)number;
    ref_t cpu = REF(&kernel.cpus[this_cpu]);

    for (uint32_t i = 0; i < TURNS; i++) {
        check_turn(take(cpu), cpu);
        for (volatile uint32_t work = turns % 64; work > 0; work--)
            ;
        if (turns++ % 50 == 0)
            usleep(50);
        slept += sleeps;
        sleeps = 0;
        inside--;
        give();
        go_to_user_mode();
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[CPUS];
    struct sigaction action = {.sa_sigaction = privileged, .sa_flags = SA_SIGINFO};

    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    alarm(PATIENCE);
    kernel.cpu_count = CPUS;
    kernel_lock.may_sleep = kernel_lock.free = 1;
    for (unsigned i = 0; i < CPUS; i++) {
        kernel.cpus[i].arch.apic_id = i;
        kernel.cpus[i].arch.ticket = ~0u;
        CHECK(sem_init(&wakes[i], 0, 0) == 0);
    }
    for (unsigned i = 0; i < CPUS; i++)
        CHECK(pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i) == 0);
    for (unsigned i = 0; i < CPUS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(turns == CPUS * TURNS && !kernel_lock.sleepers && kernel_lock.free == 1 && waited > 0 && slept > 0);
    printf("test_lock_turns: %u turns, %u by ticket, %u sleeps\n", turns, waited, slept);
}
