/*
 * Which errors the calls of a server have returned. If TALLY_ERRORS names a file, each new one adds a line
 * `CALL ERRNO` to it; tests/harness/error_tests.py compares these with the protocols.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void errors_note(uint32_t call, int32_t status)
{
    enum { CALLS = 64, ERRORS = 256 };
    static bool are_noted[CALLS][ERRORS];
    const char *path = getenv("TALLY_ERRORS");

    if (!path || call >= CALLS || status >= 0 || status <= -ERRORS || are_noted[call][-status])
        return;
    are_noted[call][-status] = true;
    FILE *file = fopen(path, "a");
    if (!file)
        abort();
    fprintf(file, "%u %d\n", (unsigned)call, -(int)status);
    fclose(file);
}
