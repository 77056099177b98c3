#include "servers/proc/casualties.h"

#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/fault.h"
#include "servers/log.h"
#include "servers/mem/segment.h"
#include "servers/proc/life.h"
#include "servers/proto/mem.h"

struct casualty {
    uint32_t space, address, cause, vector, eip;
};

static bool next_casualty(struct casualty *casualty)
{
    uint32_t cause_vector;
    int error = mem_casualty(PROC_SLOT_MEM, 0, &casualty->space, &casualty->address, &cause_vector);

    casualty->cause = cause_vector & CASUALTY_CAUSE;
    casualty->vector = cause_vector >> CASUALTY_VECTOR_SHIFT;
    casualty->eip = message_page->words[0];
    return error == 0;
}

static void report(const struct process *process, const struct casualty *casualty)
{
    const char *name = process->name;
    unsigned pid = process->pid, address = casualty->address, eip = casualty->eip;

    if (casualty->vector != VECTOR_PAGE_FAULT)
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: %s at eip 0x%x", name, pid,
                 fault_name(casualty->vector), eip);
    else if (fault_is_stack_overflow(address))
        log_line(message_page, SERVER_SLOT_LOG,
                 "%s (pid %u): killed: stack overflow at 0x%x at eip 0x%x", name, pid, address,
                 eip);
    else
        log_line(message_page, SERVER_SLOT_LOG,
                 "%s (pid %u): killed: page fault at 0x%x (%s) at eip 0x%x", name, pid, address,
                 fault_access(casualty->cause), eip);
}

/* Why the process ends, for its parent. */
static uint32_t reason(uint32_t vector)
{
    switch (vector) {
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
void casualties_bury(void)
{
    struct casualty casualty;

    while (next_casualty(&casualty)) {
        struct process *process = process_by_space(casualty.space);
        if (!process)
            continue;
        report(process, &casualty);
        life_end(process, reason(casualty.vector));
    }
}
