#include "tests/fuzz/proc_model.h"

#include <stddef.h>

struct program programs[PROGRAMS];

uint32_t model_find(enum program_state state, enum program_wait waits, uint32_t from)
{
    for (uint32_t i = from; i < PROGRAMS; i++)
        if (programs[i].state == state && programs[i].waits == waits)
            return i;
    return PROGRAMS;
}

struct program *program_by_pid(uint32_t pid)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state != FREE && programs[i].pid == pid)
            return &programs[i];
    return NULL;
}

uint32_t program_number_of(const struct program *program)
{
    return (uint32_t)(program - programs);
}

bool program_is_child(const struct program *child, uint32_t parent, uint32_t pid)
{
    return child->state != FREE && child->parent == parent && (!pid || child->pid == pid);
}

struct program *program_child_of(uint32_t parent, enum program_state state, uint32_t pid)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state == state && program_is_child(&programs[i], parent, pid))
            return &programs[i];
    return NULL;
}
