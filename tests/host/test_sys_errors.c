/*
 * Errors of system calls that occur only at certain moments: while a tree is being revoked, while an object is being
 * destroyed, when a capability goes in the middle of a long call. Nothing changes.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum { ENDPOINT = 10, FREE = 11, DERIVED = 12, PAGE = 0x200000, FRAME = WORLD_USER };

static struct thread *init;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct slot *slot_of(uint32_t index)
{
    return cspace_slot(&AT(struct task, init->task)->cspace, index);
}

static bool page_is_mapped(void)
{
    pte_t *entry;

    return vspace_find_mapping(&AT(struct task, init->task)->space, PAGE, &entry);
}

static void a_tree_that_is_being_revoked_is_busy(void)
{
    struct node *root = &kernel.ranges[0].caps;

    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    *node_mark(root) |= NODE_REVOKING;
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == ERR_BUSY);
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, RIGHT_READ, 0) == ERR_BUSY);
    CHECK(page_is_mapped() && slot_is_empty(slot_of(FREE)));
    *node_mark(root) &= ~(uint32_t)NODE_REVOKING;
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
    CHECK(!page_is_mapped());
}

static void a_frame_that_is_being_revoked_is_busy(void)
{
    struct node *root = &frame_at(FRAME)->mappings, *second = &frame_at(FRAME + 1)->mappings;

    *node_mark(second) |= NODE_REVOKING;
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 2 | WORLD_MEMORY << 16, FRAME) == ERR_BUSY);
    *node_mark(second) &= ~(uint32_t)NODE_REVOKING;
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    *node_mark(root) |= NODE_REVOKING;
    CHECK(call(SYS_vm_map, WORLD_TASK, (PAGE + PAGE_SIZE) | 3, 1 | WORLD_MEMORY << 16, FRAME) == ERR_BUSY);
    CHECK(call(SYS_vm_map, WORLD_TASK, (PAGE + PAGE_SIZE) | 3, 1 | WORLD_TASK << 16, PAGE) == ERR_BUSY);
    *node_mark(root) &= ~(uint32_t)NODE_REVOKING;
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == OK);
    *node_mark(root) |= NODE_REVOKING;
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == ERR_FRAME);
    *node_mark(root) &= ~(uint32_t)NODE_REVOKING;
}

static void a_task_being_destroyed_makes_nothing(void)
{
    struct task *task = AT(struct task, init->task);
    uint32_t spare = task->account.spare_count;

    task->stage = 1;
    CHECK(call(SYS_endpoint_create, 0, FREE, 0, 0) == ERR_DEAD);
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == ERR_DEAD);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == ERR_DEAD);
    task->stage = 0;
    CHECK(slot_is_empty(slot_of(FREE)) && task->account.spare_count == spare);
    CHECK(frame_at(FRAME)->kind == FRAME_USER);
}

static void a_device_is_mapped_and_never_donated(void)
{
    frame_at(FRAME)->is_device = true;
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == ERR_FRAME);
    CHECK(call(SYS_task_donate, WORLD_TASK, WORLD_MEMORY | 1 << 16, FRAME, 0) == ERR_FRAME);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
    CHECK(!page_is_mapped() && frame_at(FRAME)->is_device);
    frame_at(FRAME)->is_device = false;
}

static void nothing_is_derived_from_an_object_being_destroyed(void)
{
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_cap_derive, ENDPOINT, DERIVED, RIGHT_CALL, 0) == OK);
    object_destroy_begin(slot_of(ENDPOINT)->object);
    CHECK(call(SYS_cap_derive, DERIVED, FREE, RIGHT_CALL, 0) == ERR_DEAD);
    CHECK(slot_is_empty(slot_of(FREE)));
    while (!list_is_empty(&kernel.destroying))
        object_reap_step();
    CHECK(slot_is_empty(slot_of(ENDPOINT)) && slot_is_empty(slot_of(DERIVED)));
}

static void a_task_being_destroyed_is_given_to_nobody(void)
{
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, DERIVED, 0) == OK);
    AT(struct task, frame_ref(FRAME))->stage = 1;
    CHECK(call(SYS_cap_derive, DERIVED, FREE, RIGHT_CONTROL, 0) == ERR_DEAD && slot_is_empty(slot_of(FREE)));
    AT(struct task, frame_ref(FRAME))->stage = 0;
    CHECK(call(SYS_object_destroy, DERIVED, 0, 0, 0) == OK && frame_at(FRAME)->kind == FRAME_USER);
}

static void a_thread_being_destroyed_is_not_controlled(void)
{
    CHECK(call(SYS_thread_create, WORLD_TASK, DERIVED, 0, PAGE) == OK);
    object_destroy_begin(slot_of(DERIVED)->object);
    CHECK(call(SYS_thread_resume, DERIVED, 0, 0, 0) == ERR_DEAD && call(SYS_thread_stop, DERIVED, 0, 0, 0) == ERR_DEAD);
    CHECK(call(SYS_cap_derive, DERIVED, FREE, RIGHT_CONTROL, 0) == ERR_DEAD && slot_is_empty(slot_of(FREE)));
    while (!list_is_empty(&kernel.destroying))
        object_reap_step();
    CHECK(slot_is_empty(slot_of(DERIVED)));
}

static void end_destruction(void)
{
    while (!list_is_empty(&kernel.destroying))
        object_reap_step();
}

static void make_endpoint_that_dies(void)
{
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    object_destroy_begin(slot_of(ENDPOINT)->object);
}

/* Something else will be in its place. */
static void a_revoker_forgets_what_is_gone(void)
{
    make_endpoint_that_dies();
    struct object *object = slot_object_head(slot_of(ENDPOINT));
    object->revoker = REF(init) | NODE_REVOKING;
    init->revoking = REF(&object->caps);
    end_destruction();
    CHECK(init->revoking == 0 && slot_is_empty(slot_of(ENDPOINT)));
}

/* Destruction continues at ticks, even if no thread waits for it and one that never waits has the highest priority; and
 * while nothing runs. */
static void destruction_continues(void)
{
    make_endpoint_that_dies();
    for (unsigned i = 0; i < 10; i++)
        CHECK(event_tick(init) == init);
    CHECK(list_is_empty(&kernel.destroying) && slot_is_empty(slot_of(ENDPOINT)));
    make_endpoint_that_dies();
    CHECK(!world_syscall(init, SYS_thread_stop | WORLD_THREAD << SLOT_SHIFT, (const uint32_t[4]){0}));
    CHECK(list_is_empty(&kernel.destroying) && slot_is_empty(slot_of(ENDPOINT)));
    init->stopped = 0;
    thread_update_direct(init);
    cpu_enqueue(init, QUEUE_BACK);
    CHECK(event_reschedule(NULL) == init);
}

static void the_state_in_a_long_call_is_its_own_affair(void)
{
    CHECK(call(SYS_thread_create, WORLD_TASK, DERIVED, 0, PAGE) == OK &&
          call(SYS_thread_resume, DERIVED, 0, 0, 0) == OK);
    struct thread *thread = AT(struct thread, slot_object(slot_of(DERIVED)));
    thread->restarting = 1;
    CHECK(call(SYS_thread_read, DERIVED, THREAD_REGISTERS, 0, 0) == ERR_STATE);
    CHECK(call(SYS_thread_write, DERIVED, THREAD_REGISTERS, 0, 0) == ERR_STATE);
    thread->restarting = 0;
    thread->reaping = 1;
    CHECK(call(SYS_thread_read, DERIVED, THREAD_REGISTERS, 0, 0) == ERR_STATE);
    thread->reaping = 0;
    CHECK(call(SYS_thread_read, DERIVED, THREAD_REGISTERS, 0, 0) == OK);
    CHECK(call(SYS_object_destroy, DERIVED, 0, 0, 0) == OK);
}

int main(void)
{
    init = world_boot();
    a_tree_that_is_being_revoked_is_busy();
    a_frame_that_is_being_revoked_is_busy();
    a_task_being_destroyed_makes_nothing();
    a_device_is_mapped_and_never_donated();
    nothing_is_derived_from_an_object_being_destroyed();
    a_task_being_destroyed_is_given_to_nobody();
    a_thread_being_destroyed_is_not_controlled();
    a_revoker_forgets_what_is_gone();
    destruction_continues();
    the_state_in_a_long_call_is_its_own_affair();
    world_end();
    puts("test_sys_errors: refused, and nothing changed");
}
