/*
 * What a thread on one processor does to a thread on another: it replies to its fault, destroys what it is revoking,
 * moves it when its time slice ends.
 * defines: HOST_STEP_NODES=4
 * sources: kernel-core tests/host/kernel_world.c tests/host/two_processors.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/two_processors.h"

enum { ENDPOINT = 20, THREAD, OTHER, TASK, CHILDREN = 40, MANY = 30, PRIORITY = PRIORITY_COUNT - 1 };
enum { CALL = SYS_ipc_call | ENDPOINT << SLOT_SHIFT };
enum { ADDRESS = 0x400000 };
enum { FAULTS = 3 }; /* the reply is without a page, with one for which a table is made, and with one in that table */

static const uint32_t none[4] = {0};

/* Makes a thread in init's task and resumes it; it is then ready. */
static struct thread *make(uint32_t slot, uint32_t receives, uint32_t handler, uint32_t cpu)
{
    CHECK(FIRST(SYS_thread_create, WORLD_TASK, slot | receives << 16, handler | PRIORITY << 16 | cpu << 24,
                slot * 0x10000) == OK);
    struct thread *thread = AT(struct thread, slot_object(cspace_slot(&AT(struct task, first->task)->cspace, slot)));
    CHECK(thread->cpu == REF(&kernel.cpus[cpu])); /* T5 */
    CHECK(FIRST(SYS_thread_resume, slot, 0) == OK);
    return thread;
}

static void end(void)
{
    CHECK(FIRST(SYS_object_destroy, THREAD, 0) == OK && FIRST(SYS_object_destroy, OTHER, 0) == OK);
    pair_end();
}

static struct thread *on(unsigned cpu, struct thread *thread, uint32_t head)
{
    host_cpu = cpu;
    struct thread *next = world_syscall(thread, head, none);
    host_cpu = 0;
    return next;
}

/* ------------------------------------------------------------------------------- faults */

/* `client` on processor 1 faults; `handler` on processor 0 receives the fault, replies, and waits again. */
static void fault(struct thread *client, struct thread *handler, uint32_t address, uint32_t items)
{
    CHECK(on(1, second, SYS_thread_yield) == client);
    host_cpu = 1;
    client->registers.vector = VECTOR_PAGE_FAULT;
    CHECK(event_fault(client, address) == second);
    host_cpu = 0;
    CHECK(client->state == THREAD_AWAITING_REPLY && handler->state == THREAD_READY);
    CHECK(on(0, first, SYS_thread_yield) == handler && handler->cpu == REF(&kernel.cpus[0]));
    thread_page(handler)->tag = TAG(0, items);
    thread_page(handler)->items[0] = (struct item){
        .slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_MEMORY, .pages = 1, .from = WORLD_USER, .to = address};
    CHECK(on(0, handler, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED) == first);
    CHECK(client->state == THREAD_READY && client->cpu == REF(&kernel.cpus[1]) && !client->faulting);
}

/* The thread continues where it ran, not where the reply was sent. */
static void a_fault_gets_its_reply_from_another_processor(void)
{
    pair_boot();
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    struct thread *handler = make(THREAD, ENDPOINT, 0, 0), *client = make(OTHER, 0, ENDPOINT, 1);
    CHECK(on(0, first, SYS_thread_yield) == handler && on(0, handler, SYS_ipc_reply_wait) == first);
    for (uint32_t i = 0; i < FAULTS; i++) {
        fault(client, handler, ADDRESS + i * PAGE_SIZE, i > 0);
        CHECK(on(1, second, SYS_thread_yield) == client && on(1, client, SYS_thread_yield) == second);
    }
    CHECK(FIRST(SYS_vm_unmap, WORLD_TASK, ADDRESS + PAGE_SIZE, FAULTS - 1) == OK);
    end();
}

/* ------------------------------------------------------------------------------- ends */

static uint32_t victim;

/* `revoking` names the mark that the thread itself has set: the thread would remove it, whatever has taken its
 * place. */
static void destroy_victim(unsigned step)
{
    if (step)
        return;
    CHECK(first->revoking && node_is_being_revoked(AT(struct node, first->revoking)));
    CHECK(SECOND(SYS_object_destroy, victim, 0) == OK);
    CHECK(!first->revoking);
}

static void revoked_and_destroyed(uint32_t slot)
{
    pair_boot();
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    CHECK(FIRST(SYS_task_create, WORLD_MEMORY, WORLD_USER, TASK) == OK);
    make(THREAD, 0, 0, 1);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(FIRST(SYS_cap_derive, slot, CHILDREN + i, slot == ENDPOINT ? RIGHT_CALL : RIGHT_CONTROL) == OK);
    victim = slot;
    pair_between = destroy_victim;
    CHECK(FIRST(SYS_cap_revoke, slot, 0) == ERR_CAP);
    if (slot != THREAD)
        CHECK(FIRST(SYS_object_destroy, THREAD, 0) == OK);
    pair_end();
}

/* ------------------------------------------------------------------------------- turns */

/* A thread whose turn is over goes behind the others, even if it moves to another processor at that moment. */
static void moved_after_its_turn_is_last(void)
{
    pair_boot();
    struct thread *next = make(THREAD, 0, 0, 0), *there = make(OTHER, 0, 0, 1);
    for (unsigned i = 0; i < NEW_PATIENCE; i++)
        CHECK(event_tick(first) == first);
    CHECK(SECOND(SYS_thread_schedule, WORLD_THREAD, PRIORITY, 1) == OK);
    CHECK(event_tick(first) == next && first->cpu == REF(&kernel.cpus[1]));
    CHECK(on(1, second, SYS_thread_yield) == there);
    CHECK(on(1, there, SYS_thread_yield) == first && on(1, first, SYS_thread_yield) == second);
    CHECK(SECOND(SYS_thread_schedule, WORLD_THREAD, PRIORITY, 0) == OK);
    CHECK(on(0, next, SYS_thread_yield) == first);
    end();
}

/* ------------------------------------------------------------------------------- servers */

/* Ready on processor 0, and with that processor as its home, or without a home. */
static struct thread *make_server(uint32_t cpu)
{
    pair_boot();
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    struct thread *server = make(THREAD, ENDPOINT, 0, 0);
    CHECK(FIRST(SYS_thread_schedule, THREAD, PRIORITY, cpu) == OK);
    return server;
}

/* The server serves the first thread; the call of the second waits in the queue. */
static struct thread *serve_both(uint32_t cpu)
{
    struct thread *server = make_server(cpu);

    CHECK(on(0, first, SYS_thread_yield) == server && on(0, server, SYS_ipc_reply_wait) == first);
    CHECK(on(0, first, CALL) == server && !on(1, second, CALL) && second->state == THREAD_CALLING);
    return server;
}

static void served(struct thread *server, unsigned cpu)
{
    CHECK(server->serving == REF(second) && server->cpu == REF(&kernel.cpus[cpu]));
    CHECK(on(cpu, server, SYS_ipc_reply_wait | IPC_REPLY) == (cpu ? second : first));
    CHECK(second->registers.eax == OK);
}

static void end_served(void)
{
    host_cpu = 1;
    CHECK(thread_cpu(second)->current == REF(second) || event_reschedule(NULL) == second);
    host_cpu = 0;
    CHECK(FIRST(SYS_object_destroy, THREAD, 0) == OK);
    pair_end();
}

/* The server replies to the first thread and moves to the processor of the next caller, so that the first can run
 * on. */
static void a_server_goes_to_its_caller(void)
{
    struct thread *server = serve_both(CPU_ANY);

    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY) == first && server->state == THREAD_READY && !server->home);
    host_cpu = 1;
    CHECK(event_reschedule(NULL) == server);
    served(server, 1);
    end_served();
}

/* No thread is ready here, so the server stays: the first thread waits for it, too. */
static void a_server_alone_stays(void)
{
    struct thread *server = make_server(CPU_ANY);

    CHECK(!on(1, second, CALL) && on(0, first, CALL) == server);
    CHECK(on(0, server, SYS_ipc_reply_wait) == server);
    CHECK(server->serving == REF(second) && server->cpu == REF(&kernel.cpus[0]));
    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY) == server && server->serving == REF(first));
    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY) == first);
    end_served();
}

static void a_bound_server_stays(void)
{
    struct thread *server = serve_both(0);

    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY) == server && first->state == THREAD_READY);
    CHECK(server->serving == REF(second) && server->cpu == server->home);
    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY) == first);
    end_served();
}

int main(void)
{
    a_fault_gets_its_reply_from_another_processor();
    revoked_and_destroyed(ENDPOINT);
    revoked_and_destroyed(THREAD);
    revoked_and_destroyed(TASK);
    moved_after_its_turn_is_last();
    a_server_goes_to_its_caller();
    a_server_alone_stays();
    a_bound_server_stays();
    puts("test_across: threads of two processors act on each other");
}
