/* Worlds of address spaces: map, unmap, protect, revoke; the contents of frames. */
#include "tests/explore/make.h"

static struct task *make_two_spaces(unsigned account, unsigned other_account)
{
    struct task *task = make_first(account, 2), *other = make_task(other_account);

    make_child(other, task, (struct child){SLOT_SELF, 4, RIGHT_ALL, 0, 0});
    return task;
}

static void make_spaces(void)
{
    make_memory(make_two_spaces(9, 7), 2);
}

static void make_spaces_of_three_frames(void)
{
    make_memory(make_two_spaces(9, 7), 3);
}

static void make_spaces_of_two_threads(void)
{
    struct task *task = make_two_spaces(11, 9);

    make_memory(task, 2);
    make_thread(task, (struct thread_at){MESSAGE_PAGE_1, SLOT_IN_OTHER_TABLE, 2, 0});
}

/* Slot 5 names the other task, but without the right to control it. */
static void make_spaces_refused(void)
{
    struct task *task = make_two_spaces(9, 7);

    make_child(task, task, (struct child){4, 5, RIGHT_GRANT, 0, 0});
    make_memory(task, 2);
}

/* The 33 pages of one call need nine new tables: more than the eight that four items need, each across a table's
 * end. */
static void make_wide(void)
{
    make_memory(make_first(27, 2), 33);
}

/* A page that was handed on many times, between two further tasks; the first task's mapping is almost as deep as one
 * can be. */
static void make_handed_on(void)
{
    struct task *task = make_first(12, 2), *others[2] = {make_task(18), make_task(18)}, *from = others[1];
    struct thread *server = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, SLOT_IN_OTHER_TABLE, 2, CPU_ANY});
    uint32_t address = 0;

    make_endpoint(4);
    make_receiver(task, 4, server);
    make_waiting(server);
    make_memory(task, 1);
    make_mapping(from, address);
    for (uint32_t i = 0; i < NODE_DEPTH_MAX - 3; i++) {
        struct task *to = others[i % 2];
        uint32_t next = (i + 1) / 2 * PAGE_SIZE;
        make_mapping_of(from, address, to, next);
        from = to, address = next;
    }
    make_mapping_of(from, address, task, 0);
}

/* A task whose page was handed on twice, and which may be destroyed. */
static void make_heirs(void)
{
    struct task *task = make_first(14, 2), *other = make_task(7), *third = make_task(6);

    make_child(other, task, (struct child){SLOT_SELF, 5, RIGHT_ALL, 0, 0});
    make_memory(task, 1);
    make_mapping(other, 0x0);
    make_mapping_of(other, 0x0, task, 0x0);
    make_mapping_of(task, 0x0, third, 0x0);
}

static void make_contents(void)
{
    make_memory(make_first(9, 2), 7);
}

#define SPACES_OF_SINGLE_PAGES                                                                                         \
    .priorities = BIT(2), .tasks = LIST(1, 4), .addresses = LIST(0x0, 0x1000),                                         \
    .map_rights = LIST(RIGHTS_RG, RIGHTS_RWG), .sources = LIST(1, 2, 4), .pages = LIST(1), .memories = LIST(2),        \
    .yields = LIST(0), .interrupts = LIST(1)

/* clang-format off */
const struct world worlds_spaces[] = {
    {.name = "spaces", .what = "one thread, two spaces of two pages, two frames: map, unmap, protect, revoke of one page",
     .make = make_spaces, .states = 3090, .in_tests = true, SPACES_OF_SINGLE_PAGES, .origins = LIST(0, 1, 0x1000),
     .offsets = LIST(0, 1)},

    {.name = "spaces-alike", .what = "the same; the frames are interchangeable", .make = make_spaces,
     .states = 1546, .in_tests = true, .alike = true, SPACES_OF_SINGLE_PAGES, .origins = LIST(0, 1, 0x1000),
     .offsets = LIST(0, 1)},

    {.name = "spaces-three", .what = "three interchangeable frames", .make = make_spaces_of_three_frames, .states = 1770,
     .in_tests = true, .alike = true, SPACES_OF_SINGLE_PAGES, .origins = LIST(0, 1, 2, 0x1000), .offsets = LIST(0, 1, 2)},

    {.name = "spaces-two", .what = "ranges of two pages, two threads and ticks: long calls of both",
     .make = make_spaces_of_two_threads,
     .states = 18240, .in_tests = true, .priorities = BIT(2), .tasks = LIST(1, 4), .addresses = LIST(0x0, 0x1000),
     .map_rights = LIST(RIGHT_READ, RIGHTS_RWG), .sources = LIST(2, 4), .origins = LIST(0, 0x1000),
     .pages = LIST(2), .memories = LIST(2), .offsets = LIST(0, 1), .yields = LIST(0), .interrupts = LIST(0)},

    {.name = "spaces-ranges", .what = "ranges of two pages, one thread", .make = make_spaces, .states = 1524968,
     .priorities = BIT(2), .tasks = LIST(1, 4), .addresses = LIST(0x0, 0x1000), .map_rights = LIST(RIGHTS_RG, RIGHTS_RWG),
     .sources = LIST(1, 2, 4), .origins = LIST(0, 1, 0x1000), .pages = LIST(1, 2), .memories = LIST(2),
     .offsets = LIST(0, 1), .yields = LIST(0), .interrupts = LIST(1)},

    {.name = "spaces-refused", .what = "arguments that must be refused, for every call on spaces", .make = make_spaces_refused,
     .states = 28, .in_tests = true, .priorities = BIT(2), .tasks = LIST(0, 1, 2, 5), .addresses = LIST(0x0, 0x1000, MESSAGE_PAGE_0, 0x30000),
     .map_rights = LIST(RIGHT_READ, 7, RIGHT_WRITE, 0x20), .sources = LIST(0, 1, 2, 5), .origins = LIST(0, 5, 0x1000, MESSAGE_PAGE_0, 0x800),
     .pages = LIST(0, 1, 2, 65), .yields = LIST(0)},

    {.name = "wide", .what = "33 pages in one call: nine tables and two directories at once", .make = make_wide,
     .states = 67, .in_tests = true, .priorities = BIT(2), .tasks = LIST(1), .addresses = LIST(0x4000),
     .map_rights = LIST(RIGHTS_RG), .sources = LIST(2), .origins = LIST(0), .pages = LIST(33), .memories = LIST(2),
     .offsets = LIST(0), .yields = LIST(0), .interrupts = LIST(1)},

    {.name = "handed-on", .what = "a page that was handed on as often as possible, and calls that would hand it on further",
     .make = make_handed_on, .states = 1096, .in_tests = true, .priorities = BIT(2), .receivers = true, .tasks = LIST(1),
     .addresses = LIST(0x0), .map_rights = LIST(RIGHTS_RG), .sources = LIST(1), .origins = LIST(0x1000), .pages = LIST(1),
     .memories = LIST(2), .offsets = LIST(0), .calls = LIST(4), .yields = LIST(0), .interrupts = LIST(1), .sends_count = 3,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x0, 1, 0x1000)), SEND(1, ITEM_OF_ADDRESS(RIGHT_READ, 0x1000, 1, 0x1000))},
     .opens_count = 2, .opens = {OPEN_NOTHING, {.flags = IPC_WINDOW, .window = 0x1000, .window_pages = 1}}},

    {.name = "heirs", .what = "a task is destroyed whose page was handed on to others", .make = make_heirs, .states = 49, .in_tests = true,
     .priorities = BIT(2), .tasks = LIST(1, 5), .addresses = LIST(0x0), .pages = LIST(1), .map_rights = LIST(RIGHTS_RG),
     .sources = LIST(2, 5), .origins = LIST(0), .memories = LIST(2), .offsets = LIST(0), .destroys = LIST(5), .yields = LIST(0),
     .interrupts = LIST(1)},

    {.name = "contents", .what = "memory that is written, donated, and comes back: no task reads what another wrote",
     .make = make_contents, .states = 1399, .in_tests = true, .contents = true, .priorities = BIT(2), .memories = LIST(2),
     .births = LIST(0), .destinations = LIST(5), .tasks = LIST(1, 5), .donations = LIST(6), .gifts = LIST(1),
     .destroys = LIST(5, 6), .thread_slots = LIST(6), .receives = LIST(0), .handlers = LIST(0), .starts = LIST(2 << 16),
     .page_addresses = LIST(0x2000), .addresses = LIST(0x0), .map_rights = LIST(RIGHTS_RWG), .sources = LIST(2),
     .origins = LIST(0, 1, 5), .pages = LIST(1), .offsets = LIST(0, 1, 5), .fills = LIST(0, 1), .fill_bytes = LIST(4096),
     .writes = LIST(0x0), .yields = LIST(0), .interrupts = LIST(1)},
    {0},
};
/* clang-format on */
