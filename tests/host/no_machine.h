/* What of the machine's contract, kernel/arch/arch.h, a host test need not model: one lock that is always held, threads
 * that are not resumed, no area to save registers in, a processor's number that the test sets. The functions of
 * no_machine.c read and write nothing; those that are declared here are tests/model/processors.c's or
 * tests/host/one_processor.c's. */
#pragma once

extern unsigned host_cpu; /* the processor whose event happens */

/* The log, as a test has it. */
extern struct host_log {
    uint32_t bytes, steps; /* that it took, and was asked for */
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

/* The real one leaves the kernel as most events do: translations are settled there. */
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

static inline void arch_save_area(struct arch_cpu *cpu, struct registers *registers)
{
    (void)cpu, (void)registers;
}

static inline void arch_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
{
    while (count--)
        *to++ = *(const volatile uint32_t *)from++; /* each once, as the real one does */
}
