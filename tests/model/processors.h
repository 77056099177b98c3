/*
 * The processors, as far as the kernel's core relies on them: interrupts from other processors that are on their way,
 * CR3, the top entries that loading it caches, a TLB that keeps whatever was mapped until it is told otherwise, fs and
 * gs, and the FPU's contents. tests/explore and tests/host run the core on them.
 *
 * A real processor may translate by less than the TLB here holds, never by more: so nothing that is wrong on a real one
 * passes processors_check().
 */
#pragma once

#include "kernel/thread/sched.h"

/* What outlasts an event. Bit i: processor i. */
struct pending {
    uint8_t reschedules, ticks; /* interrupts from other processors that it has not got yet */
    uint8_t between_steps;      /* it left a long call, or a death, between two steps */
    uint8_t none;
    ref_t fpu[CPU_MAX]; /* the thread whose FPU state the processor has, or one of these: */
};
enum {
    FPU_WRITTEN = 1 /* by thread_write */,
    FPU_FRESH = 2,
    FPU_LEFT = 3 /* by anybody, not to be used */
};               /* 0: not initialised */
extern struct pending pending;

enum {
    SPACE_PAGES = DIRECTORIES << (2 * TABLE_BITS),
    CACHED_WORDS = (SPACE_PAGES + 63) / 64,
    SPACE_TABLES = SPACE_PAGES >> TABLE_BITS
};

struct cached {
    uint64_t pages[CACHED_WORDS];  /* bit i of word w: page 64 w + i may still be translated as `tlb` says */
    uint32_t tables[SPACE_TABLES]; /* frames that were found to be its tables, or 0 */
};

struct processor {
    ref_t space; /* that CR3 names, 0: the kernel's own */
    pte_t tops[DIRECTORIES + 1];
    struct cached cached;
    pte_t tlb[SPACE_PAGES];
    uint32_t request; /* what another processor asks of it at the moment */
    bool fpu_allowed;
    uint32_t segments; /* fs, gs */
};
extern struct processor processors[CPU_MAX];

/* Each has loaded the space that the kernel believes it has, and cached nothing. */
void processors_rest(void);

/* Everything that the spaces map now is in the TLBs. */
void processors_fill_tlbs(void);

/* Whenever the lock is given away: no processor translates with what has been taken away, or has missed what was
 * added. */
void processors_check(void);

/* The running thread uses the FPU: the first use faults, and is done once that is dealt with. */
void processor_use_fpu(struct thread *thread);

/* The running thread writes to the page at an address, if it may. */
void processor_write(struct thread *thread, uint32_t address);

/* The thread that an interrupt interrupts, or null: one that died elsewhere is not it, entries look at that first. */
struct thread *processor_interrupted(void);

/* Each hears that the thread it ran has died. */
void processors_forget_the_dead(void);

/* The thread that a processor runs, or null. */
static inline struct thread *thread_on(unsigned cpu)
{
    ref_t current = kernel.cpus[cpu].current;

    return current ? AT(struct thread, current) : NULL;
}

/* Whether requests to drop translations reach other processors: cleared for a world that shows what is found then. */
extern bool processors_hear_requests;

/* Whether a processor that is asked to drop translations first writes to all that it may still write to: set by a test
 * that looks at what frames hold. */
extern bool processors_write_until_told;

/* Something that must not be: what is said ends the event, or the test. Defined by whoever runs the core. */
_Noreturn __attribute__((format(printf, 1, 2))) void violation(const char *format, ...);
