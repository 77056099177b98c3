/*
 * The process server. The badge alone identifies a caller, never an id that the client sends. It waits
 * for mem, console and file, which it trusts, and never for a client.
 */
#include "libuser/ipc/server.h"
#include "libuser/sys/derive.h"
#include "servers/proto/slots.h"
#include "servers/lib/log.h"
#include "servers/proc/alarms.h"
#include "servers/proc/argument_calls.h"
#include "servers/proc/audit.h"
#include "servers/proc/family_calls.h"
#include "servers/proc/fatal_faults.h"
#include "servers/proc/file_client.h"
#include "servers/proc/cpus.h"
#include "servers/proc/foreground.h"
#include "servers/proc/futex.h"
#include "servers/proc/futex_calls.h"
#include "servers/proc/lifecycle.h"
#include "servers/proc/listing.h"
#include "servers/proc/program.h"
#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proc/clock.h"
#include "servers/proc/work.h"
#include "servers/proto/file.h"
#include "servers/proto/proc.h"

#include <string.h>

enum { SLOT_TICK_SIGNAL = 16 };

/* ----------------------------------------------------------------------------------------- time */

/* Ticks since boot: the result of the acknowledgement; the line never needs unmasking. */
static uint32_t now(void)
{
    uint32_t count = 0;
    err_t err = sys_irq_ack(PROC_SLOT_TICK, IRQ_TICK, &count);
    if (err)
        __builtin_trap();
    return count;
}

/* Wakes some of the sleepers whose time has come: true if there may be more. */
static bool wake_sleepers(uint32_t ticks)
{
    enum { AT_ONCE = 32 };
    uint32_t count = 0;
    struct process *process;

    while (count < AT_ONCE && (process = sleepers_next_due(ticks))) {
        (void)futex_unwatch(process);
        waits_reply(process, 0, (struct words){{0}});
        count++;
    }
    return count == AT_ONCE;
}

/* Due work may concern all processes: does a part with one message, and adds a step for the rest. */
static void do_due_work(struct work *work)
{
    uint32_t ticks = now();
    bool is_more = wake_sleepers(ticks);

    is_more |= alarms_expire(ticks);
    is_more |= signals_sweep();
    if (is_more && !work->step)
        work_add(work, do_due_work);
}

static struct work due;

static void handle_tick(void)
{
    signals_tick();
    do_due_work(&due);
    cpus_tick();
    foreground_tick(now());
}

static int32_t call_sleep(struct process *process, struct words *words)
{
    if (words->w[1] == 0 || signals_deliverable(process))
        return 0;
    waits_save_caller(process);
    process->signals.awaited = 0;
    sleepers_add(process, now(), words->w[1]);
    return SERVER_LATER;
}

static int32_t call_signal_await(struct process *process, struct words *words)
{
    uint32_t set = words->w[2];

    if (process_index(process) == 0)
        return -EPERM;
    if (process->signals.pending & set)
        return 0;
    int32_t result = call_sleep(process, words);
    process->signals.awaited = set;
    return result;
}

/* What is left of the one before. */
static struct words alarm_words(const struct process *process, uint32_t ticks)
{
    uint32_t left = alarms_left(process, ticks);

    return (struct words){{0, left, left ? process->alarm.every : 0}};
}

static int32_t call_alarm(struct process *process, struct words *words)
{
    uint32_t ticks = now();
    struct words before = alarm_words(process, ticks);

    if (process_index(process) == 0)
        return -EPERM;
    alarms_set(process, ticks, words->w[1], words->w[2]);
    *words = before;
    return 0;
}

static int32_t call_alarm_left(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    *words = alarm_words(process, now());
    return 0;
}

static int32_t call_futex_wait(struct process *process, struct words *words)
{
    uint32_t ticks = words->w[1];
    bool has_time = ticks && !signals_deliverable(process);

    if (process_index(process) == 0)
        return -EPERM;
    if (has_time && process->watch.link)
        return call_sleep(process, words);
    *words = (struct words){{0, signals_deliverable(process) ? ticks : 0, futex_unwatch(process)}};
    return 0;
}

/* The machine's start, or 0. */
static uint32_t boot_time(void)
{
    static uint32_t booted; /* 0: the machine's clock was not read yet, or has no valid date */
    uint32_t seconds = booted ? 0 : wall_clock_seconds();

    if (seconds)
        booted = seconds - now() / TICKS_PER_SECOND;
    return booted;
}

static int32_t call_boot_time(struct process *process, struct words *words)
{
    (void)process;
    words->w[1] = boot_time();
    return 0;
}

static int32_t call_uptime(struct process *process, struct words *words)
{
    (void)process;
    words->w[1] = now();
    return 0;
}

static int32_t call_audit(struct process *process, struct words *words)
{
    (void)process, (void)words;
    return audit_all(now(), now);
}

/* ----------------------------------------------------------------------------------------- life */

static int32_t call_fork(struct process *process, struct words *words)
{
    struct process *child;

    if (process_index(process) == 0)
        return -EPERM;
    if (process->signals.is_diverted)
        return -EINTR;
    if (process->signals.has_control_c && signals_take_control_c_at_fork(process))
        return SERVER_LATER;
    waits_save_caller(process);
    int32_t result = lifecycle_fork(process, &child);
    words->w[1] = result ? 0 : child->pid;
    return result;
}

static int32_t call_exit(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    lifecycle_exit(process, words->w[1]);
    return SERVER_LATER;
}

static int32_t send_signal(struct process *process, uint32_t pid, struct signal signal)
{
    struct process *victim = process_by_pid(pid);

    if (!victim)
        return -ESRCH;
    if (signal.number > SIGNAL_LAST || signal_would_stop(victim, signal.number))
        return -EINVAL;
    if (!process_is_descendant(victim, process))
        return -EPERM;
    if (signal.number == 0 || victim->state != PROCESS_LIVE)
        return 0;
    if (victim == process)
        return signal_send_self(process, signal) ? SERVER_LATER : 0;
    (void)signal_send(victim, signal);
    return 0;
}

static int32_t call_kill(struct process *process, struct words *words)
{
    enum signal_code code = words->w[3] ? CODE_THREAD : CODE_USER;

    return send_signal(process, words->w[1], (struct signal){words->w[2], process->pid, code, 0});
}

static int32_t call_queue(struct process *process, struct words *words)
{
    return send_signal(process, words->w[1], (struct signal){words->w[2], process->pid, CODE_QUEUE, words->w[3]});
}

static int32_t call_signals(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    process->signals.no_child_wait = proc_signals_no_child_wait(words);
    if (signals_set(process, words->w[1], proc_signals_ignored(words), words->w[3]))
        return SERVER_LATER;
    *words = (struct words){{0, signals_deliverable(process)}};
    process->signals.is_taking |= words->w[1] != 0;
    return 0;
}

static uint32_t uses_fpu(const struct process *process)
{
    return task_uses_fpu(&process->task);
}

static int32_t call_signal_take(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    uint32_t awaited = words->w[2]; /* no handler is called for these, so the FPU does not matter */
    struct signal signal = awaited ? signals_take_of(process, awaited) : signals_take(process, words->w[1]);
    *words = (struct words){{0, 0, process->signals.pending}};
    if (signal.number) {
        uint32_t taken = proc_signal_take_signal(signal.number, awaited ? 0 : uses_fpu(process), (uint32_t)signal.code);
        *words = (struct words){{0, taken, signal.value, signal.sender}};
    }
    return 0;
}

static int32_t call_interrupted(struct process *process, struct words *words)
{
    struct signals *signals = &process->signals;

    if (!signals->is_diverted)
        return -EINVAL;
    signals->is_diverted = false;
    words->w[1] = signals->eip;
    words->w[2] = signals->by_fault ? fatal_fault_why(&signals->fault, uses_fpu(process)) : 0;
    words->w[3] = signals->by_fault ? signals->fault.address : signals_deliverable(process);
    return 0;
}

/* The limit of processes of the caller's account, and how many there are. */
static int32_t call_get_limit(struct process *process, struct words *words)
{
    words->w[1] = process->account->limit;
    words->w[2] = process->account->used;
    return 0;
}

static int32_t call_getpid(struct process *process, struct words *words)
{
    words->w[1] = process->pid;
    words->w[2] = process->parent ? process->parent->pid : 0;
    return 0;
}

static int32_t call_list(struct process *process, struct words *words)
{
    struct listed_process listed;

    (void)process;
    if (!listing_next(&words->w[1], &listed))
        return -ENOENT;
    memcpy(message_page->words, &listed, sizeof listed);
    return (int32_t)ipc_extend(sizeof listed, 0);
}

/* The vdso reports each unknown call once for each program; a process that reports more often is logged this often. */
static int32_t call_missing(struct process *process, struct words *words)
{
    enum { MOST = 8 };

    if (process_index(process) == 0)
        return -EPERM;
    if (process->missing_calls < MOST) {
        process->missing_calls++;
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): Linux's system call %u is not implemented (ENOSYS)",
                 program_name(process->arguments->text), (unsigned)process->pid, (unsigned)words->w[1]);
    }
    return 0;
}

static int32_t call_files(struct process *process, struct words *words)
{
    (void)words;
    return process_index(process) == 0 ? -EPERM : file_client_begin(process, boot_time());
}

static int32_t call_set_limit(struct process *process, struct words *words)
{
    uint32_t processes = words->w[1];

    if (process_index(process) == 0)
        return -EPERM;
    int error = limits_check(process->account, processes);
    if (!error)
        error = file_client_limit(process, processes, boot_time());
    return error ? error : limits_set(&process->account, processes);
}

/* A successful reply resumes the thread at the new program's entry. */
static int32_t call_exec(struct process *process, struct words *words)
{
    struct arguments *arguments;

    if (process_index(process) == 0)
        return -EPERM;
    if (process->signals.is_diverted)
        return -EINTR;
    waits_save_caller(process);
    int32_t error = arguments_take(process, words, &arguments);
    if (error)
        return error;
    error = lifecycle_exec(process, arguments);
    if (error < 0)
        arguments_drop(arguments);
    *words = lifecycle_exec_reply(process);
    return error;
}

/* A control-C typed before init's program begins is for that program. */
static void handle_control_c(bool is_typed)
{
    static bool is_due;

    is_due |= is_typed;
    if (!is_due || !process_at(0)->children)
        return;
    is_due = false;
    signals_send_control_c();
    do_due_work(&due);
}

static int32_t call_spawn(struct process *process, struct words *words)
{
    struct arguments *arguments;
    struct start_limits limits = {.memory = proc_spawn_memory(words), .processes = proc_spawn_processes(words)};
    struct process *child;

    if (process_index(process) != 0)
        return -EPERM;
    int32_t error = arguments_take(process, words, &arguments);
    if (error)
        return error;
    error = lifecycle_spawn(process, arguments, limits, &child);
    if (error)
        arguments_drop(arguments);
    else
        words->w[1] = child->pid;
    handle_control_c(false);
    return error;
}

static int32_t call_keys(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    return foreground_set_keys(process, words->w[1]);
}

/* ----------------------------------------------------------------------------------------- loop */

/* Ignores a caller whose process ended while its call was queued. */
#define CALL(name)                                                                                                     \
    static SERVER_CALL int32_t serve_##name(uint32_t badge, struct words *words)                                       \
    {                                                                                                                  \
        struct process *process = process_by_badge(badge);                                                             \
        return process && process->waits == WAITS_NOT ? call_##name(process, words) : -EAGAIN;                         \
    }

#define CALL_OF(number, name) CALL(name)
PROC_CALLS(CALL_OF)

static void continue_console_events(struct work *work);

/* Asks the console for one reader at a time. */
static void handle_console_events(bool part)
{
    static struct work work;
    uint32_t events = foreground_handle_events(part);

    handle_control_c(events & CONSOLE_EVENT_INTERRUPT);
    if (events & CONSOLE_EVENT_INPUT)
        futex_wake_console_pollers();
    if (events & CONSOLE_EVENT_DUE && !work.step)
        work_add(&work, continue_console_events);
}

static void continue_console_events(struct work *work)
{
    (void)work;
    handle_console_events(true);
}

static void handle_signal(uint32_t bits)
{
    if (bits & PROC_SIGNAL_TICK)
        handle_tick();
    if (bits & PROC_SIGNAL_FATAL_FAULT)
        fatal_faults_reap();
    if (bits & PROC_SIGNAL_CONSOLE)
        handle_console_events(false);
    if (bits & PROC_SIGNAL_FILE)
        futex_handle_file_events();
}

static void bind_tick(void)
{
    err_t err = cap_badge(SERVER_SLOT_ENDPOINT, SLOT_TICK_SIGNAL, RIGHT_SIGNAL, PROC_SIGNAL_TICK);
    if (!err)
        err = sys_irq_bind(PROC_SLOT_TICK, IRQ_TICK, SLOT_TICK_SIGNAL);
    if (err)
        __builtin_trap();
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const server_call calls[PROC_CALLS_END] = {[0] = work_call, /* no call of the protocol */
#define CALL_ENTRY(number, name) [number] = serve_##name,
                                                      PROC_CALLS(CALL_ENTRY)};
    static const struct server server = {
        .calls = calls,
        .calls_count = PROC_CALLS_END,
        .signal = handle_signal,
    };

    (void)ebx, (void)esi;
    process_init();
    cpus_init(((const struct boot_page *)BOOT_PAGE)->cpu_count);
    program_init(edi);
    bind_tick();
    work_init();
    server_run(&server);
}
