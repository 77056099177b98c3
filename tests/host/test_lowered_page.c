/*
 * A page that loses a right stays mapped between any two instructions of the call, as another processor may walk the
 * tables then. The test runs the call one instruction at a time, and looks at the entry after each.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 0x40000000, GOOD = 7 };

static void *volatile nowhere; /* for arguments of ptrace() that are not used */

/* Makes the call, in a process that its parent takes step by step. */
static void lower(struct thread *init)
{
    const uint32_t protect[4] = {PAGE | RIGHT_READ, 1};

    CHECK(ptrace(PTRACE_TRACEME, 0, nowhere, nowhere) == 0);
    raise(SIGSTOP);
    _exit(world_call(init, SYS_vm_protect | WORLD_TASK << SLOT_SHIFT, protect) == OK ? GOOD : 1);
}

/* Returns how often it looked until the process ended. Each look finds the page, and in the end it cannot be written
 * to. */
static unsigned take_steps(pid_t child, pte_t *entry)
{
    const pte_t before = *entry;
    unsigned looks = 0;
    int status;

    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    for (; WIFSTOPPED(status); looks++) {
        uint32_t low = (uint32_t)ptrace(PTRACE_PEEKDATA, child, entry, nowhere);
        CHECK(low == (uint32_t)before || low == ((uint32_t)before & ~(uint32_t)PTE_WRITABLE));
        CHECK(ptrace(PTRACE_SINGLESTEP, child, nowhere, nowhere) == 0);
        CHECK(waitpid(child, &status, 0) == child);
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == GOOD);
    return looks;
}

int main(void)
{
    struct thread *init = world_boot();
    const uint32_t map[4] = {PAGE | RIGHT_READ | RIGHT_WRITE, 1 | WORLD_MEMORY << SLOT_SHIFT, WORLD_USER};
    pte_t *entry;

    CHECK(world_call(init, SYS_vm_map | WORLD_TASK << SLOT_SHIFT, map) == OK);
    CHECK(vspace_find(&AT(struct task, init->task)->space, PAGE, &entry));
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        lower(init);
    printf("test_lowered_page: looked at %u times, always there\n", take_steps(child, entry));
}
