/*
 * Interrupted long calls: revoke and destroy take many steps, with interrupts in between. A thread with a higher
 * priority waits for the real-time clock, and checks the intermediate state.
 *
 * run:
 * run: --smp 2
 */
#include "tests/system/kernel/kernel_test.h"

#include <stddef.h>

enum {
    TICKER_ENDPOINT = FIRST_SLOT,
    TICKER_SIGNAL,
    SUBJECT, /* what is revoked or destroyed */
    SERVICE,
    EMPTY = 100,
    MANY_SLOTS = 0x2000,
    MANY = 3000,
    MANY_PAGES = 900,
    FREE_LINE = 21,
    RTC_LINE = 8,
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_PERIODIC = 0x40,
    RTC_256_HZ = 0x28,
    RTC_A = 10, /* registers */
    RTC_B = 11,
    RTC_C = 12,
    NEVER = 2,          /* `stop`: the expected event did not happen */
    ENOUGH = 500,       /* interrupts, in two seconds, */
    ENOUGH_ROUNDS = 30, /* and rounds of a long call */
    PRIORITY_TICKER = 17,
    WORKER = 1, /* numbers for own_thread() */
    LOW = 2,
    TARGET = 3, /* a child */
};

/* `other` counts what must not happen. */
static volatile uint32_t interrupts, rounds, stop, found_busy, found_dead, found_state, other, subject_frame;
static struct message_page *ticker_page;

/* ----------------------------------------------------------------------------------- the ticker */

static uint32_t rtc_read(uint32_t index)
{
    uint32_t value = 0;

    other += sys_port_out(TEST_SLOT_RTC, RTC_INDEX, 1, index) != OK;
    other += sys_port_in(TEST_SLOT_RTC, RTC_DATA, 1, &value) != OK;
    return value;
}

static void rtc_write(uint32_t index, uint32_t value)
{
    other += sys_port_out(TEST_SLOT_RTC, RTC_INDEX, 1, index) != OK;
    other += sys_port_out(TEST_SLOT_RTC, RTC_DATA, 1, value) != OK;
}

/* Whether the state in the middle of long calls has been seen often enough. */
static bool is_enough(void)
{
    return interrupts > ENOUGH && rounds > ENOUGH_ROUNDS;
}

/* What the ticker does at each interrupt. */
static void (*volatile at_interrupt)(void);

static void ticker(uint32_t unused)
{
    struct words words;
    uint32_t count;

    (void)unused;
    while (ipc_reply_wait(0, &words) >= 0) {
        interrupts++;
        rtc_read(RTC_C);
        other += sys_irq_ack(IRQS, RTC_LINE, &count) != OK;
        if (at_interrupt)
            at_interrupt();
    }
}

static void start_ticker(void (*work)(void))
{
    interrupts = rounds = stop = found_busy = found_dead = found_state = other = 0;
    at_interrupt = work;
    IS(sys_endpoint_create(TICKER_ENDPOINT), OK);
    IS(cap_badge(TICKER_ENDPOINT, TICKER_SIGNAL, RIGHT_SIGNAL, 1), OK);
    IS(sys_irq_bind(IRQS, RTC_LINE, TICKER_SIGNAL), OK);
    struct plan plan = own_thread(0, ticker, 0);
    plan.endpoint = TICKER_ENDPOINT;
    plan.priority = PRIORITY_TICKER;
    ticker_page = (struct message_page *)plan.page;
    thread_start(&plan);
    rtc_write(RTC_A, RTC_256_HZ);
    rtc_write(RTC_B, (rtc_read(RTC_B) & 0x0f) | RTC_PERIODIC);
    rtc_read(RTC_C);
}

static void end_ticker(void)
{
    rtc_write(RTC_B, rtc_read(RTC_B) & 0x0f);
    rtc_read(RTC_C);
    IS(sys_object_destroy(TICKER_ENDPOINT), OK);
    expect_end(0);
    IS(other, 0);
}

static void start_worker(void (*run)(uint32_t))
{
    struct plan plan = own_thread(WORKER, run, 0);

    thread_start(&plan);
}

static void waits_for_20(uint32_t unused)
{
    (void)unused;
    while (interrupts < 20)
        ;
}

static void interrupts_are_signalled(void)
{
    start_ticker(NULL);
    start_worker(waits_for_20);
    expect_end(WORKER);
    end_ticker();
}

/* ----------------------------------------------------------------------------- objects, revoked */

static err_t derive_many(void)
{
    err_t err = OK;

    for (uint32_t i = 0; i < MANY && !err; i++)
        err = cap_copy(SUBJECT, MANY_SLOTS + i, RIGHT_CALL);
    return err;
}

/* Derives many capabilities and revokes them, again and again: most interrupts come in the middle. */
static void revokes_for_long(uint32_t unused)
{
    (void)unused;
    for (; !stop; rounds++) {
        other += derive_many() != OK;
        other += sys_cap_revoke(SUBJECT) != OK;
    }
}

/* A message with the endpoint's capability, to a server that would accept it. */
static err_t send_subject(void)
{
    struct words words = {{0}};

    ticker_page->items[0] = item_cap(SUBJECT, RIGHT_CALL, 0);
    ticker_page->tag = TAG(0, 1);
    return ipc_call(SERVICE, IPC_EXTENDED, &words);
}

/* In the middle of a revoke nothing can be derived in its tree, by any call. */
static void derives_in_between(void)
{
    err_t err = cap_copy(SUBJECT, EMPTY, RIGHT_CALL);

    if (err == OK) {
        other += sys_cap_delete(EMPTY) != OK;
    } else {
        found_busy++;
        other += err != ERR_BUSY;
        other += sys_thread_create(OWN_TASK, EMPTY, SLOT_NONE, SUBJECT, 0, 0, SCRATCH) != ERR_BUSY;
        other += sys_thread_create(OWN_TASK, EMPTY, SUBJECT, SLOT_NONE, 0, 0, SCRATCH) != ERR_BUSY;
        other += sys_irq_bind(IRQS, FREE_LINE, SUBJECT) != ERR_BUSY;
        other += send_subject() != ERR_BUSY;
        other += sys_thread_read(CHILD_THREAD + WORKER, THREAD_REGISTERS) != ERR_STATE;
        other += sys_thread_write(CHILD_THREAD + WORKER, THREAD_REGISTERS) != ERR_STATE;
        other += !slot_is_free(EMPTY);
    }
    stop = found_busy >= 3 || is_enough();
}

static void takes_capabilities(uint32_t unused)
{
    struct words words = {{0}};

    (void)unused;
    while (ipc_reply_wait(ipc_slots(50, 100), &words) >= 0)
        other++;
}

static void endpoints_are_busy_while_revoked(void)
{
    IS(sys_endpoint_create(SUBJECT), OK);
    IS(sys_endpoint_create(SERVICE), OK);
    child_make(TARGET, 4);
    struct plan server = child_thread(TARGET, takes_capabilities, 0);
    server.endpoint = SERVICE;
    server.priority = PRIORITY_TEST;
    thread_start(&server);
    IS(sys_thread_yield(), OK);
    start_ticker(derives_in_between);
    start_worker(revokes_for_long);
    expect_end(WORKER);
    HOLDS(found_busy >= 3);
    end_ticker();
    HOLDS(slot_is_free(EMPTY) && page_is_free(OWN_TASK, SCRATCH));
    IS(sys_irq_bind(IRQS, FREE_LINE, SUBJECT), OK); /* nothing was left behind */
}

/* A thread that is stopped in the middle does not keep others from deriving. */
static void stops_in_between(void)
{
    err_t err = cap_copy(SUBJECT, EMPTY, RIGHT_CALL);

    if (err == ERR_BUSY) {
        found_busy++;
        other += sys_thread_stop(CHILD_THREAD + WORKER) != OK;
        found_state += cap_copy(SUBJECT, EMPTY, RIGHT_CALL) == OK;
        other += sys_thread_resume(CHILD_THREAD + WORKER) != OK;
    }
    if (!slot_is_free(EMPTY))
        other += sys_cap_delete(EMPTY) != OK;
    stop = found_busy >= 3 || is_enough();
}

static void a_stopped_revoke_does_not_block(void)
{
    IS(sys_endpoint_create(SUBJECT), OK);
    start_ticker(stops_in_between);
    start_worker(revokes_for_long);
    expect_end(WORKER); /* it continued, and ended */
    HOLDS(found_busy >= 3);
    IS(found_state, found_busy);
    end_ticker();
}

/* The revoker is destroyed in the middle: nothing stays marked. */
static void kills_in_between(void)
{
    if (stop)
        return;
    if (cap_copy(SUBJECT, EMPTY, RIGHT_CALL) == ERR_BUSY) {
        stop = 1;
        other += sys_object_destroy(CHILD_THREAD + WORKER) != OK;
        other += cap_copy(SUBJECT, EMPTY, RIGHT_CALL) != OK;
    }
    other += sys_cap_delete(EMPTY) != OK;
    if (!stop && is_enough())
        stop = NEVER;
}

static void waits_for_stop(uint32_t unused)
{
    (void)unused;
    while (!stop)
        ;
}

static void a_dead_revoker_leaves_no_mark(void)
{
    IS(sys_endpoint_create(SUBJECT), OK);
    start_ticker(kills_in_between);
    start_worker(revokes_for_long);
    struct plan low = own_thread(LOW, waits_for_stop, 0);
    low.priority = PRIORITY_CHILD - 1;
    thread_start(&low);
    expect_end(LOW);
    IS(stop, 1);
    IS(sys_cap_revoke(SUBJECT), OK);
    IS(derive_many(), OK);
    IS(sys_cap_revoke(SUBJECT), OK);
    end_ticker();
}

/* ------------------------------------------------------------------------------ frames, revoked */

/* Revokes a frame at many addresses of a child, again and again. */
static void revokes_a_frame(uint32_t unused)
{
    (void)unused;
    for (; !stop; rounds++) {
        for (uint32_t i = 0; i < MANY_PAGES; i++)
            other += sys_vm_map(CHILD_TASK + TARGET, SCRATCH + i * PAGE_SIZE, READ, MEMORY, 1, subject_frame) != OK;
        other += sys_memory_revoke(MEMORY, subject_frame, 1) != OK;
    }
}

static void maps_in_between(void)
{
    err_t err = sys_vm_map(OWN_TASK, SCRATCH, READ, MEMORY, 1, subject_frame);

    if (err == OK) {
        other += sys_vm_unmap(OWN_TASK, SCRATCH, 1) != OK;
    } else {
        found_busy++;
        other += err != ERR_BUSY;
        other += sys_task_create(MEMORY, subject_frame, EMPTY) != ERR_FRAME;
        other += !page_is_free(OWN_TASK, SCRATCH);
    }
    stop = found_busy >= 3 || is_enough();
}

static void frames_are_busy_while_revoked(void)
{
    subject_frame = fresh_frames(1);
    map_fresh(SCRATCH); /* so that our tables exist */
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    child_make(TARGET, 9);
    start_ticker(maps_in_between);
    start_worker(revokes_a_frame);
    expect_end(WORKER);
    HOLDS(found_busy >= 3);
    end_ticker();
    map_frame(SCRATCH, subject_frame, READ);
}

/* --------------------------------------------------------------------------- objects, destroyed */

static void destroys_threads(uint32_t unused)
{
    (void)unused;
    for (; !stop; rounds++) {
        other += sys_thread_create(OWN_TASK, SUBJECT, SLOT_NONE, SLOT_NONE, 0, 0, SCRATCH) != OK;
        for (uint32_t i = 0; i < MANY; i++)
            other += cap_copy(SUBJECT, MANY_SLOTS + i, RIGHT_CONTROL) != OK;
        other += sys_object_destroy(SUBJECT) != OK;
    }
}

/* An object being destroyed gives ERR_DEAD until its capability is gone. */
static void look(err_t err)
{
    found_dead += err == ERR_DEAD;
    other += err != ERR_DEAD && err != ERR_CAP && err != OK;
}

/* A tree loses its capabilities from the front or from the back, so one of these two exists to the end. */
static void looks_at_the_thread(void)
{
    static const uint32_t slots[] = {MANY_SLOTS, MANY_SLOTS + MANY - 1, SUBJECT};

    for (unsigned i = 0; i < 3; i++) {
        look(sys_thread_stop(slots[i]));
        look(sys_thread_read(slots[i], THREAD_REGISTERS));
        look(sys_thread_write(slots[i], THREAD_REGISTERS));
        look(sys_thread_schedule(slots[i], 0, 0));
        if (sys_thread_read(slots[i], THREAD_REGISTERS) == ERR_DEAD)
            look(sys_thread_resume(slots[i]));
    }
    stop = found_dead >= 15 || is_enough();
}

static void a_thread_being_destroyed_is_dead(void)
{
    start_ticker(looks_at_the_thread);
    start_worker(destroys_threads);
    expect_end(WORKER);
    HOLDS(found_dead >= 15);
    end_ticker();
}

/* --------------------------------------------------------------------------------------- ticks */

static uint64_t time_stamp(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint64_t tick_length(void)
{
    uint32_t begin = ticks();
    while (ticks() == begin)
        ;
    uint64_t from = time_stamp();
    begin = ticks();
    while (ticks() - begin < 10)
        ;
    return (time_stamp() - from) / 10;
}

/* If interrupts were off for long, ticks would be lost. */
static void no_tick_is_lost_in_long_calls(void)
{
    uint64_t length = tick_length();
    uint32_t begin = ticks();

    IS(cap_part(MEMORY, SUBJECT, RIGHT_ALL, fresh_frames(1), 1), OK);
    uint64_t from = time_stamp();
    for (uint32_t i = 0; i < 40; i++) {
        IS(derive_many(), OK);
        IS(i % 2 ? sys_cap_revoke(SUBJECT) : sys_memory_revoke(SUBJECT, 0, 1), OK);
    }
    uint64_t spent = time_stamp() - from;
    HOLDS((ticks() - begin + 3) * length * 2 >= spent);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"interrupts are signalled", interrupts_are_signalled},
        {"an endpoint that is being revoked is ERR_BUSY, its revoker ERR_STATE", endpoints_are_busy_while_revoked},
        {"a stopped revoke blocks no other thread, and continues", a_stopped_revoke_does_not_block},
        {"a destroyed revoker leaves no mark", a_dead_revoker_leaves_no_mark},
        {"a frame that is being revoked is ERR_BUSY", frames_are_busy_while_revoked},
        {"a thread being destroyed is ERR_DEAD", a_thread_being_destroyed_is_dead},
        {"no tick is lost in long calls", no_tick_is_lost_in_long_calls},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
