/*
 * Tasks that are destroyed while their threads run on all processors: no processor walks their tables any more, and
 * all their frames come back. Page directories that are added while threads run, and pages that go while their
 * receiver's processor is idle.
 *
 * run: --smp 2
 * run: --smp 8
 */
#include "tests/system/smp/kernel_smp.h"

enum {
    ROUNDS = 100, /* on two processors */
    GROWTHS = 10,
    CHANGES = 8, /* changes of a page that is read */
    BREAKPOINT = 3,
    FIRST = SCRATCH, /* that page */
    GOOD = 0x600d0000,
    POISON = 0x0bad0bad,
    TASK_FRAMES = 40,
    VICTIM = CHILD_TASK,
    OTHER = CHILD_TASK + 1,
    RELAY = 0x80, /* the endpoint of the granter that is destroyed */
    RELAY_PAGE = THREAD_PAGES + CHILDREN * PAGE_SIZE,
    RELAY_NUMBER = CREW_MAX - 1,
    MINE = SCRATCH,
    SIGHT = SCRATCH + 0x100000, /* TASK_FRAMES pages */
    NEXT_TABLE = SCRATCH + 0x200000,
    NEXT_DIRECTORY = 0x80000000,
};

static volatile uint32_t laps[CREW_MAX];
static volatile uint32_t where; /* a page that all read */
static uint32_t data, frames;

static struct plan plan_of(uint32_t k, uint32_t task, void (*run)(uint32_t))
{
    return (struct plan){.task = task,
                         .slot = CHILD_THREAD + CREW + k,
                         .page = THREAD_PAGES + k * PAGE_SIZE,
                         .handler = CREW_HANDLER + k,
                         .priority = PRIORITY_CHILD,
                         .run = run,
                         .argument = k};
}

static void prepare(void)
{
    for (uint32_t k = 0; k < CREW_MAX; k++)
        laps[k] = 0;
    driver_make();
    data = fresh_frames(1);
    frames = fresh_frames(2 * TASK_FRAMES);
    map_frame(MINE, data, READ_WRITE)[0] = GOOD;
}

static void give_page(uint32_t task, uint32_t address, rights_t rights)
{
    SAME(sys_vm_map(task, address, rights, MEMORY, 1, data), OK);
}

static void fill(uint32_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < pages * PAGE_SIZE; i += 4)
        *(volatile uint32_t *)(address + i) = POISON;
}

/* ------------------------------------------------------------------------------ tasks that end */

static void touches_tables(uint32_t k)
{
    for (;;) {
        SAME(*(volatile uint32_t *)SCRATCH, GOOD);
        SAME(*(volatile uint32_t *)NEXT_TABLE, GOOD);
        SAME(*(volatile uint32_t *)NEXT_DIRECTORY, GOOD);
        laps[k]++;
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

/* All frames are memory again: each is donated to another task, and filled. */
static void frames_are_back(void)
{
    SAME(sys_task_create(MEMORY, frames, OTHER), OK);
    SAME(sys_task_donate(OTHER, MEMORY, TASK_FRAMES - 1, frames + 1), OK);
    SAME(sys_object_destroy(OTHER), OK);
    SAME(sys_vm_map(OWN_TASK, SIGHT, READ_WRITE, MEMORY, TASK_FRAMES, frames), OK);
    fill(SIGHT, TASK_FRAMES);
}

static void ends(uint32_t round)
{
    uint32_t k = round % cpu_count(), second = (round + 1) % cpu_count();

    task_build(VICTIM, frames, TASK_FRAMES);
    give_page(VICTIM, SCRATCH, READ);
    give_page(VICTIM, NEXT_TABLE, READ);
    give_page(VICTIM, NEXT_DIRECTORY, READ);
    struct plan plan = plan_of(k, VICTIM, touches_tables);
    thread_build(k, &plan, k);
    plan = plan_of(second, VICTIM, touches_tables);
    thread_build(second, &plan, second);
    SURE(advances_by(&laps[k], 5) && advances_by(&laps[second], 5));
    SAME(sys_object_destroy(VICTIM), OK);
    uint32_t seen = laps[k] + laps[second];
    frames_are_back();
    linger();
    SAME(laps[k] + laps[second], seen);
    SAME(sys_vm_unmap(OWN_TASK, SIGHT, TASK_FRAMES), OK);
}

static void kills_in_rounds(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < rounds(ROUNDS); round++)
        ends(round);
}

static void tasks_end_while_they_run(void)
{
    prepare();
    crew_set_fault_handler(DRIVER_ENDPOINT);
    drive(kills_in_rounds);
}

/* ----------------------------------------------------------------------- directories that come */

static void looks_there(uint32_t k)
{
    for (;;) {
        uint32_t address = where;
        if (address)
            SAME(*(volatile uint32_t *)address, GOOD);
        laps[k] += address != 0;
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

static void all_look_at(uint32_t address)
{
    give_page(VICTIM, address, READ);
    where = address;
    for (uint32_t k = 0; k < cpu_count(); k++)
        SURE(advances_by(&laps[k], 1));
}

static void grows(void)
{
    task_build(VICTIM, frames, TASK_FRAMES);
    where = 0;
    for (uint32_t k = 0; k < cpu_count(); k++) {
        struct plan plan = plan_of(k, VICTIM, looks_there);
        thread_build(k, &plan, k);
    }
    all_look_at(PAGE_SIZE);
    all_look_at(NEXT_DIRECTORY);
    all_look_at(SCRATCH);
    SAME(sys_object_destroy(VICTIM), OK);
}

static void grows_in_rounds(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < rounds(GROWTHS); round++)
        grows();
}

static void directories_are_seen_at_once(void)
{
    prepare();
    crew_set_fault_handler(DRIVER_ENDPOINT);
    drive(grows_in_rounds);
}

/* --------------------------------------------------------------------------- granters that end */

static void relays(uint32_t unused)
{
    struct message_page *page = (struct message_page *)RELAY_PAGE;
    struct words words;

    (void)unused;
    while (ipc_reply_wait(0, &words) >= 0) {
        page->items[0] = item_address(SCRATCH, READ_WRITE, 1, SCRATCH);
        page->tag = TAG(0, 1);
        SAME(ipc_reply(IPC_EXTENDED, &words), OK);
    }
}

static void uses_the_grant(uint32_t k)
{
    volatile uint32_t *page = (volatile uint32_t *)SCRATCH;

    for (;;) {
        SAME(page[0], GOOD);
        page[k + 1] = laps[k]++;
        if (laps[k] % 64 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

static void granter_dies(void)
{
    task_build(VICTIM, frames, TASK_FRAMES);
    give_page(VICTIM, SCRATCH, READ_WRITE_GRANT);
    struct plan plan = plan_of(RELAY_NUMBER, VICTIM, relays);
    plan.page = RELAY_PAGE;
    plan.endpoint = RELAY;
    thread_build(RELAY_NUMBER, &plan, cpu_count() - 1);
    for (uint32_t k = 0; k < cpu_count(); k++)
        SURE(advances_by(&laps[k], 5));
    SAME(sys_object_destroy(VICTIM), OK);
    fill(MINE, 1);
    linger();
    for (uint32_t k = 0; k < cpu_count(); k++)
        SAME(((volatile uint32_t *)MINE)[k + 1], POISON);
    *(volatile uint32_t *)MINE = GOOD;
}

static void granters_die_in_rounds(uint32_t unused)
{
    (void)unused;
    task_build(OTHER, frames + TASK_FRAMES, TASK_FRAMES);
    for (uint32_t k = 0; k < cpu_count(); k++) {
        struct plan plan = plan_of(k, OTHER, uses_the_grant);
        thread_build(k, &plan, k);
    }
    for (uint32_t round = 0; round < GROWTHS; round++)
        granter_dies();
}

static void granters_die(void)
{
    prepare();
    IS(sys_endpoint_create(RELAY), OK);
    crew_set_fault_handler(RELAY);
    drive(granters_die_in_rounds);
}

/* ---------------------------------------------------------------------------------- pages that are replaced */

/* This thread's fault handler first gives it another frame, and then takes the frame to which it may write. */
static void writes_what_is_read(uint32_t unused)
{
    volatile uint32_t *page = (volatile uint32_t *)FIRST;

    (void)unused;
    for (;;) {
        page[0] = ++laps[0];
        while (laps[1] != laps[0])
            SAME(sys_thread_yield(), OK);
        __asm__ volatile("int3");
    }
}

static void reads_what_is_written(uint32_t unused)
{
    volatile uint32_t *page = (volatile uint32_t *)FIRST;

    (void)unused;
    for (;;) {
        laps[1] = page[0];
        SAME(sys_thread_yield(), OK);
    }
}

static uint32_t driver_processor;

static void replaces_in_rounds(uint32_t unused)
{
    (void)unused;
    SAME(sys_thread_schedule(CHILD_THREAD + DRIVER, PRIORITY_CHILD, driver_processor), OK);
    struct event event = driver_wait();
    for (uint32_t round = 0; round < CHANGES; round++) {
        SAME(event.words.w[3], VECTOR_PAGE_FAULT);
        driver_page->items[0] = item_memory(MEMORY, READ_WRITE, data + round % 2, 1, FIRST);
        driver_page->tag = TAG(0, 1);
        event = driver_reply_wait(&event, IPC_EXTENDED);
        SAME(event.words.w[3], BREAKPOINT);
        SAME(sys_vm_protect(CHILD_TASK + CREW, FIRST, READ, 1), OK);
        event = driver_reply_wait(&event, 0);
    }
}

/* The readers have translations of the frame that is replaced. */
static void replaced(uint32_t writers, uint32_t readers, uint32_t drivers)
{
    driver_make();
    data = fresh_frames(2);
    laps[0] = laps[1] = 0;
    child_make(CREW, TASK_FRAMES);
    IS(sys_vm_map(CHILD_TASK + CREW, FIRST, READ, MEMORY, 1, data + 1), OK);
    struct plan writer = child_thread(CREW, writes_what_is_read, 0),
                reader = child_thread(CREW + 1, reads_what_is_written, 0);
    reader.task = writer.task;
    reader.page = writer.page + PAGE_SIZE;
    crew_start(1, reader, readers);
    crew_start(0, writer, writers);
    driver_processor = drivers;
    drive(replaces_in_rounds);
    IS(laps[0], CHANGES + 1);
}

/* The driver is on the second processor, alone: when it has replied, that has nothing else to run. */
static void replaced_by_replies(void)
{
    replaced(cpu_count() > 2 ? 2 : 0, 0, 1);
}

/* The driver is on the writer's processor, which switches directly to the writer. */
static void replaced_by_direct_replies(void)
{
    replaced(0, 1, 0);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"tasks end while their threads run elsewhere: all frames are back", tasks_end_while_they_run},
        {"a new page directory is seen on all processors at once", directories_are_seen_at_once},
        {"pages that a task granted are revoked with it, on all processors", granters_die},
        {"the reply to a fault takes a page that another thread reads", replaced_by_replies},
        {"so does one that switches directly", replaced_by_direct_replies},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
