#include "tests/fuzz/proc_model.h"

#include <errno.h>
#include <stddef.h>

#include "servers/proc/process.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/host/check.h"

struct model_program programs[PROGRAMS];

uint32_t model_find(enum program_state state, enum program_wait waits, uint32_t from)
{
    for (uint32_t i = from; i < PROGRAMS; i++)
        if (programs[i].state == state && programs[i].waits == waits)
            return i;
    return PROGRAMS;
}

struct model_program *program_by_pid(uint32_t pid)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state != FREE && programs[i].pid == pid)
            return &programs[i];
    return NULL;
}

uint32_t program_number_of(const struct model_program *program)
{
    return (uint32_t)(program - programs);
}

bool program_is_awaited(const struct model_program *child, struct awaited awaited)
{
    return awaited.group ? child->group == awaited.group : !awaited.pid || child->pid == awaited.pid;
}

bool program_is_child(const struct model_program *child, uint32_t parent, struct awaited awaited)
{
    return child->state != FREE && child->parent == parent && !child->is_adopted && program_is_awaited(child, awaited);
}

struct model_program *program_child_of(uint32_t parent, enum program_state state, struct awaited awaited)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state == state && program_is_child(&programs[i], parent, awaited))
            return &programs[i];
    return NULL;
}

bool program_is_below(const struct model_program *program, const struct model_program *above)
{
    while (program != above && program->parent != NOBODY)
        program = &programs[program->parent];
    return program == above;
}

bool programs_are_owed(uint32_t space)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if ((programs[i].state == LIVE || programs[i].state == ENDS) && programs[i].space == space)
            return server_owes(i);
    return false;
}

uint32_t programs_in(enum program_state state)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < PROGRAMS; i++)
        count += programs[i].state == state;
    return count;
}

uint32_t programs_waiting(enum program_wait waits)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < PROGRAMS; i++)
        count += programs[i].state == LIVE && programs[i].waits == waits;
    return count;
}

/* What the rules say about a new limit. */
static int status_of_limit(const struct account *account, uint32_t limit)
{
    bool alone = account->holders == 1 && account->parent;

    if (limit >= account->limit)
        return limit > account->limit ? -EPERM : 0;
    if (limit < (alone ? account->used : 1))
        return -EINVAL;
    if (!alone && limit + ACCOUNT_COST > account_left(account) + 1)
        return -ENOMEM;
    return !alone && account->depth == ACCOUNT_DEPTH_MAX ? -EAGAIN : 0;
}

struct limit_expected limit_expect(uint32_t program, uint32_t new_limit)
{
    const struct process *process = program < PROGRAMS ? process_by_badge(programs[program].badge) : NULL;

    if (!process)
        return (struct limit_expected){0};
    return (struct limit_expected){
        .limit = process->account->limit,
        .used = process->account->used,
        .is_full = !account_left(process->account),
        .has_no_block = !limits_blocks_left(process->account),
        .status = status_of_limit(process->account, new_limit),
    };
}

uint32_t programs_new_space(void)
{
    uint32_t found = 0;

    for (uint32_t space = 1; space < FAKE_TASKS; space++) {
        bool known = false;
        for (uint32_t i = 1; i < PROGRAMS; i++)
            known |= (programs[i].state == LIVE || programs[i].state == ENDS) && programs[i].space == space;
        if (fake_tasks[space].lives && fake_tasks[space].resumed && !known) {
            CHECK(!found);
            found = space;
        }
    }
    CHECK(found);
    return found;
}
