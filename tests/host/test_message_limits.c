/*
 * Messages at the limits of the real tables: 64 pages in all, a window that wraps around, and capabilities in leaves
 * that the receiver lacks.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum { ENDPOINT = 10, SERVER = 13, PAGE = 0x20000, WINDOW = 0x400000, FRAME = WORLD_USER };

static struct thread *init, *server;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct thread *event(struct thread *thread, uint32_t head)
{
    return world_syscall(thread, head, (const uint32_t[4]){0});
}

/* The server waits with these windows. */
static void waits(uint32_t flags, uint32_t address, uint32_t pages, uint32_t slots)
{
    struct message_page *page = thread_page(server);

    page->window = address;
    page->window_pages = pages;
    page->slots = slots;
    page->slots_count = slots ? IPC_ITEMS : 0;
    server->registers.eax = SYS_ipc_reply_wait | flags;
}

static void begin(void)
{
    init = world_boot();
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_thread_create, WORLD_TASK, SERVER | ENDPOINT << 16, (PRIORITY_COUNT - 1) << 16, PAGE) == OK);
    CHECK(call(SYS_thread_resume, SERVER, 0, 0, 0) == OK);
    server = AT(struct thread, slot_object(cspace_slot(&AT(struct task, init->task)->cspace, SERVER)));
    CHECK(event(init, SYS_thread_yield) == server && event(server, SYS_ipc_reply_wait) == init);
}

static void item(uint32_t number, uint32_t pages, uint32_t from, uint32_t page)
{
    thread_page(init)->items[number] = (struct item){.slot = WORLD_MEMORY,
                                                     .rights = RIGHT_READ,
                                                     .pages = (uint8_t)pages,
                                                     .from = from,
                                                     .to = WINDOW + page * PAGE_SIZE};
}

static int sends(uint32_t items)
{
    thread_page(init)->tag = TAG(0, items);
    return call(SYS_ipc_call | IPC_EXTENDED, ENDPOINT, 0, 0, 0);
}

/* The message arrives; the server replies and waits again. */
static void is_sent(uint32_t items)
{
    thread_page(init)->tag = TAG(0, items);
    CHECK(event(init, SYS_ipc_call | IPC_EXTENDED | ENDPOINT << SLOT_SHIFT) == server);
    CHECK(event(server, SYS_ipc_reply_wait | IPC_REPLY) == init && init->registers.eax == OK);
}

/* A call or reply with one word more than a message page has is refused. */
static void words_are_limited(void)
{
    waits(0, 0, 0, 0);
    thread_page(init)->tag = IPC_PAGE_WORDS + 1;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, ENDPOINT, 0, 0, 0) == ERR_ARG);
    thread_page(init)->tag = IPC_PAGE_WORDS;
    CHECK(event(init, SYS_ipc_call | IPC_EXTENDED | ENDPOINT << SLOT_SHIFT) == server);
    thread_page(server)->tag = IPC_PAGE_WORDS + 1;
    CHECK(event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED) == server);
    CHECK(server->registers.eax == (uint32_t)ERR_ARG && init->state == THREAD_AWAITING_REPLY);
    thread_page(server)->tag = IPC_PAGE_WORDS;
    CHECK(event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED) == init && init->registers.eax == OK);
    CHECK(thread_page(init)->tag == IPC_PAGE_WORDS);
}

/* "pages one call or one message may touch": the pages of all items together. */
static void pages_of_all_items_are_counted(void)
{
    waits(IPC_WINDOW, WINDOW, 2 * CALL_PAGES_MAX, 0);
    item(0, CALL_PAGES_MAX / 2, FRAME, 0);
    item(1, CALL_PAGES_MAX / 2 + 1, FRAME, CALL_PAGES_MAX / 2);
    CHECK(sends(2) == ERR_ARG);
    item(1, CALL_PAGES_MAX / 2, FRAME, CALL_PAGES_MAX / 2);
    is_sent(2);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, CALL_PAGES_MAX / 2, 0) == OK);
}

/* The server waits with that window only; a page is sent to that address. */
static int sends_to(uint32_t to, uint32_t window, uint32_t pages)
{
    item(0, 1, FRAME, 0);
    thread_page(init)->items[0].to = to;
    waits(IPC_WINDOW, window, pages, 0);
    return sends(1);
}

/* A page is mapped at its address if that is inside the window and below the kernel's addresses. */
static void windows_permit_addresses(void)
{
    CHECK(sends_to(SPACE_END, 0x80000000, SPACE_END >> PAGE_BITS) == ERR_WINDOW);
    CHECK(sends_to(0x1000, 0xfffff000, 4) == ERR_WINDOW);
    CHECK(sends_to(WINDOW + 0x800, WINDOW + 0x800, 1) == ERR_WINDOW);
    CHECK(sends_to(WINDOW, WINDOW + 0x800, 1) == ERR_WINDOW);
    CHECK(sends_to(WINDOW + 0x800, WINDOW, 2) == ERR_WINDOW);
    CHECK(sends_to(WINDOW - PAGE_SIZE, WINDOW, 2) == ERR_WINDOW);
    CHECK(sends_to(WINDOW + 2 * PAGE_SIZE, WINDOW, 2) == ERR_WINDOW);
    CHECK(sends_to(0, WINDOW, 2) == ERR_WINDOW);
    thread_page(init)->items[0].to = SPACE_END - PAGE_SIZE;
    thread_page(init)->items[0].pages = 2;
    waits(IPC_WINDOW, SPACE_END - PAGE_SIZE, 3, 0);
    CHECK(sends(1) == ERR_WINDOW);
    thread_page(init)->items[0].pages = 1;
    is_sent(1);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
}

/* Two items may not overlap at the receiver, wherever their pages come from. */
static void items_do_not_meet(void)
{
    waits(IPC_WINDOW, WINDOW, 4, 0);
    item(0, 3, FRAME, 0);
    item(1, 1, FRAME, 2);
    CHECK(sends(2) == ERR_TAKEN);
    item(0, 1, FRAME, 1);
    item(1, 3, FRAME, 0);
    CHECK(sends(2) == ERR_TAKEN);
    CHECK(call(SYS_vm_map, WORLD_TASK, 0x800000 | RIGHT_READ | RIGHT_GRANT, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    thread_page(init)->items[1] = (struct item){
        .rights = RIGHT_READ, .kind = ITEM_ADDRESS, .pages = 1, .from = 0x800000, .to = WINDOW + PAGE_SIZE};
    CHECK(sends(2) == ERR_TAKEN);
    thread_page(init)->items[1].to = WINDOW + 2 * PAGE_SIZE;
    is_sent(2);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
}

/* Two capabilities in one leaf cost one frame. */
static void a_leaf_is_counted_once(void)
{
    enum { LEAF = 3 * LEAF_SLOTS };
    struct account *account = &AT(struct task, init->task)->account;
    uint32_t spare = account->spare_count;

    for (uint32_t i = 0; i < 2; i++)
        thread_page(init)->items[i] =
            (struct item){.slot = WORLD_MEMORY, .to = i, .rights = RIGHT_READ, .kind = ITEM_CAP};
    account->spare_count = 0;
    waits(IPC_SLOTS, 0, 0, LEAF);
    CHECK(sends(2) == ERR_ACCOUNT && thread_page(init)->shortfall == 1);
    account->spare_count = 1; /* enough for one leaf; the items need two */
    thread_page(init)->items[0].to = 0, thread_page(init)->items[1].to = LEAF_SLOTS;
    thread_page(server)->slots_count = 2 * LEAF_SLOTS;
    CHECK(sends(2) == ERR_ACCOUNT && thread_page(init)->shortfall == 1);
    CHECK(slot_is_empty(cspace_slot(&AT(struct task, init->task)->cspace, LEAF)));
    thread_page(init)->items[1].to = 1;
    account->spare_count = spare;
    is_sent(2);
    CHECK(account->spare_count == spare - 1);
    CHECK(call(SYS_cap_delete, LEAF, 0, 0, 0) == OK && call(SYS_cap_delete, LEAF + 1, 0, 0, 0) == OK);
}

/* A page that needs a table and its companion. */
static void tables_are_paid_for(void)
{
    struct account *account = &AT(struct task, init->task)->account;
    uint32_t spare = account->spare_count, far = WINDOW + (TABLE_ENTRIES << PAGE_BITS);

    account->spare_count = 1;
    CHECK(sends_to(far, far, 1) == ERR_ACCOUNT && thread_page(init)->shortfall == 1);
    account->spare_count = spare;
    is_sent(1);
    CHECK(account->spare_count == spare - 2);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
}

int main(void)
{
    begin();
    words_are_limited();
    pages_of_all_items_are_counted();
    windows_permit_addresses();
    items_do_not_meet();
    a_leaf_is_counted_once();
    tables_are_paid_for();
    world_end();
    puts("test_message_limits: what is beyond a limit is refused");
}
