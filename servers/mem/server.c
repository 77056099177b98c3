#include "servers/mem/server.h"

#include "libuser/ipc/ipc.h"
#include "servers/mem/fork.h"
#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/pager.h"
#include "servers/mem/regions.h"
#include "servers/mem/shm.h"
#include "servers/mem/shm_table.h"
#include "servers/proto/mem.h"

struct request {
    struct message_page *page;
    struct words *words;
    struct space *space; /* the client's; null for the manager */
};

/* The last answer, as far as it brought something that the kernel can refuse. */
static struct {
    enum { ANSWER_PLAIN, ANSWER_FAULT, ANSWER_SEGMENT, ANSWER_POOL } kind;
    struct space *space;
    uint32_t address; /* of the fault, of the segment */
    uint32_t id;
    uint32_t cause;
    uint32_t frame, pages; /* of the pool */
    uint32_t slot;
} last;

static uint32_t pool_slot; /* for the next pool; 0: none yet */

static uint32_t answer(struct words *words, int status)
{
    words->w[0] = (uint32_t)status;
    return IPC_REPLY;
}

static uint32_t answer_item(struct message_page *page, struct words *words)
{
    page->tag = 1 << TAG_ITEMS_SHIFT;
    words->w[0] = 0;
    return IPC_REPLY | IPC_EXTENDED;
}

static uint32_t handle_sbrk(const struct request *r)
{
    uint32_t old_end = 0;
    int status = regions_sbrk(r->space, (int32_t)r->words->w[1], &old_end);

    r->words->w[1] = old_end;
    return answer(r->words, status);
}

static uint32_t handle_mmap(const struct request *r)
{
    return answer(r->words, regions_mmap(r->space, &r->words->w[1], r->words->w[2]));
}

static uint32_t handle_munmap(const struct request *r)
{
    return answer(r->words, regions_munmap(r->space, r->words->w[1], r->words->w[2]));
}

static uint32_t handle_shm_open(const struct request *r)
{
    uint32_t id = r->words->w[1], address = 0;
    int status = shm_open(r->space, id, &address);

    r->words->w[1] = address;
    if (status != SHM_ATTACHED)
        return answer(r->words, status);
    uint32_t number = shm_number(address);
    struct item *item = &r->page->items[0];
    *item = item_memory(MEM_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE, shm_table_at(number)->frame, 1);
    item->place = number;
    last.kind = ANSWER_SEGMENT;
    last.space = r->space;
    last.address = address;
    last.id = id;
    return answer_item(r->page, r->words);
}

static uint32_t handle_shm_close(const struct request *r)
{
    return answer(r->words, shm_close(r->space, r->words->w[1]));
}

static uint32_t handle_info(const struct request *r)
{
    struct frames_count count = frames_count();

    *r->words = (struct words){{0, count.free, count.total, shm_table_count()}};
    return IPC_REPLY;
}

/* Makes the space whose task came with the message. */
static int create(const struct request *r, uint32_t id, struct space **space)
{
    if ((r->page->tag & TAG_ITEMS) != 1 << TAG_ITEMS_SHIFT || id == 0 || id > BADGE_MAX)
        return -EINVAL;
    if (space_find(id))
        return -EEXIST;
    *space = space_create(id);
    return *space ? 0 : -ENOMEM;
}

static uint32_t handle_space_create(const struct request *r)
{
    struct space *space;

    return answer(r->words, create(r, r->words->w[1], &space));
}

static uint32_t handle_space_fork(const struct request *r)
{
    struct space *parent = space_find(r->words->w[1]), *child;

    if (!parent)
        return answer(r->words, -ENOENT);
    int status = create(r, r->words->w[2], &child);
    if (!status) {
        status = fork_space(parent, child);
        if (status)
            space_destroy(child);
    }
    return answer(r->words, status);
}

static uint32_t handle_space_map(const struct request *r)
{
    struct space *space = space_find(r->words->w[1]);
    struct mem_segment segment;

    if (!space)
        return answer(r->words, -ENOENT);
    if ((r->page->tag & TAG_WORDS) * sizeof(uint32_t) != sizeof(segment))
        return answer(r->words, -EINVAL);
    __builtin_memcpy(&segment, r->page->words, sizeof(segment));
    return answer(r->words, regions_map_segment(space, &segment));
}

static uint32_t handle_space_finish(const struct request *r)
{
    struct space *space = space_find(r->words->w[1]);

    return answer(r->words, space ? regions_finish(space, r->words->w[2]) : -ENOENT);
}

static uint32_t handle_space_destroy(const struct request *r)
{
    struct space *space = space_find(r->words->w[1]);

    frames_return_due();
    if (space)
        space_destroy(space);
    return answer(r->words, space ? 0 : -ENOENT);
}

/* The capability stays in a slot of its own: what the manager gets is its child. */
static int make_pool(uint32_t pages)
{
    if (!pages || pages > MEMORY_PAGES_MAX)
        return -EINVAL;
    uint32_t frame = frames_lend_run(pages);
    if (frame == FRAME_NONE)
        return -ENOMEM;
    if (!pool_slot)
        pool_slot = heap_new_slot();
    if (!pool_slot || kernel_derive_run(pool_slot, frame, pages)) {
        frames_return_run(frame, pages);
        return -ENOMEM;
    }
    last.kind = ANSWER_POOL;
    last.frame = frame;
    last.pages = pages;
    last.slot = pool_slot;
    pool_slot = 0;
    return 0;
}

static uint32_t handle_pool(const struct request *r)
{
    int status = make_pool(r->words->w[1]);

    if (status)
        return answer(r->words, status);
    r->page->items[0] = item_cap(last.slot, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_OWN, 0);
    return answer_item(r->page, r->words);
}

static uint32_t handle_casualty(const struct request *r)
{
    const struct space *space = casualty_take();

    if (!space)
        return answer(r->words, -ENOENT);
    const struct casualty *casualty = &space->casualty;
    uint32_t why = (casualty->cause & CASUALTY_CAUSE) | casualty->vector << CASUALTY_VECTOR_SHIFT;
    *r->words = (struct words){{0, space->id, casualty->address, why}};
    r->page->words[0] = casualty->eip;
    r->page->tag = 1;
    return IPC_REPLY | IPC_EXTENDED;
}

/* By number; those from MEM_SPACE_CREATE on are the manager's. */
static uint32_t (*const handlers[MEM_CALLS_END])(const struct request *) = {
#define HANDLER(number, name) [number] = handle_##name,
    MEM_CALLS(HANDLER)
#undef HANDLER
};

static uint32_t handle_call(const struct request *r)
{
    uint32_t number = r->words->w[0];

    if (number >= MEM_CALLS_END || !handlers[number])
        return answer(r->words, -ENOSYS);
    if (number >= MEM_SPACE_CREATE && r->space)
        return answer(r->words, -EPERM);
    if (number < MEM_SPACE_CREATE && !r->space && number != MEM_INFO)
        return answer(r->words, -EINVAL);
    return handlers[number](r);
}

/* A capability that no call took is deleted at once. */
static uint32_t handle_with_items(const struct request *r)
{
    uint32_t slot = space_receive_slot(), flags = handle_call(r);

    if (space_receive_slot() == slot) {
        err_t err = kernel_delete(slot);
        (void)err; /* there may be none */
    }
    return flags;
}

/* Only an access of the program's own can be helped by a page: an instruction that reads for the
 * kernel, as a far return may, would fault on it for ever. */
static uint32_t handle_fault(const struct request *r)
{
    enum { PAGE_FAULT = 14 };
    const uint32_t *w = r->words->w;

    last.kind = ANSWER_FAULT;
    last.space = r->space;
    last.address = w[0];
    last.cause = w[1];
    if (w[3] == PAGE_FAULT && w[1] & FAULT_USER &&
        pager_resolve(r->space, w[0], w[1], &r->page->items[0]))
        return answer_item(r->page, r->words);
    casualty_add(r->space, w);
    return 0;
}

bool server_init(uint32_t archive_pages, uint32_t secret)
{
    last.kind = ANSWER_PLAIN;
    pool_slot = 0;
    casualty_init();
    shm_table_init(secret);
    regions_init(archive_pages);
    return space_init();
}

uint32_t server_handle(struct message_page *page, uint32_t badge, struct words *words)
{
    struct request request = {.page = page, .words = words, .space = space_find(badge)};
    uint32_t tag = page->tag;

    last.kind = ANSWER_PLAIN;
    if (badge && !request.space)
        return tag & TAG_KIND ? 0 : answer(words, -EINVAL);
    if (!(tag & (TAG_KIND | TAG_ITEMS)))
        return handle_call(&request);
    if ((tag & TAG_KIND) == TAG_FAULT && badge)
        return handle_fault(&request);
    return tag & TAG_KIND ? 0 : handle_with_items(&request);
}

/* What the refused answer would have brought is taken back. */
static void take_back(void)
{
    err_t err = OK;

    if (last.kind == ANSWER_FAULT) {
        pager_refused(last.space, last.address);
    } else if (last.kind == ANSWER_SEGMENT) {
        int status = shm_close(last.space, last.id);
        (void)status;
    } else if (last.kind == ANSWER_POOL) {
        err = kernel_delete(last.slot);
        pool_slot = last.slot;
        frames_return_run(last.frame, last.pages);
    }
    (void)err;
}

uint32_t server_refused(struct message_page *page, err_t why, struct words *words)
{
    bool by_account = why == ERR_ACCOUNT && last.kind != ANSWER_POOL && last.kind != ANSWER_PLAIN;

    if (by_account && space_donate(last.space, page->lacking)) {
        words->w[1] = last.address;
        return answer_item(page, words);
    }
    take_back();
    bool fault = last.kind == ANSWER_FAULT, gone = why == ERR_STALE || last.kind == ANSWER_PLAIN;
    last.kind = ANSWER_PLAIN;
    if (gone)
        return 0;
    if (!fault)
        return answer(words, why == ERR_ACCOUNT ? -ENOMEM : -EINVAL);
    casualty_add(last.space, (uint32_t[4]){last.address, last.cause, 0, 14});
    return 0;
}
