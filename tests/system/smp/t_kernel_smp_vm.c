/*
 * Pages that are taken away while threads on all processors use them: accesses fault from then on, and no thread sees
 * or changes the frame's next contents.
 *
 * run: --smp 2
 * run: --smp 8
 */
#include "tests/system/smp/kernel_smp.h"

enum {
    ROUNDS = 24, /* on two processors */
    FEW_ROUNDS = 8,
    ALL_EVERY = 9, /* in one round of so many all processors are used, in the others two */
    LAPS = 20,     /* of each thread with the page */
    GOOD = 0x600d0000,
    POISON = 0x0bad0bad,
    MINE = SCRATCH,              /* where the driver maps the frame */
    SIGHT = SCRATCH + PAGE_SIZE, /* where it maps another */
    FIRST = SCRATCH,             /* where the crew has it */
    SECOND = SCRATCH + PAGE_SIZE,
    WORDS = PAGE_SIZE / 4,
    TASK_FRAMES = 16,
    RELAY = 0x80, /* + k: the endpoint for the faults of thread k in a chain */
    RELAY_THREAD = 0x90,
    RELAY_PAGE = THREAD_PAGES + CHILDREN * PAGE_SIZE,
    CHAIN = 3,
};

static volatile uint32_t *const mine = (volatile uint32_t *)MINE;
static volatile uint32_t *const sight = (volatile uint32_t *)SIGHT;

static volatile uint32_t laps[CREW_MAX];
static uint32_t frame, threads, tasks;
static bool active[CREW_MAX];         /* in this round; the others keep waiting */
static struct event faults[CREW_MAX]; /* the fault with which each thread of the crew waits */

/* What the crew does, and what is done to it. */
static struct trial {
    bool writes, twice, few_rounds;
    rights_t rights;
    void (*give)(void); /* also replies to all faults */
    void (*take)(void);
    bool lowers; /* only the right to write is removed */
    bool chain;  /* each thread has got the page from the one before it */
} trial;

/* ------------------------------------------------------------------------------------ the crew */

static void lap(uint32_t k, uint32_t address)
{
    volatile uint32_t *page = (volatile uint32_t *)address;

    SAME(page[0], GOOD);
    if (trial.writes)
        page[k + 1] = laps[k];
    laps[k]++;
}

static void uses_the_page(uint32_t k)
{
    for (;;) {
        lap(k, FIRST);
        if (trial.twice)
            lap(k, SECOND);
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

/* In a chain: grants to the next thread what its own task has, as soon as it has it. */
static void relays(uint32_t unused)
{
    struct message_page *page = (struct message_page *)RELAY_PAGE;
    struct words words;
    err_t err;

    (void)unused;
    while (ipc_reply_wait(0, &words) >= 0) {
        page->items[0] = item_address(FIRST, trial.rights, 1, FIRST);
        page->tag = TAG(0, 1);
        while ((err = ipc_reply(IPC_EXTENDED, &words)) == ERR_ABSENT)
            SAME(sys_thread_yield(), OK);
        SAME(err, OK);
    }
}

/* Thread k's faults go to a thread of the task before it, on a third processor. */
static void make_relay(uint32_t k)
{
    IS(sys_endpoint_create(RELAY + k), OK);
    struct plan plan = child_thread(CREW + k - 1, relays, 0);
    plan.slot = RELAY_THREAD + k;
    plan.page = RELAY_PAGE;
    plan.endpoint = RELAY + k;
    crew_start(CHAIN + k, plan, (k + 1) % cpu_count());
    IS(cap_badge(RELAY + k, CREW_HANDLER + k, RIGHT_CALL, BADGE_FAULT + k), OK);
}

static void make_chain(void)
{
    threads = tasks = CHAIN;
    for (uint32_t k = 0; k < CHAIN; k++) {
        child_make(CREW + k, TASK_FRAMES);
        if (k)
            make_relay(k);
        crew_start(k, child_thread(CREW + k, uses_the_page, k), k % cpu_count());
    }
}

/* `per_cpu` threads on each processor, in a task each, or all in one. */
static void make_crew(uint32_t per_cpu, bool one_task)
{
    threads = cpu_count() * per_cpu;
    if (threads > CREW_MAX)
        threads = CREW_MAX;
    tasks = one_task ? 1 : threads;
    for (uint32_t t = 0; t < tasks; t++)
        child_make(CREW + t, TASK_FRAMES);
    for (uint32_t k = 0; k < threads; k++) {
        struct plan plan = child_thread(CREW + k, uses_the_page, k);
        plan.task = CHILD_TASK + CREW + (one_task ? 0 : k);
        plan.page = THREAD_PAGES + k * PAGE_SIZE;
        crew_start(k, plan, k % cpu_count());
    }
}

/* ---------------------------------------------------------------------------------- the driver */

static void fill(volatile uint32_t *page, uint32_t value)
{
    for (uint32_t i = 0; i < WORDS; i++)
        page[i] = value;
}

static void see(uint32_t address, rights_t rights)
{
    SAME(sys_vm_map(OWN_TASK, address, rights, MEMORY, 1, frame), OK);
}

static bool takes_part(uint32_t k)
{
    return active[k] && (k == 0 || !trial.chain);
}

static void reply_all(void)
{
    for (uint32_t k = 0; k < threads; k++)
        if (active[k])
            SAME(driver_reply(&faults[k], 0), OK);
}

static void map_for_all(void)
{
    for (uint32_t t = CHILD_TASK + CREW; t < CHILD_TASK + CREW + tasks; t++) {
        SAME(sys_vm_unmap(t, FIRST, 2), OK);
        SAME(sys_vm_map(t, FIRST, trial.rights, MEMORY, 1, frame), OK);
        if (trial.twice)
            SAME(sys_vm_map(t, SECOND, trial.rights, MEMORY, 1, frame), OK);
    }
    reply_all();
}

static void unmap_of_all(void)
{
    for (uint32_t t = CHILD_TASK + CREW; t < CHILD_TASK + CREW + tasks; t++)
        SAME(sys_vm_unmap(t, FIRST, 2), OK);
}

static void protect_of_all(void)
{
    for (uint32_t t = CHILD_TASK + CREW; t < CHILD_TASK + CREW + tasks; t++)
        SAME(sys_vm_protect(t, FIRST, READ, 1), OK);
}

static void grant_to_all(void)
{
    for (uint32_t k = 0; k < threads; k++)
        if (takes_part(k))
            SAME(driver_grant(&faults[k], MINE, trial.rights), OK);
}

static void unmap_mine(void)
{
    SAME(sys_vm_unmap(OWN_TASK, MINE, 1), OK);
}

static void protect_mine(void)
{
    SAME(sys_vm_protect(OWN_TASK, MINE, READ, 1), OK);
}

static void revoke(void)
{
    SAME(sys_memory_revoke(MEMORY, frame, 1), OK);
}

static void activate(uint32_t round)
{
    for (uint32_t k = 0; k < threads; k++)
        active[k] = trial.chain || round % ALL_EVERY == 0 || (k + round) % cpu_count() < 2;
}

/* Collects the next fault of each active thread. */
static void gather(void)
{
    for (uint32_t n = 0; n < threads; n++) {
        if (!takes_part(n))
            continue;
        struct event event = driver_wait();
        uint32_t k = (uint32_t)event.badge - BADGE_FAULT;
        if (!SURE(event.kind == TAG_FAULT && k < threads))
            return;
        SAME(event.words.w[3], VECTOR_PAGE_FAULT);
        SURE(event.words.w[0] >= FIRST && event.words.w[0] < SECOND + PAGE_SIZE);
        if (trial.lowers && laps[k])
            SAME(event.words.w[1], FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
        else
            SAME(event.words.w[1] & ~(uint32_t)FAULT_WRITE, FAULT_USER);
        faults[k] = event;
    }
}

static void all_go_on(void)
{
    for (uint32_t k = 0; k < threads; k++)
        if (active[k])
            SURE(advances_by(&laps[k], LAPS));
}

/* A page that is no longer writable stays as it is now. */
static void nobody_writes(const volatile uint32_t *page)
{
    uint32_t seen[CREW_MAX];

    for (uint32_t k = 0; k < threads; k++)
        seen[k] = page[k + 1];
    linger();
    gather();
    for (uint32_t k = 0; k < threads; k++)
        SAME(page[k + 1], seen[k]);
}

static void take_and_look(void)
{
    trial.take();
    if (!trial.lowers) {
        SAME(sys_frame_clear(MEMORY, frame), OK);
        SAME(sys_vm_unmap(OWN_TASK, SIGHT, 1), OK);
        see(SIGHT, READ_WRITE);
        fill(sight, POISON);
    }
    nobody_writes(sight);
}

static void takes_in_rounds(uint32_t unused)
{
    static uint32_t round; /* continues in the next run, with other processors */

    (void)unused;
    activate(0);
    gather();
    for (uint32_t left = trial.few_rounds ? FEW_ROUNDS : rounds(ROUNDS); left > 0; left--) {
        activate(round++);
        SAME(sys_vm_unmap(OWN_TASK, MINE, 2), OK);
        see(MINE, READ_WRITE_GRANT);
        see(SIGHT, READ_WRITE);
        fill(mine, GOOD);
        trial.give();
        all_go_on();
        take_and_look();
    }
}

static void try(struct trial with, uint32_t per_cpu, bool one_task)
{
    trial = with;
    for (uint32_t k = 0; k < CREW_MAX; k++)
        laps[k] = 0;
    driver_make();
    frame = fresh_frames(1);
    if (trial.chain)
        make_chain();
    else
        make_crew(per_cpu, one_task);
    drive(takes_in_rounds);
}

/* ---------------------------------------------------------------------------------- the points */

static const struct trial readers = {.rights = READ, .give = map_for_all, .take = revoke};
static const struct trial writers = {.writes = true, .rights = READ_WRITE, .give = map_for_all, .take = revoke};

static void revoked_from_readers(void)
{
    try(readers, 1, false);
}

static void revoked_from_writers(void)
{
    try(writers, 1, false);
}

static void revoked_from_one_task(void)
{
    try(writers, 1, true);
}

static void revoked_when_mapped_twice(void)
{
    struct trial with = writers;

    with.twice = true;
    try(with, 1, true);
}

/* Two tasks take turns on each processor: one of them has the page, and does not run. */
static void revoked_from_turns(void)
{
    struct trial with = writers;

    with.few_rounds = true;
    try(with, 2, false);
}

static void unmapped(void)
{
    struct trial with = writers;

    with.take = unmap_of_all;
    try(with, 1, false);
}

static void unmapped_from_one_task(void)
{
    struct trial with = writers;

    with.take = unmap_of_all;
    with.twice = true;
    try(with, 1, true);
}

static void protected(void)
{
    struct trial with = writers;

    with.take = protect_of_all;
    with.lowers = true;
    try(with, 1, false);
}

static void protected_in_one_task(void)
{
    struct trial with = writers;

    with.take = protect_of_all;
    with.lowers = true;
    try(with, 1, true);
}

static void unmapped_by_its_granter(void)
{
    struct trial with = writers;

    with.give = grant_to_all;
    with.take = unmap_mine;
    try(with, 1, false);
}

static void protected_by_its_granter(void)
{
    struct trial with = writers;

    with.give = grant_to_all;
    with.take = protect_mine;
    with.lowers = true;
    with.few_rounds = true;
    try(with, 2, false);
}

static void granted_on(void (*take)(void))
{
    struct trial with = writers;

    with.rights = READ_WRITE_GRANT;
    with.give = grant_to_all;
    with.take = take;
    with.chain = true;
    try(with, 1, false);
}

static void revoked_from_a_chain(void)
{
    granted_on(revoke);
}

static void unmapped_from_a_chain(void)
{
    granted_on(unmap_mine);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"memory_revoke: readers on all processors", revoked_from_readers},
        {"memory_revoke: writers on all processors", revoked_from_writers},
        {"memory_revoke: a task's threads on all processors", revoked_from_one_task},
        {"memory_revoke: mapped twice by one task", revoked_when_mapped_twice},
        {"memory_revoke: two tasks take turns on each processor", revoked_from_turns},
        {"vm_unmap: a task on each processor", unmapped},
        {"vm_unmap: a task's threads on all processors, two mappings", unmapped_from_one_task},
        {"vm_protect: a task on each processor", protected},
        {"vm_protect: a task's threads on all processors", protected_in_one_task},
        {"vm_unmap of what was granted to all", unmapped_by_its_granter},
        {"vm_protect of what was granted to all", protected_by_its_granter},
        {"memory_revoke of what was granted on and on", revoked_from_a_chain},
        {"vm_unmap of what was granted on and on", unmapped_from_a_chain},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
