/*
 * The machine that is explored: processors with pending interrupts, CR3, the four top entries that loading CR3
 * caches, and a TLB that keeps whatever was mapped until it is told otherwise.
 *
 * A long call is left after each of its steps (arch_breathe() does not return): the next step is an event of its own.
 */
#pragma once

#include "kernel/thread/kernel.h"

#include <setjmp.h>

/* A part of the state. Bit i: processor i. */
struct pending {
    uint8_t pokes, ticks;  /* interrupts from other processors that it has not got yet */
    uint8_t between_steps; /* it left a long call, or a death, between two steps */
    uint8_t none;
    ref_t fpu[CPU_MAX]; /* the thread whose FPU state the processor has, or one of these: */
};
enum { FPU_FRESH = 0, FPU_WRITTEN = 1 /* by thread_write */ };
extern struct pending pending;

enum { SPACE_PAGES = DIRECTORIES << (2 * TABLE_BITS) };

struct processor {
    ref_t space; /* that CR3 names, 0: the kernel's own */
    pte_t tops[DIRECTORIES + 1];
    uint64_t cached;  /* bit i: page i may still be translated as `tlb` says */
    pte_t tlb[SPACE_PAGES];
    uint32_t request; /* what another processor asks of it at the moment */
    bool fpu_allowed;
};
extern struct processor processors[CPU_MAX];

/* No interrupt is between processors; each has loaded the space that the kernel believes it has, and cached nothing. */
void hardware_rest(void);

/* Everything that the spaces map now is in the TLBs. */
void hardware_fill_tlbs(void);

/* Something that must not be: what is said ends at whoever has set `on_violation`. */
extern jmp_buf on_violation;
extern char violation_text[300];
_Noreturn __attribute__((format(printf, 1, 2))) void violation(const char *format, ...);

/* A fault of the host, such as a wild pointer of the kernel's, is a violation. */
void hardware_catch_signals(void);

/* Set while an event happens: where arch_breathe() goes. */
extern jmp_buf *on_breathe;

/* The thread that a processor runs, or null. */
static inline struct thread *thread_on(unsigned cpu)
{
    ref_t current = kernel.cpus[cpu].current;

    return current ? AT(struct thread, current) : NULL;
}

/* Whether requests to drop translations reach other processors: cleared for a world that shows what is found then. */
extern bool hardware_hears_requests;
