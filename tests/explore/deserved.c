#include "tests/explore/deserved.h"

#include "kernel/ipc/ipc.h"
#include "tests/explore/hardware.h"

struct deserved deserved;

/* ---------------------------------------------------------------------------------- capabilities */

void deserves_if(bool condition, err_t error)
{
    deserved.errors |= (uint32_t)condition << -(int)error;
}

const struct slot *slot_in_table(const struct task *task, uint32_t index)
{
    return index < LEAF_COUNT * LEAF_SLOTS
               ? AT(struct slot, task->cspace.leaves[index / LEAF_SLOTS]) + index % LEAF_SLOTS
               : NULL;
}

bool slot_is_of_kind(const struct slot *slot, enum slot_bits kind)
{
    if (kind & SLOT_RANGE || slot->object & SLOT_RANGE)
        return (slot->object & 0xff) == (uint32_t)kind;
    return (slot->object & 0x3f & (uint32_t)kind) != 0;
}

const struct slot *needs_any_capability(const struct task *task, uint32_t index)
{
    const struct slot *slot = slot_in_table(task, index);
    bool is_there = slot && slot->object;

    deserves_if(!is_there, ERR_CAP);
    return is_there ? slot : NULL;
}

const struct slot *needs_capability(const struct task *task, uint32_t index, enum slot_bits kind, rights_t rights)
{
    const struct slot *slot = slot_in_table(task, index);

    if (!slot || !slot->object || !slot_is_of_kind(slot, kind)) {
        deserves_if(true, ERR_CAP);
        return NULL;
    }
    deserves_if(rights & ~slot->node.flags, ERR_RIGHTS);
    return slot;
}

static bool is_being_destroyed(const struct slot *slot)
{
    ref_t object = slot->object & SLOT_OBJECT;

    if (slot->object & SLOT_RANGE)
        return false;
    if (slot->object & SLOT_TASK)
        return AT(struct task, object)->stage;
    return slot->object & SLOT_THREAD ? AT(struct thread, object)->state == THREAD_DEAD
                                      : AT(struct endpoint, object)->destroying.next != 0;
}

const struct slot *needs_living_object(const struct task *task, uint32_t index, enum slot_bits kind, rights_t rights)
{
    const struct slot *slot = needs_capability(task, index, kind, rights);

    deserves_if(slot && is_being_destroyed(slot), ERR_DEAD);
    return slot;
}

const struct task *needs_task(const struct task *task, uint32_t index)
{
    const struct slot *slot = needs_living_object(task, index, SLOT_TASK, RIGHT_CONTROL);

    return slot ? AT(struct task, slot->object & SLOT_OBJECT) : NULL;
}

const struct thread *needs_thread(const struct task *task, uint32_t index)
{
    const struct slot *slot = needs_living_object(task, index, SLOT_THREAD, RIGHT_CONTROL);

    return slot ? AT(struct thread, slot->object & SLOT_OBJECT) : NULL;
}

bool slot_has_range(const struct slot *slot, uint64_t first, uint64_t count)
{
    return first < slot->object >> SLOT_RANGE_COUNT_SHIFT && first + count <= slot->object >> SLOT_RANGE_COUNT_SHIFT;
}

void needs_child(const struct slot *parent, struct derivation d)
{
    const struct object *named = parent->object & SLOT_RANGE ? &kernel.ranges[parent->object >> 6 & 3]
                                                             : AT(struct object, parent->object & SLOT_OBJECT);

    deserves_if(d.rights & ~parent->node.flags, ERR_RIGHTS);
    if (parent->object & SLOT_RANGE)
        deserves_if(!slot_has_range(parent, d.value, d.count), ERR_ARG);
    else if (parent->object & SLOT_ENDPOINT)
        deserves_if(d.count || d.value > BADGE_MAX || (d.value && parent->value) ||
                        !(d.rights & (RIGHT_CALL | RIGHT_SIGNAL | RIGHT_RECEIVE)),
                    ERR_ARG);
    else
        deserves_if(d.value || d.count, ERR_ARG);
    deserves_if(parent->node.depth == 31, ERR_DEPTH);
    deserves_if(is_being_destroyed(parent), ERR_DEAD);
    deserves_if(node_is_being_revoked(&named->caps), ERR_BUSY);
}

static void needs_empty_slot(const struct task *task, uint32_t index)
{
    const struct slot *slot = slot_in_table(task, index);

    deserves_if(!slot || index == 0, ERR_ARG);
    deserves_if(slot && slot->object, ERR_TAKEN);
}

/* ---------------------------------------------------------------------------------- memory */

bool can_be_mapped(rights_t rights)
{
    return rights & RIGHT_READ && !(rights & RIGHT_OWN) && !(rights & RIGHT_WRITE && rights & RIGHT_EXECUTE);
}

bool range_is_valid(uint32_t address, uint32_t pages, uint32_t most)
{
    return address % PAGE_SIZE == 0 && pages >= 1 && pages <= most &&
           (uint64_t)address + (uint64_t)pages * PAGE_SIZE <= SPACE_END;
}

uint32_t needs_frames(const struct task *task, uint32_t index, rights_t rights, uint32_t offset, uint32_t pages)
{
    const struct slot *slot = needs_capability(task, index, SLOT_MEMORY, rights);
    bool inside = slot && slot_has_range(slot, offset, pages);

    deserves_if(slot && !inside, ERR_ARG);
    return inside ? slot->value + offset : 0;
}

void needs_mappable_frames(uint32_t first, uint32_t pages)
{
    for (uint32_t f = first; first && f < first + pages; f++) {
        bool is_memory = f < kernel.frame_count && seen.records[f].kind == FRAME_USER;
        deserves_if(!is_memory, ERR_FRAME);
        deserves_if(is_memory && seen.records[f].owner, ERR_BUSY);
    }
}

const struct page *page_seen(uint32_t task, uint32_t address)
{
    for (unsigned i = 0; i < seen.authority.pages_count; i++)
        if (seen.authority.pages[i].task == task && seen.authority.pages[i].address == address)
            return &seen.authority.pages[i];
    return NULL;
}

void needs_mapped_pages(struct pages_needed needed)
{
    for (uint32_t i = 0; i < needed.pages; i++) {
        const struct page *page = page_seen(frame_number(REF(needed.task)), needed.address + i * PAGE_SIZE);
        deserves_if(!page, ERR_ABSENT);
        if (!page)
            continue;
        deserves_if(needed.rights & ~page->rights, ERR_RIGHTS);
        deserves_if(needed.children && page->depth == 31, ERR_DEPTH);
        deserves_if(seen.records[page->frame].owner, ERR_BUSY);
    }
}

bool page_is_free(const struct task *task, uint32_t address)
{
    if (page_seen(frame_number(REF(task)), address))
        return false;
    for (unsigned i = 0; i < seen.threads_count; i++)
        if (seen.threads[i].task == frame_number(REF(task)) && seen.threads[i].page_address == address)
            return false;
    return true;
}

void needs_free_pages(const struct task *task, uint32_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        deserves_if(!page_is_free(task, address + i * PAGE_SIZE), ERR_TAKEN);
}

void needs_donation(const struct task *task, uint32_t index, uint32_t offset, uint32_t pages)
{
    uint32_t first = needs_frames(task, index, RIGHT_WRITE | RIGHT_OWN, offset, pages);

    for (uint32_t f = first; first && f < first + pages; f++) {
        const struct frame *record = &seen.records[f];
        bool is_memory = f < kernel.frame_count && f < PHYSMAP_BYTES / PAGE_SIZE && record->kind == FRAME_USER;
        deserves_if(!is_memory, ERR_FRAME);
        deserves_if(is_memory && (record->is_device || record->owner ||
                                  node_at(record->mappings.next) != &frame_at(f)->mappings),
                    ERR_FRAME);
    }
}

/* ---------------------------------------------------------------------------------- accounts */

static bool has_table(uint32_t task, uint32_t address)
{
    FOR_FRAMES(f)
    {
        const struct frame *record = &seen.records[f];
        if (record->kind == FRAME_TABLE && record->owner == task && address - record->base < TABLE_ENTRIES * PAGE_SIZE)
            return true;
    }
    return false;
}

/* A table comes with its companion, and the first table of a quarter also with a directory. */
void cost_of_pages(struct cost *cost, const struct task *task, uint32_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++) {
        uint32_t page = address / PAGE_SIZE + i, table = 1u << page / TABLE_ENTRIES;
        uint32_t top = page / TABLE_ENTRIES / TABLE_ENTRIES, directory = 1u << top;
        if (cost->tables & table || has_table(frame_number(REF(task)), page * PAGE_SIZE))
            continue;
        cost->tables |= table;
        cost->frames += 2;
        if (cost->directories & directory || task->space.directories[top])
            continue;
        cost->directories |= directory;
        cost->frames++;
    }
}

void cost_of_slot(struct cost *cost, const struct task *task, uint32_t index)
{
    uint32_t leaf = index / LEAF_SLOTS;

    if (leaf >= LEAF_COUNT || cost->leaves >> leaf & 1 || task->cspace.leaves[leaf] != kernel.empty_leaf)
        return;
    cost->leaves |= 1u << leaf;
    cost->frames++;
}

void cost_of_cell(struct cost *cost, const struct task *task, enum frame_kind kind, unsigned shift)
{
    const unsigned cells = PAGE_SIZE >> shift;

    FOR_FRAMES(f)
    if (seen.records[f].kind == kind && seen.records[f].owner == frame_number(REF(task)) &&
        (unsigned)__builtin_popcountll(seen.records[f].used) < cells)
        return;
    cost->frames++;
}

void needs_account(const struct task *task, const struct cost *cost)
{
    deserves_if(task->stage, ERR_DEAD);
    deserves_if(cost->frames > task->account.spare_count, ERR_ACCOUNT);
    deserved.shortfalls[deserved.shortfalls_count++] = cost->frames - task->account.spare_count;
}

void needs_slot(const struct task *task, uint32_t index, struct cost cost)
{
    needs_empty_slot(task, index);
    cost_of_slot(&cost, task, index);
    needs_account(task, &cost);
}
