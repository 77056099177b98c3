#include "servers/proc/cpus.h"

enum { CPUS_MAX = 8 };

static uint32_t cpu_count = 1;
static uint32_t load[CPUS_MAX];

void cpus_init(uint32_t count)
{
    cpu_count = count < CPUS_MAX ? count : CPUS_MAX;
}

uint32_t cpus_take(void)
{
    uint32_t cpu = 0;

    for (uint32_t i = 1; i < cpu_count; i++)
        if (load[i] < load[cpu])
            cpu = i;
    load[cpu]++;
    return cpu;
}

void cpus_give(uint32_t cpu)
{
    load[cpu]--;
}
