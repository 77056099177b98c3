#include "servers/proc/lifecycle.h"

#include "servers/proto/slots.h"
#include "servers/lib/log.h"
#include "servers/proc/alarms.h"
#include "servers/proc/cpus.h"
#include "servers/proc/foreground.h"
#include "servers/proc/futex.h"
#include "servers/proc/program.h"
#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proto/file_format.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"

#include <stdbool.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- tasks */

static struct task initial_task(const struct process *process, uint32_t cpu)
{
    return (struct task){
        .slot = SLOT_TASKS + SLOTS_PER_TASK * process_index(process),
        .space = process_index(process),
        .badge = process->badge,
        .cpu = cpu,
        .frame = TASK_NO_FRAME,
    };
}

/* Makes a new process, with a processor of its own. */
static struct process *allocate_process(struct process *parent)
{
    struct process *made = process_make(parent);

    if (made)
        made->cpu = cpus_take();
    return made;
}

/* Frees a process that has nothing left except its entry. */
static void discard_process(struct process *made)
{
    cpus_give(made->cpu);
    process_free(made);
}

static void replace_arguments(struct process *process, struct arguments *arguments)
{
    arguments_drop(process->arguments);
    process->arguments = arguments;
}

/* Loads a part of the program; after the last part also sets what it needs to run: 0, MEM_MORE, or an error. */
static int load(struct process *process, const struct program *program)
{
    process->has_vdso = !program->image.is_native;
    int result = process->task.segment < program->image.count ? program_map(program, &process->task) : 0;

    if (!result && program->file.is_copy)
        result = program_fill(program, &process->task);
    if (!result)
        result = task_start(&process->task, program_start(program, process->has_files));
    return result;
}

/* ----------------------------------------------------------------------------------------- fork */

static void exit_step(struct work *work);

/* Gives the child the parent's open files. */
static int share_files(struct process *made, const struct process *parent)
{
    int error = file_fork(PROC_SLOT_FILE, parent->badge, made->badge, made->pid);

    if (error)
        return error;
    made->has_files = true;
    return task_give_files(&made->task);
}

/* Releases a part of what the file server has of a process that exits; true: more is left. */
static bool release_files(struct process *process)
{
    process->has_files = process->has_files && file_release(PROC_SLOT_FILE, process->badge) == FILE_MORE;
    return process->has_files;
}

/* Closes some of the files that do not stay open over its exec; true: more are left. */
static bool close_files_for_exec(struct process *process)
{
    process->is_closing_files = process->is_closing_files && file_exec(PROC_SLOT_FILE, process->badge) == FILE_MORE;
    return process->is_closing_files;
}

/* The space is copied: makes the rest of the child and lets it run, while its parent still waits in its call. */
static int complete_child(struct process *made)
{
    struct process *parent = made->parent;

    made->task.cpu = parent->task.cpu;
    int error = task_complete(&made->task);
    if (!error)
        error = task_start_as(&made->task, &parent->task);
    if (!error && parent->has_files)
        error = share_files(made, parent);
    if (error)
        return error;
    made->program_file = parent->program_file;
    made->arguments = arguments_share(parent->arguments);
    made->has_read = parent->has_read;
    made->parent_wait_calls = parent->wait_calls;
    made->has_vdso = parent->has_vdso;
    signals_fork(made, parent);
    process_set_live(made);
    if (made->cpu != made->task.cpu)
        cpus_add_young(made);
    task_resume(&made->task);
    return 0;
}

static void fork_step(struct work *work);

/* Continues a fork after MEM_MORE, or undoes it after an error, which the parent gets when nothing of the child is
 * left. */
static void continue_fork(struct process *made, int result)
{
    if (result == MEM_MORE) {
        work_add(&made->work, fork_step);
        return;
    }
    made->fork_error = result;
    exit_step(&made->work);
}

/* Replies to a fork late; signals may have come meanwhile. */
static void reply_to_fork(struct process *parent, int32_t error, uint32_t pid)
{
    waits_reply(parent, error, (struct words){{0, pid}});
    signals_deliver(parent);
}

static void fork_step(struct work *work)
{
    struct process *made = process_of_work(work), *parent = made->parent;
    int result = task_fork_more(&made->task, &parent->task);

    if (!result)
        result = complete_child(made);
    if (result)
        continue_fork(made, result);
    else
        reply_to_fork(parent, 0, made->pid);
}

int32_t lifecycle_fork(struct process *parent, struct process **child)
{
    struct process *made = allocate_process(parent);

    if (!made)
        return -EAGAIN;
    made->task = initial_task(made, parent->task.cpu);
    int result = task_fork(&made->task, &parent->task);
    if (!result)
        result = complete_child(made);
    if (result) {
        parent->waits = WAITS_FORK;
        continue_fork(made, result);
        return SERVER_LATER;
    }
    *child = made;
    return 0;
}

/* The parent has ended, so the child will not live. The steps that made it now take it apart. */
static void cancel_fork(struct process *made)
{
    made->work.step = exit_step;
}

/* ---------------------------------------------------------------------------------------- spawn */

/* Gives the process accounts of its own. */
static int set_limits(struct process *process, struct start_limits limits)
{
    int error = limits.processes ? limits_set(&process->account, limits.processes) : 0;

    if (!error && limits.memory)
        error = task_set_limit(&process->task, limits.memory << (20 - PAGE_BITS));
    return error;
}

/* Makes a task with a loaded program, ready to run. */
static int make_program(struct process *process, const struct arguments *arguments, struct start_limits limits)
{
    struct program program;
    int error = program_by_name(program_name(arguments->text), &process->program_file);

    if (!error)
        error = program_read(process->program_file, &program);
    if (error)
        return error;
    error = task_create(&process->task);
    if (!error)
        error = set_limits(process, limits);
    if (error)
        return error;
    do
        error = load(process, &program);
    while (error == MEM_MORE);
    return error;
}

int lifecycle_spawn(struct process *parent, struct arguments *arguments, struct start_limits limits,
                    struct process **child)
{
    struct process *made = allocate_process(parent);

    if (!made)
        return -EAGAIN;
    made->task = initial_task(made, made->cpu);
    int error = make_program(made, arguments, limits);
    if (error) {
        for (enum task_left left; (left = task_destroy(&made->task));)
            if (left == TASK_OBJECT_LEFT)
                task_destroy_object(&made->task);
        discard_process(made);
        return error;
    }
    replace_arguments(made, arguments);
    process_set_live(made);
    *child = made;
    task_resume(&made->task);
    return 0;
}

/* ------------------------------------------------------------------------------------------ end */

/* Ends a failed fork: the parent gets the error, unless it has ended meanwhile. */
static void fail_fork(struct process *made)
{
    struct process *parent = made->is_adopted ? NULL : made->parent;
    int32_t error = made->fork_error;

    discard_process(made);
    if (parent)
        reply_to_fork(parent, error, 0);
}

static void reply_to_parent(struct process *parent, struct process *child)
{
    struct words words = {{0, child->pid, child->exit_status.code, child->exit_status.signal}};

    if (!parent->peeks)
        process_free(child);
    foreground_changed(parent);
    waits_reply(parent, 0, words);
}

/* Forgets a child for which nobody waits; a waiting parent gets its reply after the last one. */
static void discard_child(struct process *parent, struct process *child)
{
    bool is_awaited = process_awaits(parent, child);

    process_free(child);
    if (!is_awaited || process_find_awaited(parent->children, parent->awaited, parent->awaited_group))
        return;
    foreground_changed(parent);
    waits_reply(parent, -ECHILD, (struct words){{0}});
}

/* Only the process's status is left. A waiting parent gets its reply before the signal. */
static void finish_exit(struct process *process)
{
    struct process *parent = process->parent;
    struct signal signal = {
        SIGNAL_CHLD, process->pid, process->exit_status.signal ? CODE_CHILD_KILLED : CODE_CHILD_EXITED,
        process->exit_status.signal ? process->exit_status.signal : process->exit_status.code & 0xff};

    if (process->is_adopted) {
        process_free(process);
        return;
    }
    if (signals_no_child_wait(parent)) {
        discard_child(parent, process);
    } else {
        process_set_zombie(process);
        if (process_awaits(parent, process))
            reply_to_parent(parent, process);
    }
    if (!signals_ignore_children(parent))
        (void)signal_send(parent, signal);
}

/* The process may have had a call to the console in progress when its end began. */
static void exit_step(struct work *work)
{
    struct process *process = process_of_work(work);

    if (release_files(process)) {
        work_add(work, exit_step);
        return;
    }
    enum task_left left = task_destroy(&process->task);
    if (left == TASK_OBJECT_LEFT)
        work_destroy_task(process->task.slot);
    if (left != TASK_GONE) {
        work_add(work, exit_step);
    } else if (process->state == PROCESS_NEW) {
        fail_fork(process);
    } else {
        console_release(PROC_SLOT_CONSOLE, process->badge);
        finish_exit(process);
    }
}

/* Ends the process's waits. */
static void cancel_wait(struct process *process)
{
    if (process->waits == WAITS_TICK)
        sleepers_remove(process);
    if (process->waits == WAITS_FORK)
        cancel_fork(process->children);
    process->waits = WAITS_NOT;
}

/* Removes the process from the view of others; if it has many files, only a part of them. */
static void release_resources(struct process *process)
{
    console_release(PROC_SLOT_CONSOLE, process->badge);
    (void)release_files(process);
    arguments_drop(process->arguments);
    arguments_drop(process->next_arguments);
    process->arguments = process->next_arguments = NULL;
    cpus_give(process->cpu);
    foreground_exit(process);
    process_reparent_children(process);
}

/* Begins the end of a process. An exec in progress becomes its end. */
static void begin_exit(struct process *process, struct exit_status status)
{
    bool has_work = process->work.step != NULL;

    cancel_wait(process);
    alarms_remove(process);
    (void)futex_unwatch(process);
    cpus_remove_young(process);
    process_set_exiting(process, status);
    bool is_gone = !has_work && task_destroy(&process->task) == TASK_GONE;
    release_resources(process);
    if (is_gone && !process->has_files)
        finish_exit(process);
    else if (has_work)
        process->work.step = exit_step;
    else
        work_add(&process->work, exit_step);
}

void lifecycle_exit(struct process *process, uint32_t code)
{
    begin_exit(process, (struct exit_status){.code = code});
}

void lifecycle_kill(struct process *process, uint32_t signal)
{
    begin_exit(process, (struct exit_status){.signal = signal});
}

void lifecycle_kill_running(struct process *process, uint32_t signal)
{
    if (process->waits == WAITS_NOT)
        task_stop(&process->task);
    lifecycle_kill(process, signal);
}

/* ----------------------------------------------------------------------------------------- exec */

struct words lifecycle_exec_reply(const struct process *process)
{
    return (struct words){{0, process->signals.ignored, process->signals.blocked}};
}

static void load_step(struct work *work);

/* Continues an exec with the result of load(). */
static void continue_exec(struct process *process, int result)
{
    if (result == MEM_MORE) {
        work_add(&process->work, load_step);
    } else if (result == 0) {
        if (!signals_exec(process))
            waits_reply(process, 0, lifecycle_exec_reply(process));
    } else {
        log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: %s", program_name(process->arguments->text),
                 (unsigned)process->pid,
                 result == -ENOMEM || result == -ENOSPC ? "no memory for exec" : "its program no longer exists");
        lifecycle_kill(process, SIGNAL_KILL);
    }
}

/* Reads the program again for a further step. The archive never changes; a copy may be gone, and then the process is
 * killed. */
static bool reread_program(struct process *process, struct program *program)
{
    int error = program_read(process->program_file, program);

    if (error)
        continue_exec(process, error);
    return !error;
}

static void load_step(struct work *work)
{
    struct process *process = process_of_work(work);
    struct program program;

    if (close_files_for_exec(process))
        work_add(work, load_step);
    else if (reread_program(process, &program))
        continue_exec(process, load(process, &program));
}

static int clear_space_for(struct process *process, const struct program *program)
{
    uint32_t tables = program_tables(program);

    return task_clear_space(&process->task, program_pages(program) + tables, tables);
}

static void clear_step(struct work *work)
{
    struct process *process = process_of_work(work);
    struct program program;

    if (!reread_program(process, &program))
        return;
    int result = clear_space_for(process, &program);
    if (result < 0)
        continue_exec(process, result);
    else
        work_add(work, result == MEM_MORE ? clear_step : load_step);
}

/* mem charges the new program before the old one goes; after that only the kernel can refuse. */
int32_t lifecycle_exec(struct process *process, struct arguments *arguments)
{
    struct program program;
    struct program_file file;
    int error = program_by_path(arguments->text, process->has_files ? process->badge : 0, &file);

    if (!error)
        error = program_read(file, &program);
    if (!error)
        error = clear_space_for(process, &program);
    if (error < 0)
        return error;
    process->program_file = file;
    process->has_executed = true;
    process->is_closing_files = process->has_files;
    bool more = close_files_for_exec(process) || error == MEM_MORE;
    replace_arguments(process, arguments);
    foreground_exec(process);
    (void)futex_unwatch(process);
    int result = more ? MEM_MORE : load(process, &program);
    if (!result)
        return signals_exec(process) ? SERVER_LATER : 0;
    process->waits = WAITS_EXEC;
    process->signals.caught = 0;
    if (error == MEM_MORE)
        work_add(&process->work, clear_step);
    else
        continue_exec(process, result);
    return SERVER_LATER;
}
