/* Worlds of capability tables: derive, delete, revoke; what an account pays for. */
#include "tests/explore/make.h"

static void make_caps(void)
{
    struct task *task = make_first(9, 2);

    make_memory(task, 3);
    make_endpoint(4);
}

static void make_caps_of_two(void)
{
    struct task *task = make_first(12, 2);

    make_memory(task, 3);
    make_endpoint(4);
    make_thread(task, (struct thread_at){MESSAGE_PAGE_1, SLOT_IN_OTHER_TABLE, 2, 0});
}

static void make_tight(void)
{
    make_memory(make_first(9, 2), 1);
}

/* A capability for an endpoint in slot 5, at the greatest depth; its ancestors are in slots and tables that no event
 * names. */
static void make_depth(void)
{
    enum { OWN = 3, FIRST_OWN = 10, FIRST_OTHER = 2 };
    struct task *task = make_first(16, 2), *other = make_task(6), *third = make_task(6);
    struct task *from = task;
    uint32_t slot = 4;

    make_endpoint(4);
    struct thread *server = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, SLOT_IN_OTHER_TABLE, 2, CPU_ANY});
    make_receiver(task, 4, server);
    make_waiting(server);
    make_range(task, 7, SLOT_IRQS, 2);
    for (uint32_t i = 0; i < NODE_DEPTH_MAX - 2; i++) {
        struct task *to = i < OWN ? task : i % 2 ? other : third;
        uint32_t child = i < OWN ? FIRST_OWN + i : FIRST_OTHER + (i - OWN) / 2;
        make_child(from, to, (struct child){slot, child, RIGHT_ALL, 0, 0});
        from = to, slot = child;
    }
    make_child(from, task, (struct child){slot, 5, RIGHT_ALL, 0, 0});
}

/* clang-format off */
const struct world worlds_caps[] = {
    {.name = "caps", .what = "one thread, one table of seven slots: derive, delete, revoke", .make = make_caps,
     .states = 187286, .in_tests = true, .priorities = BIT(2), .parents = LIST(1, 2, 4, 5, 6, 7), .destinations = LIST(5, 6, 7),
     .other_tables = LIST(0), .rights = LIST(31, 9, 3), .values = LIST(0, 1), .counts = LIST(0, 1),
     .deletes = LIST(2, 4, 5, 6, 7), .revokes = LIST(1, 2, 4, 5, 6), .memories = LIST(2, 5), .offsets = LIST(0, 1),
     .pages = LIST(1, 2), .endpoint_slots = LIST(5), .yields = LIST(0), .interrupts = LIST(1)},

    {.name = "caps-two", .what = "the same with two threads and ticks: long calls of both in one tree",
     .make = make_caps_of_two, .states = 76284, .in_tests = true, .priorities = BIT(2), .parents = LIST(2, 5, 6),
     .destinations = LIST(5, 6, 7), .other_tables = LIST(0), .rights = LIST(31), .values = LIST(0), .counts = LIST(0, 1),
     .deletes = LIST(5, 6, 7), .revokes = LIST(2, 5), .memories = LIST(2), .offsets = LIST(0, 1), .pages = LIST(1, 2),
     .yields = LIST(0), .interrupts = LIST(0)},

    {.name = "caps-refused", .what = "arguments that must be refused, for every call on capabilities and frames",
     .make = make_caps, .states = 1449, .in_tests = true, .priorities = BIT(2), .parents = LIST(0, 1, 2, 4, 5),
     .destinations = LIST(0, 5, 6, 100), .other_tables = LIST(0, 1, 2), .rights = LIST(31, 1, 32), .values = LIST(0, 5, 0x80000000),
     .counts = LIST(0, 5), .deletes = LIST(0, 9), .revokes = LIST(0, 9), .memories = LIST(0, 2, 5), .offsets = LIST(0, 5),
     .pages = LIST(0, 1, 100), .endpoint_slots = LIST(0, 2, 5), .destroys = LIST(0, 2, 5), .fills = LIST(0, 5),
     .fill_bytes = LIST(0, 4096, 4097), .births = LIST(0, 5), .tasks = LIST(0, 1), .donations = LIST(0, 1, 65),
     .gifts = LIST(0, 5), .yields = LIST(0), .unknown_calls = LIST(SYS_COUNT, 255)},

    {.name = "tight", .what = "an account of two spare frames, and every call that takes from it", .make = make_tight,
     .states = 671, .in_tests = true, .priorities = BIT(2), .tasks = LIST(1), .memories = LIST(2),
     .endpoint_slots = LIST(5, 9), .thread_slots = LIST(6, 10), .receives = LIST(0, 5), .handlers = LIST(0),
     .starts = LIST(2 << 16), .page_addresses = LIST(0x2000, 0x10000), .destroys = LIST(5, 6, 9, 10),
     .addresses = LIST(0x1000, 0x5000), .map_rights = LIST(RIGHTS_RG), .sources = LIST(2), .origins = LIST(0),
     .pages = LIST(1), .offsets = LIST(0), .parents = LIST(2), .destinations = LIST(5, 11), .other_tables = LIST(0),
     .rights = LIST(3), .values = LIST(0), .counts = LIST(0), .donations = LIST(1), .gifts = LIST(0), .births = LIST(0),
     .deletes = LIST(5, 11), .yields = LIST(0)},

    {.name = "depth", .what = "a capability of the greatest depth, and calls that would make a deeper one", .make = make_depth,
     .states = 784, .in_tests = true, .priorities = BIT(2), .receivers = true, .parents = LIST(4, 5), .destinations = LIST(6),
     .other_tables = LIST(0), .rights = LIST(15), .values = LIST(0), .counts = LIST(0), .revokes = LIST(4, 5),
     .tasks = LIST(1), .thread_slots = LIST(9), .receives = LIST(5), .handlers = LIST(0, 5), .starts = LIST(2 << 16),
     .page_addresses = LIST(0x1000), .irqs = LIST(7), .irqs_bound = true, .lines = LIST(0), .signals = LIST(5),
     .calls = LIST(4), .yields = LIST(0), .sends_count = 2, .opens_count = 2,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_SLOT(15, 5, 0, 0))},
     .opens = {OPEN_NOTHING, {.flags = IPC_SLOTS, .slots = 6, .slots_count = 1}}},
    {0},
};
/* clang-format on */
