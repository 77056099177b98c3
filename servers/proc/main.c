/*
 * The process server. A caller is the process that its badge names: no id that a client sends says
 * who it is. It waits for mem and console, which it trusts, and never for a client.
 */
#include "libuser/ipc/server.h"
#include "libuser/sys/calls.h"
#include "servers/clients.h"
#include "servers/log.h"
#include "servers/proc/casualties.h"
#include "servers/proc/cpus.h"
#include "servers/proc/front.h"
#include "servers/proc/life.h"
#include "servers/proc/program.h"
#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proc/wall_clock.h"
#include "servers/proc/work.h"
#include "servers/proto/proc.h"

#include <string.h>

enum { SLOT_TICK_SIGNAL = 16 };

/* ----------------------------------------------------------------------------------------- time */

/* Ticks since boot; the line never needs unmasking, the count is what is wanted. */
static uint32_t now(void)
{
    uint32_t count = 0;
    err_t err = sys_irq_ack(PROC_SLOT_TICK, IRQ_TICK, &count);
    if (err)
        __builtin_trap();
    return count;
}

/* So many with one message, and another step for the others. */
static void wake_sleepers(struct work *work)
{
    enum { WOKEN_MAX = 32 };
    uint32_t ticks = now(), count = 0;
    struct process *process;

    while (count < WOKEN_MAX && (process = sleepers_next_due(ticks))) {
        waits_answer(process, 0, (struct words){{0}});
        count++;
    }
    if (count == WOKEN_MAX && !work->step)
        work_add(work, wake_sleepers);
}

static void ticked(void)
{
    static struct work sleepers;

    wake_sleepers(&sleepers);
    cpus_tick();
    front_tick(now());
}

static int32_t call_sleep(struct process *process, struct words *words)
{
    if (words->w[1] == 0)
        return 0;
    waits_keep(process);
    sleepers_add(process, now(), words->w[1]);
    return SERVER_LATER;
}

static int32_t call_boot_time(struct process *process, struct words *words)
{
    static uint32_t booted; /* 0: the machine's clock was not read yet, or showed no date */
    uint32_t seconds = booted ? 0 : wall_clock_seconds();

    (void)process;
    if (seconds)
        booted = seconds - now() / TICKS_PER_SECOND;
    words->w[1] = booted;
    return 0;
}

static int32_t call_uptime(struct process *process, struct words *words)
{
    (void)process;
    words->w[1] = now();
    return 0;
}

/* ------------------------------------------------------------------------------------ arguments */

/* The bytes of the message's data, or -1 if it says more than it has. */
static int32_t data_bytes(uint32_t bytes)
{
    return bytes <= (message_page->tag & TAG_WORDS) * sizeof(uint32_t) ? (int32_t)bytes : -1;
}

/* The arguments of a spawn or exec: the message's, or with no bytes those that were put before. */
static int32_t take_arguments(struct process *process, const struct words *words,
                              struct arguments **arguments)
{
    uint32_t count = words->w[1], bytes = words->w[2];

    if (data_bytes(bytes) < 0)
        return -EINVAL;
    if (bytes == 0) {
        *arguments = process->next_arguments;
        process->next_arguments = NULL;
    } else {
        *arguments = arguments_make(bytes, process->account);
        memcpy((*arguments)->text, message_page->words, bytes);
        (*arguments)->bytes = bytes;
    }
    if (!*arguments)
        return -EINVAL;
    (*arguments)->count = count;
    if (arguments_are_strings(*arguments))
        return 0;
    arguments_drop(*arguments);
    return -EINVAL;
}

static int32_t call_args(struct process *process, struct words *words)
{
    const struct arguments *arguments = process->arguments;
    uint32_t offset = words->w[1];

    if (!arguments || offset > arguments->bytes)
        return -EINVAL;
    uint32_t bytes =
        arguments->bytes - offset < IPC_DATA_MAX ? arguments->bytes - offset : IPC_DATA_MAX;
    memcpy(message_page->words, arguments->text + offset, bytes);
    words->w[1] = arguments->count;
    words->w[2] = arguments->bytes;
    words->w[3] = bytes;
    return (int32_t)ipc_extend(bytes, 0);
}

/* At offset 0 begins a new set. */
static int32_t call_args_put(struct process *process, struct words *words)
{
    uint32_t offset = words->w[1], bytes = words->w[2];

    if (data_bytes(bytes) < 0)
        return -EINVAL;
    if (offset > ARGUMENTS_MAX || bytes > ARGUMENTS_MAX - offset)
        return -E2BIG;
    if (offset == 0) {
        arguments_drop(process->next_arguments);
        process->next_arguments = arguments_make(ARGUMENTS_MAX, process->account);
        if (!process->next_arguments)
            return -E2BIG;
    }
    struct arguments *arguments = process->next_arguments;
    if (!arguments || arguments->bytes != offset)
        return -EINVAL;
    memcpy(arguments->text + offset, message_page->words, bytes);
    arguments->bytes += bytes;
    return 0;
}

/* ----------------------------------------------------------------------------------------- life */

static int32_t call_fork(struct process *process, struct words *words)
{
    struct process *child;

    if (process_index(process) == 0)
        return -EPERM;
    waits_keep(process);
    int32_t result = life_fork(process, &child);
    words->w[1] = result ? 0 : child->pid;
    return result;
}

static int32_t call_exit(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    life_exit(process, words->w[1]);
    return SERVER_LATER;
}

static int32_t wait_later(struct process *process, uint32_t pid)
{
    waits_keep(process);
    process->awaited = pid;
    process->waits = WAITS_CHILD;
    front_changed(process);
    return SERVER_LATER;
}

/* There are no groups of processes: 0 is all children, below -1 is nobody. */
static int32_t call_wait(struct process *process, struct words *words)
{
    enum { NO_HANG = 1 };
    int32_t wanted = (int32_t)words->w[1];
    uint32_t options = words->w[2], pid = wanted > 0 ? words->w[1] : 0;
    struct process *child = process_in(process->ended, pid);

    if (options & ~(uint32_t)NO_HANG)
        return -EINVAL;
    if (wanted < -1 || (!child && !process_in(process->children, pid)))
        return -ECHILD;
    if (!child && !(options & NO_HANG))
        return wait_later(process, pid);
    *words = (struct words){{0}};
    if (child) {
        *words = (struct words){{0, child->pid, child->ending.code, child->ending.signal}};
        process_forget(child);
    }
    return 0;
}

/* Nobody can catch one, so this is what they do: nothing, or end the process. */
static bool signal_is_ignored(uint32_t signal)
{
    return signal == 0 || signal == SIGNAL_CHILD || signal == SIGNAL_CONTINUE ||
           signal == SIGNAL_URGENT || signal == SIGNAL_WINDOW;
}

static int32_t call_kill(struct process *process, struct words *words)
{
    struct process *victim = process_by_pid(words->w[1]);
    uint32_t signal = words->w[2];

    if (signal > SIGNAL_LAST || (signal >= SIGNAL_STOP_FIRST && signal <= SIGNAL_STOP_LAST))
        return -EINVAL;
    if (!victim)
        return -ESRCH;
    if (!process_is_below(victim, process))
        return -EPERM;
    if (signal_is_ignored(signal) || victim->state != PROCESS_LIVE)
        return 0;
    if (victim != process) {
        life_kill_running(victim, signal);
        return 0;
    }
    life_kill(victim, signal);
    return SERVER_LATER;
}

/* How many processes there may be in the caller's account, and how many there are. */
static int32_t call_get_limit(struct process *process, struct words *words)
{
    words->w[1] = process->account->limit;
    words->w[2] = process->account->used;
    return 0;
}

static int32_t call_set_limit(struct process *process, struct words *words)
{
    if (process_index(process) == 0)
        return -EPERM;
    return limits_set(&process->account, words->w[1]);
}

static int32_t call_getpid(struct process *process, struct words *words)
{
    words->w[1] = process->pid;
    words->w[2] = process->parent ? process->parent->pid : 0;
    return 0;
}

/* The vdso tells of each once a program; whoever tells of more is heard this often. */
static int32_t call_missing(struct process *process, struct words *words)
{
    enum { MOST = 8 };

    if (process_index(process) == 0)
        return -EPERM;
    if (process->missing < MOST) {
        process->missing++;
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): Linux's system call %u is not there (ENOSYS)",
                 program_name(process->arguments->text), (unsigned)process->pid, (unsigned)words->w[1]);
    }
    return 0;
}

/* A good answer only lets the thread run on, where the new program begins. */
static int32_t call_exec(struct process *process, struct words *words)
{
    struct arguments *arguments;

    if (process_index(process) == 0)
        return -EPERM;
    waits_keep(process);
    int32_t error = take_arguments(process, words, &arguments);
    if (error)
        return error;
    error = life_exec(process, arguments);
    if (error < 0)
        arguments_drop(arguments);
    return error;
}

static int32_t call_spawn(struct process *process, struct words *words)
{
    struct arguments *arguments;
    struct process *child;

    if (process_index(process) != 0)
        return -EPERM;
    int32_t error = take_arguments(process, words, &arguments);
    if (error)
        return error;
    error = life_spawn(process, arguments, start_limits_of(words->w[3]), &child);
    if (error)
        arguments_drop(arguments);
    else
        words->w[1] = child->pid;
    return error;
}

/* ----------------------------------------------------------------------------------------- loop */

/* A caller whose process ended while its call was queued is not heard. */
#define CALL(name)                                                                                 \
    static int32_t serve_##name(uint32_t badge, struct words *words)                               \
    {                                                                                              \
        struct process *process = process_by_badge(badge);                                         \
        return process && process->waits == WAITS_NOT ? call_##name(process, words) : -EAGAIN;     \
    }

#define CALL_OF(number, name) CALL(name)
PROC_CALLS(CALL_OF)

/* Of the thread that drives long work; number 0 is no call of the protocol. */
static int32_t serve_work(uint32_t badge, struct words *words)
{
    return work_call(badge, words);
}

static void signalled(uint32_t bits)
{
    if (bits & PROC_SIGNAL_TICK)
        ticked();
    if (bits & PROC_SIGNAL_CASUALTY)
        casualties_bury();
    if (bits & PROC_SIGNAL_CONSOLE)
        front_news();
}

static void bind_tick(void)
{
    err_t err =
        sys_cap_derive(SERVER_SLOT_ENDPOINT, SLOT_TICK_SIGNAL, RIGHT_SIGNAL, PROC_SIGNAL_TICK, 0);
    if (!err)
        err = sys_irq_bind(PROC_SLOT_TICK, IRQ_TICK, SLOT_TICK_SIGNAL);
    if (err)
        __builtin_trap();
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const server_call calls[PROC_CALLS_END] = {
        [0] = serve_work,
#define CALL_ENTRY(number, name) [number] = serve_##name,
        PROC_CALLS(CALL_ENTRY)};
    static const struct server server = {
        .calls = calls,
        .calls_count = PROC_CALLS_END,
        .signal = signalled,
    };

    (void)ebx, (void)esi;
    process_init();
    cpus_init(((const struct boot_page *)BOOT_PAGE)->cpu_count);
    program_init(edi);
    bind_tick();
    work_init();
    server_run(&server);
}
