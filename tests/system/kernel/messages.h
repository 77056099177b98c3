/* What tests of the kernel's messages share: children that call, and the results of their calls. */
#pragma once

#include "tests/system/kernel/kernel_test.h"

static volatile int32_t results[64];
static volatile uint32_t results_count;

static inline void result(int32_t value)
{
    results[results_count++ % 64] = value;
}

static inline err_t call(uint32_t slot)
{
    struct words words = {{0}};

    return ipc_call(slot, 0, &words);
}

static inline void give(uint32_t from, uint32_t k, uint32_t slot, rights_t rights, uint32_t badge)
{
    IS(cap_give_badge(from, slot, CHILD_TASK + k, rights, badge), OK);
}

/* Child k gets one thread, which receives from that endpoint of ours; SLOT_NONE: from none. */
static inline void start_with(uint32_t k, void (*run)(uint32_t), uint32_t argument, uint32_t endpoint)
{
    child_make(k, 4);
    struct plan plan = child_thread(k, run, argument);
    plan.endpoint = endpoint;
    thread_start(&plan);
}
