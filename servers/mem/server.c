#include "servers/mem/server.h"

#include "libuser/ipc/ipc.h"
#include "servers/lib/fault.h"
#include "servers/mem/reply.h"
#include "servers/mem/calls.h"
#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/manager.h"
#include "servers/mem/named.h"
#include "servers/mem/pager.h"
#include "servers/mem/regions.h"
#include "servers/mem/shm.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/task_frames.h"

/* Keeps rare cases out of the common paths. */
#define OUT_OF_LINE __attribute__((noinline, cold))
#define INLINE      static inline __attribute__((always_inline))

/* The last reply with an item or data, which the kernel may refuse. The rest is in its words: those of a fault, which
 * the program does not get; in word 1 a segment's address, or a frame's number. */
static struct {
    enum { REPLY_FAULT, REPLY_SEGMENT, REPLY_TASK_FRAME, REPLY_DATA } kind;
    struct space *space;
} last;

/* Programs' calls. */

uint32_t call_sbrk(struct space *space, struct words *words)
{
    uint32_t old_end = space->heap_end;
    int status = regions_sbrk(space, (int32_t)words->w[1]);

    words->w[1] = old_end;
    words->w[2] = space->heap_end;
    return reply(words, status);
}

uint32_t call_mmap(struct space *space, struct words *words)
{
    uint32_t address = words->w[1], length = words->w[2];
    bool one = !address && length - 1 < PAGE_SIZE;

    if (one)
        address = regions_mmap_one(space);
    int status = one && address ? 0 : regions_mmap(space, &address, length);
    words->w[1] = address;
    return reply(words, status);
}

OUT_OF_LINE uint32_t call_reserve(struct space *space, struct words *words)
{
    uint32_t address = words->w[1];
    int status =
        words->w[3] > RIGHT_ALL ? -EINVAL : regions_reserve(space, &address, words->w[2], (rights_t)words->w[3]);

    words->w[1] = address;
    return reply(words, status);
}

uint32_t call_munmap(struct space *space, struct words *words)
{
    uint32_t address = words->w[1], length = words->w[2];

    if (length - 1 < PAGE_SIZE && regions_munmap_one(space, address))
        return reply(words, 0);
    int status = regions_munmap(space, &address, length);
    words->w[1] = address;
    return reply(words, status);
}

OUT_OF_LINE uint32_t call_protect(struct space *space, struct words *words)
{
    int status = regions_protect(space, &words->w[1], words->w[2], words->w[3]);

    return reply(words, status);
}

/* The reply to an open, with the page if it is not mapped already. */
static inline uint32_t reply_to_open(struct space *space, struct words *words, uint32_t number, int status)
{
    words->w[1] = shm_address(number);
    if (status != SHM_ATTACHED)
        return reply(words, status);
    message_page->items[0] =
        item_memory(MEM_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE, shm_table_at(number)->frame, 1, words->w[1]);
    last.kind = REPLY_SEGMENT;
    last.space = space;
    return reply_with_item(words);
}

INLINE uint32_t handle_shm_open(struct space *space, struct words *words)
{
    uint32_t number = shm_table_find(words->w[1]);

    if (number != SEGMENT_NONE)
        return reply_to_open(space, words, number, shm_attach(space, number));
    number = shm_create(space, words->w[1]);
    if (number == SEGMENT_NONE)
        return reply(words, -ENOMEM);
    return reply_to_open(space, words, number, SHM_ATTACHED);
}

INLINE uint32_t handle_shm_close(struct space *space, struct words *words)
{
    return reply(words, shm_close(space, words->w[1]));
}

OUT_OF_LINE uint32_t call_get_limit(struct space *space, struct words *words)
{
    *words = (struct words){{0, space->account->limit, space->account->used}};
    return IPC_REPLY;
}

OUT_OF_LINE uint32_t call_set_limit(struct space *space, struct words *words)
{
    return reply(words, space_set_limit(space, words->w[1]));
}

/* For the table. server_handle() has the same code inline, without a copy of the words. */
uint32_t call_shm_open(struct space *space, struct words *words)
{
    return handle_shm_open(space, words);
}

uint32_t call_shm_close(struct space *space, struct words *words)
{
    return handle_shm_close(space, words);
}

/* The calls by their callers; the manager has no space. */
#define OF_CLIENTS(number, name)                                                                                       \
    static uint32_t serve_##name(struct space *space, struct words *words)                                             \
    {                                                                                                                  \
        return space ? call_##name(space, words) : reply(words, -EINVAL);                                              \
    }
#define OF_MANAGER(number, name)                                                                                       \
    static uint32_t serve_##name(struct space *space, struct words *words)                                             \
    {                                                                                                                  \
        return space ? reply(words, -EPERM) : call_##name(words);                                                      \
    }
#define OF_ALL(number, name)                                                                                           \
    static uint32_t serve_##name(struct space *space, struct words *words)                                             \
    {                                                                                                                  \
        (void)space;                                                                                                   \
        return call_##name(words);                                                                                     \
    }
MEM_CALLS_FROM_CLIENTS(OF_CLIENTS)
MEM_CALLS_FROM_MANAGER(OF_MANAGER)
MEM_CALLS_FROM_ALL(OF_ALL)

#define ENTRY(number, name) [number] = serve_##name,
static uint32_t (*const calls[MEM_CALLS_END])(struct space *space, struct words *words) = {MEM_CALLS(ENTRY)};

/* A call by the table. If a badge other than the manager's has no space, its program has ended. An item from the
 * manager is a task's frame. */
static uint32_t dispatch_call(struct space *space, uint32_t badge, struct words *words)
{
    uint32_t number = words->w[0];

    if (badge && !space)
        return reply(words, -EINVAL);
    if (number >= MEM_CALLS_END || !calls[number])
        return reply(words, -ENOSYS);
    last.kind = REPLY_DATA;
    uint32_t flags = calls[number](space, words);
    if (flags & IPC_EXTENDED && !badge && message_page->tag & TAG_ITEMS)
        last.kind = REPLY_TASK_FRAME;
    return flags;
}

/* Deletes a capability that no call took, as the next one needs the slot. Not a part of
 * dispatch(), where it would cost calls without items, too: fork was 7 instructions longer. */
static uint32_t dispatch_with_items(struct space *space, uint32_t badge, struct words *words)
{
    uint32_t slot = space_receive_slot(), flags;

    flags = dispatch_call(space, badge, words);
    if (space_receive_slot() == slot) {
        err_t err = kernel_delete(slot);
        (void)err; /* there may be none */
    }
    return flags;
}

/* The general case, as in libuser/ipc/server.h: a message by its kind, a call by the table. */
static OUT_OF_LINE uint32_t dispatch(struct space *space, uint32_t badge, struct words *words)
{
    uint32_t tag = message_page->tag;

    if (tag & TAG_KIND)
        return 0;
    if (tag & TAG_ITEMS)
        return dispatch_with_items(space, badge, words);
    return dispatch_call(space, badge, words);
}

/* True if the account has less left than a page with its table and leaf. */
static bool is_at_its_limit(const struct space *space)
{
    return space->account->parent && account_left(space->account) <= TABLE_FRAMES + 1;
}

/* A fault that cannot be resolved; its record says if only memory was missing. */
static OUT_OF_LINE uint32_t record_fatal_fault(struct space *space, struct fault_record fault)
{
    bool access = fault.vector == VECTOR_PAGE_FAULT && fault.cause & FAULT_USER;

    fault.cause &= FATAL_FAULT_CAUSE;
    if (access && pager_is_foreign(space, fault.address, fault.cause))
        fault.cause |= FATAL_FAULT_FOREIGN;
    fault.caller = message_page->caller;
    fault.call_number = message_page->caller_call_number;
    if (access && pager_allows(space, fault.address, fault.cause))
        fault.cause |= is_at_its_limit(space) ? FATAL_FAULT_LIMIT : FATAL_FAULT_NO_MEMORY;
    else if (access && fault.address < USER_END && pages_get(&space->pages, fault.address))
        fault.cause |= FATAL_FAULT_PROTECTED;
    fatal_fault_add(space, fault);
    return 0;
}

/* Only an access by the program itself can be resolved by a page: an instruction that reads with kernel
 * rights, as a far return may, would fault on it for ever. */
INLINE uint32_t handle_fault(struct space *space, struct words *words)
{
    const uint32_t *w = words->w;

    last.kind = REPLY_FAULT;
    last.space = space;
    if (w[3] == VECTOR_PAGE_FAULT && w[1] & FAULT_USER && pager_resolve(space, w[0], w[1], &message_page->items[0]))
        return with_item();
    return record_fatal_fault(space, (struct fault_record){.address = w[0], .cause = w[1], .vector = w[3]});
}

bool server_init(uint32_t archive_pages, uint32_t secret)
{
    task_frames_init();
    fatal_fault_init();
    shm_table_init(secret);
    named_init(secret);
    limits_init(NAMED_UNITS);
    regions_init(archive_pages);
    if (!space_init())
        return false;
    manager_init();
    return true;
}

/* Handles a fault and the four calls whose speed matters before dispatch() and its table, which would cost them an
 * indirect call and a copy of the words: these stay in registers here. Everything else gets that copy. */
uint32_t server_handle(uint32_t badge, struct words *words)
{
    struct space *space = space_find(badge);
    const volatile uint32_t *tag = &message_page->tag;

    if (space && !(*tag & (TAG_KIND | TAG_ITEMS)))
        switch (words->w[0]) {
        case MEM_SHM_OPEN:
            return handle_shm_open(space, words);
        case MEM_SHM_CLOSE:
            return handle_shm_close(space, words);
        case MEM_MMAP:
            return call_mmap(space, words);
        case MEM_MUNMAP:
            return call_munmap(space, words);
        default:
            break;
        }
    else if (space && (*tag & (TAG_KIND | TAG_ITEMS)) == TAG_FAULT)
        return handle_fault(space, words);
    struct words rare = *words;
    uint32_t flags = dispatch(space, badge, &rare);
    *words = rare;
    return flags;
}

/* Undoes the work for a refused reply. */
static void undo_refused(const struct words *words)
{
    if (last.kind == REPLY_FAULT) {
        pager_refused(last.space, words->w[0]);
    } else if (last.kind == REPLY_SEGMENT) {
        int status = shm_close(last.space, shm_table_at(shm_number(words->w[1]))->id);
        (void)status; /* it was opened just now */
    } else if (last.kind == REPLY_TASK_FRAME) {
        task_frames_end(words->w[1]);
    }
}

/* Lends the receiver's task the frames that the reply's page needs there; false: that is not what was refused. */
static bool pay_shortfall(err_t why, uint32_t shortfall)
{
    bool to_space = last.kind == REPLY_FAULT || last.kind == REPLY_SEGMENT;

    return why == ERR_ACCOUNT && to_space && space_donate(last.space, shortfall);
}

uint32_t server_refused(uint32_t flags, err_t why, struct words *words)
{
    if (!(flags & IPC_EXTENDED))
        return 0;
    if (pay_shortfall(why, message_page->shortfall))
        return with_item();
    undo_refused(words);
    if (why == ERR_STALE)
        return 0;
    if (last.kind != REPLY_FAULT)
        return reply(words, why == ERR_ACCOUNT ? -ENOMEM : -EINVAL);
    return record_fatal_fault(last.space, (struct fault_record){
                                              .address = words->w[0],
                                              .cause = words->w[1],
                                              .vector = VECTOR_PAGE_FAULT,
                                          });
}
