/*
 * A destroyed object leaves nothing usable behind: threads' cells, message pages, mappings, translations, and the
 * call sequence number, which tells a reply to the destroyed thread from one to its successor.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/audit/audit.h"
#include "kernel/vm/vspace.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum {
    ENDPOINT = 10,
    FREE = 11,
    SERVER = 12,
    SLOTS = 20,
    PAGE = 0x200000,
    FRAME = WORLD_USER,
    CELLS = PAGE_SIZE >> THREAD_SHIFT
};

extern uint32_t host_ipi; /* the last IPI to the other processors */

static struct thread *init;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct thread *thread_in(uint32_t index)
{
    return AT(struct thread, slot_object(cspace_slot(&AT(struct task, init->task)->cspace, index)));
}

static struct thread *make(uint32_t index, uint32_t endpoint, uint32_t priority)
{
    CHECK(call(SYS_thread_create, WORLD_TASK, index | endpoint << 16, priority << 16, PAGE + index * PAGE_SIZE) == OK);
    return thread_in(index);
}

static unsigned frames_of_threads(void)
{
    const struct list *frames = &AT(struct task, init->task)->account.threads;
    unsigned count = 0;

    for (ref_t link = frames->first; link != REF(frames); link = AT(struct link, link)->next)
        count++;
    return count;
}

/* Of three frames of threads, the second is the first to become empty. */
static void a_frame_leaves_the_middle_of_a_list(void)
{
    enum { COUNT = 3 * CELLS - 1 };

    for (uint32_t i = 0; i < COUNT; i++)
        make(SLOTS + i, 0, 1);
    CHECK(frames_of_threads() == 3);
    for (uint32_t i = CELLS - 1; i < 2 * CELLS - 1; i++)
        CHECK(call(SYS_cap_delete, SLOTS + i, 0, 0, 0) == OK);
    CHECK(frames_of_threads() == 2);
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK(call(SYS_cap_delete, SLOTS + i, 0, 0, 0) == (i >= CELLS - 1 && i < 2 * CELLS - 1 ? ERR_CAP : OK));
    CHECK(frames_of_threads() == 1);
}

/* The next owner of the frame can read nothing of the message page. */
static void a_message_page_is_cleared(void)
{
    uint32_t *words = (uint32_t *)thread_page(make(FREE, 0, 1));

    for (uint32_t i = 0; i < PAGE_SIZE / sizeof *words; i++)
        words[i] = i + 1;
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
    for (uint32_t i = 0; i < PAGE_SIZE / sizeof *words; i++)
        CHECK(words[i] == 0);
}

/* Nor can the next owner of a thread's cell, part of which was its FPU state. */
static void a_threads_cell_is_cleared(void)
{
    uint8_t *fpu = make(FREE, 0, 1)->fpu;

    for (uint32_t i = 0; i < FPU_BYTES; i++)
        fpu[i] = 1;
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
    for (uint32_t i = 0; i < FPU_BYTES; i++)
        CHECK(fpu[i] == 0);
}

/* A step unmaps as many mappings as it may, and leaves the others for later. */
static void mappings_go_in_steps(void)
{
    enum { COUNT = 5, BUDGET = 3 };
    struct node *root = &frame_at(FRAME)->mappings;

    for (uint32_t i = 0; i < COUNT; i++)
        CHECK(call(SYS_vm_map, WORLD_TASK, (PAGE + i * PAGE_SIZE) | RIGHT_READ, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    CHECK(vspace_unmap_frames(FRAME, 4, BUDGET) == 4 && node_audit(root) == COUNT - BUDGET);
    CHECK(vspace_unmap_frames(FRAME, 4, BUDGET) == 2 && node_is_childless(root)); /* the next step costs a unit, too */
}

/* Wherever the pages are in a table; and more than one step unmaps. */
static void a_space_ends_with_all_its_pages(void)
{
    enum { COUNT = CALL_PAGES_MAX, FAR = 0x40000000 };

    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == OK);
    CHECK(call(SYS_task_donate, FREE, WORLD_MEMORY | 10 << 16, FRAME + 1, 0) == OK);
    CHECK(call(SYS_vm_map, FREE, PAGE | RIGHT_READ, COUNT | WORLD_MEMORY << 16, FRAME + 20) == OK);
    CHECK(call(SYS_vm_map, FREE, FAR | RIGHT_READ, 1 | WORLD_MEMORY << 16, FRAME + 20) == OK);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
    for (uint32_t f = FRAME; f < FRAME + 20 + COUNT; f++)
        CHECK(frame_at(f)->kind == FRAME_USER && node_is_leaf(&frame_at(f)->mappings));
}

/* A step looks through at most two tables, even if they are empty. */
static void tables_go_in_steps(void)
{
    enum { TABLES = 4, TABLE_BYTES = PAGE_SIZE * TABLE_ENTRIES, STEP_FRAMES = 2 * 2 + 1 };
    const struct task *task = AT(struct task, frame_ref(FRAME));

    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == OK);
    CHECK(call(SYS_task_donate, FREE, WORLD_MEMORY | 12 << 16, FRAME + 1, 0) == OK);
    for (uint32_t i = 0; i < TABLES; i++)
        CHECK(call(SYS_vm_map, FREE, (PAGE + i * TABLE_BYTES) | RIGHT_READ, 1 | WORLD_MEMORY << 16, FRAME + 20) == OK);
    object_destroy_begin(REF(task) | SLOT_TASK);
    while (!list_is_empty(&kernel.destroying)) {
        uint32_t spare = task->account.spare_count;
        object_reap_step();
        CHECK(task->account.spare_count <= spare + STEP_FRAMES);
    }
}

/* A page was to be dropped; but then the space ends, and processors leave it. */
static void a_space_is_left_whatever_was_asked(void)
{
    struct cpu *other = &kernel.cpus[1];

    kernel.cpu_count = 2;
    other->space = init->task;
    tlb_invalidate(init->task, PAGE);
    CHECK(other->tlb_ipi == (PAGE | IPI_PAGE));
    tlb_invalidate(init->task, PAGE + PAGE_SIZE);
    CHECK(other->tlb_ipi == IPI_ALL);
    kernel.cpus[0].space = 0;
    vspace_leave(init->task);
    CHECK(host_ipi == IPI_LEAVE && other->space == 0 && other->tlb_ipi == 0 && kernel.tlb_pending == 0);
    kernel.cpus[0].space = init->task;
    kernel.cpu_count = 1;
}

/* Receives the call of a new thread in slot FREE. */
static struct message_page *received(struct thread *server)
{
    struct thread *client = make(FREE, 0, PRIORITY_COUNT - 1);

    CHECK(call(SYS_thread_resume, FREE, 0, 0, 0) == OK);
    CHECK(world_syscall(init, SYS_thread_yield, (const uint32_t[4]){0}) == client);
    CHECK(world_syscall(client, SYS_ipc_call | ENDPOINT << SLOT_SHIFT, (const uint32_t[4]){0}) == server);
    CHECK(thread_page(server)->caller == REF(client));
    return thread_page(server);
}

/* T2: a thread in the cell of a destroyed one does not get its reply. */
static void a_destroyed_thread_gets_no_reply(void)
{
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    struct thread *server = make(SERVER, ENDPOINT, PRIORITY_COUNT - 1);
    CHECK(call(SYS_thread_resume, SERVER, 0, 0, 0) == OK);
    CHECK(world_syscall(init, SYS_thread_yield, (const uint32_t[4]){0}) == server);
    CHECK(world_syscall(server, SYS_ipc_reply_wait, (const uint32_t[4]){0}) == init);

    const struct message_page *page = received(server);
    ref_t caller = page->caller;
    uint32_t calls = page->caller_call_number;
    CHECK(world_syscall(server, SYS_thread_yield, (const uint32_t[4]){0}) == init);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
    CHECK(world_syscall(init, SYS_thread_yield, (const uint32_t[4]){0}) == server);
    CHECK(world_syscall(server, SYS_ipc_reply_wait, (const uint32_t[4]){0}) == init);

    CHECK(received(server)->caller == caller && page->caller_call_number != calls);
    thread_page(server)->caller_call_number = calls;
    CHECK(world_syscall(server, SYS_ipc_reply, (const uint32_t[4]){0}) == server &&
          (int)server->registers.eax == ERR_STALE);
    CHECK(world_syscall(server, SYS_thread_yield, (const uint32_t[4]){0}) == init);
}

/* T2: "it begins beyond that of every destroyed thread", whichever was the last, even though the count wraps around. */
static void calls_are_counted_beyond_the_dead(void)
{
    static const uint32_t numbers[][2] = {{5, 5}, {3, 5},         {0x7fffffff, 0x7fffffff}, {0xfffffff0, 0xfffffff0},
                                          {2, 2}, {0xfffffff8, 2}};

    kernel.call_number_base = 0;
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        make(FREE, 0, 1)->call_number = numbers[i][0];
        CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK && kernel.call_number_base == numbers[i][1]);
    }
    CHECK(make(FREE, 0, 1)->call_number == 2 && call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

int main(void)
{
    init = world_boot();
    a_frame_leaves_the_middle_of_a_list();
    a_message_page_is_cleared();
    a_threads_cell_is_cleared();
    mappings_go_in_steps();
    a_space_ends_with_all_its_pages();
    tables_go_in_steps();
    a_space_is_left_whatever_was_asked();
    calls_are_counted_beyond_the_dead();
    a_destroyed_thread_gets_no_reply();
    world_end();
    puts("test_object_ends: nothing is left of what ends");
}
