/*
 * Mappings against a naive model that keeps for each page of three tasks its frame, rights and parent mapping: map
 * from memory, from another task (as a sibling, or as a granter's child), unmap, protect, revoke, with the exact error
 * if the model has one.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/audit/audit.h"
#include "kernel/vm/source.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum {
    TASKS = 3,
    PAGES = 12, /* of each task that the test uses */
    FRAMES = 10,
    FIRST_FRAME = WORLD_USER + 100,
    STEPS = 150000,
    NOBODY = -1,
};

static const rights_t all = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT;

struct cell {
    bool mapped;
    uint32_t frame;
    rights_t rights;
    int parent; /* task * PAGES + page, or NOBODY */
    int depth;
};

static struct cell model[TASKS * PAGES];
static struct thread *init;
static const uint32_t task_slots[TASKS] = {WORLD_TASK, 10, 11};

/* Six pages on both sides of a table's end, six in another directory. */
static uint32_t address_of(int cell)
{
    uint32_t page = (uint32_t)(cell % PAGES);
    return page < 6 ? 0x1fd000 + page * PAGE_SIZE : 0x40000000 + page * PAGE_SIZE;
}

static uint32_t slot_of(int cell)
{
    return task_slots[cell / PAGES];
}

static struct task *task_of(int cell)
{
    struct task *self = AT(struct task, init->task);
    return AT(struct task, slot_object(cspace_slot(&self->cspace, slot_of(cell))));
}

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static void make_tasks(void)
{
    init = world_boot();
    for (int t = 1; t < TASKS; t++) {
        uint32_t frames = WORLD_USER + (uint32_t)t * 20;
        CHECK(call(SYS_task_create, WORLD_MEMORY, frames, task_slots[t], 0) == OK);
        CHECK(call(SYS_task_donate, task_slots[t], WORLD_MEMORY | 16 << 16, frames + 1, 0) == OK);
    }
}

static bool descends(int cell, int ancestor)
{
    for (int p = model[cell].parent; p != NOBODY; p = model[p].parent)
        if (p == ancestor)
            return true;
    return false;
}

static void model_unmap(int cell)
{
    bool gone[TASKS * PAGES];

    for (int i = 0; i < TASKS * PAGES; i++)
        gone[i] = i == cell || (model[i].mapped && descends(i, cell));
    for (int i = 0; i < TASKS * PAGES; i++)
        if (gone[i])
            model[i].mapped = false;
}

static rights_t any_rights(void)
{
    return random_below(3) ? all : (rights_t)random_below(16);
}

static void map_from_memory(int to, uint32_t frame, rights_t rights)
{
    int expected = !rights_are_mappable(rights) ? ERR_ARG : model[to].mapped ? ERR_TAKEN : OK;

    CHECK(call(SYS_vm_map, slot_of(to), address_of(to) | rights, 1 | WORLD_MEMORY << 16, frame) == expected);
    if (expected == OK)
        model[to] = (struct cell){true, frame, rights, NOBODY, 1};
}

static int check_source(int from, int to, rights_t rights)
{
    return !rights_are_mappable(rights)   ? ERR_ARG
           : !model[from].mapped          ? ERR_ABSENT
           : rights & ~model[from].rights ? ERR_RIGHTS
           : model[to].mapped             ? ERR_TAKEN
                                          : OK;
}

static void map_sibling(int from, int to, rights_t rights)
{
    int expected = check_source(from, to, rights);

    CHECK(call(SYS_vm_map, slot_of(to), address_of(to) | rights, 1 | slot_of(from) << 16, address_of(from)) ==
          expected);
    if (expected == OK)
        model[to] = (struct cell){true, model[from].frame, rights, model[from].parent, model[from].depth};
}

/* What a message's item does, without the message. */
static void map_child(int from, int to, rights_t rights)
{
    const struct source source = {&task_of(from)->space, address_of(from), CHILD};
    struct task *task = task_of(to);
    const struct target target = {&task->space, &task->account, address_of(to)};
    struct shortfall shortfall = {0};
    pte_t *entry;

    if (check_source(from, to, rights) != OK || !(model[from].rights & RIGHT_GRANT))
        return;
    int expected = model[from].depth == NODE_DEPTH_MAX ? ERR_DEPTH : OK;
    bool found = vspace_find(&task->space, address_of(to), &entry);
    CHECK((int)source_check(&source, 1, rights | RIGHT_GRANT, &target, found ? entry : source_no_entries) == expected);
    if (expected != OK)
        return;
    vspace_count_shortfall(&task->space, address_of(to), 1, &shortfall);
    CHECK(shortfall.frames <= task->account.spare_count);
    source_map(&source, 1, rights, &target);
    model[to] = (struct cell){true, model[from].frame, rights, from, model[from].depth + 1};
}

static void unmap(int cell)
{
    CHECK(call(SYS_vm_unmap, slot_of(cell), address_of(cell), 1, 0) == OK);
    if (model[cell].mapped)
        model_unmap(cell);
}

static void protect(int cell, rights_t rights)
{
    int expected = !rights_are_mappable(rights) ? ERR_ARG : model[cell].mapped ? OK : ERR_ABSENT;

    CHECK(call(SYS_vm_protect, slot_of(cell), address_of(cell) | rights, 1, 0) == expected);
    for (int i = 0; i < TASKS * PAGES && expected == OK; i++)
        if (i == cell || (model[i].mapped && descends(i, cell)))
            model[i].rights &= rights;
}

static void revoke(uint32_t frame)
{
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, frame, 1, 0) == OK);
    for (int i = 0; i < TASKS * PAGES; i++)
        if (model[i].frame == frame)
            model[i].mapped = false;
}

static void compare(void)
{
    uint32_t mapped = 0;

    for (int i = 0; i < TASKS * PAGES; i++) {
        pte_t *entry;
        bool there = vspace_find_mapping(&task_of(i)->space, address_of(i), &entry);
        CHECK(there == model[i].mapped);
        mapped += there;
        if (!there)
            continue;
        CHECK(pte_frame(entry) == model[i].frame);
        CHECK(entry_node(entry)->flags == model[i].rights);
        CHECK((int)entry_node(entry)->depth == model[i].depth);
        CHECK(pte_writable(entry) == !!(model[i].rights & RIGHT_WRITE));
        CHECK(pte_executable(entry) == !!(model[i].rights & RIGHT_EXECUTE));
    }
    CHECK(audit_kernel().mappings == mapped);
}

static void step(void)
{
    int to = (int)random_below(TASKS * PAGES), from = (int)random_below(TASKS * PAGES);
    uint32_t frame = FIRST_FRAME + random_below(FRAMES);

    switch (random_below(16)) {
    case 0:
        unmap(to);
        break;
    case 1:
        protect(to, any_rights());
        break;
    case 2:
        if (random_below(3) == 0)
            revoke(frame);
        break;
    case 3:
    case 4:
        map_from_memory(to, frame, any_rights());
        break;
    case 5:
    case 6:
    case 7:
        map_sibling(from, to, any_rights());
        break;
    default:
        map_child(from, to, any_rights());
    }
}

int main(void)
{
    int deepest = 0;

    make_tasks();
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 8 == 0)
            compare();
        for (int c = 0; c < TASKS * PAGES; c++)
            deepest = model[c].mapped && model[c].depth > deepest ? model[c].depth : deepest;
    }
    CHECK(deepest > 5);
    world_end();
    printf("test_vm_model: %d steps agree, deepest derivation %d\n", STEPS, deepest);
}
