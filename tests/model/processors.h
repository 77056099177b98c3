/*
 * The processors, as far as the kernel's core relies on them: pending interrupts from other processors, CR3, the PDPT
 * entries that are cached when it is loaded, a TLB that keeps every translation until it is told to drop it, fs and gs,
 * and the FPU's contents. tests/explore and tests/host run the core on them.
 *
 * A real processor may hold fewer translations than the TLB here, never more. So whatever is wrong on a real one fails
 * processors_check().
 */
#pragma once

#include "kernel/thread/sched.h"

/* State that persists between events. Bit i: processor i. */
struct pending {
    uint8_t reschedules, ticks; /* interrupts from other processors that have not arrived yet */
    uint8_t between_steps;      /* the processor has left a long call, or destruction, between two steps */
    uint8_t none;
    ref_t fpu[CPU_MAX]; /* the thread whose FPU state the processor has, or one of these: */
};
enum {
    FPU_WRITTEN = 1 /* by thread_write */,
    FPU_FRESH = 2,
    FPU_LEFT = 3 /* by any thread, not to be used */
};               /* 0: not initialised */
extern struct pending pending;

enum {
    SPACE_PAGES = DIRECTORIES << (2 * TABLE_BITS),
    CACHED_WORDS = (SPACE_PAGES + 63) / 64,
    SPACE_TABLES = SPACE_PAGES >> TABLE_BITS
};

struct cached {
    uint64_t pages[CACHED_WORDS];  /* bit i of word w: page 64 w + i may still be translated as `tlb` says */
    uint32_t tables[SPACE_TABLES]; /* the frames of its tables, or 0 */
};

struct processor {
    ref_t space; /* the space that CR3 names, 0: the kernel's own */
    pte_t tops[DIRECTORIES + 1];
    struct cached cached;
    pte_t tlb[SPACE_PAGES];
    uint32_t ipi; /* what another processor asks of it now */
    bool fpu_allowed;
    uint32_t segments; /* fs, gs */
};
extern struct processor processors[CPU_MAX];

/* Each processor has loaded the space that the kernel records for it, and cached nothing. */
void processors_rest(void);

/* Puts everything that the spaces map now into the TLBs. */
void processors_fill_tlbs(void);

/* Called whenever the lock is released: no processor translates what was unmapped, or misses a PDPT entry that was
 * added. */
void processors_check(void);

/* The running thread uses the FPU. The first use faults, and succeeds after the fault is handled. */
void processor_use_fpu(struct thread *thread);

/* The running thread writes to the page at an address, if it may. */
void processor_write(struct thread *thread, uint32_t address);

/* The thread that an interrupt interrupts, or null. A thread that another processor destroyed is forgotten first, as
 * every entry does. */
struct thread *processor_interrupted(void);

/* Each processor forgets the thread it ran, if that has been destroyed. */
void processors_forget_the_dead(void);

/* The thread that a processor runs, or null. */
static inline struct thread *thread_on(unsigned cpu)
{
    ref_t current = kernel.cpus[cpu].current;

    return current ? AT(struct thread, current) : NULL;
}

/* Whether other processors handle IPIs to drop translations: false in a world that shows what then goes wrong. */
extern bool processors_handle_requests;

/* Whether a processor that is asked to drop translations first writes to all pages that it may still write to: set by a
 * test that looks at the contents of frames. */
extern bool processors_write_until_told;

/* Reports something that must not happen; ends the event, or the test. Defined by the program that runs the core. */
_Noreturn __attribute__((format(printf, 1, 2))) void violation(const char *format, ...);
