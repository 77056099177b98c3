#include "servers/proc/cpus.h"

enum { CPUS_MAX = 8 };

static uint32_t cpu_count = 1;
static uint32_t load[CPUS_MAX];
static struct process *young; /* list, the youngest first */

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

void cpus_add_young(struct process *process)
{
    process->young_ticks = 0;
    process->next_young = young;
    young = process;
}

void cpus_remove_young(struct process *process)
{
    struct process **link = &young;

    while (*link && *link != process)
        link = &(*link)->next_young;
    if (*link)
        *link = process->next_young;
}

void cpus_tick(void)
{
    enum { MOST = 16 };
    uint32_t moved = 0;

    for (struct process **link = &young; *link;) {
        struct process *process = *link;
        if (++process->young_ticks < YOUNG_TICKS || moved++ >= MOST) {
            link = &process->next_young;
            continue;
        }
        *link = process->next_young;
        task_migrate(&process->task, process->cpu);
    }
}
