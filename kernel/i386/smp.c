/* Starting the other processors (SDM volume 3, 8.4.4). */
#include "kernel/boot/memory_map.h"
#include "kernel/i386/apic.h"
#include "kernel/i386/irq.h"
#include "kernel/i386/paging.h"
#include "kernel/i386/segments.h"
#include "kernel/i386/timer.h"
#include "kernel/lib/log.h"
#include "kernel/thread/sched.h"

enum { INIT_WAIT = 10000, STARTUP_WAIT = 200 /* microseconds */, TRIES = 500 };

extern const uint8_t second_start[], second_start_end[]; /* physical addresses */
void kernel_lock_take(void);

volatile uint32_t second_cpu;       /* the number for the next processor, which replaces it by 0 */
static volatile uint32_t ready_cpu; /* the number of the last processor that is ready */
struct thread *second_main(unsigned cpu);

struct thread *second_main(unsigned cpu)
{
    paging_init_features();
    arch_space_leave();
    segments_load(cpu);
    apic_enable();
    kernel.cpus[cpu].arch.apic_id = apic_id(); /* perhaps not the one just started, but one that was given up before */
    ready_cpu = cpu;
    kernel_lock_take();
    return thread_choose();
}

/* Starts the processor with that APIC id, as number `cpu`, with its code in page `page`. False: it has not taken its
 * number within TRIES waits (100 ms). Once it has, it will become ready, however slow the machine is. */
static bool start(unsigned cpu, unsigned id, unsigned page)
{
    second_cpu = cpu;
    apic_send(id, APIC_STARTUP | page);
    timer_wait(STARTUP_WAIT);
    if (second_cpu)
        apic_send(id, APIC_STARTUP | page);
    for (unsigned tries = 1; ready_cpu != cpu; tries++) {
        timer_wait(STARTUP_WAIT);
        if (tries % TRIES == 0 && __atomic_exchange_n(&second_cpu, 0, __ATOMIC_SEQ_CST))
            return false;
    }
    return true;
}

/* Starts all that the firmware lists, at most CPU_MAX with this one; returns how many run. */
static unsigned start_all(const struct acpi_machine *machine, unsigned page)
{
    unsigned count = 1, self = apic_id();

    __builtin_memcpy(PHYSMAP(void, page << PAGE_BITS), PHYSMAP(void, (uintptr_t)second_start),
                     (size_t)(second_start_end - second_start));
    for (unsigned i = 0; i < machine->cpus_count; i++)
        if (machine->cpus[i] != self)
            apic_send(machine->cpus[i], APIC_INIT);
    timer_wait(INIT_WAIT);
    for (unsigned i = 0; i < machine->cpus_count && count < CPU_MAX; i++) {
        if (machine->cpus[i] == self)
            continue;
        if (start(count, machine->cpus[i], page))
            count++;
        else
            log_print("cpu: the processor with APIC id %u does not start\n", machine->cpus[i]);
    }
    return count;
}

unsigned arch_cpus_start(const struct boot_info *info)
{
    const struct acpi_machine *machine = &irq_machine;
    unsigned page = boot_info_low_page(info);

    if (machine->cpus_count < 2)
        return 1;
    if (!page) {
        log_print("cpu: no free page below 1 MiB to start the others\n");
        return 1;
    }
    kernel.cpus[0].arch.apic_id = apic_id();
    kernel_lock.several = kernel_lock.free = 1;
    kernel_lock.may_sleep = machine->io_apic != 0;
    kernel_lock_take();
    unsigned count = start_all(machine, page);
    kernel_lock.several = count > 1;
    segments_choose_entry();
    return count;
}
