/* fs and gs belong to a thread's state: no thread sees or loses another's. ds and es are flat after the kernel has run,
 * whatever they were before. */
#include "tests/system/kernel/kernel_test.h"

enum { USER_CODE = 0x1b, USER_DATA = 0x23 }; /* selectors, see kernel/i386/segments.h */

static volatile uint32_t seen[2], rounds;

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

static void nothing(uint32_t unused)
{
    (void)unused;
}

/* fs and gs: a selector that cannot be loaded becomes null. */
static void selectors_are_sanitised(void)
{
    static const uint16_t selectors[][2] = {{0, 0},
                                            {3, 3},
                                            {USER_CODE, USER_CODE},
                                            {USER_DATA, USER_DATA},
                                            {USER_DATA - 3, USER_DATA - 3},
                                            {USER_AREA_SELECTOR, USER_AREA_SELECTOR},
                                            {8, 0},
                                            {0x10, 0},
                                            {0x13, 0},
                                            {0x30, 0},
                                            {0x43, 0},
                                            {USER_DATA | 4, 0},
                                            {0xffff, 0}};

    for (unsigned i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        struct plan plan = own_thread(0, nothing, 0);
        thread_prepare(&plan);
        IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
        registers()->fs = registers()->gs = selectors[i][0];
        IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
        IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
        IS(registers()->fs, selectors[i][1]);
        IS(registers()->gs, selectors[i][1]);
        IS(sys_thread_resume(CHILD_THREAD), OK);
        expect_end(0);
        IS(sys_cap_delete(CHILD_THREAD), OK);
    }
}

static void load_segments(uint16_t fs, uint16_t gs)
{
    __asm__ volatile("mov %0, %%fs; mov %1, %%gs" : : "r"(fs), "r"(gs));
}

static uint32_t segments(void)
{
    uint16_t fs, gs;

    __asm__ volatile("mov %%fs, %0; mov %%gs, %1" : "=rm"(fs), "=rm"(gs));
    return fs | (uint32_t)gs << 16;
}

/* Begins with null selectors, and then has others than the first thread. */
static void keeps_its_segments(uint32_t unused)
{
    (void)unused;
    seen[0] = segments();
    load_segments(USER_CODE, 1);
    for (seen[1] = 0; rounds < 100; rounds++) {
        IS(sys_thread_yield(), OK);
        seen[1] |= segments() ^ (USER_CODE | 1 << 16);
    }
}

static void segments_are_a_threads_own(void)
{
    struct plan plan = own_thread(0, keeps_its_segments, 0);
    plan.priority = PRIORITY_TEST;

    rounds = 0;
    seen[0] = seen[1] = 1;
    load_segments(2, USER_DATA);
    thread_start(&plan);
    while (rounds < 100) {
        IS(sys_thread_yield(), OK);
        IS(segments(), 2 | USER_DATA << 16);
    }
    expect_end(0);
    IS(seen[0], 0);
    IS(seen[1], 0);
    IS(segments(), 2 | USER_DATA << 16);
    load_segments(0, 0);
}

/* From THREAD_AREA on, in both directions. */
static void gs_leads_to_the_area(void)
{
    volatile uint32_t *area = (volatile uint32_t *)THREAD_AREA; /* of the stack's highest page */
    uint32_t above, below, was[2] = {area[2], area[-1]};

    area[2] = 0x12345678;
    area[-1] = 0x9abcdef0;
    load_segments(0, USER_AREA_SELECTOR);
    __asm__ volatile("mov %%gs:8, %0; mov %%gs:-4, %1" : "=r"(above), "=r"(below));
    load_segments(0, 0);
    area[2] = was[0];
    area[-1] = was[1];
    IS(above, 0x12345678);
    IS(below, 0x9abcdef0);
}

/* The values of ds and es after an entry with `selector` in both. */
#define SEGMENTS_AFTER(entry, selector)                                                                                \
    ({                                                                                                                 \
        uint32_t eax_ = SYS_version, ebx_ = (selector), ds_, es_;                                                      \
        __asm__ volatile("mov %%ebx, %%ds; mov %%ebx, %%es\n\t" entry "\n\t"                                           \
                         "mov %%ds, %%esi; mov %%es, %%edi; push %%ss; pop %%ds; push %%ss; pop %%es"                  \
                         : "+a"(eax_), "+b"(ebx_), "=&S"(ds_), "=&D"(es_)                                              \
                         :                                                                                             \
                         : "ecx", "edx", "memory");                                                                    \
        ds_ | es_ << 16;                                                                                               \
    })

static void enters_with(uint32_t selector)
{
    seen[0] = SEGMENTS_AFTER("mov %%esp, %%ecx; mov $1f, %%edx; sysenter; 1:", selector);
    seen[1] = SEGMENTS_AFTER("int3", selector);
}

/* With a call, and with a fault: the kernel uses its own segments. */
static void the_kernel_has_its_own(void)
{
    static const uint16_t selectors[] = {0, 3, USER_CODE, USER_DATA - 3};
    enum { BREAKPOINT = 3 };
    struct event event;

    for (unsigned i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        struct plan plan = own_thread(0, enters_with, selectors[i]);
        thread_start(&plan);
        HOLDS(expect_fault(0, BREAKPOINT, &event));
        IS(event_reply_word(&event, 0), OK);
        expect_end(0);
        IS(seen[0], USER_DATA | USER_DATA << 16);
        IS(seen[1], USER_DATA | USER_DATA << 16);
        IS(sys_cap_delete(CHILD_THREAD), OK);
    }
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"selectors are sanitised", selectors_are_sanitised},
        {"fs and gs are a thread's own", segments_are_a_threads_own},
        {"gs leads to the thread's area", gs_leads_to_the_area},
        {"ds and es are flat in the kernel and after it", the_kernel_has_its_own},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
