/*
 * The whole memory server on a naive kernel: programs allocate, fork, share, touch pages and die in random order, and a
 * model says what each must see; then every error of the protocol.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_model.c
 * sources: tests/host/mem_model_foreign.c
 */
#include "servers/mem/frames.h"
#include "tests/host/check.h"
#include "tests/host/mem_model.h"

enum { STEPS = 100000 };

static void random_run(struct fake_ram ram, bool is_short_of_memory, int steps)
{
    mem_model_start(ram, is_short_of_memory);
    for (int step = 0; step < steps; step++) {
        mem_model_step();
        if (step % 50 == 0)
            mem_model_check();
        if (step % 2000 == 0)
            mem_model_end();
    }
    mem_model_end();
}

int main(void)
{
    random_run((struct fake_ram){16, 40000, 100}, false, STEPS);
    random_run((struct fake_ram){16, 1200, 100}, true, STEPS);

    /* New servers, which have little memory of their own yet, on machines with little memory for the kernel. */
    for (int run = 0; run < 50; run++)
        random_run((struct fake_ram){LOW_MEMORY_PAGES - 500, 3000, 100}, true, STEPS / 50);
    printf("test_mem_server: 3 x %d steps agree\n", STEPS);
}
