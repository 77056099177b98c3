/*
 * A long call works with the capability that it began with, whatever its slot holds later: between two of its steps
 * the other processor replaces that capability by another one. The call ends, and the new one is unchanged.
 * defines: HOST_STEP_NODES=4
 * sources: kernel-core tests/host/kernel_world.c tests/host/two_processors.c
 */
#include "kernel/sys/sys.h"
#include "tests/host/check.h"
#include "tests/host/two_processors.h"

enum { A = 11, B, NAME, PAGES = 12, ADDRESS = 0x40000000 };
enum { ENDPOINT = 20, MIDDLE, OTHER, MANY = 30, CHILDREN = 40 };
enum { GIVER = 100, GIVEN, FRAMES = 40, GIVEN_ADDRESS = 0x50000000 };

static uint32_t page(uint32_t base, uint32_t i)
{
    return (base + i * PAGE_SIZE) | RIGHT_READ | RIGHT_WRITE;
}

static unsigned pages_of(uint32_t task, uint32_t base, uint32_t pages)
{
    unsigned found = 0;

    for (uint32_t i = 0; i < pages; i++)
        found += SECOND(SYS_vm_protect, task, page(base, i), 1) == OK;
    return found;
}

/* ------------------------------------------------------------------------------- vm_unmap */

/* Two tasks with as many pages at the same addresses; NAME is a capability for A. */
static void make_two_tasks(void)
{
    for (uint32_t task = A; task <= B; task++) {
        uint32_t frame = WORLD_USER + (task - A) * 100;
        CHECK(FIRST(SYS_task_create, WORLD_MEMORY, frame, task) == OK);
        CHECK(FIRST(SYS_task_donate, task, WORLD_MEMORY | 20 << 16, frame + 1) == OK);
        CHECK(FIRST(SYS_vm_map, task, page(ADDRESS, 0), PAGES | WORLD_MEMORY << 16, frame + 50) == OK);
    }
    CHECK(FIRST(SYS_cap_derive, A, NAME, RIGHT_CONTROL) == OK);
}

static void name_the_other_task(unsigned step)
{
    if (step)
        return;
    CHECK(SECOND(SYS_cap_delete, NAME, 0) == OK);
    CHECK(SECOND(SYS_cap_derive, B, NAME, RIGHT_CONTROL) == OK);
}

static void unmapping_stays_in_its_task(void)
{
    pair_boot();
    make_two_tasks();
    pair_between = name_the_other_task;
    CHECK(FIRST(SYS_vm_unmap, NAME, ADDRESS, PAGES) == ERR_CAP);
    CHECK(pages_of(A, ADDRESS, PAGES) < PAGES && pages_of(B, ADDRESS, PAGES) == PAGES);
    pair_end();
}

static void lose_the_name(unsigned step)
{
    if (step == 0)
        CHECK(SECOND(SYS_cap_delete, NAME, 0) == OK);
}

static void unmapping_ends_without_its_capability(void)
{
    pair_boot();
    make_two_tasks();
    pair_between = lose_the_name;
    CHECK(FIRST(SYS_vm_unmap, NAME, ADDRESS, PAGES) == ERR_CAP);
    CHECK(pages_of(A, ADDRESS, PAGES) > 0);
    pair_end();
}

/* ------------------------------------------------------------------- cap_delete, cap_revoke */

static enum how { DELETED, OBJECT_DESTROYED, SAME_ADDRESS, STOPPED } how;

/* MIDDLE is deleted, and derived again for another endpoint; with SAME_ADDRESS, for one in the cell of the first. */
static void use_the_slot_again(unsigned step)
{
    if (step)
        return;
    if (how == STOPPED)
        CHECK(SECOND(SYS_thread_stop, WORLD_THREAD, 0) == OK);
    if (how == OBJECT_DESTROYED || how == SAME_ADDRESS)
        CHECK(SECOND(SYS_object_destroy, ENDPOINT, 0) == OK);
    else
        CHECK(SECOND(SYS_cap_delete, MIDDLE, 0) == OK);
    if (how == SAME_ADDRESS)
        CHECK(SECOND(SYS_endpoint_create, 0, ENDPOINT) == OK);
    CHECK(SECOND(SYS_cap_derive, how == SAME_ADDRESS ? ENDPOINT : OTHER, MIDDLE, RIGHT_ALL) == OK);
    if (how == STOPPED)
        CHECK(SECOND(SYS_thread_resume, WORLD_THREAD, 0) == OK);
}

static void make_many_children(void)
{
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    CHECK(FIRST(SYS_endpoint_create, 0, OTHER) == OK);
    CHECK(FIRST(SYS_cap_derive, ENDPOINT, MIDDLE, RIGHT_ALL) == OK);
    for (uint32_t i = 0; i < CHILDREN; i++)
        CHECK(FIRST(SYS_cap_derive, MIDDLE, MANY + i, RIGHT_CALL) == OK);
}

static void deleting_leaves_what_came_later(uint32_t number, enum how with)
{
    pair_boot();
    how = with;
    make_many_children();
    pair_between = use_the_slot_again;
    CHECK(FIRST(number, MIDDLE, 0) == ERR_CAP);
    pair_between = NULL;
    CHECK(SECOND(SYS_cap_delete, MIDDLE, 0) == OK); /* the new one is still there */
    pair_end();
}

/* Changes of a neighbouring slot, and a stop of the thread, do not matter. */
static void empty_a_neighbour(unsigned step)
{
    if (step)
        return;
    CHECK(SECOND(SYS_thread_stop, WORLD_THREAD, 0) == OK);
    CHECK(SECOND(SYS_cap_delete, OTHER, 0) == OK);
    CHECK(SECOND(SYS_thread_resume, WORLD_THREAD, 0) == OK);
}

static void a_neighbour_does_not_matter(void)
{
    pair_boot();
    make_many_children();
    pair_between = empty_a_neighbour;
    CHECK(FIRST(SYS_cap_revoke, MIDDLE, 0) == OK);
    pair_end();
}

/* Threads in the middle of calls that work with slots of one leaf, of which they can be bound to only so many. */
static struct thread *begin_call(uint32_t slot, uint32_t page_address)
{
    const uint32_t arguments[4] = {slot, 31 << 16, page_address};

    CHECK(pair_call(second, SYS_thread_create, WORLD_TASK, arguments) == OK);
    struct thread *thread = AT(struct thread, slot_object(cspace_slot(&AT(struct task, second->task)->cspace, slot)));
    thread->restarting = 1;
    thread->registers.eax = SYS_cap_revoke | MIDDLE << SLOT_SHIFT;
    return thread;
}

static void end_call(struct thread *thread)
{
    thread_end_long_call(thread, true);
    thread->restarting = 0;
}

static void at_most_eight_are_on_their_way(void)
{
    struct thread *threads[BOUND_MAX + 1];

    pair_boot();
    make_two_tasks();
    make_many_children();
    for (uint32_t i = 0; i <= BOUND_MAX; i++)
        threads[i] = begin_call(200 + i, 0x100000 + i * PAGE_SIZE);
    for (uint32_t i = 0; i < BOUND_MAX; i++)
        CHECK(sys_restart(threads[i]) == RESTART && sys_restart(threads[i]) == RESTART);
    CHECK(sys_restart(threads[BOUND_MAX]) == ERR_BUSY && !threads[BOUND_MAX]->bound.next);
    end_call(threads[0]);
    CHECK(sys_restart(threads[BOUND_MAX]) == RESTART);
    CHECK(SECOND(SYS_cap_delete, MIDDLE, 0) == ERR_BUSY); /* part of it is done */
    CHECK(SECOND(SYS_cap_revoke, MIDDLE, 0) == ERR_BUSY && !second->revoking);
    CHECK(SECOND(SYS_vm_unmap, NAME, ADDRESS, PAGES) == ERR_BUSY && pages_of(A, ADDRESS, PAGES) < PAGES);
    CHECK(SECOND(SYS_thread_stop, WORLD_THREAD, 0) == ERR_BUSY && first->stopped); /* its processor will be notified */
    CHECK(SECOND(SYS_thread_resume, WORLD_THREAD, 0) == OK);
    CHECK(SECOND(SYS_memory_revoke, WORLD_MEMORY, WORLD_USER + 50, PAGES) == ERR_BUSY && !second->revoking);
    end_call(threads[1]);
    CHECK(SECOND(SYS_cap_delete, MIDDLE, 0) == OK);
    for (uint32_t i = 2; i <= BOUND_MAX; i++)
        CHECK(call_run(threads[i]) == ERR_CAP);
    pair_end();
}

/* --------------------------------------------------------------------------- memory_revoke */

static unsigned when, taken_back;
static bool stopped;

/* GIVEN is deleted when its giver is revoked, and the frames are mapped in another task. */
static void take_back(unsigned step)
{
    if (step != when)
        return;
    if (stopped)
        CHECK(SECOND(SYS_thread_stop, WORLD_THREAD, 0) == OK);
    CHECK(SECOND(SYS_cap_revoke, GIVER, 0) == OK);
    for (uint32_t i = 0; i < FRAMES; i++)
        taken_back += SECOND(SYS_vm_map, A, page(GIVEN_ADDRESS, i), 1 | GIVER << 16, i) == OK;
    if (stopped)
        CHECK(SECOND(SYS_thread_resume, WORLD_THREAD, 0) == OK);
}

static void revoking_ends_with_its_capability(unsigned at, bool with_stop)
{
    pair_boot();
    when = at, stopped = with_stop, taken_back = 0;
    make_two_tasks();
    CHECK(FIRST(SYS_cap_derive, WORLD_MEMORY, GIVER, RIGHT_ALL, WORLD_USER + 300, FRAMES) == OK);
    CHECK(FIRST(SYS_cap_derive, GIVER, GIVEN, RIGHT_ALL) == OK);
    CHECK(FIRST(SYS_vm_map, B, page(GIVEN_ADDRESS, 0), FRAMES | GIVER << 16, 0) == OK);
    CHECK(FIRST(SYS_vm_map, A, page(GIVEN_ADDRESS, FRAMES), 1 | GIVER << 16, 0) == OK); /* so that the tables exist */
    pair_between = take_back;
    CHECK(FIRST(SYS_memory_revoke, GIVEN, 0, FRAMES) == ERR_CAP);
    CHECK(taken_back >= FRAMES - 1); /* one frame is marked while it is being revoked */
    CHECK(pages_of(A, GIVEN_ADDRESS, FRAMES) == taken_back);
    pair_end();
}

/* The registers in between count from the capability's first frame: they reveal no frame number. */
static void revoking_tells_no_frame(void)
{
    pair_boot();
    make_two_tasks();
    CHECK(FIRST(SYS_cap_derive, WORLD_MEMORY, GIVEN, RIGHT_ALL, WORLD_USER + 300, FRAMES) == OK);
    CHECK(FIRST(SYS_vm_map, B, page(GIVEN_ADDRESS, 0), FRAMES | GIVEN << 16, 0) == OK);
    CHECK(FIRST(SYS_memory_revoke, GIVEN, 0, FRAMES) == OK);
    CHECK(first->registers.ebx && first->registers.ebx < FRAMES);
    pair_end();
}

static void copy_to_the_frame(unsigned step)
{
    if (step)
        return;
    CHECK(node_is_being_revoked(&frame_at(WORLD_USER + 300)->mappings));
    CHECK(SECOND(SYS_frame_copy, WORLD_MEMORY, WORLD_USER + 300, WORLD_MEMORY, WORLD_USER + 301, PAGE_SIZE) == OK);
    CHECK(node_is_being_revoked(&frame_at(WORLD_USER + 300)->mappings));
    CHECK(SECOND(SYS_vm_map, B, page(GIVEN_ADDRESS, 0), 1 | WORLD_MEMORY << 16, WORLD_USER + 300) == ERR_BUSY);
    for (uint32_t i = 0; i < 2 * STEP_NODES; i++) /* the call has nothing to do any more */
        CHECK(SECOND(SYS_vm_unmap, A, GIVEN_ADDRESS + i * PAGE_SIZE, 1) == OK);
    CHECK(node_is_leaf(&frame_at(WORLD_USER + 300)->mappings));
    CHECK(SECOND(SYS_task_donate, A, WORLD_MEMORY | 1 << 16, WORLD_USER + 300) == ERR_FRAME);
}

/* A frame whose mappings are being revoked may be written to, but not mapped or donated meanwhile. */
static void what_is_written_stays_marked(void)
{
    pair_boot();
    make_two_tasks();
    for (uint32_t i = 0; i < 2 * STEP_NODES; i++)
        CHECK(FIRST(SYS_vm_map, A, page(GIVEN_ADDRESS, i), 1 | WORLD_MEMORY << 16, WORLD_USER + 300) == OK);
    pair_between = copy_to_the_frame;
    CHECK(FIRST(SYS_memory_revoke, WORLD_MEMORY, WORLD_USER + 300, 1) == OK);
    pair_end();
}

/* --------------------------------------------------------------------------------- task_donate */

static unsigned steps;

static void count_step(unsigned step)
{
    (void)step;
    steps++;
}

static void map_the_last(unsigned step)
{
    count_step(step);
    if (step == 0)
        CHECK(SECOND(SYS_vm_map, B, page(GIVEN_ADDRESS, 0), 1 | WORLD_MEMORY << 16, WORLD_USER + 300 + PAGES - 1) ==
              OK);
}

/* Frames are zeroed in steps. None belongs to the task until all are zeroed: if one is used for something else
 * meanwhile, the call fails. */
static void donating_is_done_at_once(void)
{
    const uint32_t arguments = WORLD_MEMORY | PAGES << 16, frame = WORLD_USER + 300;

    pair_boot();
    make_two_tasks();
    __builtin_memset(AT(void, frame_ref(frame)), 0xff, PAGES * PAGE_SIZE);
    pair_between = map_the_last;
    steps = 0;
    CHECK(FIRST(SYS_task_donate, A, arguments, frame) == ERR_FRAME && steps == 1);
    for (uint32_t i = 0; i < PAGES; i++)
        CHECK(frame_at(frame + i)->kind == FRAME_USER);
    CHECK(SECOND(SYS_vm_unmap, B, GIVEN_ADDRESS, 1) == OK);
    pair_between = count_step, steps = 0;
    CHECK(FIRST(SYS_task_donate, A, arguments, frame) == OK && steps == PAGES - 2);
    for (uint32_t i = 0; i < PAGES; i++)
        CHECK(frame_at(frame + i)->kind == FRAME_SPARE);
    pair_end(); /* checks that all are zero */
}

int main(void)
{
    what_is_written_stays_marked();
    donating_is_done_at_once();
    unmapping_stays_in_its_task();
    unmapping_ends_without_its_capability();
    for (enum how with = DELETED; with <= STOPPED; with++) {
        deleting_leaves_what_came_later(SYS_cap_delete, with);
        deleting_leaves_what_came_later(SYS_cap_revoke, with);
    }
    a_neighbour_does_not_matter();
    at_most_eight_are_on_their_way();
    for (unsigned step = 0; step < 12; step += 4) {
        revoking_ends_with_its_capability(step, false);
        revoking_ends_with_its_capability(step, true);
    }
    revoking_tells_no_frame();
    puts("test_restarted_calls: no call worked with a later capability");
}
