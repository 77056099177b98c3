/*
 * System calls at their limits: the last good and the first bad value of each argument; refused calls return the error
 * documented in their page.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/audit/audit.h"
#include "kernel/ipc/endpoint.h"
#include "kernel/vm/source.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum { ENDPOINT = 10, FREE = 11, OTHER = 12, PAGE = 0x200000, FRAME = WORLD_USER };
enum { BEYOND = CSPACE_SLOTS, READ_WRITE = RIGHT_READ | RIGHT_WRITE };

static struct thread *init;

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static int call4(unsigned number, uint32_t slot, const uint32_t arguments[4])
{
    return world_call(init, number | slot << SLOT_SHIFT, arguments);
}

static int derive(uint32_t from, uint32_t to, rights_t rights, uint32_t value, uint32_t count)
{
    return call4(SYS_cap_derive, from, (const uint32_t[4]){to, rights, value, count});
}

static struct slot *slot_of(uint32_t index)
{
    return cspace_slot(&AT(struct task, init->task)->cspace, index);
}

static uint32_t map_of(uint32_t pages)
{
    return pages | WORLD_MEMORY << 16;
}

static void unknown_calls(void)
{
    CHECK(call(SYS_version, 0, 0, 0, 0) == OK && init->registers.ebx == ABI_VERSION);
    CHECK(call(SYS_COUNT, 0, 0, 0, 0) == ERR_CALL && call(255, 0, 0, 0, 0) == ERR_CALL);
}

/* Only these calls take a slot number from a whole register. */
static void slots_beyond_the_table(void)
{
    const uint32_t copy[4] = {FRAME, BEYOND + WORLD_MEMORY, FRAME, 4};

    CHECK(call(SYS_irq_bind, WORLD_IRQS, 1, BEYOND + ENDPOINT, 0) == ERR_CAP);
    CHECK(call4(SYS_frame_copy, WORLD_MEMORY, copy) == ERR_CAP);
    CHECK(call(SYS_endpoint_create, 0, BEYOND, 0, 0) == ERR_ARG);
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, BEYOND, 0) == ERR_ARG);
    CHECK(call(SYS_endpoint_create, 0, BEYOND - 1, 0, 0) == OK && call(SYS_cap_delete, BEYOND - 1, 0, 0, 0) == OK);
}

/* Rights are bits of a register: bits above them are no rights. */
static void rights_beyond_all(void)
{
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, 0x100 | RIGHT_READ, 0) == ERR_ARG);
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, RIGHT_ALL + 1, 0) == ERR_ARG);
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, RIGHT_ALL, 0) == OK && call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

static void ports_at_the_ends_of_a_range(void)
{
    enum { FIRST = 16, LAST = 31 };

    CHECK(derive(WORLD_PORTS, FREE, READ_WRITE, FIRST, LAST + 1 - FIRST) == OK);
    CHECK(call(SYS_port_in, FREE, FIRST, 1, 0) == OK && call(SYS_port_in, FREE, FIRST - 1, 1, 0) == ERR_ARG);
    CHECK(call(SYS_port_in, FREE, LAST, 1, 0) == OK && call(SYS_port_out, FREE, LAST - 3, 4, 0) == OK);
    CHECK(call(SYS_port_in, FREE, LAST, 2, 0) == ERR_ARG && call(SYS_port_out, FREE, LAST - 2, 4, 0) == ERR_ARG);
    CHECK(call(SYS_port_in, FREE, LAST + 1, 1, 0) == ERR_ARG && call(SYS_port_in, FREE, FIRST, 3, 0) == ERR_ARG);
    CHECK(derive(FREE, OTHER, RIGHT_READ, 0, 0) == OK && call(SYS_port_out, OTHER, FIRST, 1, 0) == ERR_RIGHTS);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

static void ranges_of_another_kind(void)
{
    CHECK(call(SYS_port_in, WORLD_IRQS, 1, 1, 0) == ERR_CAP && call(SYS_irq_ack, WORLD_PORTS, 1, 0, 0) == ERR_CAP);
    CHECK(call(SYS_log_write, WORLD_MEMORY, 1, 0, 0) == ERR_CAP &&
          call(SYS_frame_clear, WORLD_LOG, 0, 0, 0) == ERR_CAP);
    CHECK(derive(WORLD_MEMORY, FREE, RIGHT_READ, 1, UINT32_MAX) == ERR_ARG);
    CHECK(derive(WORLD_MEMORY, FREE, RIGHT_READ, UINT32_MAX, 1) == ERR_ARG);
}

static void what_is_not_owned_is_not_donated(void)
{
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, READ_WRITE | RIGHT_GRANT, 0) == OK);
    CHECK(call(SYS_task_create, FREE, FRAME, OTHER, 0) == ERR_RIGHTS);
    CHECK(call(SYS_task_donate, WORLD_TASK, FREE | 1 << 16, FRAME, 0) == ERR_RIGHTS);
    CHECK(call(SYS_memory_revoke, FREE, FRAME, 1, 0) == ERR_RIGHTS);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

/* Memory beyond the physmap, which the kernel cannot access at its own addresses: it has a record, but cannot be
 * donated. */
static void memory_beyond_the_physmap_is_not_donated(void)
{
    enum { OUTSIDE = PHYSMAP_BYTES >> PAGE_BITS };
    struct slot *memory = slot_of(WORLD_MEMORY);
    const uint32_t object = memory->object;

    frame_make_user(frame_at(OUTSIDE), false);
    memory->object = SLOT_MEMORY | (OUTSIDE + 1 - memory->value) << SLOT_RANGE_COUNT_SHIFT;
    CHECK(call(SYS_task_donate, WORLD_TASK, WORLD_MEMORY | 1 << 16, OUTSIDE - memory->value, 0) == ERR_FRAME);
    memory->object = object;
}

/* A capability without the right to write, or to execute, yields no mapping with it. */
static void what_is_read_alone_stays_so(void)
{
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE, RIGHT_READ | RIGHT_OWN, 0) == OK);
    CHECK(call(SYS_task_create, FREE, FRAME, OTHER, 0) == ERR_RIGHTS);
    CHECK(call(SYS_task_donate, WORLD_TASK, FREE | 1 << 16, FRAME, 0) == ERR_RIGHTS);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | READ_WRITE, 1 | FREE << 16, FRAME) == ERR_RIGHTS);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ | RIGHT_EXECUTE, 1 | FREE << 16, FRAME) == ERR_RIGHTS);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ | RIGHT_GRANT, 1 | FREE << 16, FRAME) == ERR_RIGHTS);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
    CHECK(derive(WORLD_MEMORY, FREE, RIGHT_WRITE, 0, 0) == OK);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | FREE << 16, FRAME) == ERR_RIGHTS);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

/* A frame that is copied to itself keeps its first bytes; the rest is cleared. */
static void copies_to_itself(void)
{
    uint32_t *words = AT(uint32_t, frame_ref(FRAME));

    words[0] = 1, words[1] = 2, words[2] = 3;
    CHECK(call4(SYS_frame_copy, WORLD_MEMORY, (const uint32_t[4]){FRAME, WORLD_MEMORY, FRAME, 8}) == OK);
    CHECK(words[0] == 1 && words[1] == 2 && words[2] == 0);
    words[0] = words[1] = 0;
}

/* A derived range counts from the first frame of its parent: the two numbers are added. */
static void frames_are_counted_from_the_first(void)
{
    const uint32_t first = FRAME | 1; /* an odd number */

    CHECK(derive(WORLD_MEMORY, FREE, READ_WRITE | RIGHT_OWN, first, 2) == OK);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | FREE << 16, 1) == OK);
    CHECK(!node_is_leaf(&frame_at(first + 1)->mappings) && node_is_leaf(&frame_at(first)->mappings));
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | FREE << 16, 2) == ERR_ARG);
    CHECK(call(SYS_memory_revoke, FREE, 1, 2, 0) == ERR_ARG && call(SYS_memory_revoke, FREE, 0, 3, 0) == ERR_ARG);
    CHECK(call(SYS_memory_revoke, FREE, 2, 0, 0) == ERR_ARG && call(SYS_memory_revoke, FREE, 2, 1, 0) == ERR_ARG);
    CHECK(call(SYS_memory_revoke, FREE, 1, 1, 0) == OK && node_is_leaf(&frame_at(first + 1)->mappings));
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

/* A frame with only the right to write cannot be read. */
static void copies_need_the_right_to_read(void)
{
    CHECK(derive(WORLD_MEMORY, FREE, RIGHT_WRITE, FRAME, 2) == OK);
    CHECK(call4(SYS_frame_copy, WORLD_MEMORY, (const uint32_t[4]){FRAME, FREE, 0, 4}) == ERR_RIGHTS);
    CHECK(call4(SYS_frame_copy, FREE, (const uint32_t[4]){0, WORLD_MEMORY, FRAME + 1, PAGE_SIZE}) == OK);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

/* A thread's message page needs an address where nothing is mapped. */
static void a_message_page_needs_a_free_page(void)
{
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, map_of(1), FRAME) == OK);
    CHECK(call(SYS_thread_create, WORLD_TASK, FREE, 1 << 16, PAGE) == ERR_TAKEN);
    CHECK(call(SYS_thread_create, WORLD_TASK, FREE, 1 << 16, init->page_address) == ERR_TAKEN);
    CHECK(call(SYS_thread_create, WORLD_TASK, FREE, 1 << 16 | 1 << 24, PAGE + PAGE_SIZE) ==
          ERR_ARG); /* no such processor */
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == OK);
}

/* S3: a badge stays once it is given; and a capability for an endpoint has at least one of its rights. */
static void badges(void)
{
    enum { BADGE = 5 };

    CHECK(derive(ENDPOINT, FREE, RIGHT_CALL, BADGE_MAX + 1, 0) == ERR_ARG);
    CHECK(derive(ENDPOINT, FREE, RIGHT_CALL, BADGE, 1) == ERR_ARG);
    CHECK(derive(ENDPOINT, FREE, RIGHT_GRANT, BADGE, 0) == ERR_ARG);
    CHECK(derive(ENDPOINT, FREE, RIGHT_CALL | RIGHT_GRANT, BADGE, 0) == OK);
    CHECK(derive(FREE, OTHER, RIGHT_CALL, BADGE + 1, 0) == ERR_ARG &&
          derive(FREE, OTHER, RIGHT_CALL, BADGE, 0) == ERR_ARG);
    CHECK(derive(FREE, OTHER, RIGHT_SIGNAL, 0, 0) == ERR_RIGHTS && derive(FREE, OTHER, RIGHT_CALL, 0, 0) == OK);
    CHECK(slot_of(OTHER)->value == BADGE && slot_object(slot_of(OTHER)) == slot_object(slot_of(ENDPOINT)));
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK && slot_is_empty(slot_of(OTHER)));
    CHECK(derive(ENDPOINT, FREE, RIGHT_CALL, BADGE_MAX, 0) == OK && call(SYS_cap_delete, FREE, 0, 0, 0) == OK);
}

static void into_another_table(void)
{
    struct slot *given;

    __builtin_memset(AT(void, frame_ref(FRAME)), 0xff, PAGE_SIZE); /* whatever the frame held */
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME, OTHER, 0) == OK);
    CHECK(call(SYS_task_donate, OTHER, WORLD_MEMORY | 1 << 16, FRAME + 1, 0) == OK);
    CHECK(call(SYS_cap_derive, WORLD_MEMORY, FREE | OTHER << 16, RIGHT_READ, 0) == OK);
    given = cspace_slot(&AT(struct task, frame_ref(FRAME))->cspace, FREE);
    CHECK(slot_has(given, SLOT_MEMORY, RIGHT_READ) && slot_is_empty(slot_of(FREE)));
    CHECK(call(SYS_object_destroy, OTHER, 0, 0, 0) == OK && frame_at(FRAME)->kind == FRAME_USER);
}

/* A line signals from when it is bound, and again when it is acknowledged. */
static void a_line_has_one_endpoint(void)
{
    host_unmasked = 0;
    CHECK(call(SYS_irq_bind, WORLD_IRQS, 1, ENDPOINT, 0) == OK &&
          call(SYS_irq_bind, WORLD_IRQS, 1, ENDPOINT, 0) == ERR_TAKEN);
    CHECK(host_unmasked == 1 << 1 && call(SYS_irq_ack, WORLD_IRQS, 2, 0, 0) == OK &&
          host_unmasked == (1 << 1 | 1 << 2));
    slot_empty(&kernel.irq_endpoints[1]);
}

/* The source is a mapped page. */
static void sources_in_a_space(void)
{
    const uint32_t there = PAGE + 16 * PAGE_SIZE;
    pte_t *from, *to;

    CHECK(call(SYS_vm_map, WORLD_TASK, there | READ_WRITE, map_of(1), FRAME) == OK);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | WORLD_TASK << 16, there + 0x800) == ERR_ARG);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | WORLD_TASK << 16, SPACE_END) == ERR_ARG);
    CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, there, &from));
    entry_node(from)->flags = RIGHT_READ;
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | READ_WRITE, 1 | WORLD_TASK << 16, there) == ERR_RIGHTS);
    entry_node(from)->depth = NODE_DEPTH_MAX; /* a page mapped from another mapping becomes its sibling */
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | WORLD_TASK << 16, there) == OK);
    CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, PAGE, &to));
    entry_node(from)->depth = entry_node(to)->depth = 1;
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == OK && call(SYS_vm_unmap, WORLD_TASK, there, 1, 0) == OK);
}

static void a_line_signals_its_badge(void)
{
    enum { LINE = 2, BADGE = 6 };
    struct endpoint *endpoint = AT(struct endpoint, slot_object(slot_of(ENDPOINT)));

    CHECK(derive(ENDPOINT, FREE, RIGHT_SIGNAL, BADGE, 0) == OK && call(SYS_irq_bind, WORLD_IRQS, LINE, FREE, 0) == OK);
    irq_signal(LINE);
    irq_signal(LINE);
    CHECK(endpoint->waiting == BADGE);
    CHECK(call(SYS_irq_ack, WORLD_IRQS, LINE, 0, 0) == OK && init->registers.ebx == 2);
    endpoint->waiting = 0;
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK && slot_is_empty(&kernel.irq_endpoints[LINE]));
}

static void donations(void)
{
    CHECK(call(SYS_task_donate, WORLD_TASK, WORLD_MEMORY | 0 << 16, FRAME, 0) == ERR_ARG);
    CHECK(call(SYS_task_donate, WORLD_TASK, WORLD_MEMORY | (CALL_PAGES_MAX + 1) << 16, FRAME, 0) == ERR_ARG);
    CHECK(frame_at(FRAME)->kind == FRAME_USER);
}

/* The first frame of threads or endpoints is full: the next object costs another frame. */
static void a_full_frame_costs_another(void)
{
    enum { CELLS = PAGE_SIZE >> ENDPOINT_SHIFT, SLOTS = 100 };
    struct account *account = &AT(struct task, init->task)->account;
    uint32_t spare;

    for (uint32_t i = 1; i < CELLS; i++)
        CHECK(call(SYS_endpoint_create, 0, SLOTS + i, 0, 0) == OK);
    spare = account->spare_count;
    account->spare_count = 0;
    CHECK(call(SYS_endpoint_create, 0, FREE, 0, 0) == ERR_ACCOUNT && thread_page(init)->shortfall == 1);
    account->spare_count = spare;
    CHECK(call(SYS_endpoint_create, 0, FREE, 0, 0) == OK && account->spare_count == spare - 1);
    for (uint32_t i = 1; i < CELLS; i++)
        CHECK(call(SYS_cap_delete, SLOTS + i, 0, 0, 0) == OK);
    CHECK(call(SYS_cap_delete, FREE, 0, 0, 0) == OK && account->spare_count == spare);
}

/* Free cells are used first, whichever frame they are in. */
static void frames_with_a_free_cell_come_first(void)
{
    enum { CELLS = PAGE_SIZE >> ENDPOINT_SHIFT, SLOTS = 100, MANY = 2 * CELLS };
    struct account *account = &AT(struct task, init->task)->account;
    uint32_t spare = account->spare_count;

    for (uint32_t i = 0; i < MANY; i++)
        CHECK(call(SYS_endpoint_create, 0, SLOTS + i, 0, 0) == OK);
    CHECK(account->spare_count == spare - 2);
    CHECK(call(SYS_cap_delete, SLOTS + CELLS, 0, 0, 0) == OK); /* in the second frame */
    audit_kernel();
    CHECK(call(SYS_endpoint_create, 0, SLOTS + CELLS, 0, 0) == OK);
    for (uint32_t i = 1; i < CELLS; i++) {
        CHECK(call(SYS_endpoint_create, 0, SLOTS + MANY + i, 0, 0) == OK);
        audit_kernel();
    }
    CHECK(account->spare_count == spare - 2);
    for (uint32_t i = 0; i < MANY + CELLS; i++)
        CHECK(i == MANY || call(SYS_cap_delete, SLOTS + i, 0, 0, 0) == OK);
    CHECK(account->spare_count == spare);
}

/* Address and pages must stay below the end of a program's space, also when their sum wraps in 32 bits. */
static void ranges_that_wrap(void)
{
    const uint32_t last = -(uint32_t)PAGE_SIZE;

    CHECK(call(SYS_vm_map, WORLD_TASK, last | RIGHT_READ, map_of(1), FRAME) == ERR_ARG);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ, 1 | WORLD_TASK << 16, last) == ERR_ARG);
    CHECK(call(SYS_vm_protect, WORLD_TASK, last | RIGHT_READ, 1, 0) == ERR_ARG);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, last, 1, 0) == ERR_ARG);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, last, 2, 0) == ERR_ARG);
    CHECK(call(SYS_thread_create, WORLD_TASK, FREE, 1 << 16, last) == ERR_ARG);
}

/* The second page is in the next table. */
static void pages_of_two_tables(void)
{
    const uint32_t first = PAGE - PAGE_SIZE;
    pte_t *entry;

    CHECK(call(SYS_vm_map, WORLD_TASK, first | READ_WRITE, map_of(2), FRAME) == OK);
    CHECK(call(SYS_vm_protect, WORLD_TASK, first | RIGHT_READ, 3, 0) == ERR_ABSENT);
    CHECK(call(SYS_vm_map, WORLD_TASK, 4 * PAGE | RIGHT_READ, 3 | WORLD_TASK << 16, first) == ERR_ABSENT);
    CHECK(call(SYS_vm_protect, WORLD_TASK, first | RIGHT_READ, 2, 0) == OK);
    for (uint32_t page = first; page <= PAGE; page += PAGE_SIZE)
        CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, page, &entry) && !pte_writable(entry) &&
              entry_node(entry)->flags == RIGHT_READ);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, first, 2, 0) == OK);
    CHECK(call(SYS_task_create, WORLD_MEMORY, FRAME + 1, OTHER, 0) == OK);
    CHECK(call(SYS_vm_map, WORLD_TASK, first | READ_WRITE, map_of(2), FRAME) == ERR_FRAME);
    CHECK(call(SYS_object_destroy, OTHER, 0, 0, 0) == OK);
}

/* Each of two missing directories costs a frame, and each table two. */
static void pages_of_two_directories(void)
{
    const uint32_t first = (2u << SPACE_SHIFT) - PAGE_SIZE, frames = 2 + 2 * 2;
    struct account *account = &AT(struct task, init->task)->account;
    uint32_t spare = account->spare_count;

    account->spare_count = frames - 1;
    CHECK(call(SYS_vm_map, WORLD_TASK, first | RIGHT_READ, map_of(2), FRAME) == ERR_ACCOUNT);
    CHECK(thread_page(init)->shortfall == 1);
    account->spare_count = spare;
    CHECK(call(SYS_vm_map, WORLD_TASK, first | RIGHT_READ, map_of(2), FRAME) == OK &&
          account->spare_count == spare - frames);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, first, 2, 0) == OK);
}

/* A mapping never has the right to own. It has no right to grant once that was removed. */
static void rights_of_mappings(void)
{
    pte_t *entry;

    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ | RIGHT_OWN, map_of(1), FRAME) == ERR_ARG);
    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | READ_WRITE | RIGHT_GRANT, map_of(1), FRAME) == OK);
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | READ_WRITE | RIGHT_OWN, 1, 0) == ERR_ARG);
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | READ_WRITE, 1, 0) == OK);
    CHECK(vspace_find_mapping(&AT(struct task, init->task)->space, PAGE, &entry) &&
          entry_node(entry)->flags == READ_WRITE);
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == OK);
}

/* "and from all that was derived from them": the second page is a child of the first one. */
/* Maps at `address` what is mapped at `from`, in init's space. */
static pte_t *map_from(uint32_t from, uint32_t address, enum kinship kinship, rights_t rights)
{
    struct task *task = AT(struct task, init->task);
    pte_t *entry;

    source_map(&(struct source){&task->space, from, kinship}, 1, rights,
               &(struct target){&task->space, &task->account, address});
    CHECK(vspace_find_mapping(&task->space, address, &entry));
    return entry;
}

static void rights_are_taken_from_children(void)
{
    struct task *task = AT(struct task, init->task);
    pte_t *parent, *child, *sibling, *grandchild;

    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | READ_WRITE, map_of(1), FRAME) == OK);
    CHECK(vspace_find_mapping(&task->space, PAGE, &parent));
    child = map_from(PAGE, PAGE + PAGE_SIZE, CHILD, READ_WRITE);
    sibling = map_from(PAGE + PAGE_SIZE, PAGE + 2 * PAGE_SIZE, SIBLING, READ_WRITE);
    grandchild = map_from(PAGE + 2 * PAGE_SIZE, PAGE + 3 * PAGE_SIZE, CHILD, READ_WRITE);
    kernel.cpu_count = 2;
    kernel.cpus[1].space = init->task;
    CHECK(call(SYS_vm_protect, WORLD_TASK, (PAGE + 2 * PAGE_SIZE) | RIGHT_READ, 1, 0) == OK);
    CHECK(kernel.cpus[1].tlb_ipi == IPI_ALL); /* two pages */
    tlb_sync();
    kernel.cpus[1].space = 0;
    kernel.cpu_count = 1;
    CHECK(entry_node(sibling)->flags == RIGHT_READ && entry_node(grandchild)->flags == RIGHT_READ);
    CHECK(!pte_writable(grandchild) && entry_node(child)->flags == READ_WRITE && pte_writable(child));
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | RIGHT_READ, 1, 0) == OK);
    CHECK(entry_node(parent)->flags == RIGHT_READ && entry_node(child)->flags == RIGHT_READ && !pte_writable(child));
    CHECK(call(SYS_vm_unmap, WORLD_TASK, PAGE, 1, 0) == OK && !node_in_tree(entry_node(child)));
}

static void make_children(uint32_t page, uint32_t count, uint32_t from)
{
    for (uint32_t i = 0; i < count; i++)
        map_from(page, from + i * PAGE_SIZE, CHILD, RIGHT_READ);
}

/* All pages of a call together may have only so many descendants. */
static void rights_are_taken_from_a_few(void)
{
    enum { HALF = CALL_PAGES_MAX / 2, FIRST = PAGE + 0x10000, SECOND = PAGE + 0x80000 };

    CHECK(call(SYS_vm_map, WORLD_TASK, PAGE | READ_WRITE, map_of(2), FRAME) == OK);
    make_children(PAGE, HALF, FIRST);
    make_children(PAGE + PAGE_SIZE, HALF, SECOND);
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | RIGHT_READ, 2, 0) == OK);
    make_children(PAGE, 1, FIRST + HALF * PAGE_SIZE);
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | RIGHT_READ, 2, 0) == ERR_BUSY);
    CHECK(call(SYS_vm_protect, WORLD_TASK, PAGE | RIGHT_READ, 1, 0) == OK);
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 2, 0) == OK);
}

/* A message page is no mapping: the reply to a fault cannot replace it. */
static void a_message_page_is_in_the_way(void)
{
    const struct vspace *space = &AT(struct task, init->task)->space;
    pte_t *entry;

    CHECK(call(SYS_vm_map, WORLD_TASK, init->page_address | RIGHT_READ, map_of(1), FRAME) == ERR_TAKEN);
    CHECK(vspace_find(space, init->page_address, &entry) && !vspace_find_mapping(space, init->page_address, &entry));
}

int main(void)
{
    init = world_boot();
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    unknown_calls();
    slots_beyond_the_table();
    rights_beyond_all();
    ports_at_the_ends_of_a_range();
    ranges_of_another_kind();
    what_is_not_owned_is_not_donated();
    memory_beyond_the_physmap_is_not_donated();
    what_is_read_alone_stays_so();
    copies_to_itself();
    frames_are_counted_from_the_first();
    copies_need_the_right_to_read();
    a_message_page_needs_a_free_page();
    badges();
    into_another_table();
    a_line_has_one_endpoint();
    sources_in_a_space();
    a_line_signals_its_badge();
    donations();
    a_full_frame_costs_another();
    frames_with_a_free_cell_come_first();
    ranges_that_wrap();
    pages_of_two_tables();
    pages_of_two_directories();
    rights_of_mappings();
    rights_are_taken_from_children();
    rights_are_taken_from_a_few();
    a_message_page_is_in_the_way();
    world_end();
    puts("test_sys_limits: what is beyond a limit is refused");
}
