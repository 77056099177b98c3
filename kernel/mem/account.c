#include "kernel/mem/account.h"

static __attribute__((noinline)) void add_spare(struct account *account, uint32_t frame)
{
    struct frame *record = frame_at(frame);

    *record = (struct frame){.state = account->task | FRAME_SPARE << 24};
    record->next_spare = account->spare;
    account->spare = frame;
    account->spare_count++;
}

void account_donate(struct account *account, uint32_t frame)
{
    assert(frame_at(frame)->kind == FRAME_USER && frame < PHYSMAP_BYTES >> PAGE_BITS);
    add_spare(account, frame);
    account->total++;
}

uint32_t account_take(struct account *account, enum frame_kind kind)
{
    uint32_t frame = account->spare;
    struct frame *record = frame_at(frame);

    assert(record->kind == FRAME_SPARE);
    account->spare = record->next_spare;
    account->spare_count--;
    *record = (struct frame){.state = account->task | kind << 24};
    return frame;
}

void account_return(struct account *account, uint32_t frame)
{
    assert(frame_at(frame)->owner == account->task && frame_at(frame)->kind != FRAME_SPARE);
    add_spare(account, frame);
}

static bool is_full(const struct frame *record, unsigned shift)
{
    return record->used == ~0u >> (32 - (1u << (PAGE_BITS - shift)));
}

uint32_t account_cell_cost(const struct list *frames, unsigned shift)
{
    return list_is_empty(frames) || is_full(AT(struct frame, frames->first), shift);
}

ref_t account_cell(struct account *account, struct list *frames, enum frame_kind kind, unsigned shift)
{
    bool is_new = account_cell_cost(frames, shift);
    struct frame *record = is_new ? frame_at(account_take(account, kind)) : AT(struct frame, frames->first);
    unsigned cell = (unsigned)__builtin_ctz(~record->used);

    record->used |= 1u << cell;
    if (!is_new)
        link_remove(&record->in_account);
    link_insert_after(is_full(record, shift) ? frames->last : REF(frames), &record->in_account);
    return frame_ref(frame_number_of(record)) + (cell << shift);
}

void account_cell_return(struct account *account, struct list *frames, ref_t cell, unsigned shift)
{
    uint32_t frame = frame_number(cell);
    struct frame *record = frame_at(frame);

    __builtin_memset(AT(void, cell), 0, 1u << shift);
    record->used &= ~(1u << ((cell & (PAGE_SIZE - 1)) >> shift));
    link_remove(&record->in_account);
    if (record->used)
        link_insert_after(REF(frames), &record->in_account);
    else
        account_return(account, frame);
}
