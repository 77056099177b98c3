/* The parts of the machine, kernel/arch/arch.h, that a host test need not model: one lock that is always held, threads
 * that are not resumed, no area for registers, and a processor number that the test sets. The functions in no_machine.c
 * use no device; those only declared here are in tests/model/processors.c or tests/host/one_processor.c. */
#pragma once

extern unsigned host_cpu; /* the processor on which the event happens */

/* The log of a test. */
extern struct host_log {
    uint32_t bytes, steps; /* the bytes that it took, and the steps that it was asked for */
    bool full, busy;
} host_log;

static inline unsigned arch_cpu(void)
{
    return host_cpu;
}

void arch_segments_save(struct registers *registers);
void arch_segments_load(const struct registers *registers);
void arch_tlb_invalidate(uint32_t address);
void arch_space_load(uint32_t directories);
void arch_space_leave(void);

/* The real one leaves the kernel as most events do, after tlb_sync(). */
static inline void arch_resume(struct thread *to)
{
    void tlb_sync(void);

    (void)to;
    tlb_sync();
}

void arch_resume_with(struct thread *to, const struct thread *from, uint32_t result);

static inline bool arch_lock_held(void)
{
    return true;
}

struct arch_cpu {
    char none;
};

static inline void arch_set_save_area(struct arch_cpu *cpu, struct registers *registers)
{
    (void)cpu, (void)registers;
}

static inline void arch_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    while (count--)
        *to++ = *(const volatile uint32_t *)from++; /* reads each word once, as the real one does */
}
