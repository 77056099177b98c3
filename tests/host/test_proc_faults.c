/*
 * The whole process server: its reports about processes that fault, and what their parents learn.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include "servers/lib/fault.h"
#include "servers/proto/mem_types.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

static const struct machine_fatal_fault *told;
static uint32_t told_count, told_stack;

static void somebody_faults(void)
{
    machine_fatal_faults = told;
    machine_fatal_faults_count = told_count;
    machine_stack = told_stack;
}

#define WHY(vector, cause) ((uint32_t)(vector) << 16 | (cause))
#define PAGE_FAULT(cause)  WHY(VECTOR_PAGE_FAULT, cause)
#define KILLED_BY(text)    "fatal fault\nread r1 registers\nlog good (pid 1): killed: " text " at eip 0x1009\n"
#define TOP                (STACK_TOP - 16)
#define GUARD              (STACK_LOW - PAGE_SIZE)
#define CAUSED(vector)                                                                                                 \
    {                                                                                                                  \
        1, 0x1234, WHY(vector, 0)                                                                                      \
    }
#define WROTE(address)                                                                                                 \
    {                                                                                                                  \
        1, address, PAGE_FAULT(FAULT_USER | FAULT_WRITE)                                                               \
    }

static const struct fault_row {
    struct machine_fatal_fault fault;
    uint32_t stack, signal;
    const char *lines;
} faults[] = {
    {CAUSED(VECTOR_DIVIDE_ERROR), TOP, 8, KILLED_BY("divide error")},
    {CAUSED(VECTOR_DEBUG), TOP, 5, KILLED_BY("debug trap")},
    {CAUSED(VECTOR_BREAKPOINT), TOP, 5, KILLED_BY("breakpoint")},
    {CAUSED(4), TOP, 11, KILLED_BY("overflow")},
    {CAUSED(5), TOP, 11, KILLED_BY("bound exceeded")},
    {CAUSED(VECTOR_INVALID_OPCODE), TOP, 4, KILLED_BY("invalid opcode")},
    {CAUSED(7), TOP, 11, KILLED_BY("no FPU")},
    {CAUSED(9), TOP, 11, KILLED_BY("unknown fault")},
    {CAUSED(10), TOP, 11, KILLED_BY("invalid task state")},
    {CAUSED(11), TOP, 11, KILLED_BY("segment not present")},
    {CAUSED(12), TOP, 11, KILLED_BY("stack segment fault")},
    {CAUSED(13), STACK_LOW - 4, 11, KILLED_BY("general protection")}, /* wherever its stack is */
    {CAUSED(VECTOR_FPU_ERROR), TOP, 8, KILLED_BY("floating-point error")},
    {CAUSED(17), TOP, 11, KILLED_BY("alignment check")},
    {CAUSED(VECTOR_SIMD_ERROR), TOP, 8, KILLED_BY("SIMD floating-point error")},
    {CAUSED(20), TOP, 11, KILLED_BY("unknown fault")},
    {{1, 0x1234, PAGE_FAULT(FAULT_USER)}, TOP, 11, KILLED_BY("page fault at 0x1234 (read, not mapped)")},
    {{1, 0xabc, PAGE_FAULT(FAULT_EXECUTE)}, TOP, 11, KILLED_BY("page fault at 0xabc (execute, not mapped)")},
    {{1, 0x901000, PAGE_FAULT(FAULT_WRITE | FATAL_FAULT_PROTECTED)},
     TOP,
     11,
     KILLED_BY("page fault at 0x901000 (write, read-only)")},
    {{1, 0x901000, PAGE_FAULT(FAULT_EXECUTE | FATAL_FAULT_PROTECTED)},
     TOP,
     11,
     KILLED_BY("page fault at 0x901000 (execute, no right to execute)")},
    {{1, 0x901000, PAGE_FAULT(FATAL_FAULT_PROTECTED)},
     TOP,
     11,
     KILLED_BY("page fault at 0x901000 (read, no right to read)")},
    {{1, USER_END, PAGE_FAULT(FAULT_PRESENT)}, TOP, 11, KILLED_BY("page fault at 0xc0000000 (read, kernel's part)")},
    {{1, USER_END - 1, PAGE_FAULT(FAULT_PRESENT)}, TOP, 11, KILLED_BY("page fault at 0xbfffffff (read, not mapped)")},
    {{1, 0x904000, PAGE_FAULT(FAULT_WRITE | FATAL_FAULT_LIMIT)},
     STACK_LOW,
     9,
     KILLED_BY("more memory than its limit (RLIMIT_AS) at 0x904000 (write)")},
    {{1, 0x904000, PAGE_FAULT(FAULT_WRITE | FATAL_FAULT_NO_MEMORY)},
     STACK_LOW,
     9,
     KILLED_BY("out of memory at 0x904000 (write)")},
    /* A push from the stack's last page into the page below it; or the stack pointer is where no stack can be. */
    {WROTE(STACK_LOW - 4), STACK_LOW, 11, KILLED_BY("stack overflow at 0xe7ffc (write)")},
    {WROTE(GUARD), STACK_LOW + PAGE_SIZE - 1, 11, KILLED_BY("stack overflow at 0xe7000 (write)")},
    {WROTE(GUARD), STACK_LOW + PAGE_SIZE, 11, KILLED_BY("page fault at 0xe7000 (write, not mapped)")},
    {WROTE(GUARD - 1), STACK_LOW, 11, KILLED_BY("page fault at 0xe6fff (write, not mapped)")},
    {WROTE(STACK_LOW), STACK_LOW, 11, KILLED_BY("page fault at 0xe8000 (write, not mapped)")},
    {WROTE(0x10), STACK_LOW - 1, 11, KILLED_BY("stack overflow at 0x10 (write)")},
    {WROTE(0x10), USER_END - 1, 11, KILLED_BY("page fault at 0x10 (write, not mapped)")},
    {WROTE(0x10), USER_END, 11, KILLED_BY("stack overflow at 0x10 (write)")},
};

static void a_fault_ends_its_process(void)
{
    for (uint32_t i = 0; i < COUNT(faults); i++) {
        char lines[512], ended[64];
        snprintf(lines, sizeof(lines), "%s" GONE(1) RELEASE("1/1"), faults[i].lines);
        snprintf(ended, sizeof(ended), "reply 0: 1 0 %u\n", (unsigned)faults[i].signal);
        const struct step list[] = {
            SPAWN(NULL),
            {.signal = PROC_SIGNAL_FATAL_FAULT, .before = somebody_faults, .expected = lines},
            CALL(INIT, ended, PROC_WAIT, 0, 0),
        };
        told = &faults[i].fault, told_count = 1, told_stack = faults[i].stack;
        RUN(list, 1);
    }
}

/* If the stack pointer cannot be read, a page fault is not taken for an overflow. */
static void an_unreadable_thread_ends(void)
{
    static const struct machine_fatal_fault one = {1, 0x10, PAGE_FAULT(FAULT_USER)};
    const struct step list[] = {
        SPAWN(NULL),
        {.signal = PROC_SIGNAL_FATAL_FAULT,
         .before = somebody_faults,
         .refused = "read r1",
         .with = ERR_STATE,
         .expected = "fatal fault\nread r1 registers\nlog good (pid 1): killed: page fault at 0x10 (read, not mapped) "
                     "at eip 0x0\n" GONE(1) RELEASE("1/1")},
    };

    told = &one, told_count = 1, told_stack = 0;
    RUN(list, 1);
}

/* One is reported with the signal, and one with each step, to the last that mem reports. A space without a process is
 * skipped. A register that cannot be read is shown as 0. */
static void many_fault_at_once(void)
{
    static const struct machine_fatal_fault three[] = {
        {3, 0x10, WHY(VECTOR_BREAKPOINT, 0)}, {9, 0x10, WHY(VECTOR_BREAKPOINT, 0)}, {0, 0, 0}, {600, 0, 0},
        {2, 0x20, PAGE_FAULT(FAULT_USER)},
    };
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        {.from = P1, .words = {{PROC_FORK}}},
        CALL_WITH(P3, "good\0more", 10, NULL, PROC_EXEC, 2, 10),
        {.signal = PROC_SIGNAL_FATAL_FAULT,
         .before = somebody_faults,
         .refused = "read r3",
         .with = ERR_STATE,
         .expected = "fatal fault\nread r3 registers\nlog good (pid 3): killed: breakpoint at eip 0x0\n" END(3, "3/3")},
        CALL(P1, "reply 1: 3 0 5\n", PROC_WAIT, 0, 0),
        WORK("fatal fault\n" CONTINUES),
        WORK("fatal fault\n" CONTINUES),
        {.signal = PROC_SIGNAL_FATAL_FAULT, .expected = "fatal fault\n"}, /* the next step is nevertheless on its way */
        WORK("fatal fault\nread r2 registers\nlog good (pid 2): killed: page fault at 0x20 (read, not mapped) at eip "
             "0x2009\n" END(2, "2/2") CONTINUES),
        WORK("fatal fault\n"),
        {.signal = PROC_SIGNAL_FATAL_FAULT, .expected = "fatal fault\n"},
        CALL(P1, "reply 1: 2 0 11\n", PROC_WAIT, 0, 0),
    };

    told = three, told_count = COUNT(three), told_stack = STACK_TOP - 16;
    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- handlers */

#define FIRST WROTE(0x10)
#define FAULT(lines)                                                                                                   \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_FATAL_FAULT, .before = somebody_faults, .expected = lines                                \
    }
#define READ                  "fatal fault\nread r1 registers\n"
#define HANDLED(to)           READ "read r1 registers\ndivert r1: " to "\ngoes on 1\n"
#define CATCHES(set, blocked) CALL(P1, NULL, PROC_SIGNALS, set, 0, blocked)

enum { SEGMENT = 1 << 10, ILLEGAL = 1 << 3 };

static void handlers_are_called_for_faults(void)
{
    static const struct machine_fatal_fault one = FIRST;
    const struct step list[] = {
        SPAWN(NULL),
        CATCHES(SEGMENT, 0),
        FAULT(HANDLED("8e8010")),
        CALL(P1, "read r1 fpu\nreply 1: 4105 185466886 16\n", PROC_INTERRUPTED), /* error 6, vector 14, signal 11 */
        CATCHES(SEGMENT, SEGMENT),                                               /* now it has a frame */
        FAULT(KILLED_BY("page fault at 0x10 (write, not mapped)") GONE(1) RELEASE("1/1")),
    };

    told = &one, told_count = 1, told_stack = STACK_TOP - 16;
    RUN(list, 1);
}

/* A signal that comes after the process was told of the fault is reported as such, and the fault is still handled. */
static void a_signal_may_come_meanwhile(void)
{
    enum { USER_1 = 10, BIT = 1 << 9 };
    static const struct machine_fatal_fault one = FIRST;
    const struct step list[] = {
        SPAWN(NULL),
        CATCHES(SEGMENT | BIT, 0),
        FAULT(HANDLED("8e8010")),
        CALL(INIT, "reply 0\n", PROC_KILL, 1,
             USER_1), /* the process is already interrupted, and is told of the fault first */
        CALL(P1, "read r1 fpu\nreply 1: 4105 185466886 16\n", PROC_INTERRUPTED),
        CALL(INIT, "stop r1\nread r1 registers\nread r1 registers\ndivert r1: 8e8010\nresume r1\nreply 0\n", PROC_KILL,
             1, USER_1),
        CALL(P1, "reply 1: 4105 0 512\n", PROC_INTERRUPTED),
        FAULT("fatal fault\nlog good (pid 1): killed: page fault at 0x10 (write, not mapped) at eip 0x1009\n" GONE(1)
                  RELEASE("1/1")),
    };

    told = &one, told_count = 1, told_stack = STACK_TOP - 16;
    RUN(list, 1);
}

/* The second fault finds no room for a frame; the first one is reported. */
static void a_fault_in_its_handling_ends(void)
{
    static const struct machine_fatal_fault two[] = {WROTE(STACK_LOW - 4)};
    const struct step list[] = {
        SPAWN(NULL),
        CATCHES(SEGMENT | ILLEGAL, 0),
        FAULT(HANDLED("8e8010")),
        CALL(P1, NULL, PROC_INTERRUPTED),
        FAULT("fatal fault\nlog good (pid 1): killed: stack overflow at 0xe7ffc (write) at eip 0x1009\n" GONE(1)
                  RELEASE("1/1")),
    };

    told = two, told_count = 1, told_stack = STACK_LOW;
    RUN(list, 1);
}

static void lack_of_memory_ends_the_process(void)
{
    static const struct machine_fatal_fault one = {1, 0x904000, PAGE_FAULT(FAULT_WRITE | FATAL_FAULT_NO_MEMORY)};
    const struct step list[] = {
        SPAWN(NULL),
        CATCHES(SEGMENT, 0),
        FAULT(KILLED_BY("out of memory at 0x904000 (write)") GONE(1) RELEASE("1/1")),
    };

    told = &one, told_count = 1, told_stack = STACK_TOP - 16;
    RUN(list, 1);
}

/* In a program with the vdso `int $0x80` is a fault that no handler is called for. */
static void calls_are_faults(void)
{
    static const struct machine_fatal_fault one = {1, 0, WHY(13, 0x402)}, other = {1, 0, WHY(13, 0x40a)};
    const struct step foreign[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "foreign")},
        CATCHES(SEGMENT, 0),
        FAULT(HANDLED("8e8020")),
        CALL(P1, "reply 1: 4105 0 0\n", PROC_INTERRUPTED),
    };
    const struct step native[] = {
        SPAWN(NULL),
        FAULT(KILLED_BY("general protection") GONE(1) RELEASE("1/1")),
    };
    const struct step no_call[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "foreign")},
        FAULT(READ "log foreign (pid 1): killed: general protection at eip 0x1009\n" GONE(1) RELEASE("1/1")),
    };

    told = &one, told_count = 1, told_stack = STACK_TOP - 16;
    RUN(foreign, 1);
    RUN(native, 1);
    told = &other;
    RUN(no_call, 1);
}

/* A page that the file server may be able to grant by now: the vdso asks it, whatever handlers there are, once for each
 * fault. */
static void pages_may_be_granted(void)
{
    static const struct machine_fatal_fault one = {1, 0x40001000, PAGE_FAULT(FAULT_USER | FATAL_FAULT_FOREIGN)};
    const struct step foreign[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "foreign")},
        FAULT(HANDLED("8e8010")),
        CALL(P1, "read r1 fpu\nreply 1: 4105 118362116 1073745920\n", PROC_INTERRUPTED),
        CATCHES(0, 0), /* the page is mapped */
        FAULT(HANDLED("8e8010")),
        CALL(P1, "read r1 fpu\nreply 1: 4105 118362116 1073745920\n", PROC_INTERRUPTED),
        FAULT("fatal fault\nlog foreign (pid 1): killed: behind the end of a mapped file, or of what it was cut to at "
              "0x40001000 (read) at eip 0x1009\n" GONE(1) RELEASE("1/1")),
    };
    const struct step native[] = {
        SPAWN(NULL),
        FAULT(KILLED_BY("behind the end of a mapped file, or of what it was cut to at 0x40001000 (read)") GONE(1)
                  RELEASE("1/1")),
    };

    told = &one, told_count = 1, told_stack = STACK_TOP - 16;
    RUN(foreign, 1);
    RUN(native, 1);
}

int main(void)
{
    handlers_are_called_for_faults();
    a_signal_may_come_meanwhile();
    a_fault_in_its_handling_ends();
    lack_of_memory_ends_the_process();
    calls_are_faults();
    pages_may_be_granted();
    a_fault_ends_its_process();
    an_unreadable_thread_ends();
    many_fault_at_once();
    puts("test_proc_faults: a process that faults ends, and the reason is reported");
}
