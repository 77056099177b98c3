/*
 * ps: shows the processes: their parents, states and memory.
 *   PAGES    pages and tables that it may use, charged to its account
 *   ARCHIVE  pages of the boot archive, shared by all processes that run the program
 *   KERNEL   the kernel's frames for it: its task, thread, capabilities, page tables
 * Exit status: 0; 1 if a server cannot be asked.
 */
#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"
#include "servers/proto/process_format.h"
#include "servers/proto/slots.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "programs/lib/output.h"

static void show(const struct listed_process *process)
{
    static const char *const states[] = {
        [LISTED_NEW] = "starting",    [LISTED_RUNS] = "running",  [LISTED_SLEEPS] = "sleeping",
        [LISTED_WAITS] = "waiting",   [LISTED_FORKS] = "forking", [LISTED_EXECS] = "exec",
        [LISTED_EXITING] = "exiting", [LISTED_ZOMBIE] = "zombie"};
    uint32_t pages = 0, archive = 0, kernel = 0;

    if (process->state != LISTED_ZOMBIE)
        mem_space_usage(CLIENT_SLOT_MEM, process->space, &pages, &archive, &kernel);
    printf("%5u %6u %-8s %6u %7u %6u %s\n", process->pid, process->parent, states[process->state], pages, archive,
           kernel, *process->name ? process->name : "-");
}

int main(void)
{
    struct listed_process process;
    uint32_t next = 0;
    int error;

    puts("  PID PARENT STATE     PAGES ARCHIVE KERNEL NAME");
    while (!(error = proc_list(CLIENT_SLOT_PROC, next, &next))) {
        memcpy(&process, message_page->words, sizeof process);
        show(&process);
    }
    if (error != -ENOENT)
        errx(1, "cannot list the processes");
    return output_failed();
}
