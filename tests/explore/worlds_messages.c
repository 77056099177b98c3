/* Worlds of messages: calls and replies, the pages and capabilities that they carry, faults, signals, interrupt
 * lines. */
#include "tests/explore/make.h"

/* Two clients, one of them with a handler, and two servers, in another task. */
static struct task *make_clients_and_servers(void)
{
    struct task *clients = make_first(12, 2), *servers = make_task(12);
    struct thread *server[2];

    make_endpoint(4);
    server[0] = make_thread(servers, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});
    server[1] = make_thread(servers, (struct thread_at){MESSAGE_PAGE_1, 4, 2, CPU_ANY});
    make_receiver(clients, 4, server[0]);
    make_receiver(clients, 4, server[1]);
    make_handler(clients, 4, make_thread(clients, (struct thread_at){MESSAGE_PAGE_1, 5, 2, CPU_ANY}));
    make_child(clients, clients, (struct child){4, 6, RIGHT_SIGNAL, 1, 0});
    make_waiting(server[0]);
    make_waiting(server[1]);
    first_thread()->home = 0;
    return clients;
}

static void make_messages(void)
{
    make_clients_and_servers();
}

static void make_messages_of_three(void)
{
    make_thread(make_clients_and_servers(), (struct thread_at){MESSAGE_PAGE_2, 7, 2, CPU_ANY});
}

/* One client and one server. The client holds memory; the server also handles its faults. */
static struct task *make_client_and_server(unsigned memory)
{
    struct task *client = make_first(12, 2), *task = make_task(12);

    make_server(task, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});
    make_memory(client, memory);
    make_handler(client, 4, first_thread());
    return client;
}

static void make_items(void)
{
    make_client_and_server(2);
}

/* Slot 5 is memory without the right to grant it. */
static void make_items_refused(void)
{
    struct task *client = make_client_and_server(3);

    make_child(client, client, (struct child){SLOT_OWN_MEMORY, 5, RIGHT_READ | RIGHT_WRITE, 2, 1});
}

/* Client and server share a table, so that replies are refused for the same reasons as calls. The first frame of their
 * memory has become kernel memory, slot 5 has no right to grant, and the account has one spare frame. */
static void make_messages_refused(void)
{
    struct task *task = make_first(10, 2);

    make_server(task, (struct thread_at){MESSAGE_PAGE_1, 7, 2, CPU_ANY});
    make_memory(task, 3);
    make_child(task, task, (struct child){SLOT_OWN_MEMORY, 5, RIGHT_READ | RIGHT_WRITE, 2, 1});
    make_call(SYS_task_donate, SLOT_SELF, (const uint32_t[4]){SLOT_OWN_MEMORY | 1 << 16, 0});
}

/* The server has one spare frame, and tables only for its last pages, which include its message page. The last frame of
 * the client's memory has become kernel memory; slot 5 can be granted, but only for reading. */
static void make_items_at_edges(void)
{
    struct task *client = make_first(12, 2), *task = make_task(8);

    make_server(task, (struct thread_at){0x2e000, 3, 2, CPU_ANY});
    make_memory(client, 3);
    make_child(client, client, (struct child){SLOT_OWN_MEMORY, 5, RIGHTS_RG, 0, 1});
    make_call(SYS_task_donate, SLOT_SELF, (const uint32_t[4]){SLOT_OWN_MEMORY | 1 << 16, 2});
}

/* A thread whose faults are handled by another thread of its task. */
static void make_handled_at_home(void)
{
    struct task *task = make_first(14, 2);
    struct thread *handler = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 7, 2, CPU_ANY});

    make_endpoint(4);
    make_receiver(task, 4, handler);
    make_handler(task, 4, first_thread());
    make_waiting(handler);
    make_memory(task, 2);
}

/* Two clients of one task: each may write to the other's message page while the other waits. */
static void make_overwrites(void)
{
    struct task *client = make_client_and_server(2);

    make_thread(client, (struct thread_at){MESSAGE_PAGE_1, 5, 2, CPU_ANY});
}

/* Three tasks in a row: the second grants on what the first has granted to it. */
static void make_grants(void)
{
    struct task *task = make_first(12, 2), *second = make_task(12), *third = make_task(10);
    struct thread *server = make_thread(second, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});
    struct thread *last = make_thread(third, (struct thread_at){MESSAGE_PAGE_0, 3, 2, CPU_ANY});

    make_endpoint(4);
    make_endpoint(5);
    make_receiver(task, 4, server);
    make_receiver(task, 5, last);
    make_child(task, second, (struct child){5, 4, RIGHT_CALL, 0, 0});
    make_waiting(server);
    make_waiting(last);
    make_memory(task, 1);
}

/* A receiver of higher priority, which an interrupt line can signal. */
static void make_lines(void)
{
    struct task *task = make_first(12, 2);

    make_endpoint(4);
    make_child(task, task, (struct child){4, 6, RIGHT_SIGNAL | RIGHT_CALL, 1, 0});
    struct thread *receiver = make_thread(task, (struct thread_at){MESSAGE_PAGE_1, 5, 3, CPU_ANY});
    make_receiver(task, 4, receiver);
    make_waiting(receiver);
    make_range(task, 2, SLOT_IRQS, 2);
}

static void make_devices(void)
{
    struct task *task = make_first(12, 2);

    make_range(task, 4, SLOT_PORTS, 16);
    make_range(task, 5, SLOT_LOG, 1);
    make_range(task, 6, SLOT_IRQS, 2);
    make_child(task, task, (struct child){4, 7, RIGHT_GRANT, 0, 1});
    make_child(task, task, (struct child){5, 8, RIGHT_GRANT, 0, 1});
    make_child(task, task, (struct child){6, 9, RIGHT_GRANT, 0, 1});
}

#define OPEN_PAGE                                                                                                      \
    {                                                                                                                  \
        .flags = IPC_WINDOW, .window = 0x1000, .window_pages = 1                                                       \
    }
#define OPEN_SLOT                                                                                                      \
    {                                                                                                                  \
        .flags = IPC_SLOTS, .slots = 6, .slots_count = 1                                                               \
    }
#define ITEMS                                                                                                          \
    .priorities = BIT(2), .receivers = true, .calls = LIST(4), .faults = LIST(0x1000), .yields = LIST(0),              \
    .interrupts = LIST(1), .tasks = LIST(1), .addresses = LIST(0x1000), .pages = LIST(1), .memories = LIST(2),         \
    .offsets = LIST(0)

/* clang-format off */
const struct world worlds_messages[] = {
    {.name = "messages", .what = "two clients, two servers, one endpoint: words, faults, signals, stops",
     .make = make_messages, .states = 9892, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .signals = LIST(6), .threads = LIST(3, 4, 5), .faults = LIST(0x1000), .yields = LIST(0), .interrupts = LIST(1),
     .names = 8, .sends_count = 2, .opens_count = 1, .sends = {SEND_WORDS, SEND_PAGE_WORD}},

    {.name = "messages-three", .what = "one more client", .make = make_messages_of_three, .states = 167256,
     .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4), .signals = LIST(6),
     .threads = LIST(3, 4, 5, 7), .faults = LIST(0x5000), .yields = LIST(0), .interrupts = LIST(1), .names = 10,
     .sends_count = 1, .opens_count = 1},

    {.name = "messages-end", .what = "threads and the endpoint are destroyed meanwhile", .make = make_messages,
     .states = 99092, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4), .signals = LIST(6),
     .threads = LIST(4, 5), .destroys = LIST(3, 4, 5), .deletes = LIST(4, 6), .faults = LIST(0x1000), .yields = LIST(0),
     .interrupts = LIST(1), .sends_count = 1, .opens_count = 1},

    {.name = "items", .what = "a client, a server: pages and capabilities in messages, replies to faults with pages",
     .make = make_items, .states = 1008, .in_tests = true, ITEMS, .deletes = LIST(6), .sends_count = 6, .opens_count = 4,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 0, 1, 0x1000)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000)),
               SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0)), SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 2, 0x1000)),
               SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0x16))},
     .opens = {OPEN_NOTHING, OPEN_PAGE, OPEN_SLOT, {.flags = IPC_SLOTS, .slots = 0xfffffff0, .slots_count = 0x20}}},

    {.name = "items-refused", .what = "also items that must be refused", .make = make_items_refused, .states = 7816,
     .in_tests = true, ITEMS, .deletes = LIST(6, 7), .names = 2, .sends_count = 12, .opens_count = 4,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 0, 1, 0x1000)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000)),
               SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0)), SEND(1, {.slot = 5, .rights = RIGHT_READ, .pages = 1, .to = 0x1000}),
               SEND(1, ITEM_OF_SLOT(RIGHT_READ, 5, 0, 0)),
               SEND(2, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1000), ITEM_OF_MEMORY(RIGHTS_RG, 1, 1, 0x1000)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x2000)), SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 1)),
               SEND(2, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0), ITEM_OF_SLOT(RIGHT_READ, 4, 0, 0)),
               SEND(1, ITEM_OF_MEMORY(RIGHT_WRITE, 0, 1, 0x1000)),
               SEND(2, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1000), ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000))},
     .opens = {OPEN_NOTHING, OPEN_PAGE, OPEN_SLOT,
               {.flags = IPC_WINDOW | IPC_SLOTS, .window = 0x1000, .window_pages = 2, .slots = 6, .slots_count = 2}}},

    {.name = "items-edges", .what = "the ends of windows, tables and leaves, several items that share one, no spare frame",
     .make = make_items_at_edges, .states = 1630, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .yields = LIST(0), .deletes = LIST(2), .sends_count = 10, .opens_count = 4,
     .sends = {SEND_WORDS, SEND(3, ITEM_OF_SLOT(RIGHT_CALL, 4, 5, 0), ITEM_OF_SLOT(RIGHTS_RG, 2, 0, 1), ITEM_OF_SLOT(RIGHT_READ, 2, 0, 2)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 2, 0x2c000)), SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x2c000)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 2, 1, 0x2c000)),
               SEND(1, {.slot = 5, .rights = RIGHTS_RWG, .pages = 1, .to = 0x2c000}),
               SEND(2, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1000), ITEM_OF_MEMORY(RIGHT_READ, 1, 1, 0x2000)),
               SEND(2, ITEM_OF_MEMORY(RIGHTS_RG, 0, 2, 0x1000), ITEM_OF_MEMORY(RIGHT_READ, 0, 1, 0x2000)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x2f000)), SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 2, 0x2000))},
     .opens = {OPEN_NOTHING, {IPC_WINDOW | IPC_SLOTS, .window = 0x2c000, .window_pages = 1, .slots = 8, .slots_count = 3},
               {IPC_WINDOW | IPC_SLOTS, .window = 0x2f000, .window_pages = 2, .slots = 15, .slots_count = 3},
               {IPC_WINDOW | IPC_SLOTS, .window = 0x1000, .window_pages = 2, .slots = 0, .slots_count = 3}}},

    {.name = "messages-refused", .what = "messages, replies and signals that must be refused, with words and items",
     .make = make_messages_refused, .states = 3956, .in_tests = true, .priorities = BIT(2), .receivers = true,
     .calls = LIST(4), .signals = LIST(3, 8), .parents = LIST(4), .destinations = LIST(8), .other_tables = LIST(0),
     .rights = LIST(9), .values = LIST(0), .counts = LIST(0), .yields = LIST(0), .sends_count = 12, .opens_count = 3,
     .sends = {SEND_WORDS, {IPC_EXTENDED, .tag = TAG_FAULT}, SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x10000)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 1, 1, 0x10000)),
               SEND(1, {.slot = 5, .rights = RIGHT_READ, .pages = 1, .to = 0x10000}),
               SEND(1, {.rights = RIGHT_READ, .kind = 3, .pages = 1, .to = 0x10000}),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 0, 0x10000)), SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 3, 1, 0x10000)),
               SEND(1, ITEM_OF_MEMORY(RIGHT_WRITE, 1, 1, 0x10000)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x30000, 1, 0x10000)),
               SEND(5, {0}), SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 1, 1, 0x2f000))},
     .opens = {OPEN_NOTHING, {.flags = IPC_WINDOW, .window = 0x10000, .window_pages = 1},
               {.flags = IPC_WINDOW, .window = 0x2f000, .window_pages = 2}}},

    {.name = "faults", .what = "faults at pages that are mapped or not, and replies with other pages or with the same",
     .make = make_handled_at_home, .states = 601, .in_tests = true, .priorities = BIT(2), .receivers = true,
     .faults = LIST(0x0, 0x1ffc), .yields = LIST(0), .interrupts = LIST(1), .tasks = LIST(1), .addresses = LIST(0x0, 0x1000),
     .map_rights = LIST(RIGHTS_RG), .sources = LIST(1, 2), .origins = LIST(0, 0x1000), .pages = LIST(1), .sends_count = 11,
     .opens_count = 1,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 1, 1, 0x0)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x0, 1, 0x0)),
               SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x0)), SEND_PAGE_WORD, SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 2, 0x0)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1000)), SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 1, 1, 0x1000)),
               SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x0, 1, 0x1000)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000)),
               SEND(1, ITEM_OF_MEMORY(RIGHTS_RG, 0, 1, 0x1ffc))}},

    {.name = "overwrites", .what = "two clients, each of which writes to the other's message page while that waits",
     .make = make_overwrites, .states = 13428, .in_tests = true, ITEMS, .deletes = LIST(6), .others_write = true,
     .sends_count = 3, .opens_count = 3,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 0, 1, 0x1000)), SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0))},
     .opens = {OPEN_NOTHING, OPEN_PAGE, OPEN_SLOT}},

    {.name = "grants", .what = "three tasks in a row: pages and capabilities are granted on, and taken back",
     .make = make_grants, .states = 12991, .in_tests = true, .priorities = BIT(2), .receivers = true, .calls = LIST(4),
     .yields = LIST(0), .interrupts = LIST(1), .tasks = LIST(1), .addresses = LIST(0x1000), .pages = LIST(1),
     .memories = LIST(2), .offsets = LIST(0), .deletes = LIST(6), .revokes = LIST(2, 6), .map_rights = LIST(RIGHTS_RG),
     .sends_count = 5, .opens_count = 3,
     .sends = {SEND_WORDS, SEND(1, ITEM_OF_MEMORY(RIGHTS_RWG, 0, 1, 0x1000)), SEND(1, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000)),
               SEND(2, ITEM_OF_ADDRESS(RIGHTS_RG, 0x1000, 1, 0x1000), ITEM_OF_SLOT(RIGHT_ALL, 2, 0, 0)),
               SEND(1, ITEM_OF_SLOT(RIGHT_ALL, 6, 0, 0))},
     .opens = {OPEN_NOTHING, OPEN_PAGE,
               {.flags = IPC_WINDOW | IPC_SLOTS, .window = 0x1000, .window_pages = 1, .slots = 6, .slots_count = 1}}},

    {.name = "lines", .what = "a line bound to an endpoint, a receiver of higher priority, a tick", .make = make_lines,
     .states = 21508, .in_tests = true, .priorities = BIT(2) | BIT(3), .irqs_bound = true, .receivers = true,
     .irqs = LIST(2, 3), .lines = LIST(0, 1), .signals = LIST(4, 6), .calls = LIST(4, 6), .destroys = LIST(4),
     .deletes = LIST(4, 6), .threads = LIST(3, 5), .yields = LIST(0), .interrupts = LIST(0, 1), .sends_count = 1,
     .opens_count = 1},

    {.name = "devices", .what = "ports, the log, lines: arguments that must be refused", .make = make_devices, .states = 1,
     .in_tests = true, .priorities = BIT(2), .ports = LIST(3, 4, 7), .port_numbers = LIST(0, 15, 16), .widths = LIST(1, 2, 3),
     .logs = LIST(3, 5, 8), .log_bytes = LIST(0, 256, 257), .irqs = LIST(3, 6, 9), .lines = LIST(0, 25),
     .signals = LIST(3), .yields = LIST(0)},
    {0},
};
/* clang-format on */
