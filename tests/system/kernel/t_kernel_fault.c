/*
 * Faults: every vector, every forbidden instruction, every bad address. t_kernel_handler tests the replies.
 *
 * run: --cpu max
 * run: --cpu qemu32
 */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    CODE = 0x20000000, /* in child 0, executable; writable for us at CODE_HERE */
    CODE_HERE = SCRATCH,
    DATA = 0x20001000, /* in child 0, writable */
    LOW_PAGE = 0x8000, /* the child's message page, within reach of a selector */
    UNMAPPED = 0x20010000,
    STACK = DATA + 0x800,
    DIVIDE = 0,
    DEBUG = 1,
    BREAKPOINT = 3,
    OVERFLOW = 4,
    BOUND = 5,
    INVALID_OPCODE = 6,
    GENERAL_PROTECTION = 13,
    FLOATING_POINT = 16,
    SIMD = 19,
};

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

/* ---------------------------------------------------------------------- code that main writes */

static bool has_feature(uint32_t leaf, unsigned bit)
{
    uint32_t eax = leaf, ebx, ecx, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return edx >> bit & 1;
}

/* Leaf 7, subleaf 0: whether user code can be kept from reading the addresses of the tables. */
static bool has_umip(void)
{
    uint32_t eax = 0, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (eax < 7)
        return false;
    eax = 7, ecx = 0;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ecx >> 2 & 1;
}

static void write_code(const void *bytes, uint32_t count)
{
    memset((void *)CODE_HERE, 0x90, PAGE_SIZE);
    memcpy((void *)CODE_HERE, bytes, count);
    memcpy((char *)CODE_HERE + count, "\x0f\x0b", 2);
}

/* Makes child 0 with a page of code and one of data, stopped before the code's first instruction. */
static void make_runner(void)
{
    uint32_t frame = fresh_frames(2);

    map_frame(CODE_HERE, frame, READ_WRITE);
    child_make(0, 7);
    child_thread(0, NULL, 0); /* its handler */
    IS(sys_vm_map(CHILD_TASK, CODE, READ_EXECUTE, MEMORY, 1, frame), OK);
    IS(sys_vm_map(CHILD_TASK, DATA, READ_WRITE, MEMORY, 1, frame + 1), OK);
}

static void start_runner(void)
{
    IS(sys_thread_create(CHILD_TASK, CHILD_THREAD, SLOT_NONE, CHILD_HANDLER, PRIORITY_CHILD, 0, LOW_PAGE), OK);
    memset(registers(), 0, sizeof(struct thread_registers));
    registers()->eip = CODE;
    registers()->esp = STACK;
    registers()->edi = DATA;
    IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
    IS(sys_thread_resume(CHILD_THREAD), OK);
}

/* The code must end in that vector; then the thread is destroyed. */
static struct event run_code(const void *bytes, uint32_t count, uint32_t vector)
{
    struct event event;

    write_code(bytes, count);
    start_runner();
    if (!expect_fault(0, vector, &event))
        note("tap: # code %02x %02x %02x", ((const uint8_t *)bytes)[0], ((const uint8_t *)bytes)[1],
             ((const uint8_t *)bytes)[2]);
    if (vector != VECTOR_PAGE_FAULT)
        IS(event.words.w[0], 0); /* earlier page faults, possibly of another thread, are not revealed */
    IS(sys_object_destroy(CHILD_THREAD), OK);
    return event;
}
#define RUN(bytes, vector) run_code(bytes, sizeof(bytes) - 1, vector)

static void exceptions_reach_the_handler(void)
{
    make_runner();
    IS(RUN("\x31\xc9\xf7\xf1", DIVIDE).words.w[2], CODE + 2);
    IS(RUN("\xcc", BREAKPOINT).words.w[2], CODE + 1);
    RUN("\xb0\x7f\x04\x01\xce", OVERFLOW);
    RUN("\xc7\x07\x01\0\0\0\xc7\x47\x04\x02\0\0\0\x62\x07", BOUND);
    IS(RUN("\x0f\x0b", INVALID_OPCODE).words.w[2], CODE);
    RUN("\xf0\x90", INVALID_OPCODE);
    RUN("\x9c\x81\x0c\x24\0\x01\0\0\x9d\x90\x90", DEBUG); /* the trap flag */
    RUN("\x0f\xa2\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90",
        GENERAL_PROTECTION); /* an instruction of 17 bytes */
}

static void floating_point_errors_reach_the_handler(void)
{
    make_runner();
    /* fninit; control word 0: all exceptions unmasked; 1 / 0; fwait */
    RUN("\xdb\xe3\x66\xc7\x07\x00\x03\xd9\x2f\xd9\xe8\xd9\xee\xde\xf9\x9b", FLOATING_POINT);
}

/* ldmxcsr 0: all exceptions unmasked; 0 / 0. QEMU does not raise the exception, and the code runs to its end. */
static void vector_errors_reach_the_handler(void)
{
    static const char code[] = "\xc7\x07\0\0\0\0\x0f\xae\x17\x0f\x57\xc0\x0f\x57\xc9\xf3\x0f\x5e\xc1";

    if (!has_feature(1, 25))
        return;
    make_runner();
    write_code(code, sizeof(code) - 1);
    start_runner();
    struct event event = event_wait(0);
    IS(event.kind, TAG_FAULT);
    HOLDS(event.words.w[3] == SIMD || event.words.w[2] == CODE + sizeof(code) - 1);
}

static const struct forbidden {
    const char *code;
    uint32_t count;
} forbidden[] = {
#define FORBIDDEN(code)                                                                                                \
    {                                                                                                                  \
        code, sizeof(code) - 1                                                                                         \
    }
    FORBIDDEN("\xfa"),                 /* cli */
    FORBIDDEN("\xfb"),                 /* sti */
    FORBIDDEN("\xf4"),                 /* hlt */
    FORBIDDEN("\xe4\x20"),             /* in */
    FORBIDDEN("\xe6\x20"),             /* out */
    FORBIDDEN("\x66\xba\xf8\x03\xec"), /* in dx: a port that the test may use through the kernel */
    FORBIDDEN("\x66\xba\xf4\x00\xef"), /* out dx, 32 bits */
    FORBIDDEN("\x66\xba\xff\xff\xec"),
    FORBIDDEN("\x6c"),         /* insb */
    FORBIDDEN("\x6e"),         /* outsb */
    FORBIDDEN("\x0f\x01\x17"), /* lgdt */
    FORBIDDEN("\x0f\x01\x1f"), /* lidt */
    FORBIDDEN("\x0f\x00\xd0"), /* lldt */
    FORBIDDEN("\x0f\x00\xd8"), /* ltr */
    FORBIDDEN("\x0f\x01\xf0"), /* lmsw */
    FORBIDDEN("\x0f\x06"),     /* clts */
    FORBIDDEN("\x0f\x01\x3f"), /* invlpg */
    FORBIDDEN("\x0f\x20\xc0"), /* mov from cr0, cr2, cr3, cr4 */
    FORBIDDEN("\x0f\x20\xd0"),
    FORBIDDEN("\x0f\x20\xd8"),
    FORBIDDEN("\x0f\x20\xe0"),
    FORBIDDEN("\x0f\x22\xc0"), /* mov to these */
    FORBIDDEN("\x0f\x22\xd8"),
    FORBIDDEN("\x0f\x22\xe0"),
    FORBIDDEN("\x0f\x21\xc0"), /* debug registers */
    FORBIDDEN("\x0f\x23\xc0"),
    FORBIDDEN("\xb9\x74\x01\0\0\x0f\x32"), /* rdmsr */
    FORBIDDEN("\xb9\x76\x01\0\0\x0f\x30"), /* wrmsr: the entry of sysenter */
    FORBIDDEN("\x31\xc9\x0f\x33"),         /* rdpmc */
    FORBIDDEN("\x0f\x35"),                 /* sysexit */
    FORBIDDEN("\xea\0\0\0\x20\x08\0"),     /* a jump to the kernel's code segment */
    FORBIDDEN("\x9a\0\0\0\x20\x08\0"),     /* a call to it */
    FORBIDDEN("\xea\0\0\0\0\x28\0"),       /* a jump to the task state segment */
    FORBIDDEN("\xea\0\0\0\0\x30\0"),       /* to that of the double fault */
    FORBIDDEN("\xea\0\0\0\0\0\0"),         /* to the null selector */
    FORBIDDEN("\xb8\x10\0\0\0\x8e\xd8"),   /* the kernel's data segment: ds, es, ss, fs */
    FORBIDDEN("\xb8\x10\0\0\0\x8e\xc0"),
    FORBIDDEN("\xb8\x10\0\0\0\x8e\xd0"),
    FORBIDDEN("\xb8\x10\0\0\0\x8e\xe0"),
    FORBIDDEN("\x31\xc0\x8e\xd0"),         /* null in ss */
    FORBIDDEN("\xb8\xfb\xff\0\0\x8e\xd8"), /* beyond the table */
    FORBIDDEN("\xb8\x07\0\0\0\x8e\xd8"),   /* in a local table */
    /* A valid descriptor in the message page, LOW_PAGE, and its selector. */
    FORBIDDEN("\xc7\x05\0\x80\0\0\xff\xff\0\0\xc7\x05\4\x80\0\0\0\xf3\xcf\0\xb8\x07\x80\0\0\x8e\xd8"),
};

/* iret and retf to ring 0. QEMU reads the stack with the kernel's rights, which faults under SMAP. */
static void returns_to_ring_0_fault(void)
{
    static const char *const codes[] = {"\x6a\x02\x6a\x08\x68\1\1\1\x20\xcf", "\x6a\x08\x68\1\1\1\x20\xcb"};

    make_runner();
    for (unsigned i = 0; i < 2; i++) {
        uint32_t count = (uint32_t)strlen(codes[i]);
        write_code(codes[i], count);
        start_runner();
        struct event event = event_wait(0);
        IS(event.kind, TAG_FAULT);
        IS(event.words.w[2], CODE + count - 1);
        HOLDS(event.words.w[3] == GENERAL_PROTECTION || event.words.w[3] == VECTOR_PAGE_FAULT);
        IS(sys_object_destroy(CHILD_THREAD), OK);
    }
}

static void forbidden_instructions_fault(void)
{
    make_runner();
    for (unsigned i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        run_code(forbidden[i].code, forbidden[i].count, GENERAL_PROTECTION);
}

static void addresses_of_tables_are_not_told(void)
{
    make_runner();
    if (!has_umip())
        return;
    RUN("\x0f\x01\x07", GENERAL_PROTECTION); /* sgdt */
    RUN("\x0f\x01\x0f", GENERAL_PROTECTION); /* sidt */
    RUN("\x0f\x00\x07", GENERAL_PROTECTION); /* sldt */
    RUN("\x0f\x00\x0f", GENERAL_PROTECTION); /* str */
    RUN("\x0f\x01\x27", GENERAL_PROTECTION); /* smsw */
}

/* Not every emulator refuses invd and wbinvd. The cli behind them shows whether the thread has too many rights: if it
 * is refused, it is the emulator that lets the instruction pass. */
static void cache_instructions_fault(void)
{
    static const char *const codes[] = {"\x0f\x08\xfa", "\x0f\x09\xfa"};

    make_runner();
    for (unsigned i = 0; i < 2; i++) {
        struct event event = run_code(codes[i], 3, GENERAL_PROTECTION);
        if (event.words.w[2] == CODE + 2)
            point_skip("the emulator lets user mode execute invd or wbinvd");
        else
            IS(event.words.w[2], CODE);
    }
}

static void every_interrupt_number_faults(void)
{
    make_runner();
    for (uint32_t n = 0; n < 256; n++) {
        uint8_t code[3] = {0xcd, (uint8_t)n, 0x90};
        bool gate = n == BREAKPOINT || n == OVERFLOW;
        struct event event = run_code(code, 3, gate ? n : GENERAL_PROTECTION);
        IS(event.words.w[2], gate ? CODE + 2 : CODE);
        if (!gate)
            IS(event.words.w[1], n * 8 + 2);
    }
}

/* ------------------------------------------------------------------------------ strange states */

/* Calls `version` after user code has changed flags or segments: the call returns, and the code ends in ud2. */
#define VERSION_CALL "\xb8\x1d\0\0\0\x89\xe1\xba\x40\0\0\x20\x0f\x34"

static void run_call(const char *before, uint32_t count)
{
    uint8_t code[66];
    struct event event;

    memset(code, 0x90, sizeof(code));
    memcpy(code, before, count);
    memcpy(code + count, VERSION_CALL, sizeof(VERSION_CALL) - 1);
    event = run_code(code, 0x40, INVALID_OPCODE);
    IS(event.words.w[2], CODE + 0x40);
}
#define CALL_AFTER(before) run_call(before, sizeof(before) - 1)

static void calls_with_strange_flags_return(void)
{
    make_runner();
    CALL_AFTER("");
    CALL_AFTER("\xfd");                                     /* direction */
    CALL_AFTER("\x9c\x81\x0c\x24\0\x40\0\0\x9d");           /* nested task */
    CALL_AFTER("\x9c\x81\x0c\x24\0\0\x04\0\x9d");           /* alignment check */
    CALL_AFTER("\x9c\x81\x0c\x24\0\x30\0\0\x9d");           /* i/o privilege: stays 0 */
    CALL_AFTER("\x9c\x81\x24\x24\xff\xfd\xff\xff\x9d");     /* interrupts off: stay on */
    CALL_AFTER("\x31\xc0\x8e\xd8\x8e\xc0\x8e\xe0\x8e\xe8"); /* null segments */
    CALL_AFTER("\xb8\x1b\0\0\0\x8e\xd8\x8e\xc0");           /* the code segment in ds, es */
}

/* The popf right before sysenter sets the trap flag, so the trap happens in the kernel. */
static void sysenter_with_the_trap_flag_returns(void)
{
    static const char code[] = "\x9c\x81\x0c\x24\0\x01\0\0\xb8\x1d\0\0\0\x8d\x4c\x24\x04\xba\x40\0\0\x20"
                               "\x9d\x0f\x34";
    uint8_t page[66];

    make_runner();
    memset(page, 0x90, sizeof(page));
    memcpy(page, code, sizeof(code) - 1);
    struct event event = run_code(page, 0x40, INVALID_OPCODE);
    IS(event.words.w[2], CODE + 0x40);
}

static void stepping_stops_at_each_instruction(void)
{
    struct event event;

    make_runner();
    write_code("\x9c\x81\x0c\x24\0\x01\0\0\x9d\x90\x90\x90\x90\x90", 14);
    start_runner();
    for (uint32_t i = 0; i < 5; i++) {
        HOLDS(expect_fault(0, DEBUG, &event));
        IS(event.words.w[2], CODE + 10 + i);
        IS(event_reply_word(&event, 0), OK);
    }
    HOLDS(event_wait(0).kind == TAG_FAULT);
}

/* sysenter with an invalid return address or stack: the fault is the program's. */
static void returns_to_nowhere_fault(void)
{
    struct event event;

    make_runner();
    event = RUN("\xb8\x1d\0\0\0\x89\xe1\xba\0\0\0\xc0\x0f\x34", VECTOR_PAGE_FAULT);
    IS(event.words.w[0], USER_END);
    event = RUN("\xb8\x1d\0\0\0\x89\xe1\xba\xff\xff\xff\xff\x0f\x34", VECTOR_PAGE_FAULT);
    IS(event.words.w[0], 0xffffffff);
    event = RUN("\xb8\x1d\0\0\0\x31\xc9\xba\x10\0\0\x20\x0f\x34\x90\x90\x50", VECTOR_PAGE_FAULT);
    IS(event.words.w[0], 0xfffffffc); /* a push with esp = 0 */
}

/* ------------------------------------------------------------------------------- page faults */

static struct event touch(uint32_t address, bool write)
{
    uint8_t read_code[] = {0xa1, 0, 0, 0, 0, 0}, write_code_[] = {0xa3, 0, 0, 0, 0, 0};
    uint8_t *code = write ? write_code_ : read_code;

    memcpy(code + 1, &address, 4);
    return run_code(code, 5, VECTOR_PAGE_FAULT);
}

static void user_addresses_fault(void)
{
    static const uint32_t addresses[] = {0, 1, 0xfff, 0x7fff, UNMAPPED, STACK_LOW - 4, USER_END - 4};

    make_runner();
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        for (uint32_t write = 0; write < 2; write++) {
            struct event event = touch(addresses[i], write);
            IS(event.words.w[0], addresses[i]);
            IS(event.words.w[1], FAULT_USER | (write ? FAULT_WRITE : 0u));
            IS(event.words.w[2], CODE);
        }
    IS(RUN("\x31\xc0\xff\xd0", VECTOR_PAGE_FAULT).words.w[2], 0); /* a call of null */
}

static void kernel_addresses_fault(void)
{
    static const uint32_t addresses[] = {USER_END,   0xc0100000, 0xc0200000, 0xc0201000, 0xc0210000,
                                         0xc1000000, 0xf7fff000, 0xf8000000, 0xfffffffc};

    make_runner();
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        for (uint32_t write = 0; write < 2; write++) {
            struct event event = touch(addresses[i], write);
            IS(event.words.w[0], addresses[i]);
            IS(event.words.w[1] & (FAULT_USER | FAULT_WRITE), FAULT_USER | (write ? FAULT_WRITE : 0u));
        }
}

static void text_is_not_written(void)
{
    make_runner();
    struct event event = touch(CODE, true);
    IS(event.words.w[1], FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
    event = touch(PROGRAM_BASE, true);
    IS(event.words.w[1], FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
}

static void data_is_not_executed(void)
{
    bool nx = has_feature(0x80000001, 20);

    make_runner();
    /* ud2 into the data, a jump there */
    struct event event = RUN("\x66\xc7\x07\x0f\x0b\xff\xe7", nx ? VECTOR_PAGE_FAULT : INVALID_OPCODE);
    if (nx) {
        IS(event.words.w[0], DATA);
        IS(event.words.w[1], FAULT_USER | FAULT_EXECUTE | FAULT_PRESENT);
    }
    IS(event.words.w[2], DATA);
    RUN("\xb8\0\x80\0\0\x66\xc7\0\x0f\x0b\xff\xe0", nx ? VECTOR_PAGE_FAULT : INVALID_OPCODE); /* in the message page */
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"DE, DB, BP, OF, BR, UD, GP reach the handler", exceptions_reach_the_handler},
        {"MF reaches the handler", floating_point_errors_reach_the_handler},
        {"XM reaches the handler", vector_errors_reach_the_handler},
        {"forbidden instructions are GP", forbidden_instructions_fault},
        {"the addresses of the kernel's tables are not revealed", addresses_of_tables_are_not_told},
        {"invd and wbinvd are GP", cache_instructions_fault},
        {"returns to ring 0 fault", returns_to_ring_0_fault},
        {"int n for all n", every_interrupt_number_faults},
        {"calls with strange flags and segments return", calls_with_strange_flags_return},
        {"sysenter with the trap flag set returns", sysenter_with_the_trap_flag_returns},
        {"the trap flag stops at each instruction", stepping_stops_at_each_instruction},
        {"sysenter with bad return addresses and stacks", returns_to_nowhere_fault},
        {"null and unmapped addresses", user_addresses_fault},
        {"kernel addresses", kernel_addresses_fault},
        {"text is not written", text_is_not_written},
        {"data is not executed", data_is_not_executed},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
