#include "libuser/vdso/vdso.h"

#include "servers/proto/proc.h"

/* Later entries of a list replace earlier ones. */
#pragma clang diagnostic ignored "-Winitializer-overrides"

const vdso_handler vdso_table[VDSO_CALLS] = {
    [0 ... VDSO_CALLS - 1] = vdso_no_call,
#define LINUX_CALL(number, name, handler, server, deviations) [number] = vdso_##handler,
#include "libuser/vdso/calls.def"
};

static bool is_told(uint32_t number)
{
    for (uint32_t i = 0; i < state->missing_count; i++)
        if (state->missing[i] == number)
            return true;
    return false;
}

/* Each missing call is logged once per program, for up to MISSING_MAX calls. */
HANDLER(no_call)
{
    (void)a;
    if (state->missing_count < MISSING_MAX && !is_told(number)) {
        state->missing[state->missing_count++] = number;
        (void)proc_missing(CLIENT_SLOT_PROC, number);
    }
    return -ENOSYS;
}

HANDLER(zero)
{
    (void)a, (void)number;
    return 0;
}
