/*
 * Whom a reply reaches: only the thread that waits for it, identified by reference and call sequence number, and
 * nobody that a message page merely names. And a call through a capability without the right is refused even if a
 * receiver waits.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/ipc/message.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <string.h>

enum {
    ENDPOINT = 10,
    CALLS = 11,
    SIGNALS = 12,
    SERVER = 13,
    HANDLER = 14,
    BADGE = 5,
    PAGE = 0x20000,
    HERE = 0x30000,
    FRAME = WORLD_USER,
    COUNT = 7
};

static struct thread *init, *server;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

/* Returns the thread that runs afterwards. */
static struct thread *event(struct thread *thread, unsigned number, uint32_t slot)
{
    return world_syscall(thread, number | slot << SLOT_SHIFT, (const uint32_t[4]){0});
}

static int replies(void)
{
    event(server, SYS_ipc_reply, 0);
    return (int)server->registers.eax;
}

/* A server of init's task and priority is waiting. */
static void begin(void)
{
    init = world_boot();
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_cap_derive, ENDPOINT, CALLS, RIGHT_CALL, BADGE) == OK);
    CHECK(call(SYS_cap_derive, ENDPOINT, SIGNALS, RIGHT_SIGNAL, 1) == OK);
    CHECK(call(SYS_thread_create, WORLD_TASK, SERVER | ENDPOINT << 16, (PRIORITY_COUNT - 1) << 16, PAGE) == OK);
    CHECK(call(SYS_thread_resume, SERVER, 0, 0, 0) == OK);
    server = AT(struct thread, slot_object(cspace_slot(&AT(struct task, init->task)->cspace, SERVER)));
    CHECK(event(init, SYS_thread_yield, 0) == server);
    CHECK(event(server, SYS_ipc_reply_wait, 0) == init && server->state == THREAD_RECEIVING);
}

static void no_call_without_the_right(void)
{
    CHECK(call(SYS_ipc_call, SIGNALS, 0, 0, 0) == ERR_RIGHTS);
    CHECK(call(SYS_ipc_signal, CALLS, 0, 0, 0) == ERR_RIGHTS);
    CHECK(server->state == THREAD_RECEIVING);
}

static void receives(void)
{
    const struct message_page *page = thread_page(server);

    CHECK(event(init, SYS_ipc_call, CALLS) == server && server->registers.eax == BADGE);
    CHECK(page->caller == REF(init) && init->state == THREAD_AWAITING_REPLY);
}

static void a_reply_to_an_earlier_call_is_stale(void)
{
    struct message_page *page = thread_page(server);

    receives();
    uint32_t first = page->caller_call_number;
    CHECK(replies() == OK && replies() == ERR_STALE);
    CHECK(event(server, SYS_ipc_reply_wait, 0) == init);
    receives();
    CHECK(page->caller_call_number == first + 1);
    page->caller_call_number = first;
    CHECK(replies() == ERR_STALE && init->state == THREAD_AWAITING_REPLY);
    page->caller_call_number = first + 1;
}

/* What looks like a caller that is owed a reply by this task is not a thread, so the reply is stale. */
static void is_no_caller(ref_t ref)
{
    struct thread *forged = AT(struct thread, ref), before;
    struct message_page *page = thread_page(server);
    const struct message_page kept = *page;

    forged->call_number = COUNT;
    forged->state = THREAD_REPLY_DEFERRED;
    forged->peer = server->task;
    memcpy(&before, forged, sizeof before);
    page->caller = ref;
    page->caller_call_number = COUNT;
    CHECK(replies() == ERR_STALE && memcmp(&before, forged, sizeof before) == 0);
    memset(forged, 0, sizeof before);
    page->caller = kept.caller;
    page->caller_call_number = kept.caller_call_number;
}

/* The thread waits for a reply, but from a thread of another task. */
static void is_served_by_another(void)
{
    const ref_t peer = init->peer;

    AT(struct thread, frame_ref(FRAME))->task = frame_ref(FRAME + 1);
    init->peer = frame_ref(FRAME);
    CHECK(init->state == THREAD_AWAITING_REPLY && replies() == ERR_STALE);
    init->peer = peer;
    AT(struct thread, frame_ref(FRAME))->task = 0;
}

static void what_is_forged_is_stale(void)
{
    enum { FREE_CELL = 2, ASIDE = 64 };
    ref_t frame = frame_ref(frame_number(REF(server)));

    is_served_by_another();
    is_no_caller(frame_ref(FRAME));
    is_no_caller(frame + (FREE_CELL << THREAD_SHIFT) + ASIDE);
    is_no_caller(frame_ref(WORLD_FRAMES)); /* a frame without a record */
    thread_page(server)->caller = 0xfffffc00;
    CHECK(replies() == ERR_STALE);
    thread_page(server)->caller = REF(init);
    CHECK(replies() == OK);
}

/* The page still has the window of an earlier wait. */
static void nothing_lands_in_a_closed_window(void)
{
    struct message_page *from = thread_page(init), *to = thread_page(server);
    const struct item page = {
        .slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_MEMORY, .pages = 1, .from = FRAME, .to = 0x400000};
    const struct item slot = {.slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_CAP};

    to->window = 0x400000;
    to->window_pages = to->slots_count = 4;
    to->slots = 100;
    from->tag = TAG(0, 1);
    from->items[0] = page;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_WINDOW);
    from->items[0].pages = 0;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_ARG);
    from->items[0] = slot;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_WINDOW);
    CHECK(server->state == THREAD_RECEIVING && node_is_leaf(&frame_at(FRAME)->mappings));
}

/* A page is granted only with the right to grant, and not if it has the greatest depth. */
static void pages_are_granted_by_right(void)
{
    struct message_page *from = thread_page(init);
    pte_t *entry;

    CHECK(call(SYS_vm_map, WORLD_TASK, HERE | RIGHT_READ | RIGHT_GRANT, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, HERE, &entry));
    server->registers.eax |= IPC_WINDOW;
    from->tag = TAG(0, 1);
    from->items[0] = (struct item){.rights = RIGHT_READ, .kind = ITEM_ADDRESS, .pages = 1, .to = 0x400000};
    from->items[0].from = HERE + 0x800;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_ARG);
    from->items[0].from = HERE;
    entry_node(entry)->flags &= ~RIGHT_GRANT;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_RIGHTS);
    entry_node(entry)->flags |= RIGHT_GRANT;
    entry_node(entry)->depth = NODE_DEPTH_MAX;
    CHECK(call(SYS_ipc_call | IPC_EXTENDED, CALLS, 0, 0, 0) == ERR_DEPTH);
    entry_node(entry)->depth = 1;
    server->registers.eax &= ~(uint32_t)IPC_WINDOW;
    CHECK(call(SYS_vm_unmap, WORLD_TASK, HERE, 1, 0) == OK && server->state == THREAD_RECEIVING);
}

/* The receiver also has a handler's endpoint, which is destroyed; it receives from another endpoint. */
static void a_receiver_may_lose_its_handler(void)
{
    CHECK(call(SYS_endpoint_create, 0, HANDLER, 0, 0) == OK);
    slot_derive(cspace_slot(&AT(struct task, init->task)->cspace, HANDLER), &server->handler,
                &(struct derivation){.rights = RIGHT_CALL});
    CHECK(call(SYS_object_destroy, HANDLER, 0, 0, 0) == OK && slot_is_empty(&server->handler));
    CHECK(server->state == THREAD_RECEIVING && !slot_is_empty(&server->receives));
}

extern void (*host_on_ipi)(void);

/* A thread on another processor is told to forget the old page, when the new one is mapped already. */
static void finds_the_new_page(void)
{
    pte_t *entry;

    CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, HERE, &entry) && pte_frame(entry) == FRAME + 1);
    host_on_ipi = NULL;
}

/* A reply to a fault replaces a page together with everything derived from it, if that is not too much. */
static void few_are_replaced_at_once(void)
{
    const struct vspace *space = &AT(struct task, init->task)->space;
    pte_t *entry;

    CHECK(call(SYS_vm_map, WORLD_TASK, HERE | RIGHT_READ | RIGHT_GRANT, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    CHECK(vspace_find_mapping(space, HERE, &entry));
    for (unsigned i = 1; i <= CALL_PAGES_MAX + 1; i++) /* in the entries behind it in the same table */
        node_insert_child(entry_node(entry), entry_node(entry) + i, RIGHT_READ);
    thread_page(server)->tag = TAG(0, 1);
    thread_page(server)->items[0] = (struct item){
        .slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_MEMORY, .pages = 1, .from = FRAME + 1, .to = HERE};
    server->registers.eax |= IPC_EXTENDED;
    init->fault_address = HERE;
    init->faulting = 1;
    init->registers.vector = 13; /* not a page fault */
    CHECK(message_transfer(server, init) == ERR_WINDOW);
    init->registers.vector = 14;
    CHECK(message_transfer(server, init) == ERR_BUSY &&
          entry_node(entry)->next == node_ref(entry_node(entry) + CALL_PAGES_MAX + 1));
    node_remove(entry_node(entry) + 1);
    kernel.cpu_count = 2;
    kernel.cpus[1].space = init->task;
    host_on_ipi = finds_the_new_page;
    CHECK(message_transfer(server, init) == OK && pte_frame(entry) == FRAME + 1 &&
          node_is_leaf(&frame_at(FRAME)->mappings));
    tlb_sync(); /* as before the kernel is left */
    CHECK(!host_on_ipi);
    kernel.cpus[1].space = 0;
    kernel.cpu_count = 1;
    thread_page(server)->items[0].to = init->page_address; /* a message page cannot be replaced */
    init->fault_address = init->page_address;
    CHECK(message_transfer(server, init) == ERR_TAKEN && thread_page(init)->tag == 0);
    init->faulting = 0;
    server->registers.eax &= ~(uint32_t)IPC_EXTENDED;
    CHECK(call(SYS_vm_unmap, WORLD_TASK, HERE, 1, 0) == OK);
}

int main(void)
{
    begin();
    few_are_replaced_at_once();
    nothing_lands_in_a_closed_window();
    pages_are_granted_by_right();
    a_receiver_may_lose_its_handler();
    no_call_without_the_right();
    a_reply_to_an_earlier_call_is_stale();
    what_is_forged_is_stale();
    world_end();
    puts("test_replies: a reply reaches only the thread that waits for it");
}
