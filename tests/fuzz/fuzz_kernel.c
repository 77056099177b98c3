/*
 * The kernel's core on three processors. The bytes of an input choose events, with all checks of tests/host/smp_run.h;
 * at the end everything is destroyed, and every frame must be memory again.
 *
 * fuzz: runs=5000
 * defines: HOST_STEP_NODES=4 HOST_CPU_MAX=4 HOST_TABLE_BITS=5
 * sources: kernel-core tests/host/kernel_world.c tests/host/smp_run.c tests/host/random_calls.c
 * sources: tests/model/processors.c tests/model/invariants.c tests/fuzz/bytes.c
 */
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/smp_run.h"

enum { STEPS = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes_begin(data, size);
    smp_run(STEPS, bytes_are_left);
    return 0;
}
