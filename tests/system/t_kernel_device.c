/* Interrupts, ports, the log, the version; and that long calls let interrupts in. */
#include "tests/system/kernel_test.h"

#include <string.h>

enum {
    A = FIRST_SLOT,
    B,
    C,
    TICKER_ENDPOINT,
    TICKER_SIGNAL,
    PARENT_CAP,
    EMPTY = 100,
    MANY_SLOTS = 0x2000,
    MANY = 3000,
    FREE_LINE = 21,
    RTC_LINE = 8,
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_PERIODIC = 0x40,
    RTC_256_HZ = 0x28,
    COM1 = 0x3f8,
    COM1_SCRATCH = 0x3ff,
    PRIORITY_TICKER = 17,
};

static volatile uint32_t interrupts, stop, found_busy, found_dead, found_state, other;

/* ---------------------------------------------------------------------------------------- ports */

static uint32_t in(uint32_t port)
{
    uint32_t value = 0xbad;

    IS(sys_port_in(PORTS, port, 1, &value), OK);
    return value;
}

static void port_calls_refuse(void)
{
    uint32_t value;

    IS(sys_port_out(PORTS, COM1_SCRATCH, 1, 0x5a), OK);
    IS(in(COM1_SCRATCH), 0x5a);
    IS(sys_cap_derive(PORTS, A, RIGHT_READ, 0, 8), OK);
    IS(sys_cap_derive(PORTS, B, RIGHT_WRITE, 0, 8), OK);
    IS(sys_port_in(EMPTY, COM1, 1, &value), ERR_CAP);
    IS(sys_port_in(IRQS, COM1, 1, &value), ERR_CAP);
    IS(sys_port_out(EMPTY, COM1_SCRATCH, 1, 0), ERR_CAP);
    IS(sys_port_out(MEMORY, COM1_SCRATCH, 1, 0), ERR_CAP);
    IS(sys_port_in(B, COM1_SCRATCH, 1, &value), ERR_RIGHTS);
    IS(sys_port_out(A, COM1_SCRATCH, 1, 0), ERR_RIGHTS);
    static const uint32_t bad[][2] = {
        {COM1 - 1, 1}, {COM1 + 8, 1}, {COM1 + 7, 2}, {COM1 + 5, 4}, {0, 1}, {0x10000 + COM1, 1},
        {0xffffffff, 1}, {0xffffffff, 4}, {COM1, 0}, {COM1, 3}, {COM1, 8}, {COM1, 0xffffffff},
        {0x80000000 + COM1, 2},
    };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(sys_port_in(PORTS, bad[i][0], bad[i][1], &value), ERR_ARG);
        IS(sys_port_out(PORTS, bad[i][0], bad[i][1], 0), ERR_ARG);
    }
    IS(in(COM1_SCRATCH), 0x5a); /* nothing was written */
    IS(sys_port_out(B, COM1_SCRATCH, 1, 0xa5), OK);
    IS(sys_port_in(A, COM1_SCRATCH, 1, &value), OK);
    IS(value, 0xa5);
}

static void port_ranges_are_derived(void)
{
    uint32_t value;

    IS(sys_cap_derive(PORTS, A, READ_WRITE, 7, 1), OK);
    IS(sys_port_out(A, COM1_SCRATCH, 1, 0x33), OK);
    IS(sys_port_in(A, COM1_SCRATCH - 1, 1, &value), ERR_ARG);
    IS(sys_port_in(A, 7, 1, &value), ERR_ARG); /* ports are named by their numbers */
    IS(sys_cap_derive(PORTS, B, READ_WRITE, 7, 2), ERR_ARG);
    IS(sys_cap_derive(PORTS, B, READ_WRITE, 8, 1), ERR_ARG);
    IS(in(COM1_SCRATCH), 0x33);
}

/* ------------------------------------------------------------------------------------------ log */

static void log_refuses(void)
{
    IS(sys_cap_derive(LOG, A, 0, 0, 0), OK);
    IS(sys_log_write(EMPTY, 1), ERR_CAP);
    IS(sys_log_write(ENDPOINT, 1), ERR_CAP);
    IS(sys_log_write(A, 1), ERR_RIGHTS);
    IS(sys_log_write(LOG, sizeof(message_page->words) + 1), ERR_ARG);
    IS(sys_log_write(LOG, 0xffffffff), ERR_ARG);
    IS(sys_log_write(LOG, 0), OK);
    memset(message_page->words, '.', sizeof(message_page->words));
    message_page->words[IPC_PAGE_WORDS - 1] = 0x0a2e2e2e;
    IS(sys_log_write(LOG, sizeof(message_page->words)), OK);
}

static void version_is_known(void)
{
    uint32_t version = 0;

    IS(sys_version(&version), OK);
    IS(version, ABI_VERSION);
}

static void unknown_calls_are_refused(void)
{
    for (uint32_t number = SYS_COUNT; number < 256; number++) {
        struct words words = {{1, 2, 3, 4}};
        IS(syscall(number | ENDPOINT << SLOT_SHIFT, &words), ERR_CALL);
        IS(words.w[0], 1);
    }
}

/* ----------------------------------------------------------------------------------- interrupts */

static void irq_calls_refuse(void)
{
    uint32_t count;

    IS(sys_cap_derive(IRQS, A, RIGHT_GRANT, 0, 0), OK);
    IS(sys_cap_derive(ENDPOINT, B, RIGHT_CALL, 0, 0), OK);
    IS(sys_cap_derive(IRQS, C, RIGHT_CONTROL, FREE_LINE, 1), OK);
    IS(sys_irq_bind(EMPTY, FREE_LINE, ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(PORTS, FREE_LINE, ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, EMPTY), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, 0), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, MEMORY), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, SLOT_COUNT | ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(A, FREE_LINE, ENDPOINT), ERR_RIGHTS);
    IS(sys_irq_bind(IRQS, FREE_LINE, B), ERR_RIGHTS);
    IS(sys_irq_ack(EMPTY, FREE_LINE, &count), ERR_CAP);
    IS(sys_irq_ack(LOG, FREE_LINE, &count), ERR_CAP);
    IS(sys_irq_ack(A, FREE_LINE, &count), ERR_RIGHTS);
    static const uint32_t bad[] = {IRQ_COUNT, 255, 256, 0x80000000, 0xffffffff};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(sys_irq_bind(IRQS, bad[i], ENDPOINT), ERR_ARG);
        IS(sys_irq_ack(IRQS, bad[i], &count), ERR_ARG);
    }
    IS(sys_irq_bind(C, FREE_LINE + 1, ENDPOINT), ERR_ARG);
    IS(sys_irq_bind(C, FREE_LINE - 1, ENDPOINT), ERR_ARG);
    IS(sys_irq_bind(C, 0, ENDPOINT), ERR_ARG);
    IS(sys_irq_ack(C, FREE_LINE - 1, &count), ERR_ARG);
    IS(sys_irq_bind(IRQS, IRQ_TICK, ENDPOINT), ERR_TAKEN); /* proc's */
    IS(sys_endpoint_create(EMPTY), OK);
    IS(sys_irq_bind(C, FREE_LINE, EMPTY), OK); /* still free */
    IS(sys_irq_bind(IRQS, FREE_LINE, EMPTY), ERR_TAKEN);
    IS(sys_irq_ack(C, FREE_LINE, &count), OK);
    IS(count, 0);
}

static void a_line_is_free_when_its_endpoint_ends(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        IS(sys_endpoint_create(A), OK);
        IS(sys_cap_derive(A, B, RIGHT_SIGNAL, 1, 0), OK);
        IS(sys_irq_bind(IRQS, FREE_LINE, B), OK);
        IS(i == 1 ? sys_cap_delete(B) : sys_object_destroy(A), OK); /* or the capability it came from */
        if (i == 1)
            IS(sys_cap_delete(A), OK);
    }
}

static uint8_t rtc_register(uint32_t index, uint32_t value, bool write)
{
    uint32_t was = 0;

    err_t err = sys_port_out(TEST_SLOT_RTC, RTC_INDEX, 1, index);
    err |= write ? sys_port_out(TEST_SLOT_RTC, RTC_DATA, 1, value)
                 : sys_port_in(TEST_SLOT_RTC, RTC_DATA, 1, &was);
    other += err != OK;
    return (uint8_t)was;
}

/* What a ticker does at each interrupt. */
static void (*volatile at_interrupt)(void);

/* Waits for the clock's interrupts, above everything of ours; its page is not the main thread's. */
static void ticker(uint32_t page)
{
    struct words words;
    uint32_t count;
    err_t err;

    (void)page;
    while (ipc_reply_wait(0, &words) >= 0) {
        interrupts++;
        rtc_register(0x0c, 0, false);
        err = sys_irq_ack(IRQS, RTC_LINE, &count);
        other += err != OK;
        if (at_interrupt)
            at_interrupt();
    }
}

static void start_ticker(void (*work)(void))
{
    interrupts = stop = found_busy = found_dead = found_state = other = 0;
    at_interrupt = work;
    IS(sys_endpoint_create(TICKER_ENDPOINT), OK);
    IS(sys_cap_derive(TICKER_ENDPOINT, TICKER_SIGNAL, RIGHT_SIGNAL, 1, 0), OK);
    IS(sys_irq_bind(IRQS, RTC_LINE, TICKER_SIGNAL), OK);
    struct plan plan = own_thread(0, ticker, 0);
    plan.endpoint = TICKER_ENDPOINT;
    plan.priority = PRIORITY_TICKER;
    thread_start(&plan);
    rtc_register(0x0a, RTC_256_HZ, true);
    rtc_register(0x0b, (rtc_register(0x0b, 0, false) & 0x0fu) | RTC_PERIODIC, true);
    rtc_register(0x0c, 0, false);
}

static void end_ticker(void)
{
    rtc_register(0x0b, rtc_register(0x0b, 0, false) & 0x0fu, true);
    rtc_register(0x0c, 0, false);
    IS(sys_object_destroy(TICKER_ENDPOINT), OK);
    expect_end(0);
    IS(other, 0);
}

static void waits_for_interrupts(uint32_t wanted)
{
    while (interrupts < wanted)
        ;
}

static void interrupts_are_signalled(void)
{
    start_ticker(NULL);
    struct plan plan = own_thread(1, waits_for_interrupts, 20);
    thread_start(&plan);
    expect_end(1);
    HOLDS(interrupts >= 20);
    end_ticker();
}

/* ------------------------------------------------------------------------- long calls, interrupted */

static err_t derive_many(uint32_t parent)
{
    err_t err = OK;

    for (uint32_t i = 0; i < MANY && !err; i++)
        err = sys_cap_derive(parent, MANY_SLOTS + i, READ, 0, 0);
    return err;
}

/* Derives many and revokes them, again and again: most interrupts come in the middle of something. */
static void revokes_for_long(uint32_t parent)
{
    while (!stop) {
        other += derive_many(parent) != OK;
        other += sys_cap_revoke(parent) != OK;
    }
}

/* In the middle of a revoke nothing can be derived in its tree, and all is in order afterwards. */
static void derives_in_between(void)
{
    err_t err = sys_cap_derive(PARENT_CAP, EMPTY, RIGHT_CALL, 0, 0);

    found_busy += err == ERR_BUSY;
    if (err == OK)
        other += sys_cap_delete(EMPTY) != OK;
    else
        other += err != ERR_BUSY;
    found_state += sys_thread_read(CHILD_THREAD + 1, THREAD_REGISTERS) == ERR_STATE;
    stop = found_busy >= 3 || interrupts > 4000;
}

static void endpoints_are_busy_while_revoked(void)
{
    IS(sys_endpoint_create(PARENT_CAP), OK);
    start_ticker(derives_in_between);
    /* A memory right, READ, is an endpoint's right to call. */
    struct plan plan = own_thread(1, revokes_for_long, PARENT_CAP);
    thread_start(&plan);
    expect_end(1);
    HOLDS(found_busy >= 3);
    HOLDS(found_state >= 1); /* it is in the middle of a call */
    end_ticker();
    IS(sys_cap_derive(PARENT_CAP, EMPTY, RIGHT_CALL, 0, 0), OK);
}

/* The same while it is stopped: the mark may stay only as long as the call is unfinished. */
static void stops_in_between(void)
{
    derives_in_between();
    other += sys_thread_stop(CHILD_THREAD + 1) != OK;
    other += sys_thread_resume(CHILD_THREAD + 1) != OK;
}

static void a_stopped_revoke_goes_on(void)
{
    IS(sys_endpoint_create(PARENT_CAP), OK);
    start_ticker(stops_in_between);
    struct plan plan = own_thread(1, revokes_for_long, PARENT_CAP);
    thread_start(&plan);
    expect_end(1);
    HOLDS(found_busy >= 1);
    end_ticker();
}

/* The revoker dies in the middle: nothing stays marked. */
static void kills_in_between(void)
{
    if (sys_cap_derive(PARENT_CAP, EMPTY, RIGHT_CALL, 0, 0) != ERR_BUSY) {
        err_t err = sys_cap_delete(EMPTY);
        (void)err;
        return;
    }
    if (stop)
        return;
    stop = 1;
    other += sys_object_destroy(CHILD_THREAD + 1) != OK;
    other += sys_cap_derive(PARENT_CAP, EMPTY, RIGHT_CALL, 0, 0) != OK;
    other += sys_cap_delete(EMPTY) != OK;
}

static void waits_for_stop(uint32_t unused)
{
    (void)unused;
    while (!stop && interrupts < 4000)
        ;
}

static void a_dead_revoker_leaves_no_mark(void)
{
    IS(sys_endpoint_create(PARENT_CAP), OK);
    start_ticker(kills_in_between);
    struct plan plan = own_thread(1, revokes_for_long, PARENT_CAP);
    thread_start(&plan);
    struct plan low = own_thread(2, waits_for_stop, 0);
    low.priority = PRIORITY_CHILD - 1;
    thread_start(&low);
    expect_end(2);
    IS(stop, 1);
    IS(sys_cap_revoke(PARENT_CAP), OK);
    IS(derive_many(PARENT_CAP), OK);
    IS(sys_cap_revoke(PARENT_CAP), OK);
    end_ticker();
}

/* A thread with many capabilities is destroyed: whoever looks meanwhile hears that it is dead. */
static void destroys_threads(uint32_t unused)
{
    (void)unused;
    while (!stop) {
        other += sys_thread_create(OWN_TASK, PARENT_CAP, 0, SCRATCH) != OK;
        other += derive_many(PARENT_CAP) != OK;
        other += sys_object_destroy(PARENT_CAP) != OK;
    }
}

static uint32_t dead_or_gone(err_t err)
{
    found_dead += err == ERR_DEAD;
    return err != ERR_DEAD && err != ERR_CAP && err != OK;
}

/* A capability dies from the front of the tree or from its back: one of two is there to the last. */
static void looks_at_the_thread(void)
{
    static const uint32_t slots[] = {MANY_SLOTS, MANY_SLOTS + MANY - 1, PARENT_CAP};

    for (unsigned i = 0; i < 3; i++) {
        other += dead_or_gone(sys_thread_stop(slots[i]));
        other += dead_or_gone(sys_thread_read(slots[i], THREAD_REGISTERS));
        other += dead_or_gone(sys_thread_write(slots[i], THREAD_REGISTERS));
        other += dead_or_gone(sys_thread_schedule(slots[i], 0, 0));
        err_t err = sys_thread_resume(slots[i]);
        found_dead += err == ERR_DEAD;
        if (err == OK)
            err = sys_thread_stop(slots[i]);
        other += err != OK && err != ERR_DEAD && err != ERR_CAP;
    }
    stop = found_dead >= 15 || interrupts > 4000;
}

static void a_dying_thread_is_dead(void)
{
    start_ticker(looks_at_the_thread);
    struct plan plan = own_thread(1, destroys_threads, 0);
    thread_start(&plan);
    expect_end(1);
    HOLDS(found_dead >= 15);
    end_ticker();
}

/* Interrupts are let in: of each long call's time the ticks are all counted. */
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

static void no_tick_is_lost_in_long_calls(void)
{
    uint64_t length = tick_length(), spent = 0;
    uint32_t frame = frames_take(1), begin = ticks();

    IS(sys_cap_derive(MEMORY, PARENT_CAP, RIGHT_ALL, frame, 1), OK);
    uint64_t from = time_stamp();
    for (uint32_t i = 0; i < 40; i++) {
        IS(derive_many(PARENT_CAP), OK);
        IS(i % 2 ? sys_cap_revoke(PARENT_CAP) : sys_memory_revoke(PARENT_CAP, 0, 1), OK);
    }
    spent = time_stamp() - from;
    HOLDS((ticks() - begin + 3) * length * 2 >= spent);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"port_in, port_out: errors", port_calls_refuse},
        {"ports are derived in ranges", port_ranges_are_derived},
        {"log_write: errors", log_refuses},
        {"version", version_is_known},
        {"numbers of no call are ERR_CALL", unknown_calls_are_refused},
        {"irq_bind, irq_ack: errors", irq_calls_refuse},
        {"a line is free again when its endpoint ends", a_line_is_free_when_its_endpoint_ends},
        {"interrupts are signalled", interrupts_are_signalled},
        {"while it is revoked an endpoint is ERR_BUSY", endpoints_are_busy_while_revoked},
        {"a revoke that is stopped goes on", a_stopped_revoke_goes_on},
        {"a revoker that dies leaves no mark", a_dead_revoker_leaves_no_mark},
        {"a dying thread is ERR_DEAD", a_dying_thread_is_dead},
        {"no tick is lost in long calls", no_tick_is_lost_in_long_calls},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
