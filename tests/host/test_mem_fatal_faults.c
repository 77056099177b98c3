/*
 * The memory server and threads with a fatal fault, which their manager lets continue.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include <errno.h>

#include "servers/mem/frames.h"
#include "servers/mem/server.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

/* Only a fault that was reported can be continued, and it must be the one that waits. */
static void check_fatal_faults_go_on(void)
{
    struct mem_client one = pair_make(11);
    uint32_t id;

    message_page->caller = 70, message_page->caller_call_number = 5;
    CHECK(!mem_touch(&one, 0x5000, 0));
    CHECK(mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == -ENOENT &&
          mem_manager(MEM_FATAL_FAULT_RESUME, 12, 0) == -ENOENT);
    CHECK(mem_call(NULL, MEM_FATAL_FAULT, 0, 0, &id) == 0 && id == 11);
    CHECK(mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == 0 && mem_replied_to == 70 && mem_replied_to_call == 5);
    CHECK(mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == -ENOENT);
    CHECK(!mem_touch(&one, 0x6000, 0)); /* it may fault again */
    CHECK(mem_call(NULL, MEM_FATAL_FAULT, 0, 0, &id) == 0 && mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == 0);
    CHECK(!mem_touch(&one, 0x6000, 0));
    CHECK(mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == -ENOENT);
    pair_end(one);
    CHECK(mem_manager(MEM_FATAL_FAULT_RESUME, 11, 0) == -ENOENT);
}

int main(void)
{
    static void (*const checks[])(void) = {check_fatal_faults_go_on};

    pair_run("test_mem_fatal_faults", checks, sizeof(checks) / sizeof(checks[0]));
}
