/*
 * bench_process [ROW]: the costs of processes that do nothing, from fork to the end of wait. It uses the stubs of
 * proc's protocol, so that a C library's work for threads and signals is not measured.
 */
#include "libuser/ipc/ipc.h"
#include "programs/bench/rows.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { SEGMENT = 1 };

static void nothing(void)
{
}

static void execute(void)
{
    uint32_t ignored, blocked;
    static const char name[] = "/tests/bench_nothing";

    memcpy(message_page->words, name, sizeof name);
    proc_exec(CLIENT_SLOT_PROC, 1, false, sizeof name, &ignored, &blocked);
    proc_exit(CLIENT_SLOT_PROC, 1);
}

static void share(void)
{
    uint32_t address;

    if (mem_shm_open(CLIENT_SLOT_MEM, ipc_window(SHM_BASE, SHM_PAGES), SEGMENT, &address))
        proc_exit(CLIENT_SLOT_PROC, 1);
}

static void children(struct samples *samples, void (*child)(void))
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t pid = 0, ended = 0, code = 1, signal = 1, begin = cycles();
        int error = proc_fork(CLIENT_SLOT_PROC, &pid);
        if (!error && pid == 0) {
            child();
            proc_exit(CLIENT_SLOT_PROC, 0);
        }
        if (!error)
            error = proc_wait(CLIENT_SLOT_PROC, (uint32_t)-1, 0, &ended, &code, &signal);
        samples_add(samples, begin, cycles());
        if (error || ended != pid || code || signal)
            rows_fail("bench_process");
    }
}

static void row_fork(struct samples *samples)
{
    children(samples, nothing);
}

static void row_fork_exec(struct samples *samples)
{
    children(samples, execute);
}

static void row_fork_shm(struct samples *samples)
{
    children(samples, share);
}

_Noreturn void _start(void);

/* There is no C library. */
_Noreturn void _start(void)
{
    static const struct row rows[] = {
        {"fork", row_fork},
        {"fork_exec", row_fork_exec},
        {"fork_shm", row_fork_shm},
    };
    static char strings[IPC_DATA_MAX + 1];
    uint32_t count = 0, bytes, copied = 0;

    if (proc_args(CLIENT_SLOT_PROC, 0, &count, &bytes, &copied))
        rows_fail("bench_process");
    memcpy(strings, message_page->words, copied);
    const char *name = count > 1 ? strings + strlen(strings) + 1 : NULL;
    proc_exit(CLIENT_SLOT_PROC, (uint32_t)rows_run(rows, sizeof rows / sizeof rows[0], name));
    __builtin_trap();
}
