#include "servers/proc/signals.h"

#include "servers/proc/foreground.h"
#include "servers/proc/futex.h"
#include "servers/proc/lifecycle.h"
#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"
#include "servers/proto/mem.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/slots.h"

static bool retry_at_tick; /* some could not be interrupted, and are tried again */

static uint32_t uncatchable(void)
{
    return signal_bit(SIGNAL_KILL) | signal_bit(SIGNAL_STOP) | 1u << SIGNAL_LAST;
}

bool signal_is_ignored(uint32_t signal)
{
    return signal == SIGNAL_CHLD || signal == SIGNAL_CONT || signal == SIGNAL_URG || signal == SIGNAL_WINCH;
}

static bool signal_stops(uint32_t signal)
{
    return signal >= SIGNAL_STOP && signal <= SIGNAL_TTOU;
}

bool signal_would_stop(const struct process *process, uint32_t signal)
{
    const struct signals *s = &process->signals;

    return signal_stops(signal) && !((s->caught | s->ignored | s->blocked) & signal_bit(signal));
}

uint32_t signals_deliverable(const struct process *process)
{
    const struct signals *s = &process->signals;

    return s->pending & s->caught & ~s->blocked;
}

/* ----------------------------------------------------------------------------------- interrupting */

/* Makes sure that a stopped thread's call is over, so that only proc can change its registers: mem and the file server
 * reply in the order of calls, or when they are told to; the console says whether it still owes a reply. */
static bool end_calls(const struct process *process)
{
    uint32_t free, total, segments, waits = 1;

    if (mem_info(PROC_SLOT_MEM, &free, &total, &segments))
        return false;
    if (process->has_files && file_interrupt(PROC_SLOT_FILE, process->badge))
        return false;
    return !console_interrupt(PROC_SLOT_CONSOLE, process->badge, &waits) && !waits;
}

static bool divert_stopped(struct process *process)
{
    struct signals *s = &process->signals;
    bool in_call;

    if (!task_stopped_at(&process->task, &s->eip, &in_call) || (in_call && !end_calls(process)))
        return false;
    s->by_fault = false;
    s->is_diverted = s->is_taking = task_divert(&process->task, VDSO_INTERRUPTED);
    return s->is_diverted;
}

static void divert(struct process *process)
{
    if (process->signals.is_diverted || process->signals.is_taking)
        return;
    task_stop(&process->task);
    retry_at_tick |= !divert_stopped(process);
    task_resume(&process->task);
}

static void interrupt_wait(struct process *process)
{
    waits_reply(process, -EINTR, (struct words){{0}});
    foreground_changed(process);
}

static void interrupt_sleep(struct process *process)
{
    uint32_t left = sleepers_left(process);

    sleepers_remove(process);
    (void)futex_unwatch(process);
    waits_reply(process, 0, (struct words){{0, left}});
}

static void interrupt(struct process *process)
{
    if (process->waits == WAITS_TICK)
        interrupt_sleep(process);
    else if (process->waits == WAITS_CHILD)
        interrupt_wait(process);
    else if (process->waits == WAITS_NOT)
        divert(process);
}

static bool awaits_one(const struct process *process)
{
    return process->waits == WAITS_TICK && process->signals.pending & process->signals.awaited;
}

void signals_deliver(struct process *process)
{
    if (signals_deliverable(process) || awaits_one(process))
        interrupt(process);
}

/* ------------------------------------------------------------------------------------ faults */

static bool is_linux_call(const struct process *process, const struct fatal_fault *fault)
{
    enum { GENERAL_PROTECTION = 13, OF_GATE_0X80 = 0x402 };

    return process->has_vdso && fault->vector == GENERAL_PROTECTION && fault->cause == OF_GATE_0X80;
}

/* If another server may grant the page by now, the vdso asks that server. */
static bool is_handled(const struct process *process, const struct fatal_fault *fault, uint32_t signal)
{
    const struct signals *s = &process->signals;
    bool asks = process->has_vdso && fault->cause & FATAL_FAULT_FOREIGN;

    return is_linux_call(process, fault) || (!s->is_faulting && (asks || s->caught & ~s->blocked & signal_bit(signal)));
}

static bool resume_after_fault(const struct process *process)
{
    return mem_fatal_fault_resume(PROC_SLOT_MEM, process_index(process)) == 0;
}

/* There is no vdso to call a handler. */
static bool is_without_vdso(const struct fatal_fault *fault)
{
    return fault->vector == VECTOR_PAGE_FAULT && fault->address >> PAGE_BITS == VDSO_INTERRUPTED >> PAGE_BITS;
}

bool signals_fault(struct process *process, const struct fatal_fault *fault, uint32_t signal)
{
    struct signals *s = &process->signals;
    uint32_t eip = 0, esp;
    bool is_call = is_linux_call(process, fault);

    if (!is_handled(process, fault, signal) || !task_position(&process->task, &eip, &esp))
        return false;
    if (s->is_diverted)
        return eip == VDSO_INTERRUPTED && !is_without_vdso(fault) && resume_after_fault(process);
    if (!task_divert(&process->task, is_call ? VDSO_CALLED : VDSO_INTERRUPTED))
        return false;
    s->is_diverted = true;
    s->eip = eip;
    s->esp = esp;
    s->is_faulting = s->by_fault = !is_call;
    s->fault = *fault;
    return resume_after_fault(process);
}

/* ------------------------------------------------------------------------------------ what is sent */

/* Keeps the sender in the first unused entry. Entries of signals that are no longer pending are unused, and an old one
 * of the same number is cleared. */
static void add_pending(struct signals *s, struct signal signal)
{
    struct signal_info *unused = NULL;

    if (s->pending & signal_bit(signal.number))
        return;
    for (struct signal_info *info = s->infos + SIGNAL_INFOS; info-- > s->infos;) {
        if (info->number == signal.number)
            info->number = 0;
        if (!info->number || !(s->pending & signal_bit(info->number)))
            unused = info;
    }
    if (unused)
        *unused = (struct signal_info){(uint8_t)signal.number, (int16_t)signal.code, signal.sender, signal.value};
    s->pending |= signal_bit(signal.number);
}

/* True if the signal is pending now. */
static bool make_pending(struct process *process, struct signal signal)
{
    struct signals *s = &process->signals;

    if (!((s->blocked | s->caught) & signal_bit(signal.number)))
        return false;
    add_pending(s, signal);
    return true;
}

static bool is_fatal(const struct process *process, uint32_t signal)
{
    return !(process->signals.ignored & signal_bit(signal)) && !signal_is_ignored(signal) && !signal_stops(signal);
}

bool signal_send(struct process *process, struct signal signal)
{
    if (make_pending(process, signal)) {
        signals_deliver(process);
        return false;
    }
    if (!is_fatal(process, signal.number))
        return false;
    lifecycle_kill_running(process, signal.number);
    return true;
}

bool signal_send_self(struct process *process, struct signal signal)
{
    if (make_pending(process, signal) || !is_fatal(process, signal.number))
        return false;
    lifecycle_kill(process, signal.number);
    return true;
}

/* ------------------------------------------------------------------------------------ many at once */

/* A pass over all processes, in parts, for those with a control-C to be delivered, or with a deliverable signal and not
 * interrupted yet. */
static struct {
    bool is_running, restarts;
    struct process *last; /* the last process of the pass so far */
} sweep;

static const struct signal control_c = {.number = SIGNAL_INT, .code = CODE_KERNEL};

static void start_sweep(void)
{
    if (!sweep.is_running)
        sweep.last = NULL;
    sweep.restarts = sweep.is_running;
    sweep.is_running = true;
}

void signals_tick(void)
{
    if (retry_at_tick)
        start_sweep();
    retry_at_tick = false;
}

static void mark_control_c(struct process *process)
{
    process->signals.has_control_c = true;
}

/* Finds all processes in the foreground before the first one ends, because then its parent no longer waits. */
void signals_send_control_c(void)
{
    foreground_for_each(mark_control_c);
    start_sweep();
}

bool signals_take_control_c_at_fork(struct process *process)
{
    const struct signals *s = &process->signals;

    if ((s->blocked | s->caught) & signal_bit(SIGNAL_INT))
        return false;
    process->signals.has_control_c = false;
    return signal_send_self(process, control_c);
}

/* True if the process has exited. */
static bool deliver_control_c(struct process *process)
{
    process->signals.has_control_c = false;
    return signal_send(process, control_c);
}

static struct process *next_of_sweep(void)
{
    do
        sweep.last = process_next_live(sweep.last);
    while (sweep.last && !sweep.last->signals.has_control_c && !signals_deliverable(sweep.last));
    return sweep.last;
}

/* Stops after the end of a process, which is enough for one message. */
bool signals_sweep(void)
{
    enum { AT_ONCE = 4 };
    bool has_exited = false;

    for (uint32_t count = 0; sweep.is_running && count < AT_ONCE && !has_exited; count++) {
        struct process *process = next_of_sweep();
        if (!process) {
            sweep.is_running = sweep.restarts;
            sweep.restarts = false;
        } else if (process->signals.has_control_c) {
            has_exited = deliver_control_c(process);
        } else {
            signals_deliver(process);
        }
    }
    return sweep.is_running;
}

/* ------------------------------------------------------------------------------------ what waits */

/* As on Linux: signals of faults come before all others, then the lowest number. */
static uint32_t first_of(uint32_t set)
{
    const uint32_t faults = signal_bit(SIGNAL_ILL) | signal_bit(SIGNAL_TRAP) | signal_bit(SIGNAL_BUS) |
                            signal_bit(SIGNAL_FPE) | signal_bit(SIGNAL_SEGV) | signal_bit(SIGNAL_SYS);

    return (uint32_t)__builtin_ctz(set & faults ? set & faults : set) + 1;
}

/* N2: all other pending signals take their default action. */
static bool take_default_actions(struct process *process)
{
    struct signals *s = &process->signals;
    uint32_t now;

    while ((now = s->pending & ~s->blocked & ~s->caught)) {
        uint32_t signal = first_of(now);
        s->pending &= ~signal_bit(signal);
        if (is_fatal(process, signal)) {
            lifecycle_kill(process, signal);
            return true;
        }
    }
    return false;
}

/* A signal that becomes ignored is forgotten, even if it is blocked. A signal that was ignored before stays pending
 * while it is blocked, as another action may be chosen. */
bool signals_set(struct process *process, uint32_t caught, uint32_t ignored, uint32_t blocked)
{
    struct signals *s = &process->signals;
    uint32_t dropped = s->caught & ~caught, was_ignored = s->ignored;

    s->is_faulting = false;
    s->caught = caught & ~uncatchable();
    s->ignored = ignored & ~uncatchable() & ~s->caught;
    s->blocked = blocked & ~uncatchable();
    s->pending &= ~s->ignored | (was_ignored & s->blocked);
    for (uint32_t signal = 1; dropped && signal < SIGNAL_NUMBERS; signal++)
        if (dropped & signal_bit(signal) && signal_is_ignored(signal))
            s->pending &= ~signal_bit(signal);
    return take_default_actions(process);
}

struct signal signals_take_of(struct process *process, uint32_t set)
{
    struct signals *s = &process->signals;
    uint32_t found = s->pending & set;

    if (!found)
        return (struct signal){0};
    uint32_t number = first_of(found);
    s->pending &= ~signal_bit(number);
    for (struct signal_info *info = s->infos; info < s->infos + SIGNAL_INFOS; info++)
        if (info->number == number) {
            info->number = 0;
            return (struct signal){number, info->sender, (enum signal_code)info->code, info->value};
        }
    return (struct signal){.number = number};
}

struct signal signals_take(struct process *process, uint32_t blocked)
{
    struct signal taken = signals_take_of(process, signals_deliverable(process) & ~blocked);

    process->signals.is_taking &= taken.number != 0;
    return taken;
}

bool signals_ignore_children(const struct process *process)
{
    return process->signals.ignored & signal_bit(SIGNAL_CHLD);
}

bool signals_no_child_wait(const struct process *process)
{
    return process->signals.no_child_wait || signals_ignore_children(process);
}

/* ------------------------------------------------------------------------------------ fork, exec */

void signals_fork(struct process *child, const struct process *parent)
{
    child->signals.caught = parent->signals.caught;
    child->signals.ignored = parent->signals.ignored;
    child->signals.blocked = parent->signals.blocked;
    child->signals.no_child_wait = parent->signals.no_child_wait;
    if (parent->signals.has_control_c) {
        child->signals.has_control_c = true;
        start_sweep();
    }
}

/* Caught signals now take their default action, but stay pending if they are blocked, as on Linux: no action was
 * chosen. */
bool signals_exec(struct process *process)
{
    process->signals.caught = 0;
    process->signals.is_taking = false;
    process->signals.no_child_wait = false;
    return signals_set(process, 0, process->signals.ignored, process->signals.blocked);
}
