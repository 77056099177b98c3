/* Threads: creating, stopping, priorities; each thread's own processor state. */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    A = FIRST_SLOT,
    B,
    C,
    EMPTY = 100,
    PAGE = SCRATCH,
};

static volatile uint32_t seen[64], seen_count;

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

static void nothing(uint32_t unused)
{
    (void)unused;
}

/* ------------------------------------------------------------------------------------- refusals */

static void create_refuses(void)
{
    IS(cap_copy(OWN_TASK, A, RIGHT_GRANT), OK);
    IS(cap_copy(ENDPOINT, B, RIGHT_SIGNAL), OK);
    IS(sys_thread_create(EMPTY, C, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(MEMORY, C, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(A, C, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), ERR_RIGHTS);
    IS(sys_thread_create(OWN_TASK, C, EMPTY, SLOT_NONE, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(OWN_TASK, C, LOG, SLOT_NONE, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(OWN_TASK, C, B, SLOT_NONE, 0, 0, PAGE), ERR_RIGHTS);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, EMPTY, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, MEMORY, 0, 0, PAGE), ERR_CAP);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, B, 0, 0, PAGE), ERR_RIGHTS);
    IS(sys_thread_create(OWN_TASK, 0, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, PRIORITY_TEST + 1, 0, PAGE), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 31, 0, PAGE), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 32, 0, PAGE), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0xff, 0, PAGE), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0xfe, PAGE), ERR_ARG); /* no such processor */
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, PAGE + 4), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, USER_END), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, 0xfffff000), ERR_ARG);
    IS(sys_thread_create(OWN_TASK, B, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), ERR_TAKEN);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE), ERR_TAKEN);
    IS(sys_thread_create(OWN_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, PROGRAM_BASE), ERR_TAKEN);
    HOLDS(slot_is_free(C) && page_is_free(OWN_TASK, PAGE));
    IS(sys_thread_create(OWN_TASK, C, ENDPOINT, ENDPOINT, PRIORITY_TEST, 0, PAGE), OK);
    HOLDS(!slot_is_free(C));
}

static void create_tells_the_shortfall(void)
{
    child_make(0, 0);
    drain(CHILD_TASK);
    message_page->shortfall = 0;
    IS(sys_thread_create(CHILD_TASK, A, SLOT_NONE, SLOT_NONE, 0, 0, SCRATCH), ERR_ACCOUNT);
    IS(message_page->shortfall, 5); /* directory, table, companion; the page; the thread */
    IS(sys_thread_create(CHILD_TASK, A, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE), ERR_ACCOUNT);
    IS(message_page->shortfall, 2);
    HOLDS(slot_is_free(A));
    frames_donate(CHILD_TASK, 2);
    IS(sys_thread_create(CHILD_TASK, A, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE), OK);
    frames_donate(CHILD_TASK, 1);
    IS(sys_thread_create(CHILD_TASK, B, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE + PAGE_SIZE),
       OK); /* four to a frame */
    IS(sys_thread_create(CHILD_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE + 2 * PAGE_SIZE), ERR_ACCOUNT);
    IS(message_page->shortfall, 1);
    IS(sys_object_destroy(B), OK); /* its page comes back */
    IS(sys_thread_create(CHILD_TASK, C, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE + 2 * PAGE_SIZE), OK);
}

static void control_refuses(void)
{
    IS(sys_thread_create(OWN_TASK, A, SLOT_NONE, SLOT_NONE, 0, 0, PAGE), OK);
    IS(cap_copy(A, B, RIGHT_GRANT), OK);
    static const uint32_t bad[] = {EMPTY, ENDPOINT, MEMORY, OWN_TASK, 0, 0xffff};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(sys_thread_resume(bad[i]), ERR_CAP);
        IS(sys_thread_stop(bad[i]), ERR_CAP);
        IS(sys_thread_read(bad[i], THREAD_REGISTERS), ERR_CAP);
        IS(sys_thread_write(bad[i], THREAD_REGISTERS), ERR_CAP);
        IS(sys_thread_schedule(bad[i], 0, 0), ERR_CAP);
    }
    IS(sys_thread_resume(B), ERR_RIGHTS);
    IS(sys_thread_stop(B), ERR_RIGHTS);
    IS(sys_thread_read(B, THREAD_REGISTERS), ERR_RIGHTS);
    IS(sys_thread_write(B, THREAD_REGISTERS), ERR_RIGHTS);
    IS(sys_thread_schedule(B, 0, 0), ERR_RIGHTS);
    IS(sys_thread_read(A, THREAD_FPU + 1), ERR_ARG);
    IS(sys_thread_write(A, THREAD_FPU + 1), ERR_ARG);
    IS(sys_thread_read(A, 0xffffffff), ERR_ARG);
    IS(sys_thread_schedule(A, PRIORITY_TEST + 1, 0), ERR_ARG);
    IS(sys_thread_schedule(A, 0xffffffff, 0), ERR_ARG);
    IS(sys_thread_schedule(A, 0x100, 0), ERR_ARG);
    IS(sys_thread_schedule(A, 0, 8), ERR_ARG);
    IS(sys_thread_schedule(A, 0, 0xffffffff), ERR_ARG);
    IS(sys_thread_schedule(A, PRIORITY_TEST, 0), OK);
    expect_quiet();
}

/* --------------------------------------------------------------------------------- stop, resume, priorities */

static void spins(uint32_t unused)
{
    (void)unused;
    for (;;)
        seen_count++;
}

/* The registers of a waiting thread can be read, those of a running one cannot. */
static void reads_itself(uint32_t slot)
{
    seen[0] = (uint32_t)sys_thread_read(slot, THREAD_REGISTERS);
    seen[1] = (uint32_t)sys_thread_write(slot, THREAD_REGISTERS);
    seen[2] = (uint32_t)sys_thread_read(slot, THREAD_FPU);
    seen[3] = (uint32_t)sys_thread_write(slot, THREAD_FPU);
}

static void the_running_thread_is_no_target(void)
{
    struct plan plan = own_thread(0, reads_itself, CHILD_THREAD);

    thread_start(&plan);
    expect_end(0);
    for (uint32_t i = 0; i < 4; i++)
        IS(seen[i], ERR_STATE);
}

static void stop_and_resume(void)
{
    struct plan plan = own_thread(0, spins, 0), wakes = own_thread(1, nothing, 0);

    plan.priority = 3;
    thread_start(&plan);
    uint32_t before = seen_count;
    wakes.priority = 4;
    thread_prepare(&wakes);
    IS(sys_thread_schedule(CHILD_THREAD + 1, 3, 0), OK);
    IS(sys_thread_resume(CHILD_THREAD + 1), OK); /* they take turns */
    expect_end(1);
    HOLDS(seen_count != before);
    IS(sys_thread_stop(CHILD_THREAD), OK);
    before = seen_count;
    expect_quiet();
    IS(seen_count, before);
    IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
    HOLDS(registers()->eip >= (uint32_t)spins && registers()->eip < (uint32_t)spins + 64);
    IS(sys_thread_stop(CHILD_THREAD), OK);
    registers()->eip = (uint32_t)thread_end;
    IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    expect_end(0);
}

/* A stopped thread that waits still gets its reply, and continues when it is resumed. */
static void asks(uint32_t unused)
{
    (void)unused;
    seen[0] = parent_call(5);
    seen[1] = 1;
}

static void a_stopped_caller_gets_its_reply(void)
{
    seen[0] = seen[1] = 0;
    child_start(0, asks, 0);
    struct event event = expect_call(BADGE_CHILD);
    IS(sys_thread_stop(CHILD_THREAD), OK);
    IS(event_reply_word(&event, 44), OK);
    expect_quiet();
    IS(seen[1], 0);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    expect_end(0);
    IS(seen[0], 44);
}

static void higher_priority_runs_first(void)
{
    struct plan low = own_thread(0, nothing, 0), high = own_thread(1, nothing, 0);
    struct event event;

    low.priority = 5;
    high.priority = 6;
    thread_start(&low);
    thread_start(&high);
    event = event_wait(0);
    IS(event.badge, BADGE_FAULT + 1);
    event = event_wait(0);
    IS(event.badge, BADGE_FAULT);
}

static void stops_itself(uint32_t slot)
{
    seen[0] = 1;
    seen[1] = (uint32_t)sys_thread_stop(slot);
    seen[0] = 2;
}

static void a_thread_may_stop_itself(void)
{
    struct plan plan = own_thread(0, stops_itself, CHILD_THREAD);

    thread_start(&plan);
    expect_quiet();
    IS(seen[0], 1);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    expect_end(0);
    IS(seen[0], 2);
    IS(seen[1], OK);
}

/* ------------------------------------------------------------------------------------- the FPU */

static uint8_t fpu_image[512] __attribute__((aligned(16)));

static bool has_sse(void)
{
    uint32_t eax = 1, ebx, ecx, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return edx >> 25 & 1;
}

/* Fills each register and the control words from `value`. */
static void fpu_dirty(uint32_t value)
{
    uint32_t four[4] = {value, value + 1, value + 2, value + 3};
    uint16_t control = (uint16_t)(0x37f ^ (value & 1) << 10);
    uint32_t mxcsr = 0x1f80 | (value & 1) << 13;

    __asm__ volatile("fninit; fldcw %0; fildl %1; fildl %1; fildl %1" : : "m"(control), "m"(value));
    if (has_sse())
        __asm__ volatile("movups %0, %%xmm0; movups %0, %%xmm5; movups %0, %%xmm7; ldmxcsr %1"
                         :
                         : "m"(four), "m"(mxcsr));
}

static bool fpu_holds(uint32_t value)
{
    uint32_t four[4] = {0}, mxcsr = 0, last = 0;
    uint16_t control;
    bool good;

    __asm__ volatile("fnstcw %0; fistl %1" : "=m"(control), "=m"(last));
    good = control == (uint16_t)(0x37f ^ (value & 1) << 10) && last == value;
    if (has_sse()) {
        __asm__ volatile("movups %%xmm5, %0; stmxcsr %1" : "=m"(four), "=m"(mxcsr));
        good = good && four[0] == value && four[3] == value + 3 &&
               (mxcsr & 0x7fc0) == ((0x1f80 | (value & 1) << 13) & 0x7fc0);
    }
    return good;
}

/* How many words of the state differ from a processor's initial state. */
static uint32_t fpu_unclean(void)
{
    static const uint8_t clean_start[] = {0x7f, 0x03};
    uint32_t count = 0;

    memset(fpu_image, 0, sizeof(fpu_image));
    __asm__ volatile("fxsave (%0)" : : "r"(fpu_image) : "memory");
    count += memcmp(fpu_image, clean_start, 2) != 0;
    count += fpu_image[2] || fpu_image[3] || fpu_image[4]; /* status, tags */
    count += has_sse() && *(const uint32_t *)(const void *)(fpu_image + 24) != 0x1f80;
    for (uint32_t i = 32; i < 288; i++)
        count += fpu_image[i] != 0;
    return count;
}

static void uses_fpu(uint32_t value)
{
    fpu_dirty(value);
    for (uint32_t i = 0; i < 20; i++) {
        parent_call(i);
        seen[value] += !fpu_holds(value);
    }
}

static void fpu_is_isolated_between_tasks(void)
{
    seen[1] = seen[2] = seen[3] = 0;
    for (uint32_t k = 1; k < 4; k++)
        child_start(k, uses_fpu, k);
    for (uint32_t i = 0; i < 60; i++) {
        struct event event = event_wait(0);
        HOLDS(event.kind == TAG_CALL);
        IS(event_reply_word(&event, 0), OK);
    }
    expect_ends(1 << 1 | 1 << 2 | 1 << 3);
    for (uint32_t k = 1; k < 4; k++)
        IS(seen[k], 0);
}

static void uses_fpu_once(uint32_t value)
{
    seen[4] = fpu_unclean();
    fpu_dirty(value);
    parent_call(0);
}

/* The first use finds a clean state: after another task's use, after the end of a thread that used it. */
static void fpu_first_use_is_clean(void)
{
    for (uint32_t k = 0; k < 6; k++) {
        child_start(k, uses_fpu_once, 40 + k);
        expect_call(BADGE_CHILD + k);
        IS(seen[4], 0);
        if (k & 1)
            IS(sys_object_destroy(CHILD_TASK + k), OK);
    }
}

static void uses_fpu_and_ends_itself(uint32_t unused)
{
    (void)unused;
    fpu_dirty(77);
    err_t err = sys_object_destroy(20);
    seen[5] = (uint32_t)err;
}

static void fpu_of_a_suicide_is_not_seen(void)
{
    child_make(0, 4);
    struct plan plan = child_thread(0, uses_fpu_and_ends_itself, 0);
    thread_prepare(&plan);
    IS(cap_give(CHILD_TASK, 20, CHILD_TASK, RIGHT_OWN), OK);
    child_start(1, uses_fpu_once, 78);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    IS(sys_thread_schedule(CHILD_THREAD, PRIORITY_CHILD + 1, 0), OK);
    expect_call(BADGE_CHILD + 1);
    IS(seen[4], 0);
    settle();
    HOLDS(slot_is_free(CHILD_TASK));
}

static void fpu_state_is_read_and_written(void)
{
    enum { MXCSR = 6 };
    struct event event;

    child_start(0, asks, 0);
    event = expect_call(BADGE_CHILD);
    IS(sys_thread_read(CHILD_THREAD, THREAD_FPU), ERR_ABSENT);
    child_start(1, uses_fpu_once, 51);
    expect_call(BADGE_CHILD + 1);
    IS(sys_thread_read(CHILD_THREAD + 1, THREAD_FPU), OK);
    IS(*(const uint16_t *)(const void *)message_page->state, 0x37f ^ 1 << 10);
    /* Bits that fxrstor would refuse, everywhere: the child continues. */
    memset(message_page->state, 0xff, 512);
    IS(sys_thread_write(CHILD_THREAD, THREAD_FPU), OK);
    IS(sys_thread_read(CHILD_THREAD, THREAD_FPU), OK);
    IS(message_page->state[MXCSR], 0xffbf); /* QEMU's fxrstor would accept them all */
    IS(event_reply_word(&event, 0), OK);
    expect_end(0);
    IS(sys_thread_read(CHILD_THREAD, THREAD_FPU), OK);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"thread_create: errors", create_refuses},
        {"thread_create: ERR_ACCOUNT reports the shortfall, which suffices", create_tells_the_shortfall},
        {"resume, stop, read, write, schedule: errors", control_refuses},
        {"read and write of the running thread are ERR_STATE", the_running_thread_is_no_target},
        {"stop and resume", stop_and_resume},
        {"a stopped caller gets its reply and waits", a_stopped_caller_gets_its_reply},
        {"higher priority runs first", higher_priority_runs_first},
        {"a thread may stop itself", a_thread_may_stop_itself},
        {"FPU, SSE, MXCSR are isolated between tasks", fpu_is_isolated_between_tasks},
        {"FPU: first use is clean", fpu_first_use_is_clean},
        {"FPU: the state of a thread that destroyed itself is not seen", fpu_of_a_suicide_is_not_seen},
        {"FPU state is read and written, sanitised", fpu_state_is_read_and_written},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
