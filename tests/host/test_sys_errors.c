/*
 * Errors of system calls that only a moment in between can bring: while a tree is being revoked, while
 * an object dies, when a capability goes in the middle of a long call. All stays as it was.
 * sources: kernel/mem/node.c kernel/mem/node_check.c kernel/mem/account.c kernel/cap/slot.c
 * sources: kernel/cap/slot_check.c kernel/cap/cspace.c kernel/vm/space.c kernel/vm/space_check.c
 * sources: kernel/vm/source.c kernel/thread/cpu.c kernel/thread/thread.c kernel/thread/thread_check.c
 * sources: kernel/ipc/ipc.c kernel/ipc/message.c kernel/ipc/endpoint_check.c kernel/sys/sys.c
 * sources: kernel/sys/sys_cap.c kernel/sys/sys_vm.c kernel/sys/sys_object.c kernel/sys/sys_thread.c
 * sources: kernel/sys/sys_device.c kernel/objects.c kernel/events.c kernel/audit_check.c
 * sources: kernel/lib/log.c kernel/thread/translations.c tests/host/kernel_world.c
 */
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
    struct place place;

    return space_find_mapping(&AT(struct task, init->task)->space, PAGE, &place);
}

static void a_tree_that_is_being_revoked_is_busy(void)
{
    struct node *root = &kernel.ranges[0].caps;

    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    root->flags = NODE_REVOKING;
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == ERR_BUSY);
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, RIGHT_READ, 0) == ERR_BUSY);
    CHECK(page_is_mapped() && slot_is_empty(slot_of(FREE)));
    root->flags = 0;
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
    CHECK(!page_is_mapped());
}

static void a_dying_task_makes_nothing(void)
{
    struct task *task = AT(struct task, init->task);
    uint32_t spare = task->account.spare_count;

    task->stage = 1;
    CHECK(call(SYS_endpoint_create, 0, FREE, 0, 0) == ERR_DEAD);
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == ERR_DEAD);
    task->stage = 0;
    CHECK(slot_is_empty(slot_of(FREE)) && task->account.spare_count == spare);
    CHECK(frame_at(FRAME)->kind == FRAME_USER);
}

static void a_device_is_mapped_and_never_donated(void)
{
    frame_at(FRAME)->owner = OWNER_DEVICE;
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, FREE, 0) == ERR_FRAME);
    CHECK(call(SYS_task_donate, WORLD_TASK, WORLD_MEMORY | 1 << 16, FRAME, 0) == ERR_FRAME);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | 3, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 1, 0) == OK);
    CHECK(!page_is_mapped() && frame_at(FRAME)->owner == OWNER_DEVICE);
    frame_at(FRAME)->owner = 0;
}

static void nothing_is_derived_from_a_dying_object(void)
{
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_cap_derive, ENDPOINT, DERIVED, RIGHT_CALL, 0) == OK);
    object_begin_death(slot_of(ENDPOINT)->object);
    CHECK(call(SYS_cap_derive, DERIVED, FREE, RIGHT_CALL, 0) == ERR_DEAD);
    CHECK(slot_is_empty(slot_of(FREE)));
    while (!link_is_alone(&kernel.dying))
        object_reap_step();
    CHECK(slot_is_empty(slot_of(ENDPOINT)) && slot_is_empty(slot_of(DERIVED)));
}

int main(void)
{
    init = world_boot();
    a_tree_that_is_being_revoked_is_busy();
    a_dying_task_makes_nothing();
    a_device_is_mapped_and_never_donated();
    nothing_is_derived_from_a_dying_object();
    world_end();
    puts("test_sys_errors: refused, and nothing changed");
}
