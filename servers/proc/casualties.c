#include "servers/proc/casualties.h"

#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/fault.h"
#include "servers/log.h"
#include "servers/mem/segment.h"
#include "servers/proc/life.h"
#include "servers/proc/program.h"
#include "servers/proto/mem.h"

struct casualty {
    uint32_t space, address, cause, vector;
};

static bool next_casualty(struct casualty *casualty)
{
    uint32_t why;
    int error = mem_casualty(PROC_SLOT_MEM, 0, &casualty->space, &casualty->address, &why);

    casualty->cause = why & (CASUALTY_CAUSE | CASUALTY_NO_MEMORY | CASUALTY_LIMIT);
    casualty->vector = why >> CASUALTY_VECTOR_SHIFT;
    return error == 0;
}

static bool lacks_memory(const struct casualty *casualty)
{
    return casualty->cause & (CASUALTY_NO_MEMORY | CASUALTY_LIMIT);
}

/* What a page fault is called: overflow and no memory are faults of programs that are not wrong. */
static const char *page_fault_name(const struct casualty *casualty, uint32_t esp)
{
    if (casualty->cause & CASUALTY_LIMIT)
        return "more memory than its limit (RLIMIT_AS)";
    if (lacks_memory(casualty))
        return "out of memory";
    return fault_is_stack_overflow(casualty->address, esp) ? "stack overflow" : "page fault";
}

static void report(const struct process *process, const struct casualty *casualty)
{
    const char *name = program_name(process->arguments->text);
    unsigned pid = process->pid;
    uint32_t eip = 0, esp = STACK_TOP;

    body_place(&process->body, &eip, &esp);
    if (casualty->vector != VECTOR_PAGE_FAULT)
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: %s at eip 0x%x", name, pid,
                 fault_name(casualty->vector), (unsigned)eip);
    else
        log_line(message_page, SERVER_SLOT_LOG,
                 "%s (pid %u): killed: %s at 0x%x (%s) at eip 0x%x", name, pid,
                 page_fault_name(casualty, esp), (unsigned)casualty->address,
                 fault_access(casualty->cause), (unsigned)eip);
}

/* Why the process ends, for its parent. */
static uint32_t reason(const struct casualty *casualty)
{
    if (lacks_memory(casualty))
        return SIGNAL_KILL;
    switch (casualty->vector) {
    case VECTOR_DIVIDE_ERROR:
    case VECTOR_FPU_ERROR:
    case VECTOR_SIMD_ERROR:
        return SIGNAL_ARITHMETIC;
    case VECTOR_DEBUG:
    case VECTOR_BREAKPOINT:
        return SIGNAL_TRAP;
    case VECTOR_INVALID_OPCODE:
        return SIGNAL_ILLEGAL;
    default:
        return SIGNAL_SEGMENT;
    }
}

/* One that was killed in between has no process any more. */
static void bury(const struct casualty *casualty)
{
    struct process *process = process_by_space(casualty->space);

    if (!process)
        return;
    report(process, casualty);
    life_kill(process, reason(casualty));
}

/* One with each message, and another step: there may be more. */
static void bury_next(struct work *work)
{
    struct casualty casualty;

    if (!next_casualty(&casualty))
        return;
    bury(&casualty);
    if (!work->step)
        work_add(work, bury_next);
}

void casualties_bury(void)
{
    static struct work work;

    bury_next(&work);
}
