/*
 * Gives equivalent frames the same numbers in all states. The frames of accounts are numbered in the order in which
 * they are found from their tasks. Frames that began as memory keep their numbers, as calls name them; only in worlds
 * whose memory is interchangeable (World::alike) these are renumbered as well.
 */
#include "kernel/ipc/endpoint.h"
#include "tests/explore/state.h"

#include <string.h>

static uint8_t new_name[ARENA_FRAMES];

struct order {
    unsigned count;
    uint8_t frames[ARENA_FRAMES];
};

static void append(struct order *order, uint32_t frame)
{
    order->frames[order->count++] = (uint8_t)frame;
}

/* ---------------------------------------------------------------------------------- orders */

static void append_tables(struct order *order, const struct vspace *space)
{
    for (unsigned d = 0; d < DIRECTORIES; d++) {
        if (!(pte_low(&space->directories[d]) & PTE_PRESENT))
            continue;
        uint32_t directory = pte_frame(&space->directories[d]);
        const pte_t *entries = AT(pte_t, frame_ref(directory));
        append(order, directory);
        for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
            if (!(pte_low(entries + i) & PTE_PRESENT))
                continue;
            append(order, pte_frame(entries + i));
            append(order, frame_number(frame_at(pte_frame(entries + i))->partner));
        }
    }
}

/* The frames of an account, except the task's own, in the order in which they are found. */
static void append_account(struct order *order, const struct task *task)
{
    append_tables(order, &task->space);
    for (unsigned i = 0; i < LEAF_COUNT; i++)
        if (task->cspace.leaves[i] != kernel.empty_leaf)
            append(order, frame_number(task->cspace.leaves[i]));
    FOR_CELL_FRAMES(f, &task->account.threads)
    {
        append(order, f);
        FOR_CELLS(ref, f, THREAD_SHIFT)
        append(order, frame_number(AT(struct thread, ref)->page));
    }
    FOR_CELL_FRAMES(f, &task->account.endpoints)
    append(order, f);
    for (uint32_t f = task->account.spare; f; f = frame_at(f)->next_spare)
        append(order, f);
}

static uint64_t mix(uint64_t signature, uint64_t value)
{
    signature = (signature ^ value) * 0x9e3779b97f4a7c15u;
    return signature ^ signature >> 29;
}

static uint64_t mix_slots(uint64_t signature, uint32_t leaf, uint32_t frame)
{
    for (unsigned i = 0; i < LEAF_SLOTS; i++) {
        const struct slot *slot = AT(struct slot, frame_ref(leaf)) + i;
        if (slot_is_range(slot, SLOT_MEMORY) && slot_range_count(slot) == 1 && slot->value == frame)
            signature = mix(signature, frame_at(leaf)->owner * 64u + i + slot->node.depth * 1024u);
    }
    return signature;
}

/* What distinguishes a frame of memory from the others, whatever its number. */
static uint64_t signature_of(uint32_t frame)
{
    const struct node *root = &frame_at(frame)->mappings;
    uint64_t signature = root->flags + 1u;

    if (world->contents)
        signature = mix(signature, *AT(uint32_t, frame_ref(frame)));
    for (const struct node *n = node_next(root); n != root; n = node_next(n)) {
        signature = mix(signature, frame_of(n)->owner + (uint64_t)node_address(n) * 64 + n->depth);
        signature = mix(signature, n->flags);
    }
    FOR_FRAMES(l)
    if (frame_at(l)->kind == FRAME_LEAF)
        signature = mix_slots(signature, l, frame);
    return signature;
}

/* The frames of memory, sorted by signature. */
static void append_memory(struct order *order)
{
    uint64_t signatures[ARENA_FRAMES];
    unsigned first = order->count;

    for (uint32_t f = world_memory; f < kernel.frame_count; f++) {
        if (frame_at(f)->kind != FRAME_USER)
            continue;
        uint64_t signature = signature_of(f);
        unsigned at = order->count++;
        for (; at > first && signatures[at - 1] > signature; at--) {
            signatures[at] = signatures[at - 1];
            order->frames[at] = order->frames[at - 1];
        }
        signatures[at] = signature;
        order->frames[at] = (uint8_t)f;
    }
}

/* ---------------------------------------------------------------------------------- names */

/* Frames that belonged to a task, and that nothing can name now; those that are all zero come last. */
static void append_freed(struct order *order, bool clear)
{
    for (uint32_t f = FIRST_FRAME; f < world_memory && f < kernel.frame_count; f++)
        if (frame_at(f)->kind == FRAME_USER && !(frame_at(f)->mappings.flags & NODE_CLEAR) == !clear)
            append(order, f);
}

/* Numbers the frames that did not begin as memory, except those of tasks. */
static void name_accounts(void)
{
    struct order order = {0};
    uint32_t next = FIRST_FRAME;

    FOR_TASKS(task)
    append_account(&order, task);
    append_freed(&order, false);
    append_freed(&order, true);
    for (unsigned i = 0; i < order.count; i++) {
        if (order.frames[i] >= world_memory)
            continue;
        while (frame_at(next)->kind == FRAME_TASK)
            next++;
        new_name[order.frames[i]] = (uint8_t)next++;
    }
}

/* Tasks in frames that began as memory, in the order of the first task's slots. */
static void append_tasks(struct order *order)
{
    const struct task *first = AT(struct task, frame_ref(FIRST_FRAME));
    uint64_t done = 0;

    for (unsigned i = 1; frame_at(FIRST_FRAME)->kind == FRAME_TASK && i < CSPACE_SLOTS; i++) {
        const struct slot *slot = cspace_slot(&first->cspace, i);
        uint32_t f = frame_number(slot->object);
        if (slot->object & SLOT_RANGE || !(slot->object & SLOT_TASK) || f < world_memory || done >> f & 1)
            continue;
        done |= 1ull << f;
        append(order, f);
    }
    FOR_TASKS(task)
    if (frame_number(REF(task)) >= world_memory && !(done >> frame_number(REF(task)) & 1))
        append(order, frame_number(REF(task)));
}

static void name_alike(void)
{
    struct order order = {0}, found = {0};
    uint32_t next = world_memory;

    append_tasks(&order);
    FOR_TASKS(task)
    append_account(&found, task);
    for (unsigned i = 0; i < found.count; i++)
        if (found.frames[i] >= world_memory)
            append(&order, found.frames[i]);
    append_memory(&order);
    for (unsigned i = 0; i < order.count; i++)
        new_name[order.frames[i]] = (uint8_t)next++;
}

/* False if every frame keeps its number. */
static bool find_names(void)
{
    for (unsigned i = 0; i < ARENA_FRAMES; i++)
        new_name[i] = (uint8_t)i;
    if (world->alike)
        name_alike();
    name_accounts();
    FOR_FRAMES(f)
    if (new_name[f] != f)
        return true;
    return false;
}

/* ---------------------------------------------------------------------------------- references */

static ref_t renamed(ref_t ref)
{
    const uint32_t record = (ref - FRAMES_OFFSET) / sizeof(struct frame);

    if (ref >= FRAMES_OFFSET)
        return ref + (ref_t)((new_name[record] - record) * sizeof(struct frame));
    return frame_ref(new_name[frame_number(ref)]) | (ref & (PAGE_SIZE - 1));
}

static void rename_ref(ref_t *ref)
{
    *ref = renamed(*ref);
}

static uint32_t renamed_node(uint32_t ref)
{
    return renamed(ref * (uint32_t)sizeof(struct node)) / sizeof(struct node);
}

static void rename_node(struct node *node)
{
    node->next = renamed_node(node->next) & 0x7ffffff;
    node->prev = renamed_node(node->prev) & 0x7ffffff;
}

static void rename_link(struct link *link)
{
    rename_ref(&link->next);
    rename_ref(&link->prev);
}

static void rename_list(struct list *list)
{
    rename_link((struct link *)list);
}

static void rename_entry(pte_t *entry)
{
    if (pte_low(entry) & PTE_PRESENT)
        *entry += (pte_t)(new_name[pte_frame(entry)] - (int64_t)pte_frame(entry)) << PAGE_BITS;
}

static void rename_object(struct object *object)
{
    rename_node(&object->caps);
    rename_ref(&object->revoker);
    object->cursor = renamed_node(object->cursor);
}

static void rename_slot(struct slot *slot)
{
    if (slot_is_empty(slot))
        return;
    rename_node(&slot->node);
    if (!(slot->object & SLOT_RANGE))
        slot->object = renamed(slot_object(slot)) | (slot->object & ~SLOT_OBJECT);
    else if (slot_is_range(slot, SLOT_MEMORY) && slot_range_count(slot) == 1)
        slot->value = new_name[slot->value];
}

/* The frame that a memory_revoke of one frame has in its registers; see sys_memory_revoke(). */
static void rename_revoke(struct registers *r)
{
    r->ebx = new_name[r->ebx + world_memory] - world_memory;
    r->ecx = new_name[r->ecx + world_memory] - world_memory;
}

static void rename_thread(struct thread *thread)
{
    ref_t *refs[] = {&thread->task,     &thread->peer,      &thread->serving,   &thread->page,
                     &thread->revoking, &thread->call_slot, &thread->bound_slot};

    rename_object(&thread->object);
    rename_link(&thread->link);
    rename_link(&thread->bound);
    for (unsigned i = 0; i < sizeof refs / sizeof refs[0]; i++)
        rename_ref(refs[i]);
    rename_slot(&thread->receives);
    rename_slot(&thread->handler);
    if (world->fpu)
        rename_ref((ref_t *)thread->fpu);
    if (world->alike && thread->restarting && (thread->registers.eax & SYSCALL_NUMBER) == SYS_memory_revoke)
        rename_revoke(&thread->registers);
}

static void rename_number(uint32_t *frame)
{
    *frame = new_name[*frame];
}

static void rename_task(struct task *task)
{
    struct account *account = &task->account;
    uint32_t *numbers[] = {&account->spare, &account->task};

    rename_object(&task->object);
    rename_list(&task->owed);
    rename_link(&task->destroying);
    rename_list(&account->threads);
    rename_list(&account->endpoints);
    for (unsigned d = 0; d < DIRECTORIES; d++)
        rename_entry(&task->space.directories[d]);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        rename_number(numbers[i]);
    for (unsigned i = 0; i < LEAF_COUNT; i++)
        rename_ref(&task->cspace.leaves[i]);
}

static void rename_endpoint(struct endpoint *endpoint)
{
    rename_object(&endpoint->object);
    rename_list(&endpoint->receivers);
    rename_list(&endpoint->callers);
    rename_link(&endpoint->destroying);
    rename_ref(&endpoint->task);
}

static void rename_entries(ref_t table)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        rename_entry(AT(pte_t, table) + i);
}

static void rename_record(struct frame *record)
{
    if (record->kind == FRAME_USER)
        rename_node(&record->mappings);
    else
        record->owner = new_name[record->owner];
    if (record->kind == FRAME_LEAF)
        rename_list(&record->bound);
    else if (record->kind == FRAME_SPARE)
        rename_number(&record->next_spare);
    else if (record->kind == FRAME_TABLE || record->kind == FRAME_COMPANION)
        rename_ref(&record->partner), rename_ref(&record->task);
    else if (record->kind == FRAME_THREADS || record->kind == FRAME_ENDPOINTS)
        rename_link(&record->in_account);
}

static void rename_in_frame(uint32_t frame)
{
    ref_t ref = frame_ref(frame);

    switch ((enum frame_kind)frame_at(frame)->kind) {
    case FRAME_TASK:
        rename_task(AT(struct task, ref));
        break;
    case FRAME_THREADS:
        FOR_CELLS(cell, frame, THREAD_SHIFT)
        rename_thread(AT(struct thread, cell));
        break;
    case FRAME_ENDPOINTS:
        FOR_CELLS(cell, frame, ENDPOINT_SHIFT)
        rename_endpoint(AT(struct endpoint, cell));
        break;
    case FRAME_LEAF:
        for (unsigned i = 0; i < LEAF_SLOTS; i++)
            rename_slot(AT(struct slot, ref) + i);
        break;
    case FRAME_DIRECTORY:
    case FRAME_TABLE:
        rename_entries(ref);
        break;
    case FRAME_COMPANION:
        for (unsigned i = 0; i < TABLE_ENTRIES; i++)
            rename_node(AT(struct node, ref) + i);
        break;
    case FRAME_MESSAGE:
        rename_ref(&AT(struct message_page, ref)->caller);
        break;
    default:
        break;
    }
}

static void rename_kernel(void)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = &kernel.cpus[i];
        rename_ref(&cpu->current);
        rename_ref(&cpu->space);
        rename_ref(&pending.fpu[i]);
        for (unsigned p = 0; p < PRIORITY_COUNT; p++)
            rename_list(&cpu->ready[p]);
    }
    rename_list(&kernel.destroying);
    for (unsigned i = 0; i < 4; i++)
        rename_object(&kernel.ranges[i]);
    for (unsigned i = 0; i < IRQ_COUNT; i++)
        rename_slot(&kernel.irq_endpoints[i]);
}

/* ---------------------------------------------------------------------------------- the move */

static void move_contents(void)
{
    static uint8_t copy[STATE_MAX];
    struct piece pieces[PIECES];
    unsigned count = state_pieces_of_frames(pieces);
    uint8_t *at = copy;

    for (unsigned i = 0; i < count; at += pieces[i++].bytes) {
        memcpy(at, AT(void, pieces[i].at), pieces[i].bytes);
        memset(AT(void, pieces[i].at), 0, pieces[i].bytes);
    }
    at = copy;
    for (unsigned i = 0; i < count; at += pieces[i++].bytes)
        memcpy(AT(void, renamed(pieces[i].at)), at, pieces[i].bytes);
}

void rename_frames(void)
{
    struct frame records[ARENA_FRAMES];

    if (!find_names())
        return;
    move_contents();
    memcpy(records, frame_at(0), kernel.frame_count * sizeof(struct frame));
    FOR_FRAMES(f)
    *frame_at(new_name[f]) = records[f];
    FOR_FRAMES(f)
    {
        rename_record(frame_at(f));
        rename_in_frame(f);
    }
    rename_kernel();
}
