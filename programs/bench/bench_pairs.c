/*
 * bench_pairs: the throughput of two client-server pairs on two processors, compared with that of one pair. Each pair
 * exchanges messages on its own processor and computes in between; the more it computes, the smaller the part of its
 * time in which it needs the kernel's lock.
 *
 * Each amount of work is a line in the log, in hundredths: 200 is twice the throughput, 100 the same as one pair.
 *     bench: pairs_WORK MINIMUM MEDIAN MAXIMUM
 * Time is the host's: this runs without -icount, on a host with two idle cores (`scripts/bench --plots`).
 */
#include "programs/bench/samples.h"
#include "tests/system/kernel/kernel_test.h"

enum {
    PAIRS = 2,
    ROUNDS = 15,
    SERVICE = FIRST_SLOT, /* + p: the endpoint of pair p */
    OWN_SERVICE = 2,      /* of a client */
    SPARE_FRAMES = 16,
    INSTRUCTIONS = 2000000, /* executed by one pair in a measurement, about */
    MESSAGE = 200,          /* executed by a call and its reply, about */
};

static struct samples ratios;
static uint32_t work, calls; /* instructions of a pair between two messages; messages in a measurement */
static volatile uint32_t arrivals, ticks_of[PAIRS], failed;

static uint32_t server_of(uint32_t pair)
{
    return 2 * pair;
}

static uint32_t client_of(uint32_t pair)
{
    return 2 * pair + 1;
}

/* Does half of a pair's work. The loop has two instructions. */
static void compute(void)
{
    uint32_t left = work / 4;

    if (left)
        __asm__ volatile("1: dec %0; jnz 1b" : "+r"(left) : : "cc");
}

static void serve(uint32_t unused)
{
    struct words words = {{0}};
    uint32_t reply = 0;

    (void)unused;
    while (ipc_reply_wait(reply, &words) >= 0) {
        compute();
        reply = IPC_REPLY;
    }
}

/* Waits until both clients are here. */
static void meet(void)
{
    uint32_t last = __atomic_fetch_add(&arrivals, 1, __ATOMIC_SEQ_CST) / PAIRS * PAIRS + PAIRS;

    while ((int32_t)(arrivals - last) < 0)
        __asm__ volatile("pause");
}

static void measure(uint32_t pair)
{
    struct words words = {{0}};
    uint32_t begin = cycles();

    for (uint32_t i = 0; i < calls; i++) {
        failed |= ipc_call(OWN_SERVICE, 0, &words) != OK;
        compute();
    }
    ticks_of[pair] = cycles() - begin;
}

/* Measures the first pair alone, then both at once: their relative throughput in hundredths. */
static void call(uint32_t pair)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t alone = 0;
        if (pair == 0) {
            measure(pair);
            alone = ticks_of[pair];
        }
        meet();
        measure(pair);
        meet();
        uint32_t slowest = ticks_of[0] > ticks_of[1] ? ticks_of[0] : ticks_of[1];
        if (pair == 0)
            ratios.values[ratios.count++] = (uint32_t)((uint64_t)alone * PAIRS * 100 / slowest);
        meet();
    }
}

static void start(uint32_t child, void (*run)(uint32_t), uint32_t pair, uint32_t endpoint)
{
    struct plan plan = child_thread(child, run, pair);

    plan.endpoint = endpoint;
    thread_prepare(&plan);
    IS(sys_thread_schedule(plan.slot, plan.priority, pair), OK);
    IS(sys_thread_resume(plan.slot), OK);
}

static void make_pair(uint32_t pair)
{
    uint32_t service = SERVICE + pair, client = client_of(pair);

    IS(sys_endpoint_create(service), OK);
    child_make(server_of(pair), SPARE_FRAMES);
    child_make(client, SPARE_FRAMES);
    IS(cap_give_badge(service, OWN_SERVICE, CHILD_TASK + client, RIGHT_CALL, 1), OK);
    start(server_of(pair), serve, pair, service);
}

/* With several processors the machine may look idle while a child runs. */
static void wait_for_ends(void)
{
    for (uint32_t left = PAIRS; left > 0;) {
        struct event event = event_wait(0);
        if (event.kind != KIND_QUIET) {
            IS(event.words.w[2], (uint32_t)thread_end);
            left--;
        }
    }
}

static void pairs_with(uint32_t instructions)
{
    work = instructions;
    calls = INSTRUCTIONS / (MESSAGE + work);
    arrivals = ratios.count = failed = 0;
    for (uint32_t pair = 0; pair < PAIRS; pair++)
        make_pair(pair);
    for (uint32_t pair = 0; pair < PAIRS; pair++)
        start(client_of(pair), call, pair, 0);
    wait_for_ends();
    for (uint32_t pair = 0; pair < PAIRS; pair++)
        IS(sys_object_destroy(SERVICE + pair), OK);
    wait_for_ends();
    if (!IS(failed, 0) || !IS(ratios.count, ROUNDS))
        return;
    static uint32_t runs;
    if (runs++ % 2 == 0)
        return; /* each point runs twice, first to warm up */
    struct figures figures = samples_figures(&ratios);
    note("bench: pairs_%u %u %u %u", (unsigned)instructions, (unsigned)figures.minimum, (unsigned)figures.median,
         (unsigned)figures.maximum);
}

static void with_10(void)
{
    pairs_with(10);
}

static void with_100(void)
{
    pairs_with(100);
}

static void with_1000(void)
{
    pairs_with(1000);
}

static void with_10000(void)
{
    pairs_with(10000);
}

static const struct point points[] = {
    {"10 instructions", with_10},
    {"100 instructions", with_100},
    {"1,000 instructions", with_1000},
    {"10,000 instructions", with_10000},
};

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    (void)ebx, (void)esi, (void)edi;
    if (((const struct boot_page *)BOOT_PAGE)->cpu_count < PAIRS)
        point_skip("two processors are needed");
    POINTS_RUN(points);
}
