/* Worlds in which tasks, threads and endpoints are made and end. */
#include "tests/explore/make.h"

static void make_life(void)
{
    make_memory(make_first(10, 2), 8);
}

static void make_life_of_five(void)
{
    make_memory(make_first(10, 2), 5);
}

/* A task with an account of eight frames, in slot 5. */
static void make_destroy(void)
{
    struct task *task = make_first(10, 2);

    make_endpoint(4);
    make_memory(task, 10);
    make_call(SYS_task_create, SLOT_OWN_MEMORY, (const uint32_t[4]){0, 5});
    make_call(SYS_task_donate, 5, (const uint32_t[4]){SLOT_OWN_MEMORY | 8 << 16, 1});
}

static void make_ticks(void)
{
    struct task *task = make_first(12, 3);

    make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 2, 0});
    make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 3, 0});
}

/* Three threads of one priority. */
static void make_fpu(void)
{
    struct task *task = make_first(12, 3);

    make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 3, 0});
    make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 3, 0});
}

/* A client, its server, and a third thread that is ready, all of one priority; below them a thread that a tick has
 * found waiting. */
static void make_turns(void)
{
    struct task *task = make_first(16, 2);
    struct thread *server = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 7, 2, 0});

    make_endpoint(4);
    make_receiver(task, 4, server);
    make_handler(task, 4, first_thread());
    make_waiting(server);
    make_child(task, task, (struct child){4, 6, RIGHT_SIGNAL, 1, 0});
    make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 2, 0});
    make_thread(task, (struct thread_at){0x8000, SLOT_IN_OTHER_TABLE, 1, 0})->patience = 0;
    kernel.cpus[0].quantum_over = BIT(1);
}

/* Slots 5 and 6 name a thread and a task, but without the right to control them. */
static void make_threads_refused(void)
{
    struct task *task = make_first(12, 2);

    make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 2, 0});
    make_child(task, task, (struct child){4, 5, RIGHT_GRANT, 0, 0});
    make_child(task, task, (struct child){SLOT_SELF, 6, RIGHT_GRANT, 0, 0});
}

#define LIFE                                                                                                           \
    .priorities = BIT(2), .memories = LIST(2), .destinations = LIST(5, 6), .endpoint_slots = LIST(6),                  \
    .thread_slots = LIST(7), .receives = LIST(0, 6), .handlers = LIST(0), .starts = LIST(2 << 16),                     \
    .page_addresses = LIST(0x2000), .destroys = LIST(5, 6, 7), .deletes = LIST(5, 6, 7), .yields = LIST(0),            \
    .interrupts = LIST(1)

/* clang-format off */
const struct world worlds_life[] = {
    {.name = "life", .what = "one thread makes and destroys tasks, threads, endpoints from five interchangeable frames",
     .make = make_life_of_five, .states = 20898, .in_tests = true, .alike = true, LIFE, .births = LIST(0, 1, 2, 3, 4),
     .tasks = LIST(1, 5, 6), .donations = LIST(1), .gifts = LIST(0, 1, 2, 3, 4)},

    {.name = "life-eight", .what = "the same from eight frames", .make = make_life, .states = 0, .alike = true, LIFE,
     .births = LIST(0, 1, 2, 3, 4, 5, 6, 7), .tasks = LIST(1, 5, 6), .donations = LIST(1),
     .gifts = LIST(0, 1, 2, 3, 4, 5, 6, 7)},

    {.name = "destroy", .what = "a task with an account, threads in it that run and receive, and their ends",
     .make = make_destroy, .states = 5883, .in_tests = true, .priorities = BIT(2), .memories = LIST(2), .births = LIST(0),
     .destinations = LIST(5), .tasks = LIST(5), .donations = LIST(8), .gifts = LIST(1), .receivers = true,
     .destroys = LIST(4, 5, 6, 7), .thread_slots = LIST(6, 7), .receives = LIST(4), .handlers = LIST(0),
     .starts = LIST(2 << 16), .page_addresses = LIST(0x2000, 0x3000), .threads = LIST(6), .yields = LIST(0),
     .interrupts = LIST(1), .calls = LIST(4), .addresses = LIST(0x1000), .map_rights = LIST(RIGHTS_RWG), .pages = LIST(1),
     .sources = LIST(2), .origins = LIST(9), .offsets = LIST(9), .sends_count = 1, .opens_count = 1},

    {.name = "ticks", .what = "three threads, two priorities, ticks", .make = make_ticks, .states = 4272, .in_tests = true,
     .priorities = BIT(2) | BIT(3), .threads = LIST(4, 5), .priorities_given = LIST(2, 3),
     .cpus_given = LIST(0, 255), .yields = LIST(0), .interrupts = LIST(0, 1), .reads = LIST(4, 5), .parts = LIST(0)},

    {.name = "turns", .what = "client, server and a third thread, all of one priority: their order",
     .make = make_turns, .states = 19876, .in_tests = true, .fpu = true, .priorities = BIT(1) | BIT(2), .receivers = true,
     .calls = LIST(4), .signals = LIST(6), .faults = LIST(0x0), .yields = LIST(0), .sends_count = 1, .opens_count = 1},

    {.name = "threads-refused", .what = "arguments that must be refused, for every call on threads",
     .make = make_threads_refused, .states = 112, .in_tests = true, .fpu = true, .priorities = BIT(2), .threads = LIST(1, 4, 5),
     .reads = LIST(1, 4, 5), .parts = LIST(0, 1, 2), .priorities_given = LIST(2, 3), .cpus_given = LIST(0, 1, 255),
     .tasks = LIST(1, 4, 6), .thread_slots = LIST(0, 4, 7), .receives = LIST(0, 4), .handlers = LIST(0, 4),
     .starts = LIST(2 << 16, 3 << 16, 2 << 16 | 5 << 24), .page_addresses = LIST(0x800, 0x30000, 0x1000), .destroys = LIST(5, 6), .yields = LIST(0)},

    {.name = "fpu", .what = "three threads that use the FPU: none computes with another's state", .make = make_fpu,
     .states = 24828, .in_tests = true, .fpu = true, .priorities = BIT(3), .threads = LIST(4, 5), .yields = LIST(0),
     .interrupts = LIST(0), .reads = LIST(4), .parts = LIST(0, 1, 2), .destroys = LIST(5)},
    {0},
};
/* clang-format on */
