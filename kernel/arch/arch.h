/*
 * The machine contract: everything that the kernel's core needs from the machine. kernel/i386 implements
 * it for the real machine, tests/host for a native program, so that the same core runs under sanitizers.
 *
 * The physmap. The core sees the first PHYSMAP_BYTES of physical memory at PHYSMAP_BASE, and the frame
 * records at FRAMES_OFFSET from there, beyond the end of the physmap. A ref_t is an offset from
 * REF_BASE; 0 is "none". On i386 REF_BASE is 0: a reference is an address and costs no arithmetic.
 *
 * MACHINE_HEADER gives the parameters: PHYSMAP_BASE, PHYSMAP_BYTES, FRAMES_OFFSET, REF_BASE, TABLE_BITS (entries
 * per page table and directory), LEAF_BITS (slots per leaf of a capability table), LEAF_COUNT,
 * CPU_MAX, CPU_SHIFT (of a struct cpu's size), STEP_NODES (nodes that one step of a long call may take); and, in test
 * builds, IPC_FORCE_GENERAL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/abi.h"
#include "kernel/lib/kassert.h"

typedef uint32_t ref_t; /* see above */
typedef uint64_t pte_t; /* a page-table entry of any level, PAE */

/* A thread's registers, and what saves them when it enters the kernel. */
struct registers {
    uint16_t fs, gs;  /* arch_segments_save(), when another thread is to run */
    uint32_t room[3]; /* for the frame of an NMI that comes while the others are saved or loaded */
    uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax; /* pusha */
    uint32_t vector, error;                                  /* the vector's stub, see entry.asm */
    uint32_t eip, cs, eflags, esp, ss;                       /* the processor; not at a system call */
};
/* registers.vector after an entry by sysenter: eip is in edx, esp in ecx. */
enum { VECTOR_SYSCALL = 256 };
struct thread;

#include MACHINE_HEADER

#define AT(type, ref) ((type *)(REF_BASE + (ref)))
#define REF(pointer)  ((ref_t)((uintptr_t)(pointer) - (uintptr_t)REF_BASE))

/* Physical memory in the physmap. */
#define PHYSMAP(type, physical) ((type *)(PHYSMAP_BASE + (physical)))
#define PHYSICAL(pointer)       ((uint32_t)((uintptr_t)(pointer) - (uintptr_t)PHYSMAP_BASE))
#define ALWAYS_INLINE           static inline __attribute__((always_inline))

/* These keep unlikely code out of the fast paths, and rarely called functions small. */
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define OUT_OF_LINE         __attribute__((noinline, minsize))
/* The value is computed here, so what it is made from needs no register from here on. */
#define COMPUTED(value)                                                                                                \
    ({                                                                                                                 \
        __typeof__(value) computed_ = (value);                                                                         \
        __asm__("" : "+r"(computed_));                                                                                 \
        computed_;                                                                                                     \
    })

enum {
    TABLE_ENTRIES = 1 << TABLE_BITS,
    TABLE_SHIFT = PAGE_BITS,                  /* address bits below a table's index */
    DIRECTORY_SHIFT = PAGE_BITS + TABLE_BITS, /* ... a directory's */
    SPACE_SHIFT = PAGE_BITS + 2 * TABLE_BITS, /* ... the four directories' */
    DIRECTORIES = 3,                          /* of user space; the fourth is the kernel's */
    LEAF_SLOTS = 1 << LEAF_BITS,
};
#define SPACE_END ((uint32_t)DIRECTORIES << SPACE_SHIFT) /* user addresses are below */
_Static_assert(STEP_NODES >= 2, "a step looks at a node and deletes it");

/*
 * Page-table entries are the processor's; MACHINE_HEADER has these inline:
 *   pte_t pte_make(uint32_t frame, rights_t rights)     present, for users; never write and execute
 *   pte_t pte_table(uint32_t frame)                     a directory's entry for a table
 *   pte_t pte_directory(uint32_t frame)                 a PDPT entry for a directory
 *   uint32_t pte_low(const pte_t *at)                   the half with PTE_PRESENT, PTE_MESSAGE
 *   bool pte_is_mapping(const pte_t *at)                present, and no message page
 *   uint32_t pte_frame(const pte_t *at)
 *   bool pte_writable(const pte_t *at), pte_executable(const pte_t *at)
 *   void pte_clear(pte_t *at)
 *   pte_t pte_next(pte_t entry)                         the same rights to the next frame
 *   void pte_fill(pte_t *at, pte_t entry)               writes `entry` to a clear one
 *   void pte_lower(pte_t *at, rights_t rights)          takes all rights but these
 * A processor that walks the table meanwhile finds the old entry, the new one, or one that allows less. None of them
 * drops a translation: the caller does.
 */

/*
 * Inline in MACHINE_HEADER, too:
 *   void arch_tlb_invalidate(uint32_t address)    drops one page's translation on this processor
 *   void arch_space_load(ref_t directories)       loads the space with this PDPT ...
 *   void arch_space_leave(void)                   ... or the kernel's own
 *   void arch_copy_words(uint32_t *to, const uint32_t *from, uint32_t count)
 *   struct arch_cpu                               the machine's data for each processor
 *   void arch_set_save_area(struct arch_cpu *cpu, struct registers *r)
 *                                                 sets where the next entry from user mode saves
 *                                                 registers
 *   void arch_segments_save(struct registers *r)  the running thread's fs and gs, which the kernel
 *   void arch_segments_load(const struct registers *r)      does not use itself
 *   void arch_resume(struct thread *to)           leaves the kernel for that thread;
 *   void arch_resume_with(struct thread *to, const struct thread *from, uint32_t result)
 *                                                 ... which waited in a call: the call returns
 *                                                 `result` and the words in registers of `from`.
 *                                                 On the host both return to their caller
 *   unsigned arch_cpu(void)                       the processor that runs this
 *   bool arch_lock_held(void)                     whether this processor holds the kernel lock; always
 *                                                 true with one processor; asserted where shared
 *                                                 state is changed, see docs/smp.md
 */

/* Fresh registers of a thread (user selectors, interrupts on), and sanitised access to them. */
void arch_registers_init(struct registers *registers);
void arch_registers_get(const struct registers *from, struct thread_registers *to);
void arch_registers_set(struct registers *to, const struct thread_registers *from);

/* The FPU. A state is 512 bytes in fxsave's format, 16-aligned; arch_fpu_init() writes the one that a thread begins
 * with, arch_fpu_sanitise() clears what fxrstor would refuse. Saving and loading need arch_fpu_allow(true). */
enum { FPU_BYTES = 512 };
void arch_fpu_init(void *state);
void arch_fpu_sanitise(void *state);
void arch_fpu_save(void *state);
void arch_fpu_load(const void *state);
void arch_fpu_allow(bool allowed); /* not allowed: its first use raises vector 7 */

/* The address of a frame anywhere in memory. A frame beyond the physmap is mapped at page `fixmap`, 0 or 1, until the
 * next use of that page or until the kernel lock is released: other processors use the same two. */
void *arch_frame_map(unsigned fixmap, uint32_t frame);

/* Lets the line interrupt again; IRQ_LOG stops the kernel from showing its log on the screen. */
void arch_irq_unmask(unsigned line);

/* `bytes` is 1, 2 or 4. */
uint32_t arch_port_in(uint16_t port, unsigned bytes);
void arch_port_out(uint16_t port, unsigned bytes, uint32_t value);

/* The kernel's log. Call arch_log_has_room() before arch_log(). arch_log_step() sends a bounded part of the text to the
 * log's port; it returns true when nothing is left, also in the port's FIFO. */
void arch_log(const char *text, uint32_t bytes);
bool arch_log_has_room(uint32_t bytes);
bool arch_log_step(void);

/* Releases the kernel lock, lets pending interrupts in, and takes the lock again. An interrupt abandons the kernel's
 * stack: this call then never returns. */
void arch_preemption_point(void);

/* An IPI to another processor, which then chooses its thread again, or has a tick. */
void arch_reschedule(unsigned cpu);
void arch_tick(unsigned cpu);

/* An IPI that another processor handles at once, without the lock: IPI_PAGE | address drops the translation of this
 * page, IPI_ALL drops all, IPI_LEAVE loads the kernel's own space. arch_ipi_wait() waits until it is handled. */
enum { IPI_PAGE = 1, IPI_ALL = 2, IPI_LEAVE = 4 };
void arch_ipi(unsigned cpu, uint32_t ipi);
void arch_ipi_wait(unsigned cpu);

/* The log's text, which users may read. */
extern struct log_page arch_log_page;

/* Boot calls the rest, in this order. arch_boot_info() copies what the loader passed in two registers and in memory; it
 * panics if that was not a Multiboot loader. */
struct boot_info;
void arch_boot_info(uint32_t magic, uint32_t information, struct boot_info *info);

/* Loads the kernel's own space, with the frame records at physical address `records`; that and `bytes` are multiples of
 * RECORDS_ALIGN. */
enum { RECORDS_ALIGN = 1 << 21 };
void arch_space_init(uint32_t records, uint32_t bytes);

/* Descriptor tables, interrupt controllers, the timer. From here on the tick's line is unmasked. */
void arch_traps_init(const struct boot_info *info);

/* Starts the other processors; returns the number of all. This one holds the kernel lock from now on; each of the
 * others waits for the lock and then chooses a thread. */
unsigned arch_cpus_start(const struct boot_info *info);
