/*
 * A reply with frames for an existing page table takes the fast path. The result is that of the general path: the
 * frames, or the same error, after which nothing has changed and the reply is still owed.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/ipc/ipc.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum {
    ENDPOINT = 10,
    SERVER = 13,
    PAGE = 0x20000,
    WINDOW = 0x400000,
    TABLES = 4,
    WINDOW_PAGES = TABLES * TABLE_ENTRIES,
    FRAME = WORLD_USER,
};

static struct thread *init, *server;
static struct task *task;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct thread *event(struct thread *thread, uint32_t head)
{
    return world_syscall(thread, head, (const uint32_t[4]){0});
}

/* A server of init's task and priority waits; it also handles init's faults. */
static void begin(void)
{
    init = world_boot();
    task = AT(struct task, init->task);
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_thread_create, WORLD_TASK, SERVER | ENDPOINT << 16, (PRIORITY_COUNT - 1) << 16, PAGE) == OK);
    CHECK(call(SYS_thread_resume, SERVER, 0, 0, 0) == OK);
    server = AT(struct thread, slot_object(cspace_slot(&task->cspace, SERVER)));
    slot_derive(cspace_slot(&task->cspace, ENDPOINT), &init->handler, &(struct derivation){.rights = RIGHT_CALL});
    CHECK(event(init, SYS_thread_yield) == server && event(server, SYS_ipc_reply_wait) == init);
    thread_page(init)->window = WINDOW;
    thread_page(init)->window_pages = WINDOW_PAGES;
}

static uint32_t mapped(uint32_t address)
{
    pte_t *entry;

    return vspace_find_mapping(&task->space, address, &entry) ? pte_frame(entry) : 0;
}

static void calls(void)
{
    CHECK(event(init, SYS_ipc_call | IPC_WINDOW | ENDPOINT << SLOT_SHIFT) == server);
}

static void faults(uint32_t address)
{
    init->registers.vector = 14;
    init->fault_address = address;
    CHECK(ipc_fault(init) == server);
}

static void replies(struct item item, int status)
{
    thread_page(server)->tag = TAG(0, 1); /* until a message arrives */
    thread_page(server)->items[0] = item;
    struct thread *next = event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED);
    if (status == OK)
        CHECK(next == init && server->state == THREAD_RECEIVING && init->state == THREAD_RUNNING);
    else
        CHECK(next == server && (int)server->registers.eax == status && server->serving == REF(init));
}

static struct item frames(uint32_t first, unsigned pages, uint32_t to)
{
    return (struct item){.slot = WORLD_MEMORY,
                         .rights = RIGHT_READ,
                         .kind = ITEM_MEMORY,
                         .pages = (uint8_t)pages,
                         .from = first,
                         .to = to};
}

static void unmap(uint32_t address, uint32_t pages)
{
    CHECK(call(SYS_vm_unmap, WORLD_TASK, address, pages, 0) == OK);
}

/* The first reply makes the table. */
static void are_mapped(void)
{
    for (unsigned i = 0; i < 3; i++) {
        calls();
        replies(frames(FRAME + i, 1, WINDOW + i * PAGE_SIZE), OK);
        CHECK(mapped(WINDOW + i * PAGE_SIZE) == FRAME + i);
    }
    calls();
    replies(frames(FRAME, 2, WINDOW + 3 * PAGE_SIZE), OK);
    CHECK(mapped(WINDOW + 3 * PAGE_SIZE) == FRAME && mapped(WINDOW + 4 * PAGE_SIZE) == FRAME + 1);
    unmap(WINDOW, 5);
}

static void go_on_in_the_next_table(void)
{
    for (uint32_t i = 1; i < TABLES; i++) {
        uint32_t last = WINDOW + (i * TABLE_ENTRIES - 1) * PAGE_SIZE;
        calls();
        replies(frames(FRAME, 2, last), OK);
        CHECK(mapped(last) == FRAME && mapped(last + PAGE_SIZE) == FRAME + 1);
        unmap(last, 2);
    }
}

static void are_refused(void)
{
    struct item item = frames(FRAME, 1, WINDOW);

    calls();
    task->stage = 1;
    replies(item, ERR_DEAD);
    task->stage = 0;
    item.kind = ITEM_ADDRESS;
    replies(item, ERR_ARG);
    item.kind = ITEM_MEMORY;
    item.rights = RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE;
    replies(item, ERR_ARG);
    item.rights = RIGHT_READ;
    item.from = WORLD_FRAMES;
    replies(item, ERR_ARG);
    replies(frames(FRAME, 1, WINDOW + WINDOW_PAGES * PAGE_SIZE), ERR_WINDOW);
    frame_at(FRAME)->state |= NODE_REVOKING;
    replies(frames(FRAME, 1, WINDOW), ERR_BUSY);
    frame_at(FRAME)->state &= ~(uint32_t)NODE_REVOKING;
    CHECK(!mapped(WINDOW));
    replies(frames(FRAME, 1, WINDOW), OK);
    calls();
    replies(frames(FRAME + 1, 1, WINDOW), ERR_TAKEN);
    CHECK(mapped(WINDOW) == FRAME);
    replies(frames(FRAME + 1, 1, WINDOW + PAGE_SIZE), OK);
}

extern void (*host_on_ipi)(void);

/* A thread on another processor, which must forget what it read there. */
static void finds_the_new_page(void)
{
    CHECK(mapped(WINDOW) == FRAME + 2);
    host_on_ipi = NULL;
}

/* The page there is replaced, with everything derived from it; but not a message page. */
static void replace_where_a_thread_faulted(void)
{
    pte_t *entry;

    faults(WINDOW + 5);
    replies(frames(FRAME + 2, 1, WINDOW + PAGE_SIZE), ERR_WINDOW);
    kernel.cpu_count = 2;
    kernel.cpus[1].space = init->task;
    host_on_ipi = finds_the_new_page;
    replies(frames(FRAME + 2, 1, WINDOW), OK);
    CHECK(!host_on_ipi);
    kernel.cpus[1].space = 0;
    kernel.cpu_count = 1;
    CHECK(mapped(WINDOW) == FRAME + 2 && node_is_leaf(&frame_at(FRAME)->mappings));
    CHECK(vspace_find(&task->space, WINDOW, &entry));
    node_insert_child(entry_node(entry), entry_node(entry + 8), RIGHT_READ); /* as if mapped from there */
    pte_fill(entry + 8, pte_make(FRAME + 2, RIGHT_READ));
    faults(WINDOW);
    replies(frames(FRAME + 3, 1, WINDOW), OK);
    CHECK(mapped(WINDOW) == FRAME + 3 && !mapped(WINDOW + 8 * PAGE_SIZE));
    faults(PAGE);
    replies(frames(FRAME, 1, PAGE), ERR_TAKEN);
    thread_page(server)->tag = 0;
    CHECK(event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED) == init && !init->faulting);
    unmap(WINDOW, 2);
}

int main(void)
{
    begin();
    are_mapped();
    go_on_in_the_next_table();
    are_refused();
    replace_where_a_thread_faulted();
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 4, 0) == OK);
    world_end();
    puts("test_frames_at_once: the fast path maps frames or refuses as the general one does");
}
