#include "tests/system/programs/child.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_start(int (*piece)(void))
{
    pid_t child = fork();

    if (child == 0)
        exit(piece());
    return child;
}

int child_end(pid_t child)
{
    int status;

    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

int child_kill(pid_t child)
{
    return kill(child, SIGKILL) == 0 ? child_end(child) : -1;
}

int child_run(int (*piece)(void))
{
    return child_end(child_start(piece));
}

_Noreturn void child_exec(const char *program, const char *argument)
{
    char *const arguments[] = {(char *)program, (char *)argument, NULL};

    execv(program, arguments);
    exit(126);
}

void flag_await(const volatile uint32_t *flag, uint32_t value)
{
    while (*flag < value)
        sched_yield();
}

/* The library of system calls reserves ranges ahead, which are in a leaf of mem's. A change of rights there makes it
 * give them back, even if nothing is mapped. */
static void give_ranges_back(void)
{
    (void)mprotect((void *)(HEAP_LIMIT - PAGE_SIZE), MMAP_LIMIT - HEAP_LIMIT + PAGE_SIZE, PROT_READ);
}

struct memory memory_now(void)
{
    struct memory now = {0, 0, 0};

    give_ranges_back();
    if (mem_info(CLIENT_SLOT_MEM, &now.free, &now.total, &now.segments) != 0)
        exit(125);
    return now;
}
