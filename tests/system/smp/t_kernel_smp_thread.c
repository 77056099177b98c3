/*
 * Threads on other processors: stopped, moved, read, destroyed while they run; priorities, ticks
 * and signals there.
 *
 * run: --smp 2
 * run: --smp 4
 */
#include "tests/system/smp/kernel_smp.h"

enum {
    ROUNDS = 60,
    MOVES = 1000,
    PINGS = 500,
    WAKINGS = 50,
    ECHO = 0x80, /* slots */
    ECHO_CALL,
    PING,
    PONG,
    PING_SIGNAL,
    PONG_SIGNAL,
    ABSENT_PAGE = SCRATCH + 0x300000,
    GAP = 20000,       /* in cycles: a longer gap between two reads means that the host did something else */
    AT_ONCE = 1000000, /* in cycles */
    MAY_BE_LATE = 5,   /* of WAKINGS: a busy host may stop one of its processors meanwhile */
    HIGH = PRIORITY_CHILD + 2,
    ECHO_NUMBER = CREW_MAX - 1, /* numbers in the crew */
};

static volatile uint32_t laps[CREW_MAX], late, active, begun;

static void reset(void)
{
    for (uint32_t k = 0; k < CREW_MAX; k++)
        laps[k] = 0;
    late = active = begun = 0;
    driver_make();
    crew_set_fault_handler(DRIVER_ENDPOINT);
}

/* ---------------------------------------------------------------------------- what they are at */

static void spins(uint32_t k)
{
    for (;;)
        laps[k]++;
}

/* It shares a processor with the driver. */
static void lets_others_run(uint32_t k)
{
    if (laps[k] % 256 == 0)
        SAME(sys_thread_yield(), OK);
}

static void yields(uint32_t k)
{
    for (;; laps[k]++)
        SAME(sys_thread_yield(), OK);
}

static void asks(uint32_t k)
{
    for (;; laps[k]++) {
        struct words words = {{laps[k], k, 0, 0}};
        SAME(ipc_call(ECHO_CALL, 0, &words), OK);
        SAME(words.w[0], laps[k] + 1);
        SAME(words.w[1], k);
    }
}

/* The caller may have been destroyed. */
static void replies(uint32_t k)
{
    struct words words;
    int32_t badge = ipc_reply_wait(0, &words);

    for (; badge == 1 || badge == ERR_STALE; laps[k]++) {
        words.w[0]++;
        badge = ipc_reply_wait(badge == 1 ? IPC_REPLY : 0, &words);
    }
}

/* Its faults never get a reply. */
static void faults(uint32_t k)
{
    laps[k]++;
    *(volatile uint32_t *)ABSENT_PAGE = 1;
}

static void (*const busy[])(uint32_t) = {spins, yields, asks};
enum { BUSY = sizeof(busy) / sizeof(busy[0]) };

static void make_echo(uint32_t cpu)
{
    IS(sys_endpoint_create(ECHO), OK);
    IS(cap_badge(ECHO, ECHO_CALL, RIGHT_CALL, 1), OK);
    struct plan plan = crew_plan(ECHO_NUMBER, replies);
    plan.endpoint = ECHO;
    crew_start(ECHO_NUMBER, plan, cpu);
}

/* One thread on each processor, of alternating kinds. */
static void make_crew(void)
{
    for (uint32_t k = 0; k < cpu_count(); k++)
        crew_start(k, crew_plan(k, busy[(k + 1) % BUSY]), k);
}

/* ------------------------------------------------------------------------- stopped and resumed */

static void stop_and_go(uint32_t k)
{
    uint32_t slot = CHILD_THREAD + CREW + k;

    SURE(advances_by(&laps[k], 2));
    SAME(sys_thread_stop(slot), OK);
    uint32_t seen = laps[k];
    SAME(sys_thread_read(slot, THREAD_REGISTERS), OK);
    linger();
    SAME(laps[k], seen);
    SAME(sys_thread_stop(slot), OK);
    SAME(sys_thread_resume(slot), OK);
    SAME(sys_thread_resume(slot), OK);
}

static void stops_in_rounds(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < rounds(ROUNDS); round++)
        stop_and_go(round % cpu_count());
}

static void stopped_while_they_run(void)
{
    reset();
    make_echo(cpu_count() - 1);
    make_crew();
    drive(stops_in_rounds);
}

static void reads_the_running(uint32_t unused)
{
    uint32_t slot = CHILD_THREAD + CREW + 1;

    (void)unused;
    SURE(advances_by(&laps[1], 2));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        SAME(sys_thread_read(slot, THREAD_REGISTERS), ERR_STATE);
        SAME(sys_thread_write(slot, THREAD_REGISTERS), ERR_STATE);
        SAME(sys_thread_write(slot, THREAD_FPU), ERR_STATE);
    }
}

static void the_running_are_not_read(void)
{
    reset();
    crew_start(1, crew_plan(1, spins), 1);
    drive(reads_the_running);
}

/* Each of two stops the other, in a loop; the driver resumes them. */
static void stops_the_other(uint32_t k)
{
    for (;; laps[k]++)
        SAME(sys_thread_stop(CHILD_THREAD + CREW + 1 - k), OK);
}

static void lets_both_go(uint32_t unused)
{
    uint32_t begin = ticks();

    (void)unused;
    while (laps[0] + laps[1] < ROUNDS && SURE(ticks() - begin < 10 * TICKS_PER_SECOND)) {
        for (uint32_t k = 0; k < 2; k++)
            SAME(sys_thread_resume(CHILD_THREAD + CREW + k), OK);
        SAME(sys_thread_yield(), OK);
    }
}

static void two_stop_each_other(void)
{
    reset();
    for (uint32_t k = 0; k < 2; k++)
        crew_start(k, crew_plan(k, stops_the_other), k);
    drive(lets_both_go);
}

/* --------------------------------------------------------------------------------------- moved */

static void keeps_its_fpu(uint32_t k)
{
    uint32_t four[4] = {k, k + 1, k + 2, k + 3}, now[4], top;

    __asm__ volatile("fninit; fildl %0; movups %1, %%xmm3" : : "m"(k), "m"(four));
    for (;; laps[k]++) {
        __asm__ volatile("fistl %0; movups %%xmm3, %1" : "=m"(top), "=m"(now));
        SAME(top, k);
        SAME(now[0], k);
        SAME(now[3], k + 3);
        lets_others_run(k);
    }
}

static uint32_t random_state = 1;

static uint32_t any_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static uint32_t movers;

static void moves_them(uint32_t unused)
{
    (void)unused;
    for (uint32_t i = 0; i < MOVES; i++) {
        uint32_t k = any_below(movers), cpu = any_below(cpu_count() + 1);
        SAME(sys_thread_schedule(CHILD_THREAD + CREW + k, PRIORITY_CHILD, cpu == cpu_count() ? CPU_ANY : cpu), OK);
        if (i % 16 == 0)
            SURE(advances_by(&laps[k], 1));
    }
    for (uint32_t k = 0; k < movers; k++)
        SURE(advances_by(&laps[k], 1));
}

static void moved_with_their_fpu(void)
{
    reset();
    movers = 3;
    for (uint32_t k = 0; k < movers; k++)
        crew_start(k, crew_plan(k, keeps_its_fpu), k % cpu_count());
    drive(moves_them);
}

static void moved_in_the_middle_of_calls(void)
{
    reset();
    movers = 3;
    make_echo(CPU_ANY);
    for (uint32_t k = 0; k < movers; k++)
        crew_start(k, crew_plan(k, asks), k % cpu_count());
    drive(moves_them);
    IS(sys_thread_schedule(CHILD_THREAD + CREW, PRIORITY_CHILD, cpu_count()), ERR_ARG);
}

/* ----------------------------------------------------------------------------------- destroyed */

static void destroyed(uint32_t k, void (*run)(uint32_t), uint32_t cpu)
{
    struct plan plan = crew_plan(k, run);
    uint32_t before = laps[k];

    thread_build(k, &plan, cpu);
    SURE(advances_from(&laps[k], before, 1));
    SAME(sys_object_destroy(plan.slot), OK);
    uint32_t seen = laps[k];
    linger();
    SAME(laps[k], seen);
    SAME(sys_thread_stop(plan.slot), ERR_CAP);
}

static void destroys_in_rounds(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < ROUNDS; round++)
        destroyed(0, busy[round % BUSY], (round + 1) % cpu_count());
    for (uint32_t round = 0; round < ROUNDS; round++)
        destroyed(0, faults, round % cpu_count());
}

static void destroyed_while_they_run(void)
{
    reset();
    make_echo(cpu_count() - 1);
    drive(destroys_in_rounds);
}

/* The thread that replies is destroyed; another takes its place. A caller without a reply would wait until the task
 * ends, so here the client is destroyed, too. With a reply already sent the client makes one more lap, however late
 * its processor gets to it; a client that is destroyed makes none. */
static void servers_are_destroyed(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < ROUNDS / 2; round++) {
        struct plan client = crew_plan(0, asks), server = crew_plan(1, replies);
        server.endpoint = ECHO;
        thread_build(0, &client, round % cpu_count());
        thread_build(1, &server, (round + 1) % cpu_count());
        SURE(advances_by(&laps[0], 3));
        SAME(sys_object_destroy(round % 2 ? client.slot : server.slot), OK);
        uint32_t seen = laps[0];
        linger();
        SURE(laps[0] - seen <= !(round % 2));
        SAME(sys_object_destroy(round % 2 ? server.slot : client.slot), OK);
        laps[0] = 0;
    }
}

static void destroyed_in_the_middle_of_a_call(void)
{
    reset();
    IS(sys_endpoint_create(ECHO), OK);
    IS(cap_badge(ECHO, ECHO_CALL, RIGHT_CALL, 1), OK);
    drive(servers_are_destroyed);
}

/* --------------------------------------------------------------- priorities, ticks and signals */

static uint32_t cycles(void)
{
    uint32_t low;

    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

/* Counts the cycles that it has had. */
static void counts_cycles(uint32_t k)
{
    for (uint32_t last = cycles(), now;; last = now, laps[k]++) {
        now = cycles();
        if (now - last < GAP)
            active += now - last;
    }
}

/* Counts late wake-ups: the lower thread has run long since the signal. */
static void is_woken(uint32_t k)
{
    struct words words;

    while (ipc_reply_wait(0, &words) == 0) {
        late += active - begun >= AT_ONCE;
        laps[k]++;
    }
}

static void wakes_it(uint32_t unused)
{
    (void)unused;
    SURE(advances_by(&laps[0], 1));
    for (uint32_t round = 0; round < WAKINGS; round++) {
        uint32_t before = laps[1];
        begun = active;
        SAME(ipc_signal(PING_SIGNAL), OK);
        SURE(advances_from(&laps[1], before, 1));
    }
}

static void a_higher_one_runs_at_once(void)
{
    reset();
    IS(sys_endpoint_create(PING), OK);
    IS(cap_badge(PING, PING_SIGNAL, RIGHT_SIGNAL, 1), OK);
    crew_start(0, crew_plan(0, counts_cycles), 1);
    struct plan plan = crew_plan(1, is_woken);
    plan.endpoint = PING;
    plan.priority = HIGH;
    crew_start(1, plan, 1);
    drive(wakes_it);
    HOLDS(late <= MAY_BE_LATE);
}

static void looks_whether_all_run(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < 2; round++) {
        uint32_t seen[CREW_MAX];
        for (uint32_t k = 0; k < movers; k++)
            seen[k] = laps[k];
        for (uint32_t k = 0; k < movers; k++)
            SURE(advances_from(&laps[k], seen[k], 1000));
    }
}

static void ticks_come_everywhere(void)
{
    reset();
    movers = 2 * (cpu_count() - 1);
    for (uint32_t k = 0; k < movers; k++)
        crew_start(k, crew_plan(k, spins), 1 + k % (cpu_count() - 1));
    drive(looks_whether_all_run);
}

static void passes_it_on(uint32_t k)
{
    struct words words;

    while (ipc_reply_wait(0, &words) == 0) {
        laps[k]++;
        SAME(ipc_signal(k ? PING_SIGNAL : PONG_SIGNAL), OK);
    }
}

static void starts_the_game(uint32_t unused)
{
    (void)unused;
    SAME(ipc_signal(PING_SIGNAL), OK);
    SURE(advances_by(&laps[1], PINGS));
    SURE(laps[0] - laps[1] <= 1);
}

static void no_signal_is_lost(void)
{
    reset();
    IS(sys_endpoint_create(PING), OK);
    IS(sys_endpoint_create(PONG), OK);
    IS(cap_badge(PING, PING_SIGNAL, RIGHT_SIGNAL, 1), OK);
    IS(cap_badge(PONG, PONG_SIGNAL, RIGHT_SIGNAL, 1), OK);
    for (uint32_t k = 0; k < 2; k++) {
        struct plan plan = crew_plan(k, passes_it_on);
        plan.endpoint = k ? PONG : PING;
        crew_start(k, plan, cpu_count() - 1 - k);
    }
    drive(starts_the_game);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"threads are stopped while they run, read, and resumed", stopped_while_they_run},
        {"read and write of a thread that runs elsewhere are ERR_STATE", the_running_are_not_read},
        {"two threads stop each other", two_stop_each_other},
        {"threads are moved, and keep their FPU state", moved_with_their_fpu},
        {"threads are moved in the middle of calls", moved_in_the_middle_of_calls},
        {"threads are destroyed while they run", destroyed_while_they_run},
        {"callers and servers are destroyed in the middle", destroyed_in_the_middle_of_a_call},
        {"a thread of higher priority runs at once on another processor", a_higher_one_runs_at_once},
        {"ticks come to all processors: two threads take turns on each", ticks_come_everywhere},
        {"no signal between processors is lost", no_signal_is_lost},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
