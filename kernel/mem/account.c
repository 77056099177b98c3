#include "kernel/mem/account.h"

static void add_spare(struct account *account, uint32_t frame, uint32_t is_clear)
{
    *frame_at(frame) = (struct frame){.next_spare = account->spare, .is_clear = is_clear,
                                      .owner = account->task & 0xffffff, .kind = FRAME_SPARE};
    account->spare = frame;
    account->spare_count++;
}

void account_donate(struct account *account, uint32_t frame)
{
    struct frame *record = frame_at(frame);

    assert(record->kind == FRAME_USER && frame_ref(frame) < WINDOW_BYTES);
    add_spare(account, frame, record->mappings.flags & NODE_CLEAR);
    account->total++;
}

uint32_t account_take(struct account *account, enum frame_kind kind)
{
    uint32_t frame = account->spare;
    struct frame *record = frame_at(frame);

    assert(frame && record->kind == FRAME_SPARE);
    account->spare = record->next_spare;
    account->spare_count--;
    if (!record->is_clear)
        __builtin_memset(AT(void, frame_ref(frame)), 0, PAGE_SIZE);
    *record = (struct frame){.owner = account->task & 0xffffff, .kind = kind & 0xff};
    return frame;
}

void account_return(struct account *account, uint32_t frame)
{
    const struct frame *record = frame_at(frame);

    assert(record->owner == account->task && record->kind != FRAME_SPARE);
    add_spare(account, frame, true);
}

/* The map of used places when none is free. */
static uint64_t full(unsigned shift)
{
    return ~0ull >> (64 - (1u << (PAGE_BITS - shift)));
}

static uint32_t frame_with_place(uint32_t list, unsigned shift)
{
    while (list && frame_at(list)->used == full(shift))
        list = frame_at(list)->next;
    return list;
}

uint32_t account_place_cost(uint32_t list, unsigned shift)
{
    return frame_with_place(list, shift) ? 0 : 1;
}

ref_t account_place(struct account *account, uint32_t *list, enum frame_kind kind, unsigned shift)
{
    uint32_t frame = frame_with_place(*list, shift);

    if (!frame) {
        frame = account_take(account, kind);
        frame_at(frame)->next = *list;
        *list = frame;
    }
    unsigned place = (unsigned)__builtin_ctzll(~frame_at(frame)->used);
    frame_at(frame)->used |= 1ull << place;
    return frame_ref(frame) + (place << shift);
}

void account_place_return(struct account *account, uint32_t *list, ref_t place, unsigned shift)
{
    uint32_t frame = frame_number(place), *link = list;
    struct frame *record = frame_at(frame);

    __builtin_memset(AT(void, place), 0, 1u << shift);
    record->used &= ~(1ull << ((place & (PAGE_SIZE - 1)) >> shift));
    if (record->used)
        return;
    while (*link != frame)
        link = &frame_at(*link)->next;
    *link = record->next;
    account_return(account, frame);
}
