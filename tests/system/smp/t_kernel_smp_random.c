/*
 * Trees and objects that threads on all processors change at once: only the documented refusals occur, and nothing is
 * lost. Then random calls of threads on all processors, on tasks, threads, endpoints and memory that they share.
 *
 * run: --smp 2
 * run: --smp 8
 */
#include "tests/system/smp/kernel_smp.h"

enum {
    REVOKES = 10,
    FRAME_REVOKES = 10, /* on two processors */
    TREE = 1000,        /* capabilities of each thread */
    TREE_CREW = 3,
    STEPS = 50000, /* random calls; each point runs twice */
    WORLDS = 100,  /* at most: a world ends when all its threads wait or are destroyed */
    WORLD_STEPS = 2000,
    SUBJECT = 0x80,
    TREE_SLOTS = 0x2000,           /* + k * TREE */
    MAPPINGS = SCRATCH + 0x100000, /* + k * AREA */
    AREA = 64 * PAGE_SIZE,
    SHARED_FRAMES = 4,
    TASK_FRAMES = 64,
    VICTIM = CHILD_TASK, /* + k: the tasks of a world */
    WORLD_FRAMES = 32,   /* for its threads to use */
    WORLD_SLOTS = 24,
    WORLD_TASK = 1, /* slots of each task */
    WORLD_MEMORY = 2,
    WORLD_ENDPOINT = 3,
    WORLD_THREAD = 4,
};

static volatile uint32_t laps[CREW_MAX], steps;
static uint32_t crew, frames, shared;

static void reset(void)
{
    for (uint32_t k = 0; k < CREW_MAX; k++)
        laps[k] = 0;
    steps = 0;
    crew = cpu_count();
    driver_make();
}

static uint32_t any(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static uint32_t below(uint32_t *state, uint32_t limit)
{
    return any(state) % limit;
}

/* ---------------------------------------------------------------------- a tree of capabilities */

/* Each derives in slots of its own: children of the subject, and children of those. */
static void grows_a_tree(uint32_t k)
{
    const uint32_t first = TREE_SLOTS + k * TREE;

    for (uint32_t state = k;; laps[k]++) {
        uint32_t slot = first + below(&state, TREE), from = first + below(&state, TREE);
        err_t err = cap_copy(laps[k] % 2 ? SUBJECT : from, slot, RIGHT_CALL);
        SURE(err == OK || err == ERR_TAKEN || err == ERR_CAP || err == ERR_BUSY || err == ERR_DEPTH);
        linger();
        if (laps[k] % 4 == 0) {
            err = sys_cap_delete(from);
            SURE(err == OK || err == ERR_CAP);
        }
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

static void revokes_the_tree(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < REVOKES; round++) {
        for (uint32_t k = 0; k < crew; k++)
            SURE(advances_by(&laps[k], 20));
        SAME(sys_cap_revoke(SUBJECT), OK);
    }
    for (uint32_t k = 0; k < crew; k++)
        SAME(sys_object_destroy(CHILD_THREAD + CREW + k), OK);
    SAME(sys_cap_revoke(SUBJECT), OK);
    for (uint32_t slot = TREE_SLOTS; slot < TREE_SLOTS + crew * TREE; slot++)
        SAME(sys_cap_delete(slot), ERR_CAP);
}

/* Uses some of the processors, so that they do more than wait for the kernel's lock. */
static void start_crew(void (*run)(uint32_t))
{
    crew = cpu_count() < TREE_CREW ? cpu_count() : TREE_CREW;
    for (uint32_t k = 0; k < crew; k++)
        crew_start(k, own_thread(CREW + k, run, k), k * cpu_count() / crew);
}

static void a_tree_grows_while_it_is_revoked(void)
{
    reset();
    IS(sys_endpoint_create(SUBJECT), OK);
    start_crew(grows_a_tree);
    drive(revokes_the_tree);
}

/* -------------------------------------------------------------------------- a tree of mappings */

/* Each maps the same few frames in an area of its own, and another's pages there. */
static void maps_and_unmaps(uint32_t k)
{
    const uint32_t area = MAPPINGS + k * AREA;

    for (uint32_t state = k;; laps[k]++) {
        uint32_t page = area + below(&state, 16) * PAGE_SIZE;
        uint32_t other = MAPPINGS + below(&state, crew) * AREA + below(&state, 16) * PAGE_SIZE;
        err_t err = sys_vm_map(OWN_TASK, page, READ_WRITE, MEMORY, 1, shared + below(&state, SHARED_FRAMES));
        SURE(err == OK || err == ERR_TAKEN || err == ERR_BUSY);
        linger();
        err = sys_vm_map(OWN_TASK, page + AREA / 2, READ, OWN_TASK, 1, other);
        SURE(err == OK || err == ERR_TAKEN || err == ERR_BUSY || err == ERR_ABSENT);
        err = sys_vm_protect(OWN_TASK, other, READ, 1);
        SURE(err == OK || err == ERR_ABSENT || err == ERR_BUSY);
        if (laps[k] % 8 == 0)
            SAME(sys_vm_unmap(OWN_TASK, area, CALL_PAGES_MAX), OK);
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

static void revokes_the_frames(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < rounds(FRAME_REVOKES); round++) {
        for (uint32_t k = 0; k < crew; k++)
            SURE(advances_by(&laps[k], 10));
        err_t err = sys_memory_revoke(MEMORY, shared, SHARED_FRAMES);
        SAME(err, OK);
    }
    for (uint32_t k = 0; k < crew; k++)
        SAME(sys_object_destroy(CHILD_THREAD + CREW + k), OK);
    SAME(sys_memory_revoke(MEMORY, shared, SHARED_FRAMES), OK);
    for (uint32_t page = MAPPINGS; page < MAPPINGS + crew * AREA; page += PAGE_SIZE)
        SAME(sys_vm_protect(OWN_TASK, page, READ, 1), ERR_ABSENT);
}

static void frames_are_mapped_while_they_are_revoked(void)
{
    reset();
    shared = fresh_frames(SHARED_FRAMES);
    map_frame(MAPPINGS, shared, READ);
    start_crew(maps_and_unmaps);
    drive(revokes_the_frames);
}

/* -------------------------------------------------------------------------------- random calls */

static uint32_t any_address(uint32_t *state)
{
    static const uint32_t bases[] = {MESSAGE_PAGE, SCRATCH, SCRATCH + 0x1ff000, 0x80000000};

    return bases[below(state, 4)] + below(state, 6) * PAGE_SIZE;
}

static uint32_t any_slot(uint32_t *state)
{
    return below(state, 32) ? below(state, WORLD_SLOTS) : any(state) & 0xffff;
}

static void any_message(uint32_t *state, volatile struct message_page *page)
{
    for (uint32_t i = 0; i < 2; i++) {
        page->items[i].slot = (uint16_t)any_slot(state);
        page->items[i].rights = below(state, 32) & 31;
        page->items[i].kind = below(state, 3) & 7;
        page->items[i].pages = (uint8_t)(1 + below(state, 3));
        page->items[i].from = below(state, 2) ? below(state, WORLD_FRAMES) : any_address(state);
        page->items[i].to = below(state, 2) ? below(state, 4) : any_address(state);
    }
    page->tag = TAG(below(state, 8), below(state, 3));
    page->window = any_address(state);
    page->window_pages = below(state, 5);
    page->slots = 5 + below(state, WORLD_SLOTS);
    page->slots_count = below(state, 5);
}

/* Argument words with which many calls make sense. */
static struct words any_words(uint32_t *state, uint32_t number)
{
    switch (number) {
    case SYS_vm_map:
        return (struct words){{any_address(state) | (READ + below(state, 3)),
                               (1 + below(state, 4)) | (1 + below(state, 2)) << SLOT_SHIFT,
                               below(state, 2) ? below(state, WORLD_FRAMES) : any_address(state), 0}};
    case SYS_vm_unmap:
        return (struct words){{any_address(state), 1 + below(state, 8), 0, 0}};
    case SYS_vm_protect:
        return (struct words){{any_address(state) | READ, 1, 0, 0}};
    case SYS_memory_revoke:
        return (struct words){{below(state, WORLD_FRAMES), 1 + below(state, 4), 0, 0}};
    case SYS_cap_derive:
        return (struct words){{any_slot(state), below(state, 32), 0, 0}};
    case SYS_task_donate:
        return (struct words){{WORLD_MEMORY | 1 << SLOT_SHIFT, below(state, WORLD_FRAMES), 0, 0}};
    case SYS_thread_create:
        return (struct words){{any_slot(state) | WORLD_ENDPOINT << SLOT_SHIFT,
                               WORLD_ENDPOINT | below(state, PRIORITY_CHILD) << 16 | below(state, crew) << 24,
                               any_address(state), 0}};
    case SYS_thread_schedule:
        return (struct words){{PRIORITY_CHILD, below(state, crew), 0, 0}};
    case SYS_irq_bind:
    case SYS_irq_ack:
        return (struct words){{1, any_slot(state), 0, 0}};
    default:
        return (struct words){{below(state, WORLD_FRAMES), any_slot(state), any(state), any(state)}};
    }
}

/* Some numbers are left out: a thread that waits or ends makes no further calls, and the log is for people. */
static uint32_t any_number(uint32_t *state)
{
    static const uint8_t seldom[] = {SYS_ipc_reply_wait, SYS_object_destroy, SYS_thread_stop, SYS_ipc_call};
    uint32_t number = below(state, SYS_COUNT + 1);

    for (uint32_t i = 0; i < sizeof(seldom); i++)
        if (number == seldom[i] && below(state, 12))
            return SYS_vm_map;
    return number == SYS_log_write ? SYS_version : number;
}

static void does_anything(uint32_t seed)
{
    uint32_t state = seed;

    for (;;) {
        uint32_t number = any_number(&state);
        struct words words = any_words(&state, number);
        uint32_t slot = below(&state, 3) ? 1 + below(&state, 4) : any_slot(&state);
        any_message(&state, (volatile struct message_page *)MESSAGE_PAGE);
        uint32_t flags = number <= SYS_ipc_reply ? any(&state) & IPC_FLAGS : 0;
        int32_t status = system_call(number | flags | slot << SLOT_SHIFT, &words);
        SURE(status >= ERR_STATE);
        __atomic_fetch_add(&steps, 1, __ATOMIC_SEQ_CST);
    }
}

static void give(uint32_t task, uint32_t slot, uint32_t from, rights_t rights)
{
    SAME(cap_give(from, slot, task, rights), OK);
}

/* All tasks have the same memory and endpoint; each has the next one's task and thread. */
static void build_world(uint32_t seed)
{
    SAME(sys_endpoint_create(SUBJECT), OK);
    for (uint32_t k = 0; k < crew; k++)
        task_build(VICTIM + k, frames + k * TASK_FRAMES, TASK_FRAMES);
    for (uint32_t k = 0; k < crew; k++) {
        uint32_t next = (k + 1) % crew;
        give(VICTIM + k, WORLD_TASK, VICTIM + next, RIGHT_CONTROL | RIGHT_GRANT);
        SAME(sys_cap_derive(MEMORY, WORLD_MEMORY, VICTIM + k, RIGHT_ALL, shared, WORLD_FRAMES), OK);
        give(VICTIM + k, WORLD_ENDPOINT, SUBJECT, RIGHT_ALL);
    }
    for (uint32_t k = 0; k < crew; k++) {
        struct plan plan = {.task = VICTIM + k,
                            .slot = CHILD_THREAD + CREW + k,
                            .page = MESSAGE_PAGE,
                            .endpoint = SUBJECT,
                            .handler = SUBJECT,
                            .priority = PRIORITY_CHILD,
                            .run = does_anything,
                            .argument = seed + k};
        thread_build_stopped(k, &plan, k);
        give(VICTIM + (k + 1) % crew, WORLD_THREAD, plan.slot, RIGHT_CONTROL | RIGHT_OWN);
    }
}

/* The first thread may have destroyed the last by then. */
static void start_world(void)
{
    for (uint32_t k = 0; k < crew; k++) {
        err_t err = sys_thread_resume(CHILD_THREAD + CREW + k);
        SURE(err == OK || err == ERR_CAP || err == ERR_DEAD);
    }
}

/* The world ends earlier if all threads wait or are destroyed. */
static void wait_for_steps(void)
{
    uint32_t seen = steps, since = ticks();

    while (steps < WORLD_STEPS && ticks() - since < 5) {
        if (steps != seen)
            since = ticks();
        seen = steps;
        err_t always_ok = sys_thread_yield();
        (void)always_ok;
    }
}

static void end_world(void)
{
    for (uint32_t k = 0; k < crew; k++) {
        err_t err = sys_cap_delete(VICTIM + k);
        SURE(err == OK || err == ERR_CAP);
    }
    err_t err = sys_cap_delete(SUBJECT);
    SURE(err == OK || err == ERR_CAP);
    SAME(sys_memory_revoke(MEMORY, shared, WORLD_FRAMES), OK);
}

static uint32_t total;

static void makes_worlds(uint32_t unused)
{
    static uint32_t seed = 1;

    (void)unused;
    total = 0;
    for (uint32_t world = 0; world < WORLDS && total < STEPS; world++, seed += crew) {
        steps = 0;
        build_world(seed);
        start_world();
        wait_for_steps();
        end_world();
        total += steps;
    }
}

static void random_calls(void)
{
    reset();
    frames = fresh_frames(crew * TASK_FRAMES);
    shared = fresh_frames(WORLD_FRAMES);
    drive(makes_worlds);
    note("tap: # %u random calls", (unsigned)total);
}

/* ---------------------------------------------------------------------------------- without a call */

static volatile uint32_t reads;
static uint32_t quiet_frame;

static void reads_for_ever(uint32_t unused)
{
    (void)unused;
    for (volatile uint32_t *page = (volatile uint32_t *)SCRATCH;; reads++)
        SAME(page[0], 1);
}

/* Its processor is in user mode all the time, and must be notified nevertheless. */
static void takes_from_a_thread_that_never_calls(uint32_t unused)
{
    (void)unused;
    struct event event = driver_wait();
    for (uint32_t round = 0; round < 8; round++) {
        SAME(sys_vm_map(CHILD_TASK + CREW, SCRATCH, READ, MEMORY, 1, quiet_frame), OK);
        SAME(driver_reply(&event, 0), OK);
        SURE(advances_by(&reads, 20));
        SAME(sys_vm_unmap(CHILD_TASK + CREW, SCRATCH, 1), OK);
        event = driver_wait();
        SAME(event.words.w[3], 14);
    }
}

static void unmapped_from_a_thread_that_never_calls(void)
{
    driver_make();
    quiet_frame = fresh_frames(1);
    map_frame(SCRATCH, quiet_frame, READ_WRITE)[0] = 1;
    reads = 0;
    child_make(CREW, 16);
    crew_start(0, child_thread(CREW, reads_for_ever, 0), 1);
    drive(takes_from_a_thread_that_never_calls);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"a tree of capabilities grows on all processors while it is revoked", a_tree_grows_while_it_is_revoked},
        {"frames are mapped on all processors while they are revoked", frames_are_mapped_while_they_are_revoked},
        {"100,000 random calls on all processors", random_calls},
        {"vm_unmap: a thread that never calls", unmapped_from_a_thread_that_never_calls},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
