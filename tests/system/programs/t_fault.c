/* A forbidden action ends the program, with the reason in its wait status, and no other program. */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/board.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"
#include "libuser/sys/syscall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, BOARD = -13 };

#define KERNEL 0xc0100000u
#define RETURN 0xc3 /* the instruction ret */

typedef int piece(void);

/* Each of them must end for that reason. */
static bool all_end(piece *const pieces[], unsigned count, int reason)
{
    bool good = true;

    for (unsigned i = 0; i < count; i++)
        if (!IS(child_run(pieces[i]), reason)) {
            printf("# that was number %u\n", i);
            good = false;
        }
    return good;
}
#define ALL_END(pieces, reason) all_end(pieces, sizeof(pieces) / sizeof((pieces)[0]), reason)

/* A piece that survives its instructions returns 0. */
#define PIECE(name, ...)                                                                                               \
    static int name(void)                                                                                              \
    {                                                                                                                  \
        __asm__ volatile(__VA_ARGS__);                                                                                 \
        return 0;                                                                                                      \
    }

/* --------------------------------------------------------------------------------------- memory */

static volatile uint32_t *at(uint32_t address)
{
    return (volatile uint32_t *)address;
}

static int reads_null(void)
{
    return (int)*at(0);
}

static int writes_null(void)
{
    return (int)(*at(0) = 1);
}

static int reads_low(void)
{
    return (int)*at(0x7ffc);
}

static int writes_text(void)
{
    return (int)(*at((uint32_t)writes_text) = 1);
}

static int reads_kernel(void)
{
    return (int)*at(KERNEL);
}

static int writes_kernel(void)
{
    return (int)(*at(KERNEL) = 1);
}

static int reads_split(void)
{
    return (int)*at(0xc0000000u - 2); /* half of the word is the kernel's */
}

static int reads_last(void)
{
    return (int)*at(0xfffffffcu);
}

static int reads_unmapped(void)
{
    return (int)*at(0x60000000);
}

static bool memory(void)
{
    static piece *const pieces[] = {reads_null,    writes_null, reads_low,  writes_text,   reads_kernel,
                                    writes_kernel, reads_split, reads_last, reads_unmapped};
    return ALL_END(pieces, SIGSEGV);
}

/* ---------------------------------------------------------------------------------------- jumps */

static int jumps_to(uint32_t address)
{
    __asm__ volatile("call *%0" : : "r"(address) : "eax", "ecx", "edx", "memory");
    return 0;
}

static int jumps_to_null(void)
{
    return jumps_to(0);
}

static int jumps_to_kernel(void)
{
    return jumps_to(KERNEL);
}

static int jumps_to_end(void)
{
    return jumps_to(0xfffffffeu);
}

static int jumps_to_unmapped(void)
{
    return jumps_to(0x60000000);
}

static bool jumps(void)
{
    static piece *const pieces[] = {jumps_to_null, jumps_to_kernel, jumps_to_end, jumps_to_unmapped};
    return ALL_END(pieces, SIGSEGV);
}

static bool has_nx(void)
{
    uint32_t a = 0x80000001, b, c = 0, d;

    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return d & 1u << 20;
}

static unsigned char code[PAGE];

static int executes_data(void)
{
    code[0] = RETURN;
    return jumps_to((uint32_t)code);
}

static int executes_stack(void)
{
    volatile unsigned char here[16] = {RETURN};
    return jumps_to((uint32_t)here);
}

static int executes_heap(void)
{
    unsigned char *heap = malloc(16);
    heap[0] = RETURN;
    return jumps_to((uint32_t)heap);
}

static int executes_mapping(void)
{
    unsigned char *page = mmap(NULL, PAGE);
    page[0] = RETURN;
    return jumps_to((uint32_t)page);
}

static int executes_segment(void)
{
    char *page = NULL;
    shm_open(1, &page);
    page[0] = (char)RETURN;
    return jumps_to((uint32_t)page);
}

static int executes_message_page(void)
{
    struct message_page *page = (struct message_page *)MESSAGE_PAGE;
    page->words[0] = RETURN;
    return jumps_to((uint32_t)page->words);
}

/* If the processor has no right to execute, these return. */
static bool data_is_not_code(void)
{
    static piece *const pieces[] = {executes_data,    executes_stack,   executes_heap,
                                    executes_mapping, executes_segment, executes_message_page};
    return ALL_END(pieces, has_nx() ? SIGSEGV : EXITED(0));
}

/* ---------------------------------------------------------------------------------------- stack */

static volatile int bottom;

static __attribute__((noinline)) int recurses(int depth)
{
    volatile char frame[500];

    frame[depth & 255] = (char)depth;
    if (depth != bottom)
        frame[256] = (char)recurses(depth + 1);
    return frame[depth & 255] + frame[256];
}

static int overflows(void)
{
    bottom = -1;
    return recurses(0);
}

static int touches_guard(void)
{
    return (int)(*at(STACK_LOW - 4) = 1);
}

static int uses_all_its_stack(void)
{
    for (uint32_t address = STACK_TOP - PAGE; address >= STACK_LOW; address -= PAGE)
        if (address / PAGE != (uint32_t)&address / PAGE)
            *at(address) += 0;
    bottom = 1200;
    return recurses(0) ? 0 : 0;
}

PIECE(has_no_stack, "xor %esp, %esp; push %eax")
PIECE(has_kernel_stack, "mov $0xc0400000, %esp; push %eax")

static bool stack(void)
{
    static piece *const pieces[] = {overflows, touches_guard, has_no_stack, has_kernel_stack};
    return ALL_END(pieces, SIGSEGV) && IS(child_run(uses_all_its_stack), EXITED(0));
}

/* --------------------------------------------------------------------------------- instructions */

PIECE(divides_by_zero, "xor %%ecx, %%ecx; div %%ecx" : : : "eax", "ecx", "edx")
PIECE(divides_too_much, "mov $-1, %%edx; mov $1, %%ecx; div %%ecx" : : : "eax", "ecx", "edx")

static int faults_in_fpu(void)
{
    uint16_t unmasked = 0x0300;

    __asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(unmasked));
    return 0;
}

static bool arithmetic(void)
{
    static piece *const pieces[] = {divides_by_zero, divides_too_much, faults_in_fpu};
    return ALL_END(pieces, SIGFPE);
}

PIECE(is_undefined, "ud2")
PIECE(is_undefined_too, ".byte 0xf0, 0x90") /* lock nop */

static bool undefined(void)
{
    static piece *const pieces[] = {is_undefined, is_undefined_too};
    return ALL_END(pieces, SIGILL);
}

PIECE(breakpoint, "int3")
PIECE(single_step, "pushf; orl $0x100, (%esp); popf; nop; nop")

static bool debugging(void)
{
    static piece *const pieces[] = {breakpoint, single_step};
    return ALL_END(pieces, SIGTRAP);
}

PIECE(clears_interrupts, "cli")
PIECE(sets_interrupts, "sti")
PIECE(halts, "hlt")
PIECE(reads_port, "inb $0x60, %%al" : : : "eax")
PIECE(writes_port, "outb %%al, $0x60" : : "a"(0))
PIECE(writes_port_by_string, "mov $0x3f8, %%edx; outsb" : : "S"(code) : "edx")
PIECE(reads_cr0, "mov %%cr0, %%eax" : : : "eax")
PIECE(writes_cr3, "xor %%eax, %%eax; mov %%eax, %%cr3" : : : "eax")
PIECE(loads_gdt, "lgdt (%0)" : : "r"(code))
PIECE(loads_idt, "lidt (%0)" : : "r"(code))
PIECE(loads_task, "mov $0x28, %%ax; ltr %%ax" : : : "eax")
PIECE(reads_msr, "mov $0x174, %%ecx; rdmsr" : : : "eax", "ecx", "edx")
PIECE(writes_msr, "mov $0x174, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr" : : : "eax", "ecx", "edx")
PIECE(invalidates, "invlpg (%0)" : : "r"(code))
PIECE(writes_back, "wbinvd")
PIECE(invalidates_caches, "invd")
PIECE(leaves_supervisor, "sysexit")
PIECE(writes_debug, "xor %%eax, %%eax; mov %%eax, %%dr7" : : : "eax")

static bool privileged(void)
{
    static piece *const pieces[] = {clears_interrupts,    sets_interrupts, halts,
                                    reads_port,           writes_port,     reads_cr0,
                                    writes_cr3,           loads_gdt,       loads_idt,
                                    loads_task,           reads_msr,       writes_msr,
                                    invalidates,          writes_debug,    leaves_supervisor,
                                    writes_port_by_string};
    return ALL_END(pieces, SIGSEGV);
}

/* Not every emulator refuses these instructions. One that refuses all the others shows that it is not us who let these
 * pass: no state of the processor makes a difference between them. */
static bool cache_instructions(void)
{
    static piece *const pieces[] = {writes_back, invalidates_caches};

    for (unsigned i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        int status = child_run(pieces[i]);
        if (status == EXITED(0) && privileged())
            tap_skip("the emulator lets user mode execute invd or wbinvd");
        else if (!IS(status, SIGSEGV))
            return false;
    }
    return true;
}

PIECE(takes_kernel_data, "mov $0x10, %%eax; mov %%eax, %%ds" : : : "eax")
PIECE(takes_kernel_stack, "mov $0x10, %%eax; mov %%eax, %%ss" : : : "eax")
PIECE(takes_no_segment, "mov $0x3fb, %%eax; mov %%eax, %%es" : : : "eax")
PIECE(calls_kernel_code, "lcall $0x08, $0")
PIECE(returns_to_kernel, "push $0x08; push $0; lret")
PIECE(interrupt_returns, "pushf; push $0x08; push $0; iret")

static bool selectors(void)
{
    static piece *const pieces[] = {takes_kernel_data, takes_kernel_stack, takes_no_segment,
                                    calls_kernel_code, returns_to_kernel,  interrupt_returns};
    return ALL_END(pieces, SIGSEGV);
}

/* int n for exceptions, interrupt lines, other systems; except Linux's 0x80, which is a call: t_faults.c. */

PIECE(interrupt_0, "int $0")
PIECE(interrupt_8, "int $8")
PIECE(interrupt_13, "int $13")
PIECE(interrupt_14, "int $14")
PIECE(interrupt_32, "int $32")
PIECE(interrupt_64, "int $64")
PIECE(interrupt_127, "int $127")
PIECE(interrupt_129, "int $129")
PIECE(interrupt_255, "int $255")

static bool interrupts(void)
{
    static piece *const pieces[] = {interrupt_0,  interrupt_8,   interrupt_13,  interrupt_14, interrupt_32,
                                    interrupt_64, interrupt_127, interrupt_129, interrupt_255};
    return ALL_END(pieces, SIGSEGV);
}

/* popf ignores what a program may not change; otherwise the program continues. */
static int sets_flags(void)
{
    uint32_t flags;

    __asm__ volatile("pushf; orl $0x3200, (%%esp); andl $~0x200, (%%esp); popf; pushf; pop %0" : "=r"(flags));
    return (flags & 0x3200) == 0x200 ? 0 : 1; /* no i/o privilege, interrupts still on */
}

PIECE(enters_without_stack, "xor %%ecx, %%ecx; xor %%edx, %%edx; mov $0xff, %%eax; sysenter" : : : "eax", "ecx", "edx")
PIECE(enters_from_kernel, "mov $0xc0100000, %%ecx; mov %%ecx, %%edx; mov $0xff, %%eax; sysenter"
      :
      :
      : "eax", "ecx", "edx")

static bool entries(void)
{
    static piece *const pieces[] = {enters_without_stack, enters_from_kernel};
    return IS(child_run(sets_flags), EXITED(0)) && ALL_END(pieces, SIGSEGV);
}

/* ----------------------------------------------------------------------------------- the others */

static volatile uint32_t *board;

static int counts(void)
{
    for (;;) {
        ++*board;
        usleep(1);
    }
}

static bool others_go_on(void)
{
    static piece *const pieces[] = {reads_null, overflows, halts, is_undefined, divides_by_zero};
    bool good = true;

    board = board_open(BOARD);
    pid_t child = child_start(counts);
    for (unsigned i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        int status = child_run(pieces[i]);
        good = HOLDS(status > 0 && status < 128) && good;
        flag_await(board, *board + 2);
    }
    good = IS(child_kill(child), SIGKILL) && good;
    return IS(shm_close(BOARD), 0) && good;
}

static int forks_and_faults(void)
{
    for (int i = 0; i < 10; i++)
        child_start(reads_null);
    return reads_kernel();
}

static bool many_at_once(void)
{
    pid_t children[20];
    bool good = true;

    for (int i = 0; i < 20; i++)
        children[i] = child_start(forks_and_faults);
    for (int i = 0; i < 20; i++)
        good = IS(child_end(children[i]), SIGSEGV) && good;
    usleep(50000);
    return good;
}

static const struct tap_point points[] = {
    {"null, text, the kernel, what is not mapped", memory},
    {"jumps out of the program", jumps},
    {"data is not code", data_is_not_code},
    {"stack overflow", stack},
    {"arithmetic", arithmetic},
    {"undefined instructions", undefined},
    {"breakpoint and single step", debugging},
    {"privileged instructions", privileged},
    {"invd and wbinvd", cache_instructions},
    {"the kernel's segments", selectors},
    {"interrupts by number", interrupts},
    {"flags and the system entry", entries},
    {"others continue", others_go_on},
    {"many at once", many_at_once},
};

int main(void)
{
    return TAP_RUN(points);
}
