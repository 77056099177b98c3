#include "servers/proc/fatal_faults.h"

#include "libuser/ipc/ipc.h"
#include "servers/lib/fault.h"
#include "servers/lib/log.h"
#include "servers/proc/lifecycle.h"
#include "servers/proc/program.h"
#include "servers/proto/mem.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

static const char PAGE_FAULT[] = "page fault";

static bool next_fatal_fault(struct fatal_fault *fault)
{
    uint32_t why;
    int error = mem_fatal_fault(PROC_SLOT_MEM, &fault->space, &fault->address, &why);

    fault->cause = mem_fatal_fault_cause(why);
    fault->vector = mem_fatal_fault_vector(why);
    return error == 0;
}

static bool lacks_memory(const struct fatal_fault *fault)
{
    return fault->cause & (FATAL_FAULT_NO_MEMORY | FATAL_FAULT_LIMIT);
}

/* The name of a page fault. Stack overflow and lack of memory have their own, as the access itself was not wrong. */
static const char *page_fault_name(const struct fatal_fault *fault, uint32_t esp)
{
    if (fault->cause & FATAL_FAULT_LIMIT)
        return "more memory than its limit (RLIMIT_AS)";
    if (lacks_memory(fault))
        return "out of memory";
    if (fault->cause & FATAL_FAULT_FOREIGN)
        return "behind the end of a mapped file, or of what it was cut to";
    return fault_is_stack_overflow(fault->address, esp) ? "stack overflow" : PAGE_FAULT;
}

/* The other names need no reason. */
static const char *page_fault_reason(const struct fatal_fault *fault, const char *name)
{
    return name == PAGE_FAULT ? fault_reason(fault->address, fault->cause, fault->cause & FATAL_FAULT_PROTECTED) : "";
}

static void report_page_fault(const char *name, unsigned pid, const struct fatal_fault *fault, uint32_t eip,
                              uint32_t esp)
{
    const char *what = page_fault_name(fault, esp);

    log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: %s at 0x%x (%s%s) at eip 0x%x", name, pid, what,
             (unsigned)fault->address, fault_access(fault->cause), page_fault_reason(fault, what), (unsigned)eip);
}

static void report(const struct process *process, const struct fatal_fault *fault)
{
    const char *name = program_name(process->arguments->text);
    unsigned pid = process->pid;
    uint32_t eip = 0, esp = STACK_TOP;

    if (process->signals.is_faulting) {
        fault = &process->signals.fault;
        eip = process->signals.eip;
        esp = process->signals.esp;
    } else {
        task_position(&process->task, &eip, &esp);
    }
    if (fault->vector != VECTOR_PAGE_FAULT)
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: %s at eip 0x%x", name, pid,
                 fault_name(fault->vector), (unsigned)eip);
    else
        report_page_fault(name, pid, fault, eip, esp);
}

/* Why the process ends, for its parent. */
static uint32_t reason(const struct fatal_fault *fault)
{
    if (lacks_memory(fault))
        return SIGNAL_KILL;
    if (fault->cause & FATAL_FAULT_FOREIGN)
        return SIGNAL_BUS;
    switch (fault->vector) {
    case VECTOR_DIVIDE_ERROR:
    case VECTOR_FPU_ERROR:
    case VECTOR_SIMD_ERROR:
        return SIGNAL_FPE;
    case VECTOR_DEBUG:
    case VECTOR_BREAKPOINT:
        return SIGNAL_TRAP;
    case VECTOR_INVALID_OPCODE:
        return SIGNAL_ILL;
    default:
        return SIGNAL_SEGV;
    }
}

uint32_t fatal_fault_why(const struct fatal_fault *fault, uint32_t uses_fpu)
{
    return proc_interrupted_why(fault->cause, fault->vector, reason(fault), uses_fpu);
}

/* Skips a process killed meanwhile. */
static void reap(const struct fatal_fault *fault)
{
    struct process *process = process_by_space(fault->space);

    if (!process || (!lacks_memory(fault) && signals_fault(process, fault, reason(fault))))
        return;
    report(process, fault);
    lifecycle_kill(process, reason(process->signals.is_faulting ? &process->signals.fault : fault));
}

/* Reaps one with each message, then adds another step, as there may be more. */
static void reap_next(struct work *work)
{
    struct fatal_fault fault;

    if (!next_fatal_fault(&fault))
        return;
    reap(&fault);
    if (!work->step)
        work_add(work, reap_next);
}

void fatal_faults_reap(void)
{
    static struct work work;

    reap_next(&work);
}
