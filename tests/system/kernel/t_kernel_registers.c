/*
 * Threads' registers: what thread_read and thread_write show and set, also for waiting threads, and the words of
 * messages that a direct switch passes in registers.
 *
 * run:
 * run: --smp 2
 */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    A = FIRST_SLOT,
    B,
    FLAG_CARRY = 1,
    FLAG_ONE = 2,
    FLAG_TRAP = 0x100,
    FLAG_INTERRUPTS = 0x200,
    FLAG_DIRECTION = 0x400,
    FLAG_IOPL = 0x3000,
    FLAG_NESTED = 0x4000,
    FLAG_RESUME = 0x10000,
    FLAG_VM86 = 0x20000,
    FLAG_ALIGNMENT = 0x40000,
    FLAG_VIRTUAL = 0x180000,
};

static volatile uint32_t seen[64];

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

static void nothing(uint32_t unused)
{
    (void)unused;
}

/* ------------------------------------------------------------------------------------ registers */

/* Runs with what thread_write has set: stores its registers at `seen` and makes a call. */
void show_registers(void);
__asm__(".text\n"
        "show_registers:\n\t"
        "mov %eax, (seen)\n\tmov %ebx, (seen + 4)\n\tmov %ecx, (seen + 8)\n\tmov %edx, (seen + 12)\n\t"
        "mov %esi, (seen + 16)\n\tmov %edi, (seen + 20)\n\tmov %ebp, (seen + 24)\n\t"
        "mov %esp, (seen + 28)\n\tpushf\n\tpop %eax\n\tmov %eax, (seen + 32)\n\t"
        "cld\n\tjmp thread_end\n");

static uint32_t show_stack[64];

static void registers_go_in_and_out(void)
{
    struct plan plan = own_thread(0, nothing, 0);

    thread_prepare(&plan);
    const struct thread_registers in = {
        .eax = 1,
        .ebx = 2,
        .ecx = 3,
        .edx = 4,
        .esi = 5,
        .edi = 6,
        .ebp = 7,
        .esp = (uint32_t)(show_stack + 60),
        .eip = (uint32_t)show_registers,
        .eflags = FLAG_CARRY | FLAG_DIRECTION,
        .fs = 0x23, /* the segments of a program: see kernel/i386/segments.h */
        .gs = 0x18,
    };
    *registers() = in;
    IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
    memset(message_page->state, 0, sizeof(message_page->state));
    IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
    struct thread_registers out = *registers();
    IS(out.eflags, FLAG_CARRY | FLAG_DIRECTION | FLAG_INTERRUPTS | FLAG_ONE);
    out.eflags = in.eflags;
    HOLDS(memcmp(&in, &out, sizeof(in)) == 0);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    expect_end(0);
    for (uint32_t i = 0; i < 7; i++)
        IS(seen[i], i + 1);
    IS(seen[7], in.esp);
}

static void flags_are_sanitised(void)
{
    static const uint32_t flags[] = {0xffffffff, FLAG_TRAP,      FLAG_IOPL,    FLAG_NESTED, FLAG_RESUME,
                                     FLAG_VM86,  FLAG_ALIGNMENT, FLAG_VIRTUAL, 0,           0xffffffffu ^ 0x200};
    const uint32_t forbidden =
        FLAG_TRAP | FLAG_IOPL | FLAG_NESTED | FLAG_RESUME | FLAG_VM86 | FLAG_ALIGNMENT | FLAG_VIRTUAL;

    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        struct plan plan = own_thread(0, nothing, 0);
        thread_prepare(&plan);
        *registers() = (struct thread_registers){
            .esp = (uint32_t)(show_stack + 60), .eip = (uint32_t)show_registers, .eflags = flags[i]};
        IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
        IS(sys_thread_resume(CHILD_THREAD), OK);
        expect_end(0);
        IS(seen[8] & forbidden, 0);
        IS(seen[8] & FLAG_INTERRUPTS, FLAG_INTERRUPTS);
        IS(sys_cap_delete(CHILD_THREAD), OK);
    }
}

/* ------------------------------------------------------------------------------------ registers of one that waits */

enum { BADGE = 77, WORD_OF_CALL = 11, WORD_OF_REPLY = 21 };

static struct words words_from(uint32_t first)
{
    return (struct words){{first, first + 1, first + 2, first + 3}};
}

/* A thread that receives at A, and is called through B; it and its caller are children 0 and 1. */
static void start_receiver(void (*run)(uint32_t))
{
    struct plan plan = own_thread(0, run, 0);

    IS(sys_endpoint_create(A), OK);
    IS(cap_badge(A, B, RIGHT_CALL, BADGE), OK);
    plan.endpoint = A;
    thread_start(&plan);
}

static void start_caller(void (*run)(uint32_t))
{
    struct plan plan = own_thread(1, run, B);

    thread_start(&plan);
}

static void receives(uint32_t unused)
{
    struct words words;

    (void)unused;
    seen[0] = (uint32_t)ipc_reply_wait(0, &words);
}

static void calls(uint32_t slot)
{
    struct words words = words_from(WORD_OF_CALL);

    seen[0] = (uint32_t)ipc_call(slot, 0, &words);
}

/* The same by a sysenter at which the trap flag traps in the kernel. */
void calls_stepping(uint32_t slot);
__asm__(".text\n"
        "calls_stepping:\n\t"
        "mov 4(%esp), %eax\n\tshl $16, %eax\n\tmov $11, %ebx\n\tmov $12, %esi\n\tmov $13, %edi\n\tmov $14, %ebp\n\t"
        "mov %esp, %ecx\n\tmov $thread_end, %edx\n\tpushf\n\torl $0x100, (%esp)\n\tpopf\n\tsysenter\n");

/* The thread continues at `eip` with all of these registers except the words and the status. */
static void write_to_one_that_waits(uint32_t slot, uint32_t eip)
{
    *registers() = (struct thread_registers){.eax = 90,
                                             .ebx = 91,
                                             .ecx = 92,
                                             .edx = 93,
                                             .esi = 94,
                                             .edi = 95,
                                             .ebp = 96,
                                             .esp = (uint32_t)(show_stack + 60),
                                             .eip = eip,
                                             .eflags = FLAG_TRAP | FLAG_DIRECTION};
    IS(sys_thread_write(slot, THREAD_REGISTERS), OK);
    IS(sys_thread_read(slot, THREAD_REGISTERS), OK);
    IS(registers()->eip, eip);
    IS(registers()->esp, show_stack + 60);
    IS(registers()->ebx, 91);
    IS(registers()->eflags, FLAG_DIRECTION | FLAG_INTERRUPTS | FLAG_ONE);
    memset((void *)seen, 0, sizeof(seen));
}

static void shows(uint32_t result, uint32_t first)
{
    IS(seen[0], result);
    IS(seen[1], first);
    IS(seen[2], 92);
    IS(seen[3], 93);
    IS(seen[4], first + 1);
    IS(seen[5], first + 2);
    IS(seen[6], first + 3);
    IS(seen[7], show_stack + 60);
    IS(seen[8] & (FLAG_TRAP | FLAG_DIRECTION), FLAG_DIRECTION);
}

static void receives_where_it_is_told(void (*caller)(uint32_t))
{
    start_receiver(receives);
    expect_quiet();
    write_to_one_that_waits(CHILD_THREAD, (uint32_t)show_registers);
    start_caller(caller);
    expect_end(0);
    shows(BADGE, WORD_OF_CALL);
}

static void a_receiver_that_is_written_to_gets_its_words(void)
{
    receives_where_it_is_told(calls);
}

static void only_the_words_of_a_stepping_caller_are_transferred(void)
{
    receives_where_it_is_told(calls_stepping);
}

/* The receiver's first instruction faults before it has stored the words anywhere. */
static void words_survive_a_fault_at_once(void)
{
    struct event event;

    start_receiver(receives);
    expect_quiet();
    write_to_one_that_waits(CHILD_THREAD, USER_END);
    start_caller(calls);
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(event.words.w[2], USER_END);
    IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
    IS(registers()->eax, BADGE);
    IS(registers()->ebx, WORD_OF_CALL);
    IS(registers()->esi, WORD_OF_CALL + 1);
    IS(registers()->edi, WORD_OF_CALL + 2);
    IS(registers()->ebp, WORD_OF_CALL + 3);
    IS(registers()->esp, show_stack + 60);
}

/* Calls the main thread before it replies, which does not change to whom it replies. */
static void replies_later(uint32_t unused)
{
    struct words words, reply = words_from(WORD_OF_REPLY);

    (void)unused;
    ipc_reply_wait(0, &words);
    seen[2] = (uint32_t)ipc_call(ENDPOINT, 0, &words);
    ipc_reply_wait(IPC_REPLY, &reply);
}

static void a_caller_that_is_written_to_gets_its_reply(void)
{
    start_receiver(replies_later);
    start_caller(calls);
    struct event event = event_wait(0);
    IS(event.kind, TAG_CALL);
    IS(event.words.w[0], WORD_OF_CALL);
    write_to_one_that_waits(CHILD_THREAD + 1, (uint32_t)show_registers);
    IS(event_reply_word(&event, 0), OK);
    expect_end(1);
    shows(OK, WORD_OF_REPLY);
}

/* The caller was destroyed meanwhile: the words are delivered to no thread, and the server does not wait for
 * anything. */
static void replies_to_destroyed_thread(uint32_t unused)
{
    struct words words, reply = words_from(WORD_OF_REPLY);

    (void)unused;
    ipc_reply_wait(0, &words);
    seen[2] = (uint32_t)ipc_call(ENDPOINT, 0, &words);
    seen[0] = (uint32_t)ipc_reply_wait(IPC_REPLY, &reply);
    seen[1] = reply.w[0];
}

static void a_caller_that_was_killed_gets_nothing(void)
{
    start_receiver(replies_to_destroyed_thread);
    start_caller(calls);
    struct event event = event_wait(0);
    IS(sys_object_destroy(CHILD_THREAD + 1), OK);
    IS(event_reply_word(&event, 0), OK);
    expect_end(0);
    IS(seen[0], ERR_STALE);
    IS(seen[1], WORD_OF_REPLY);
}

/* eip or esp in the kernel: the thread gets a page fault. */
static void kernel_addresses_in_registers_fault(void)
{
    static const uint32_t addresses[] = {USER_END, 0xc0200000, 0xc0201000, 0xfffffff0, 0xf8000000};
    struct event event;

    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        for (uint32_t stack = 0; stack < 2; stack++) {
            struct plan plan = own_thread(0, nothing, 0);
            thread_prepare(&plan);
            *registers() = (struct thread_registers){.esp = addresses[i] + 4, .eip = addresses[i]};
            if (stack)
                registers()->eip = (uint32_t)show_registers;
            IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
            IS(sys_thread_resume(CHILD_THREAD), OK);
            HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
            HOLDS(event.words.w[0] >= USER_END);
            HOLDS(event.words.w[1] & FAULT_USER);
            IS(sys_cap_delete(CHILD_THREAD), OK);
        }
    }
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"registers go in and out", registers_go_in_and_out},
        {"flags are sanitised: IOPL, NT, AC, TF, RF, VM", flags_are_sanitised},
        {"a thread written to while it receives gets its words", a_receiver_that_is_written_to_gets_its_words},
        {"a thread written to while it calls gets its reply", a_caller_that_is_written_to_gets_its_reply},
        {"a caller in single steps passes only its words", only_the_words_of_a_stepping_caller_are_transferred},
        {"a fault before the first instruction keeps the words", words_survive_a_fault_at_once},
        {"a caller that was destroyed meanwhile gets no words", a_caller_that_was_killed_gets_nothing},
        {"registers that point into the kernel fault", kernel_addresses_in_registers_fault},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
