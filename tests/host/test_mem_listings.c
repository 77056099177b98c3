/*
 * The memory server's listings: spaces, frames, segments and what they have.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/server.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

static uint32_t pages_of_programs(void)
{
    uint32_t sum = 0, held;

    for (uint32_t first = 0; mem_call(&a, MEM_FRAME_USAGE, first, 0, &held) == 0; first += MEM_LISTED)
        sum += held;
    return sum;
}

/* What every program and the manager may see of spaces, frames and segments. */
static void check_listings(void)
{
    const struct mem_client proc = {0, 0}, *const askers[] = {&a, &proc};
    struct mem_client other = pair_make(3);
    uint32_t pages, again, held, next;

    for (int i = 0; i < 2; i++) {
        CHECK(mem_call(askers[i], MEM_SPACE_USAGE, 3, 0, &pages) == 0 && pages > 0);
        CHECK(mem_call(askers[i], MEM_SPACE_USAGE, 77, 0, NULL) == -ENOENT);
        CHECK(mem_call(askers[i], MEM_FRAME_USAGE, 0, 0, &held) == 0);
        CHECK(mem_call(askers[i], MEM_FRAME_USAGE, UINT32_MAX, 0, NULL) == -ENOENT);
        CHECK(mem_call(askers[i], MEM_SEGMENT, UINT32_MAX, 0, NULL) == -ENOENT);
    }
    held = pages_of_programs();
    CHECK(mem_call(&other, MEM_SHM_OPEN, 4711, 0, NULL) == 0);
    CHECK(mem_call(&a, MEM_SPACE_USAGE, 3, 0, &again) == 0 && again > pages);
    CHECK(pages_of_programs() == held + 1);
    CHECK(mem_call(&a, MEM_SEGMENT, 0, 0, &next) == 0 && next > 0);
    pair_end(other);
    CHECK(mem_call(&a, MEM_SPACE_USAGE, 3, 0, NULL) == -ENOENT);
}

int main(void)
{
    static void (*const checks[])(void) = {check_listings};

    pair_run("test_mem_listings", checks, 1);
}
