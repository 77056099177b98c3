#include "kernel/audit/audit.h"

#include "kernel/ipc/ipc.h"
#include "kernel/thread/sched.h"

struct walk {
    struct audit audit;
    uint32_t entries, slots; /* found in tables; the trees must have as many nodes */
    uint32_t accounted;      /* the sum of all accounts; as many frames must have an owner */
};

static void walk_tree_of_caps(struct walk *walk, const struct node *root)
{
    slot_audit(root);
    walk->audit.capabilities += node_audit(root);
}

static void walk_mappings(struct walk *walk, uint32_t frame)
{
    struct node *root = &frame_at(frame)->mappings;

    walk->audit.mappings += node_audit(root);
    for (struct node *n = node_next(root); n != root; n = node_next(n))
        assert(pte_frame(node_entry(n)) == frame);
}

static void walk_slot(struct walk *walk, const struct slot *slot)
{
    assert(slot_is_empty(slot) == !node_in_tree(&slot->node));
    walk->slots += !slot_is_empty(slot);
    if (slot_is_range(slot, SLOT_MEMORY))
        assert(slot->value + slot_range_count(slot) <= kernel.frame_count); /* S5 */
}

static void walk_cells(struct walk *walk, uint32_t frame)
{
    const struct frame *record = frame_at(frame);
    bool threads = record->kind == FRAME_THREADS;
    unsigned shift = threads ? THREAD_SHIFT : ENDPOINT_SHIFT;

    assert(record->used);
    for (unsigned i = 0; i < PAGE_SIZE >> shift; i++) {
        if (!(record->used >> i & 1))
            continue;
        ref_t ref = frame_ref(frame) + (i << shift);
        walk_tree_of_caps(walk, AT(struct node, ref));
        if (!threads) {
            endpoint_audit(AT(struct endpoint, ref));
            continue;
        }
        struct thread *thread = AT(struct thread, ref);
        thread_audit(thread);
        walk_slot(walk, &thread->receives);
        walk_slot(walk, &thread->handler);
    }
}

static void walk_leaf(struct walk *walk, uint32_t frame)
{
    for (unsigned i = 0; i < LEAF_SLOTS; i++)
        walk_slot(walk, AT(struct slot, frame_ref(frame)) + i);
}

static void walk_companion(struct walk *walk, uint32_t frame)
{
    const struct node *nodes = AT(struct node, frame_ref(frame));

    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        walk->entries += node_in_tree(&nodes[i]);
}

/* A3 */
static void walk_cell_frames(const struct list *frames, uint32_t task, enum frame_kind kind, unsigned shift)
{
    bool was_full = false;

    for (ref_t link = frames->first; link != REF(frames); link = AT(struct link, link)->next) {
        const struct frame *record = AT(struct frame, link);
        bool full = record->used == ~0u >> (32 - (1u << (PAGE_BITS - shift)));
        assert(record->kind == kind && record->owner == task && (full || !was_full));
        was_full = full;
    }
}

static void walk_task(struct walk *walk, uint32_t frame)
{
    struct task *task = AT(struct task, frame_ref(frame));
    uint32_t spare = 0;

    assert(task->account.task == frame);
    walk_tree_of_caps(walk, &task->object.caps);
    vspace_audit(&task->space);
    assert(pte_frame(&task->space.directories[DIRECTORIES]) == pte_frame(&kernel.kernel_directory)); /* V3 */
    walk->accounted += task->account.total;
    walk_cell_frames(&task->account.threads, frame, FRAME_THREADS, THREAD_SHIFT);
    walk_cell_frames(&task->account.endpoints, frame, FRAME_ENDPOINTS, ENDPOINT_SHIFT);
    for (uint32_t f = task->account.spare; f; f = frame_at(f)->next_spare, spare++)
        assert(frame_at(f)->kind == FRAME_SPARE && frame_at(f)->owner == frame);
    assert(spare == task->account.spare_count && spare < task->account.total);
    for (ref_t link = task->owed.first; link != REF(&task->owed); link = AT(struct link, link)->next) {
        const struct thread *thread = thread_of_link(link);
        assert(thread->state == THREAD_REPLY_DEFERRED && thread->peer == REF(task));
    }
}

/* F5 */
static void audit_clear(uint32_t frame)
{
    const uint32_t *words = arch_frame_map(0, frame);

    for (unsigned i = 0; i < PAGE_SIZE / sizeof *words; i++)
        assert(words[i] == 0);
}

static void walk_frame(struct walk *walk, uint32_t frame)
{
    const struct frame *record = frame_at(frame);

    assert(record->kind < FRAME_KINDS);
    if (record->kind == FRAME_SPARE || (record->kind == FRAME_USER && record->mappings.flags & NODE_CLEAR))
        audit_clear(frame);
    walk->audit.user_frames += record->kind == FRAME_USER;
    bool donated = record->owner != 0 && record->kind != FRAME_USER;
    walk->audit.kernel_frames += donated;
    if (donated)
        assert(frame_at(record->owner)->kind == FRAME_TASK);
    switch ((enum frame_kind)record->kind) {
    case FRAME_USER:
        walk_mappings(walk, frame);
        break;
    case FRAME_TASK:
        walk_task(walk, frame);
        break;
    case FRAME_THREADS:
    case FRAME_ENDPOINTS:
        walk_cells(walk, frame);
        break;
    case FRAME_LEAF:
        walk_leaf(walk, frame);
        break;
    case FRAME_COMPANION:
        walk_companion(walk, frame);
        break;
    default:
        break;
    }
}

static void walk_cpu(const struct cpu *cpu)
{
    for (unsigned p = 0; p < PRIORITY_COUNT; p++)
        assert(list_is_empty(&cpu->ready[p]) == !(cpu->ready_mask >> p & 1));
    if (!cpu->current)
        return;
    const struct thread *thread = AT(struct thread, cpu->current);
    assert(thread_cpu(thread) == cpu);
    assert(cpu == cpu_here() || thread->state == THREAD_RUNNING || thread->state == THREAD_DEAD);
}

struct audit audit_kernel(void)
{
    struct walk walk = {0};

    for (uint32_t f = 1; f < kernel.frame_count; f++)
        walk_frame(&walk, f);
    for (unsigned i = 0; i < IRQ_COUNT; i++)
        walk_slot(&walk, &kernel.irq_endpoints[i]);
    for (unsigned kind = 0; kind < 4; kind++)
        walk_tree_of_caps(&walk, &kernel.ranges[kind].caps);
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        walk_cpu(&kernel.cpus[i]);
    assert(walk.entries == walk.audit.mappings);
    assert(walk.slots == walk.audit.capabilities);
    assert(walk.accounted == walk.audit.kernel_frames);
    return walk.audit;
}
