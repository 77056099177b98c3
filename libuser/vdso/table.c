#include "libuser/vdso/vdso.h"

#include "servers/proto/proc.h"

/* Later entries of a list replace earlier ones. */
#pragma clang diagnostic ignored "-Winitializer-overrides"

const vdso_handler vdso_table[VDSO_CALLS] = {
    [0 ... VDSO_CALLS - 1] = vdso_no_call,
#define LINUX_CALL(number, name, handler, server, deviations) [number] = vdso_##handler,
#include "libuser/vdso/calls.def"
};

/* The log hears of each once a program, of so many. */
HANDLER(no_call)
{
    uint32_t i = 0;

    (void)a;
    while (i < MISSING_MAX && state->missing[i] && state->missing[i] != number)
        i++;
    if (i < MISSING_MAX && !state->missing[i]) {
        state->missing[i] = (uint16_t)number;
        (void)proc_missing(CLIENT_SLOT_PROC, 0, number);
    }
    return -ENOSYS;
}

HANDLER(zero)
{
    (void)a, (void)number;
    return 0;
}
