/*
 * The memory server and well-behaved programs. The bytes of an input choose what they do, and what each sees is
 * compared with a naive model, tests/host/mem_model.h.
 *
 * fuzz: runs=500
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_model.c
 * sources: tests/host/mem_model_foreign.c tests/fuzz/bytes.c
 */
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/check.h"
#include "tests/host/mem_model.h"

#include "servers/mem/frames.h"

enum { CHECK_EVERY = 16 };

/* All small enough that programs can ask for more than there is. */
static const struct fake_ram machines[] = {{16, 8000, 100}, {16, 1200, 100}, {LOW_MEMORY_PAGES - 500, 3000, 100}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes_begin(data, size);
    mem_model_start(machines[random_below(3)], true);
    for (unsigned step = 1; bytes_are_left(); step++) {
        mem_model_step();
        if (step % CHECK_EVERY == 0)
            mem_model_check();
    }
    mem_model_end();
    return 0;
}
