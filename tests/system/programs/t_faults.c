/*
 * Faults with handlers, and faults that are calls: `int $0x80`.
 *
 * run: --smp 1
 * run: --smp 4
 */
#define _GNU_SOURCE
#include "tests/system/programs/child.h"
#include "tests/system/programs/signal_board.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_BYTES = 16384, NOWHERE = 0x40 };

static sigjmp_buf back;
static volatile struct {
    int signal, code;
    uintptr_t address, eip, cr2;
    int trap;
} seen;
static char other_stack[STACK_BYTES];

static void note(int signal, siginfo_t *info, void *context)
{
    const ucontext_t *c = context;

    seen.signal = signal, seen.code = info->si_code, seen.address = (uintptr_t)info->si_addr;
    seen.eip = (uintptr_t)c->uc_mcontext.gregs[REG_EIP], seen.trap = c->uc_mcontext.gregs[REG_TRAPNO];
    seen.cr2 = c->uc_mcontext.cr2;
    siglongjmp(back, 1);
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    sigaction(signal, &action, NULL);
}

static void handle_all(int flags)
{
    static const int signals[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP};

    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        handle(signals[i], note, flags);
}

/* The statement is done, or a handler jumped out of it. */
#define FAULTS(statement) (sigsetjmp(back, 1) ? true : ((void)(statement), false))

static void divide(void)
{
    __asm__ volatile("xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx; div %%ecx" : : : "eax", "ecx", "edx");
}

static void privileged(void)
{
    __asm__ volatile("hlt");
}

static void breakpoint(void)
{
    __asm__ volatile("int3");
}

static int reads(void)
{
    return *(volatile int *)NOWHERE;
}

static void writes_text(void)
{
    *(volatile char *)(uintptr_t)divide = 1;
}

static bool is_seen(int signal, int code, uintptr_t address)
{
    return IS(seen.signal, signal) && IS(seen.code, code) && IS(seen.address, address);
}

static bool each_has_its_signal(void)
{
    handle_all(0);
    bool good = FAULTS(reads()) && is_seen(SIGSEGV, SEGV_MAPERR, NOWHERE) && IS(seen.cr2, NOWHERE) && IS(seen.trap, 14);
    good = FAULTS(writes_text()) && is_seen(SIGSEGV, SEGV_ACCERR, (uintptr_t)divide) && good;
    good = FAULTS(divide()) && is_seen(SIGFPE, FPE_INTDIV, seen.eip) && IS(seen.trap, 0) && good;
    good = FAULTS(__builtin_trap()) && is_seen(SIGILL, ILL_ILLOPN, seen.eip) && good;
    good = FAULTS(breakpoint()) && is_seen(SIGTRAP, SI_KERNEL, 0) && good;
    good = FAULTS(privileged()) && is_seen(SIGSEGV, SI_KERNEL, 0) && IS(seen.trap, 13) && good;
    return good && FAULTS(write(1, (const void *)NOWHERE + 0x40000000, 5)) &&
           IS(seen.signal, SIGSEGV); /* passed to the handler */
}

static void skip(int signal, siginfo_t *info, void *context)
{
    enum { INSTRUCTION_BYTES = 2 };
    ucontext_t *c = context;

    (void)signal, (void)info;
    c->uc_mcontext.gregs[REG_EIP] += INSTRUCTION_BYTES;
    c->uc_mcontext.gregs[REG_EAX]++;
}

/* The program continues where it faulted, with everything else unchanged. */
static bool handlers_return(void)
{
    uint32_t eax = 5, ecx = 6, edx = 7, esi = 8, edi = 9;

    handle(SIGILL, skip, 0);
    for (int i = 0; i < MANY; i++)
        __asm__ volatile("ud2" : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi));
    return IS(eax, 5 + MANY) && IS(ecx, 6) && IS(edx, 7) && IS(esi, 8) && IS(edi, 9);
}

static int descend(int depth)
{
    volatile char room[1000];

    room[0] = (char)depth;
    return depth ? descend(depth + 1) + room[0] : 0;
}

static void use_other_stack(int flags)
{
    stack_t stack = {.ss_sp = other_stack, .ss_size = STACK_BYTES, .ss_flags = flags};

    sigaltstack(&stack, NULL);
}

static int overflows_twice(void)
{
    use_other_stack(0);
    handle_all(SA_ONSTACK);
    bool good = FAULTS(descend(1)) && seen.signal == SIGSEGV && seen.code == SEGV_MAPERR;
    return good && FAULTS(descend(1)) && FAULTS(reads()) && seen.address == NOWHERE ? 9 : 1;
}

static int overflows(void)
{
    handle_all(0); /* on a stack without room */
    return descend(1);
}

static bool an_overflow_is_survived(void)
{
    return IS(child_run(overflows_twice), EXITED(9)) && IS(child_run(overflows), SIGSEGV);
}

static int faults_when_blocked(void)
{
    sigset_t one;

    handle_all(0);
    sigemptyset(&one), sigaddset(&one, SIGSEGV);
    sigprocmask(SIG_BLOCK, &one, NULL);
    return reads();
}

static int faults_when_all_are_blocked(void)
{
    sigset_t all;

    handle_all(0);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return reads();
}

static void fault_again(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    reads();
}

static int faults_in_its_handler(void)
{
    handle(SIGSEGV, fault_again, 0);
    return reads();
}

static int faults_ignored(void)
{
    signal(SIGSEGV, SIG_IGN);
    return reads();
}

static int has_a_bad_stack(void)
{
    handle_all(0);
    __asm__ volatile("mov $0x40, %esp; push %eax");
    return 1;
}

static bool others_end(void)
{
    return IS(child_run(faults_when_blocked), SIGSEGV) && IS(child_run(faults_when_all_are_blocked), SIGSEGV) &&
           IS(child_run(faults_in_its_handler), SIGSEGV) && IS(child_run(faults_ignored), SIGSEGV) &&
           IS(child_run(has_a_bad_stack), SIGSEGV);
}

/* ---------------------------------------------------------------------------- int $0x80 */

static long call(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0) : "memory");
    return result;
}

static int forks_so(void)
{
    long child = call(SYS_fork, 0, 0, 0);

    if (child == 0)
        call(SYS_exit_group, 7, 0, 0);
    int status = 0;
    return call(SYS_wait4, child, (long)&status, 0) == child && status == EXITED(7) ? 9 : 1;
}

static int calls_so(void)
{
    pid_t self = getpid();

    board[READY] = 1;
    while (call(SYS_getpid, 0, 0, 0) == self)
        ;
    return 1;
}

/* The call changes no register except eax, and no flag. */
static bool calls_are_made_so(void)
{
    uint32_t eax = SYS_getpid, ecx = 6, edx = 7, esi = 8, edi = 9, flags;

    __asm__ volatile("stc; int $0x80; setc %%bl; movzbl %%bl, %%ebx"
                     : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi), "=b"(flags));
    return IS(eax, getpid()) && IS(ecx, 6) && IS(edx, 7) && IS(esi, 8) && IS(edi, 9) && IS(flags, 1) &&
           IS(call(SYS_close, 99, 0, 0), -EBADF) && IS(call(500, 0, 0, 0), -ENOSYS) &&
           IS(child_run(forks_so), EXITED(9));
}

static bool signals_come_between(void)
{
    return signal_many(calls_so);
}

static int another_gate(void)
{
    __asm__ volatile("int $0x81");
    return 1;
}

static bool others_are_faults(void)
{
    handle_all(0);
    return FAULTS(another_gate()) && IS(seen.signal, SIGSEGV) && IS(seen.trap, 13);
}

static const struct tap_point points[] = {
    {"each fault has its signal", each_has_its_signal},
    {"handlers return to the interrupted instruction", handlers_return},
    {"a stack overflow is survived on another stack", an_overflow_is_survived},
    {"faults that cannot be handled", others_end},
    {"int $0x80 is a call", calls_are_made_so},
    {"signals come between such calls", signals_come_between},
    {"other gates are faults", others_are_faults},
};

int main(void)
{
    return TAP_RUN(points);
}
