#include "servers/proc/life.h"

#include "libuser/ipc/server.h"
#include "servers/clients.h"
#include "servers/log.h"
#include "servers/proc/cpus.h"
#include "servers/proc/front.h"
#include "servers/proc/program.h"
#include "servers/proc/sleepers.h"
#include "servers/proto/console.h"

#include <stdbool.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- bodies */

static struct body body_of(const struct process *process, uint32_t cpu)
{
    return (struct body){
        .slot = SLOT_BODIES + SLOTS_PER_BODY * process_index(process),
        .space = process_index(process),
        .badge = process->badge,
        .cpu = cpu,
    };
}

/* A body like the parent's, which has just called, ready to run. */
static int make_fork(const struct process *process, const struct body *parent, struct body *body)
{
    *body = body_of(process, parent->cpu);
    int error = body_make_like(body, parent);
    if (error)
        return error;
    error = body_start_as(body, parent);
    if (error)
        body_destroy(body);
    return error;
}

static int fill_program(const struct body *body, const struct program *program)
{
    int error = program_map(program, body);

    if (!error)
        error = body_start(body, program->image.entry);
    return error;
}

/* A body with a program in it, ready to run. */
static int make_program(const struct process *process, const struct arguments *arguments,
                        struct body *body)
{
    struct program program;
    int error = program_find(arguments->text, &program);

    if (error)
        return error;
    *body = body_of(process, process->cpu);
    error = body_make(body);
    if (error)
        return error;
    error = fill_program(body, &program);
    if (error)
        body_destroy(body);
    return error;
}

static void take_arguments(struct process *process, struct arguments *arguments)
{
    arguments_drop(process->arguments);
    process->arguments = arguments;
}

/* ---------------------------------------------------------------------------------------- begin */

int life_fork(struct process *parent, struct process **child)
{
    struct process *made = process_make(parent);

    if (!made)
        return -EAGAIN;
    made->cpu = cpus_take();
    int error = make_fork(made, &parent->body, &made->body);
    if (error) {
        cpus_give(made->cpu);
        process_forget(made);
        return error;
    }
    made->arguments = arguments_share(parent->arguments);
    made->reads = parent->reads;
    *child = made;
    if (made->cpu != made->body.cpu)
        cpus_add_young(made);
    body_resume(&made->body);
    return 0;
}

int life_spawn(struct process *parent, struct arguments *arguments, struct process **child)
{
    struct process *made = process_make(parent);

    if (!made)
        return -EAGAIN;
    made->cpu = cpus_take();
    int error = make_program(made, arguments, &made->body);
    if (error) {
        cpus_give(made->cpu);
        process_forget(made);
        return error;
    }
    take_arguments(made, arguments);
    *child = made;
    body_resume(&made->body);
    return 0;
}

/* ------------------------------------------------------------------------------------- end, exec */

static void answer_waiting(struct process *parent, struct process *child)
{
    struct words words = {{0, child->pid, child->ending.code, child->ending.signal}};

    parent->waits = WAITS_NOT;
    process_forget(child);
    front_changed(parent);
    err_t gone = server_answer((struct caller){parent->caller, parent->calls}, 0, &words);
    (void)gone;
}

static void end(struct process *process, struct ending ending)
{
    struct process *parent = process->parent;

    if (process->waits == WAITS_TICK)
        sleepers_remove(process);
    process->waits = WAITS_NOT;
    cpus_remove_young(process);
    body_destroy(&process->body);
    console_release(PROC_SLOT_CONSOLE, 0, process->badge);
    arguments_drop(process->arguments);
    arguments_drop(process->next_arguments);
    process->arguments = process->next_arguments = NULL;
    cpus_give(process->cpu);
    front_ends(process);
    process_give_children(process);
    if (process->is_adopted) {
        process_forget(process);
        return;
    }
    process_set_ended(process, ending);
    if (process_awaits(parent, process))
        answer_waiting(parent, process);
}

void life_exit(struct process *process, uint32_t code)
{
    end(process, (struct ending){.code = code});
}

void life_kill(struct process *process, uint32_t signal)
{
    end(process, (struct ending){.signal = signal});
}

/* mem has charged what the new program is promised before the old one goes; behind that only the
 * kernel can refuse. */
int32_t life_exec(struct process *process, struct arguments *arguments)
{
    struct program program;
    int error = program_find(arguments->text, &program);

    if (!error)
        error = body_clear_space(&process->body, program_pages(&program));
    if (error)
        return error;
    take_arguments(process, arguments);
    front_forget(process);
    if (!fill_program(&process->body, &program))
        return 0;
    log_line(message_page, SERVER_SLOT_LOG, "%s (pid %u): killed: no memory for exec",
             program_name(process->arguments->text), (unsigned)process->pid);
    life_kill(process, SIGNAL_KILL);
    return SERVER_LATER;
}
