#include "servers/proc/casualties.h"

#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/fault.h"
#include "servers/log.h"
#include "servers/mem/segment.h"
#include "servers/proc/life.h"
#include "servers/proc/program.h"
#include "servers/proto/mem.h"

static bool next_casualty(struct casualty *casualty)
{
    uint32_t why;
    int error = mem_casualty(PROC_SLOT_MEM, 0, &casualty->space, &casualty->address, &why);

    casualty->cause =
        why & (CASUALTY_CAUSE | CASUALTY_NO_MEMORY | CASUALTY_LIMIT | CASUALTY_FOREIGN | CASUALTY_PROTECTED);
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
    if (casualty->cause & CASUALTY_FOREIGN)
        return "behind the end of a mapped file, or of what it was cut to";
    return fault_is_stack_overflow(casualty->address, esp) ? "stack overflow" : "page fault";
}

static void report(const struct process *process, const struct casualty *casualty)
{
    const char *name = program_name(process->arguments->text);
    unsigned pid = process->pid;
    uint32_t eip = 0, esp = STACK_TOP;

    if (process->signals.is_faulting) {
        casualty = &process->signals.fault;
        eip = process->signals.eip;
        esp = process->signals.esp;
    } else {
        body_place(&process->body, &eip, &esp);
    }
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
    if (casualty->cause & CASUALTY_FOREIGN)
        return SIGNAL_BUS;
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

uint32_t casualty_word(const struct casualty *casualty)
{
    enum { VECTOR_AT = 16, SIGNAL_AT = 24 };

    return casualty->cause | casualty->vector << VECTOR_AT | reason(casualty) << SIGNAL_AT;
}

/* One that was killed in between has no process any more. */
static void bury(const struct casualty *casualty)
{
    struct process *process = process_by_space(casualty->space);

    if (!process || (!lacks_memory(casualty) && signals_fault(process, casualty, reason(casualty))))
        return;
    report(process, casualty);
    life_kill(process, reason(process->signals.is_faulting ? &process->signals.fault : casualty));
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
