/* Worlds of several processors: one takes away what another is using. */
#include "tests/explore/make.h"

/* Two threads of one task, running on two processors. */
static void make_two(void)
{
    struct task *task = make_first(12, 2);

    make_memory(task, 1);
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 2, 0}));
}

static void make_three(void)
{
    struct task *task = make_first(12, 2);

    make_memory(task, 1);
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 2, 0}));
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 2, 0}));
}

/* Two clients, both running, and a server without a home. */
static void make_clients(void)
{
    struct task *clients = make_first(12, 2), *task = make_task(11);

    make_server(task, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});
    struct thread *client = make_thread(clients, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0});
    make_child(clients, clients, (struct child){4, 6, RIGHT_SIGNAL, 1, 0});
    make_child(task, clients, (struct child){SLOT_SELF, 7, RIGHT_ALL, 0, 0});
    make_running(client);
}

/* Two running threads, and one that is ready on the second processor. */
static void make_turns(void)
{
    struct task *task = make_first(12, 2);

    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 4, 2, 0}));
    make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 2, 1});
}

/* A running thread in a task of its own, which the first task controls. */
static void make_task_of_another(void)
{
    struct task *task = make_first(12, 2), *other = make_task(9);

    make_child(other, task, (struct child){SLOT_SELF, 4, RIGHT_ALL, 0, 0});
    make_running(make_thread(other, (struct thread_at){MESSAGE_PAGE_0, 3, 2, 0}));
    make_child(other, task, (struct child){3, 5, RIGHT_ALL, 0, 0});
    make_memory(task, 2);
}

/* Two threads that fault. Their handler has no home, and holds the memory. */
static void make_faults(void)
{
    struct task *clients = make_first(12, 2), *task = make_task(12);
    struct thread *handler = make_thread(task, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});

    make_endpoint(4);
    make_receiver(clients, 4, handler);
    struct thread *client = make_thread(clients, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0});
    make_handler(clients, 4, client);
    make_handler(clients, 4, first_thread());
    make_waiting(handler);
    make_child(task, clients, (struct child){SLOT_SELF, 7, RIGHT_ALL, 0, 0});
    make_memory(task, 2);
    make_running(client);
}

/* The other task has memory but no spare frame; the first one may destroy it. */
static void make_destroyed(void)
{
    struct task *task = make_first(12, 2), *other = make_task(7);

    make_child(other, task, (struct child){SLOT_SELF, 4, RIGHT_ALL, 0, 0});
    make_running(make_thread(other, (struct thread_at){MESSAGE_PAGE_0, 3, 2, 0}));
    make_memory(other, 1);
}

/* Two running clients of one task, which may destroy it. Their server holds memory. */
static void make_ends(void)
{
    struct task *clients = make_first(12, 2), *task = make_task(12);

    make_server(task, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});
    struct thread *client = make_thread(clients, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0});
    make_memory(task, 1);
    make_running(client);
}

/* Client and server share a table, which has enough capabilities that revoking them takes several steps. */
static void make_busy(void)
{
    struct task *task = make_first(14, 2);

    make_server(task, (struct thread_at){MESSAGE_PAGE_1, 7, 2, CPU_ANY});
    make_memory(task, 1);
    for (uint32_t slot = 9; slot < 13; slot++)
        make_child(task, task, (struct child){SLOT_OWN_MEMORY, slot, RIGHT_ALL, 0, 0});
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 5, 2, 0}));
}

/* An endpoint with enough capabilities that revoking them takes several steps. No frame is left for a thread. */
static void make_binding(void)
{
    struct task *task = make_first(12, 2);

    make_endpoint(4);
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0}));
    for (uint32_t slot = 9; slot < 13; slot++)
        make_child(task, task, (struct child){4, slot, RIGHT_ALL, 0, 0});
    make_memory(task, 1);
}

/* Capabilities to delete and pages to unmap, both in several steps; and a slot beside both, which may be emptied
 * meanwhile. */
static void make_restarts(void)
{
    struct task *task = make_first(14, 2);

    make_endpoint(4);
    make_running(make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0}));
    for (uint32_t slot = 9; slot < 12; slot++)
        make_child(task, task, (struct child){4, slot, RIGHT_CALL, 0, 0});
    make_memory(task, 3);
    make_child(task, task, (struct child){SLOT_OWN_MEMORY, 6, RIGHT_ALL, 0, 0});
    make_child(task, task, (struct child){SLOT_SELF, 7, RIGHT_CONTROL, 0, 0});
    make_call(SYS_vm_map, SLOT_SELF, (const uint32_t[4]){0x10000 | RIGHTS_RG, 3 | SLOT_OWN_MEMORY << SLOT_SHIFT, 0});
}

/* A receiver of higher priority, without a home; two threads can signal it. */
static void make_signals(void)
{
    struct task *task = make_first(12, 2);

    make_endpoint(4);
    struct thread *receiver = make_thread(task, (struct thread_at){MESSAGE_PAGE_2, 7, 3, CPU_ANY});
    make_receiver(task, 4, receiver);
    struct thread *other = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 5, 2, 0});
    make_waiting(receiver);
    make_child(task, task, (struct child){4, 6, RIGHT_SIGNAL, 1, 0});
    make_running(other);
}

#define TWO                                                                                                            \
    .priorities = BIT(2), .tasks = LIST(1), .addresses = LIST(0x0, 0x1000, 0x10000), .map_rights = LIST(RIGHTS_RWG),   \
    .sources = LIST(2), .origins = LIST(0), .pages = LIST(1), .memories = LIST(2), .offsets = LIST(0),                 \
    .donations = LIST(1), .gifts = LIST(0), .yields = LIST(0)

/* clang-format off */
const struct world worlds_processors[] = {
    {.name = "two", .what = "two processors, two threads of one task: map, unmap, stop, move, destroy", .make = make_two,
     .states = 169903, .in_tests = true, TWO, .threads = LIST(3, 4), .priorities_given = LIST(2),
     .cpus_given = LIST(0, 1, 255), .destroys = LIST(4), .interrupts = LIST(1), .reads = LIST(4), .parts = LIST(0)},

    {.name = "deaf", .what = "two processors that ignore IPIs to drop translations", .make = make_two, .states = 1,
     .finds = "may still translate", .priorities = BIT(2), .tasks = LIST(1), .addresses = LIST(0x0),
     .map_rights = LIST(RIGHTS_RWG), .sources = LIST(2), .origins = LIST(0), .pages = LIST(1), .yields = LIST(0)},

    {.name = "two-clients", .what = "two processors, two clients, a server without a home", .make = make_clients,
     .states = 40210, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4), .signals = LIST(6),
     .threads = LIST(5), .yields = LIST(0), .destroys = LIST(5, 7), .deletes = LIST(4), .interrupts = LIST(1),
     .sends_count = 1, .opens_count = 1},

    {.name = "two-signals", .what = "two processors; a receiver of higher priority that both signal, stop and move",
     .make = make_signals, .states = 44860, .in_tests = true, .priorities = BIT(1) | BIT(2) | BIT(3), .receivers = true,
     .signals = LIST(6), .threads = LIST(5, 7), .priorities_given = LIST(1, 2), .cpus_given = LIST(0, 255),
     .yields = LIST(0), .sends_count = 1, .opens_count = 1},

    {.name = "two-turns", .what = "two processors, three threads; ticks, which one processor forwards to the other",
     .make = make_turns, .states = 1831, .in_tests = true, .priorities = BIT(2), .threads = LIST(4),
     .yields = LIST(0), .interrupts = LIST(0), .destroys = LIST(4)},

    {.name = "two-tasks", .what = "two processors; a thread whose task, space and memory are taken away by another",
     .make = make_task_of_another, .states = 3147, .in_tests = true, .priorities = BIT(2), .tasks = LIST(1, 4),
     .addresses = LIST(0x0), .map_rights = LIST(RIGHTS_RG, RIGHTS_RWG), .sources = LIST(2, 4), .origins = LIST(0, 1),
     .pages = LIST(1), .memories = LIST(2), .offsets = LIST(0, 1), .threads = LIST(3, 5), .yields = LIST(0),
     .destroys = LIST(4, 5), .interrupts = LIST(1)},

    {.name = "two-revokes", .what = "two processors, both in long calls in one tree", .make = make_two, .states = 29896,
     .in_tests = true, .priorities = BIT(2), .parents = LIST(2, 5, 6), .destinations = LIST(5, 6, 7), .other_tables = LIST(0),
     .rights = LIST(31), .values = LIST(0), .counts = LIST(0), .deletes = LIST(5, 6), .revokes = LIST(2, 5),
     .memories = LIST(2), .offsets = LIST(0), .pages = LIST(1), .threads = LIST(3, 4), .yields = LIST(0),
     .destroys = LIST(4)},

    {.name = "two-faults", .what = "two processors, a handler without a home, replies to faults with pages, ends",
     .make = make_faults, .states = 56567, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .faults = LIST(0x1000), .threads = LIST(5), .destroys = LIST(5, 7), .yields = LIST(0), .tasks = LIST(1),
     .addresses = LIST(0x1000), .pages = LIST(1), .memories = LIST(2), .offsets = LIST(0), .sends_count = 2,
     .opens_count = 1, .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 0, 1, 0x1000))}},

    {.name = "two-destroyed", .what = "two processors, ticks; a thread whose task is being destroyed keeps making objects and mapping pages", .make = make_destroyed,
     .states = 3366, .in_tests = true, .priorities = BIT(2), .destroys = LIST(4), .endpoint_slots = LIST(5), .memories = LIST(2),
     .births = LIST(0), .destinations = LIST(5), .tasks = LIST(1), .donations = LIST(1), .gifts = LIST(0), .parents = LIST(1),
     .other_tables = LIST(0), .rights = LIST(RIGHT_GRANT), .values = LIST(0), .counts = LIST(0), .yields = LIST(0), .interrupts = LIST(0),
     .thread_slots = LIST(6), .receives = LIST(0), .handlers = LIST(0), .starts = LIST(2 << 16),
     .page_addresses = LIST(0x2000)},

    {.name = "two-ends", .what = "two processors; a task ends while its threads wait for a reply with a page",
     .make = make_ends, .states = 32576, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .destroys = LIST(1), .yields = LIST(0), .sends_count = 2, .opens_count = 2,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1000))},
     .opens = {OPEN_NOTHING, {.flags = IPC_WINDOW, .window = 0x1000, .window_pages = 1}}},

    {.name = "two-busy", .what = "two processors; a capability is sent while those derived from it are deleted",
     .make = make_busy, .states = 14968, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .memories = LIST(2), .offsets = LIST(0), .pages = LIST(1), .yields = LIST(0), .sends_count = 2, .opens_count = 2,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0))},
     .opens = {OPEN_NOTHING, {.flags = IPC_SLOTS, .slots = 6, .slots_count = 1}}},

    {.name = "two-binding", .what = "two processors; a thread is to be bound to an endpoint that is being revoked",
     .make = make_binding, .states = 20, .in_tests = true, .priorities = BIT(2), .revokes = LIST(4, 9), .deletes = LIST(10),
     .parents = LIST(4, 9), .destinations = LIST(9, 10), .other_tables = LIST(0), .rights = LIST(RIGHT_ALL), .values = LIST(0),
     .counts = LIST(0), .tasks = LIST(1), .thread_slots = LIST(6), .receives = LIST(4), .handlers = LIST(0, 9),
     .starts = LIST(2 << 16), .page_addresses = LIST(0x1000), .yields = LIST(0)},

    {.name = "two-restarts", .what = "two processors; slots beside that of a long call are emptied and filled", .make = make_restarts,
     .states = 192, .in_tests = true, .priorities = BIT(2), .deletes = LIST(4, 6), .revokes = LIST(4), .tasks = LIST(7),
     .addresses = LIST(0x10000), .pages = LIST(3), .parents = LIST(2), .destinations = LIST(6), .other_tables = LIST(0),
     .rights = LIST(RIGHT_ALL), .values = LIST(0), .counts = LIST(0), .yields = LIST(0)},

    {.name = "three", .what = "three processors, three threads of one task: map, unmap, stop, destroy", .make = make_three,
     .states = 1428, .in_tests = true, .priorities = BIT(2), .tasks = LIST(1), .addresses = LIST(0x0, 0x10000),
     .map_rights = LIST(RIGHTS_RWG), .sources = LIST(2), .origins = LIST(0), .pages = LIST(1), .threads = LIST(4),
     .yields = LIST(0), .destroys = LIST(5)},
    {0},
};
/* clang-format on */
