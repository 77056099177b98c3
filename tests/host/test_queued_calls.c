/*
 * A call or a fault that waits at an endpoint is delivered only if its capability is still unchanged: otherwise the
 * caller gets ERR_CAP, and the faulting thread is stopped.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum { ENDPOINT = 20, GIVEN, ANOTHER, CLIENT = 10, SERVER, BADGE = 7, WORD = 4711 };

static struct thread *init;
static const uint32_t nothing[4];

#define CALL(number, slot, ...)                                                                                        \
    world_call(init, (number) | (uint32_t)(slot) << SLOT_SHIFT, (const uint32_t[4]){__VA_ARGS__})

static struct slot *in_slot(uint32_t index)
{
    return cspace_slot(&AT(struct task, init->task)->cspace, index);
}

static struct thread *thread_in(uint32_t index)
{
    return AT(struct thread, slot_object(in_slot(index)));
}

/* A thread of init's task, which runs when init yields. */
static struct thread *start(uint32_t index, uint32_t receives, uint32_t handler, uint32_t page)
{
    CHECK(CALL(SYS_thread_create, WORLD_TASK, index | receives << 16, handler | 31u << 16 | (uint32_t)CPU_ANY << 24,
               page) == OK);
    CHECK(CALL(SYS_thread_resume, index, 0) == OK);
    CHECK(world_syscall(init, SYS_thread_yield, nothing) == thread_in(index));
    return thread_in(index);
}

static void boot(void)
{
    init = world_boot();
    CHECK(CALL(SYS_endpoint_create, 0, ENDPOINT) == OK);
    CHECK(CALL(SYS_cap_derive, ENDPOINT, GIVEN, RIGHT_CALL, BADGE) == OK);
}

/* A thread that waits at the endpoint: with a call, or with a fault. */
static struct thread *wait_at_endpoint(bool faults)
{
    struct thread *client = start(CLIENT, 0, faults ? GIVEN : 0, 0x9000);

    if (faults) {
        client->registers.vector = VECTOR_PAGE_FAULT;
        CHECK(event_fault(client, 0x1000) == init);
    } else {
        CHECK(world_syscall(client, SYS_ipc_call | GIVEN << SLOT_SHIFT, (const uint32_t[4]){WORD}) == init);
    }
    CHECK(client->state == THREAD_CALLING);
    return client;
}

/* The server looks for a message: true if it gets one. */
static bool server_gets_one(void)
{
    struct thread *server = start(SERVER, ENDPOINT, 0, 0xa000);

    return world_syscall(server, SYS_ipc_reply_wait, nothing) == server && server->registers.eax == BADGE;
}

static void what_is_revoked_is_not_delivered(bool faults)
{
    boot();
    struct thread *client = wait_at_endpoint(faults);
    CHECK(CALL(SYS_cap_revoke, ENDPOINT, 0) == OK);
    CHECK(CALL(SYS_cap_derive, ENDPOINT, ANOTHER, RIGHT_CALL, BADGE) == OK); /* another capability has the badge now */
    CHECK(!server_gets_one());
    if (faults)
        CHECK(client->state == THREAD_STOPPED);
    else
        CHECK(client->state != THREAD_CALLING && client->registers.eax == (uint32_t)ERR_CAP);
    world_end();
}

/* The slot then has another badge; another endpoint; the same again. */
static void the_present_capability_counts(uint32_t from, uint32_t badge, bool delivered)
{
    boot();
    CHECK(CALL(SYS_endpoint_create, 0, ANOTHER) == OK);
    wait_at_endpoint(false);
    CHECK(CALL(SYS_cap_delete, GIVEN, 0) == OK);
    CHECK(CALL(SYS_cap_derive, from, GIVEN, RIGHT_CALL, badge) == OK);
    CHECK(server_gets_one() == delivered);
    world_end();
}

static void what_is_there_is_delivered(void)
{
    for (unsigned faults = 0; faults < 2; faults++) {
        boot();
        wait_at_endpoint(faults);
        CHECK(server_gets_one());
        world_end();
    }
}

static struct thread *server;

static void lose_endpoint(void)
{
    if (!slot_is_empty(&server->receives))
        slot_empty(&server->receives);
}

enum { CALLERS = 3, FIRST = 30, PAGES = 0x20000 };

static void callers_are_refused(void)
{
    for (uint32_t i = 0; i < CALLERS; i++) {
        struct thread *client = start(FIRST + i, 0, 0, PAGES + i * PAGE_SIZE);
        CHECK(world_syscall(client, SYS_ipc_call | GIVEN << SLOT_SHIFT, nothing) == init);
    }
    CHECK(CALL(SYS_cap_delete, GIVEN, 0) == OK);
}

/* Each refusal is a step. After the first the endpoint is destroyed. */
static void a_receiver_may_lose_its_endpoint(void)
{
    boot();
    callers_are_refused();
    server = start(SERVER, ENDPOINT, 0, 0xa000);
    host_preemption_point = lose_endpoint;
    CHECK(world_syscall(server, SYS_ipc_reply_wait, nothing) == server && server->registers.eax == (uint32_t)ERR_CAP);
    host_preemption_point = NULL;
    CHECK(thread_in(FIRST + CALLERS - 1)->state == THREAD_CALLING);
    world_end();
}

/* The server owes a client its reply, and callers behind it are about to be refused. */
static struct thread *one_is_served(void)
{
    boot();
    CHECK(CALL(SYS_cap_derive, ENDPOINT, ANOTHER, RIGHT_CALL, BADGE) == OK);
    struct thread *client = start(CLIENT, 0, 0, 0x9000);
    CHECK(world_syscall(client, SYS_ipc_call | ANOTHER << SLOT_SHIFT, nothing) == init);
    callers_are_refused();
    CHECK(server_gets_one());
    server = thread_in(SERVER);
    return client;
}

/* The reply is given once, however many steps it takes to receive the next message. */
static void a_reply_is_not_given_again(void)
{
    struct thread *client = one_is_served();
    struct thread *next = world_syscall(server, SYS_ipc_reply_wait | IPC_REPLY, nothing);

    CHECK(next != server && server->state == THREAD_RECEIVING && client->registers.eax == OK);
    for (uint32_t i = 0; i < CALLERS; i++)
        CHECK(thread_in(FIRST + i)->registers.eax == (uint32_t)ERR_CAP);
    world_end();
}

/* The reply is given, and then, between two steps of the receive, the endpoint goes. */
static void a_reply_is_given_though_nothing_is_received(void)
{
    struct thread *client = one_is_served();

    host_preemption_point = lose_endpoint;
    CHECK(world_syscall(server, SYS_ipc_reply_wait | IPC_REPLY, nothing) == server);
    host_preemption_point = NULL;
    CHECK(server->registers.eax == (uint32_t)ERR_CAP && client->registers.eax == OK && !server->serving);
    CHECK(thread_in(FIRST + CALLERS - 1)->state == THREAD_CALLING);
    world_end();
}

static unsigned steps;

static void count_step(void)
{
    steps++;
}

static void give_frame(struct thread *sender, uint32_t frame, uint32_t to)
{
    thread_page(sender)->tag = TAG(0, 1);
    thread_page(sender)->items[0] = (struct item){.slot = WORLD_MEMORY,
                                                  .rights = RIGHT_READ,
                                                  .kind = ITEM_MEMORY,
                                                  .pages = 1,
                                                  .from = WORLD_USER + frame,
                                                  .to = to};
}

static void open_window(struct thread *receiver, uint32_t window)
{
    thread_page(receiver)->window = window;
    thread_page(receiver)->window_pages = 1;
}

/* The reply passes pages, and so does the next caller: interrupts are let in between. */
static void two_transfers_are_two_steps(void)
{
    enum { WINDOW = 0x400000 };

    boot();
    struct thread *client = start(CLIENT, 0, 0, 0x9000);
    open_window(client, WINDOW);
    CHECK(world_syscall(client, SYS_ipc_call | IPC_WINDOW | GIVEN << SLOT_SHIFT, nothing) == init);
    struct thread *next = start(FIRST, 0, 0, PAGES);
    give_frame(next, 0, WINDOW + PAGE_SIZE);
    CHECK(world_syscall(next, SYS_ipc_call | IPC_EXTENDED | GIVEN << SLOT_SHIFT, nothing) == init);
    CHECK(server_gets_one());
    server = thread_in(SERVER);
    give_frame(server, 1, WINDOW);
    open_window(server, WINDOW + PAGE_SIZE);
    steps = 0;
    host_preemption_point = count_step;
    CHECK(world_syscall(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED | IPC_WINDOW, nothing) == server);
    host_preemption_point = NULL;
    CHECK(steps > 0 && thread_page(server)->caller == REF(next) && client->registers.eax == OK);
    CHECK(thread_page(client)->tag == TAG(0, 1) && thread_page(server)->tag == TAG(0, 1));
    CHECK(CALL(SYS_vm_unmap, WORLD_TASK, WINDOW, 2) == OK);
    world_end();
}

int main(void)
{
    two_transfers_are_two_steps();
    a_reply_is_not_given_again();
    a_reply_is_given_though_nothing_is_received();
    a_receiver_may_lose_its_endpoint();
    what_is_there_is_delivered();
    what_is_revoked_is_not_delivered(false);
    what_is_revoked_is_not_delivered(true);
    the_present_capability_counts(ENDPOINT, BADGE + 1, false);
    the_present_capability_counts(ANOTHER, BADGE, false);
    the_present_capability_counts(ENDPOINT, BADGE, true);
    puts("test_queued_calls: waiting messages are delivered only while that is allowed");
}
