#include "tests/host/mem_model.h"

#include <errno.h>
#include <string.h>

#include "servers/mem/frames.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_model_parts.h"

struct client clients[CLIENTS];
struct model_segment model_segments[IDS];

static uint32_t next_id = 0x1001;
static bool memory_is_short; /* then refusals for lack of memory are right */
static bool has_limits;      /* the same, because programs have set limits */

const struct model_page absent, zeroed = {.kind = PRIVATE, .write = true};

bool is_short(int status)
{
    return (memory_is_short || has_limits) && status == -ENOMEM;
}

int call(struct client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result)
{
    client->waits = true;
    int status = mem_call(&client->name, number, a, b, result);
    client->waits = false;
    return status;
}

struct model_page *model_at(struct client *client, uint32_t address)
{
    if (address < MODEL_PAGES << PAGE_BITS)
        return &client->low[address >> PAGE_BITS];
    if (address >= MMAP_BASE && (address - MMAP_BASE) >> PAGE_BITS < MODEL_PAGES)
        return &client->high[(address - MMAP_BASE) >> PAGE_BITS];
    return NULL;
}

void model_set(struct client *client, uint32_t address, uint32_t end, struct model_page what)
{
    for (; address < end; address += PAGE_SIZE)
        *model_at(client, address) = what;
}

bool model_is_free(struct client *client, uint32_t address, uint32_t end)
{
    for (; address < end; address += PAGE_SIZE)
        if (!model_at(client, address) || model_at(client, address)->kind != ABSENT)
            return false;
    return true;
}

struct client *pick(bool lives)
{
    uint32_t start = random_below(CLIENTS);

    for (uint32_t i = 0; i < CLIENTS; i++)
        if (clients[(start + i) % CLIENTS].lives == lives && !clients[(start + i) % CLIENTS].waits)
            return &clients[(start + i) % CLIENTS];
    return NULL;
}

static void begin(struct client *client)
{
    memset(client, 0, sizeof(*client));
    client->name = (struct mem_client){next_id++, space_receive_slot()};
}

static void end(struct client *client)
{
    if (random_below(4) == 0) /* otherwise mem ends it */
        fake_task_destroy(client->name.slot);
    client->waits = true;
    CHECK(mem_manager(MEM_SPACE_DESTROY, client->name.id, 0) == 0);
    client->lives = client->waits = false;
    CHECK(mem_manager(MEM_SPACE_DESTROY, client->name.id, 0) == -ENOENT);
    for (uint32_t i = 0; i < IDS; i++)
        model_segments[i].holders -= client->opens[i] != 0;
}

static const struct program_segment text = {PROGRAM_BASE, TEXT_PAGES *PAGE_SIZE - 100, 10, TEXT_PAGES *PAGE_SIZE - 100,
                                            RIGHT_READ | RIGHT_EXECUTE};
static const struct program_segment data = {DATA_FIRST, DATA_PAGES *PAGE_SIZE, 13, PAGE_SIZE + 10,
                                            RIGHT_READ | RIGHT_WRITE};

/* The image: text from the archive, a data page, one that is half zero, two that are zero, the stack. */
static void model_image(struct client *client)
{
    for (uint32_t i = 0; i < TEXT_PAGES; i++)
        *model_at(client, PROGRAM_BASE + i * PAGE_SIZE) =
            (struct model_page){.kind = PRIVATE, .execute = true, .word = FAKE_ARCHIVE_WORD + 10 + i};
    model_set(client, DATA_FIRST, DATA_FIRST + DATA_PAGES * PAGE_SIZE, zeroed);
    model_at(client, DATA_FIRST)->word = FAKE_ARCHIVE_WORD + 13;
    model_at(client, DATA_FIRST + PAGE_SIZE)->word = FAKE_ARCHIVE_WORD + 14 + FAKE_PART_WORD;
    model_set(client, STACK_LOW, STACK_TOP, zeroed);
    client->heap_end = HEAP_FIRST;
}

static void spawn(void)
{
    struct client *client = pick(false);

    if (!client)
        return;
    begin(client);
    int status = mem_manager_with_task(MEM_SPACE_CREATE, client->name.id, 0);
    if (status) {
        CHECK(is_short(status) && kernel_slot_is_empty(client->name.slot));
        fake_task_reap();
        return;
    }
    client->lives = true;
    status = mem_map_segment(client->name.id, &text);
    if (!status)
        status = mem_map_segment(client->name.id, &data);
    space_audit(space_find(client->name.id));
    if (!status)
        status = mem_manager(MEM_SPACE_FINISH, client->name.id, HEAP_FIRST);
    CHECK(!status || is_short(status));
    if (status)
        end(client);
    else
        model_image(client);
}

static void fork_one(void)
{
    struct client *parent = pick(true), *child = pick(false);

    if (!parent || !child)
        return;
    begin(child);
    parent->waits = child->waits = true;
    int status = mem_manager_with_task(MEM_SPACE_FORK, parent->name.id, child->name.id);
    parent->waits = child->waits = false;
    if (status) {
        CHECK(is_short(status));
        mem_manager(MEM_SPACE_DESTROY, child->name.id, 0); /* as far as it exists */
        CHECK(!space_find(child->name.id) && !fake_task_lives(child->name.slot));
        fake_task_reap();
        return;
    }
    memcpy(child->low, parent->low, sizeof(child->low));
    memcpy(child->high, parent->high, sizeof(child->high));
    model_foreign_fork(child);
    memcpy(child->opens, parent->opens, sizeof(child->opens));
    child->heap_end = parent->heap_end;
    child->lives = true;
    for (uint32_t i = 0; i < IDS; i++)
        model_segments[i].holders += child->opens[i] != 0;
}

/* Touching. */

/* Everything is, except the deep stack. */
static bool is_promised(uint32_t address)
{
    return address < STACK_LOW || address >= STACK_TOP - STACK_PROMISED * PAGE_SIZE;
}

static void touch_one(void)
{
    struct client *client = pick(true);
    static const uint32_t causes[] = {0, FAULT_WRITE, FAULT_WRITE, FAULT_EXECUTE};
    uint32_t which = random_below(4), address, cause = causes[random_below(4)];

    if (!client)
        return;
    if (which == 0)
        address = PROGRAM_BASE + random_below(16) * PAGE_SIZE;
    else if (which == 1)
        address = STACK_TOP - random_below(20) * PAGE_SIZE - 1;
    else if (which == 2)
        address = MMAP_BASE + random_below(MODEL_PAGES) * PAGE_SIZE;
    else
        address = client->heap_end - random_below(20) * PAGE_SIZE;
    struct model_page *model = model_at(client, address);
    bool allowed = model->kind != ABSENT && (!(cause & FAULT_WRITE) || (model->write && !model->no_write)) &&
                   (!(cause & FAULT_EXECUTE) || model->execute) && !model->no_read;
    if (model->kind == FOREIGN)
        allowed = model_foreign_allows(model, cause);
    if (!allowed && random_below(20)) /* most programs make few wrong accesses */
        return;

    bool done = mem_touch(&client->name, address, cause);
    if (!done) {
        uint32_t id;
        CHECK(!allowed || memory_is_short || has_limits || mem_was_refused);
        CHECK(!allowed || mem_was_refused || !is_promised(address));
        CHECK(mem_call(NULL, MEM_FATAL_FAULT, 0, 0, &id) == 0 && id == client->name.id);
        end(client);
        return;
    }
    CHECK(allowed);
    uint32_t *word = fake_word(client->name.slot, address);
    CHECK(*word == *model_word(model));
    if (cause & FAULT_WRITE)
        *word = *model_word(model) = random_below(1000000);
}

/* The client's calls. */

static void sbrk_one(void)
{
    struct client *client = pick(true);
    int32_t increment = (int32_t)random_below(40000) - 18000;
    uint32_t old_end;

    if (!client)
        return;
    if (random_below(40) == 0)
        increment = (int32_t)random_below(2000000) * 1000;
    int64_t wanted = (int64_t)client->heap_end + increment;
    bool modelled = wanted < (int64_t)MODEL_PAGES << PAGE_BITS;
    if (!modelled && wanted <= HEAP_LIMIT)
        return;
    int status = call(client, MEM_SBRK, (uint32_t)increment, 0, &old_end);
    if (status == 0) {
        CHECK(old_end == client->heap_end && wanted >= HEAP_FIRST && wanted <= HEAP_LIMIT);
        uint32_t old_top = (old_end + PAGE_SIZE - 1) & -(uint32_t)PAGE_SIZE;
        uint32_t top = ((uint32_t)wanted + PAGE_SIZE - 1) & -(uint32_t)PAGE_SIZE;
        CHECK(model_is_free(client, old_top, top));
        model_set(client, old_top, top, zeroed);
        model_set(client, top, old_top, absent);
        client->heap_end = (uint32_t)wanted;
    } else if (status == -EINVAL) {
        CHECK(wanted < HEAP_FIRST);
    } else {
        uint32_t old_top = (client->heap_end + PAGE_SIZE - 1) & -(uint32_t)PAGE_SIZE;
        CHECK(is_short(status) || wanted > HEAP_LIMIT || !model_is_free(client, old_top, (uint32_t)wanted));
    }
}

/* Sizes up to more than a leaf of the page map, addresses often at the borders of leaves. */
static void mmap_or_munmap(void)
{
    struct client *client = pick(true);
    uint32_t address = 0, length = 1 + random_below(random_below(4) ? 50000 : 9000000);

    if (!client)
        return;
    if (random_below(2))
        address = MMAP_BASE + random_below(MODEL_PAGES) * PAGE_SIZE;
    if (random_below(4) == 0)
        address = MMAP_BASE + (random_below(3) << 22);
    uint32_t base = address ? address : MMAP_BASE;
    if (base + length > MMAP_BASE + (MODEL_PAGES << PAGE_BITS))
        return;
    if (random_below(5) < 3) {
        int status = call(client, MEM_MUNMAP, base, length, NULL);
        CHECK(!status || is_short(status));
        if (!status)
            model_set(client, base, base + length, absent);
        return;
    }
    uint32_t at = address;
    int status = call(client, MEM_MMAP, address, length, &at);
    if (status == 0) {
        uint32_t top = at + length;
        CHECK(at % PAGE_SIZE == 0 && (!address || at == address));
        if (top > MMAP_BASE + (MODEL_PAGES << PAGE_BITS)) { /* mem chose an address beyond the model */
            CHECK(!address && call(client, MEM_MUNMAP, at, length, NULL) == 0);
            return;
        }
        CHECK(model_is_free(client, at, top));
        model_set(client, at, top, zeroed);
    } else if (status == -EEXIST) {
        CHECK(address && !model_is_free(client, address, address + length));
    } else {
        CHECK(is_short(status));
    }
}

/* Goes page by page, to the first that cannot have the rights. A page that was written keeps its word and its
 * promise. */
static void protect_some(void)
{
    struct client *client = pick(true);
    uint32_t rights = random_below(4) ? RIGHT_READ | 1u << random_below(3) : 0,
             pages = 1 + random_below(random_below(8) ? 6 : 2000);
    uint32_t at = random_below(2) ? PROGRAM_BASE + random_below(16) * PAGE_SIZE
                                  : MMAP_BASE + random_below(MODEL_PAGES) * PAGE_SIZE;
    uint32_t end = at + pages * PAGE_SIZE;
    struct words words = {{MEM_MORE, at}};
    int expected = 0;

    if (!client || !model_at(client, end))
        return;
    while (words.w[0] == MEM_MORE) {
        words = (struct words){{MEM_PROTECT, words.w[1], end - words.w[1], rights}};
        CHECK(mem_exchange(&client->name, 0, &words));
    }
    for (; at < end; at += PAGE_SIZE) {
        struct model_page *page = model_at(client, at);
        bool may_not = page->kind == FOREIGN ? rights & RIGHT_EXECUTE : rights & RIGHT_WRITE && !page->write;
        expected = page->kind == ABSENT ? -ENOMEM : may_not ? -EACCES : 0;
        if (expected)
            break;
        page->no_read = !rights, page->no_write = !(rights & RIGHT_WRITE), page->execute = rights & RIGHT_EXECUTE;
        if (page->kind == FOREIGN) /* it must be granted again */
            page->write = rights & RIGHT_WRITE, page->word = 0;
    }
    CHECK((int)words.w[0] == expected && words.w[1] == at);
}

static void open_or_close(void)
{
    struct client *client = pick(true);
    uint32_t id = random_below(IDS), address = 0;

    if (!client)
        return;
    if (random_below(2)) {
        int status = call(client, MEM_SHM_CLOSE, id * 1000003u, 0, NULL);
        CHECK(status == (client->opens[id] ? 0 : -ENOENT));
        if (!status && --client->opens[id] == 0) {
            model_segments[id].holders--;
            CHECK(!fake_rights(client->name.slot, model_segments[id].address));
        }
        return;
    }
    int status = call(client, MEM_SHM_OPEN, id * 1000003u, 0, &address);
    if (status) {
        CHECK(is_short(status) || (status == -EINVAL && !client->opens[id]));
        return;
    }
    if (!model_segments[id].holders) {
        model_segments[id].address = address;
        model_segments[id].word = 0;
    }
    CHECK(address == model_segments[id].address && address >= SHM_BASE);
    model_segments[id].holders += client->opens[id]++ == 0;
}

/* Segments are mapped where they are open and nowhere else; all spaces see the same word. */
static void use_segment(void)
{
    struct client *client = pick(true);
    uint32_t id = random_below(IDS);

    if (!client || !model_segments[id].holders)
        return;
    if (!client->opens[id]) {
        CHECK(!fake_rights(client->name.slot, model_segments[id].address));
        return;
    }
    CHECK(fake_rights(client->name.slot, model_segments[id].address) == (RIGHT_READ | RIGHT_WRITE));
    uint32_t *word = fake_word(client->name.slot, model_segments[id].address);
    CHECK(*word == model_segments[id].word);
    *word = model_segments[id].word = random_below(1000000);
}

/* Calls that change nothing for anybody. */
static void nonsense(void)
{
    struct client *client = pick(true), stranger = {.name = {0x7ffffff0, 0}};
    uint32_t a = random_below(1u << 31) * 2 + 1, number = random_below(40);
    bool is_listing = number >= MEM_SPACE_USAGE && number <= MEM_SEGMENT;
    bool is_about_named = number >= MEM_SHM_LIST && number < MEM_CALLS_END;

    if (!client || is_listing || is_about_named)
        return;
    if (number >= MEM_CALLS_END || (number > MEM_PROTECT && number < MEM_SPACE_CREATE && number != MEM_RESERVE) ||
        !number || number == MEM_SPACE_COPY + 1)
        CHECK(call(client, number, a, a, NULL) == -ENOSYS);
    else if (number >= MEM_SPACE_CREATE)
        CHECK(call(client, number, pick(true)->name.id, a, NULL) == -EPERM);
    else if (number == MEM_MMAP || number == MEM_MUNMAP || number == MEM_RESERVE)
        CHECK(call(client, number, a, 4096, NULL) == -EINVAL);
    CHECK(call(&stranger, MEM_SBRK, 4096, 0, NULL) == -EINVAL);
    const uint32_t words[4] = {a, a, a, a};
    CHECK(!mem_send(&stranger.name, TAG_FAULT, words));
    CHECK(!mem_send(&client->name, TAG_SIGNAL, words));
}

/* Limits: a program may lower what it and its children may have, and nobody else's. */

static void limit_one(void)
{
    struct client *client = pick(true);

    if (!client || random_below(40))
        return;
    const struct space *space = space_find(client->name.id);
    uint32_t limit = random_below(2) ? mem_charged(space) + random_below(40) : random_below(2 * space->account->limit);
    int expected = mem_status_of_limit(space, limit), status = call(client, MEM_SET_LIMIT, limit, 0, NULL);
    CHECK(status == expected || (expected != -EPERM && expected != -EINVAL && status == -ENOMEM &&
                                 memory_is_short)); /* `status` is for lack of low memory */
    CHECK(status || space->account->limit == limit);
    CHECK(call(client, MEM_GET_LIMIT, 0, 0, &limit) == 0 && limit == space->account->limit);
    has_limits |= !status;
}

/* Takes nearly everything that can be promised, so that the next calls are refused at any point; or gives it back. */
static void hoard_or_give_back(void)
{
    if (mem_hoarded() || !memory_is_short || random_below(8))
        mem_relieve();
    else
        mem_starve(random_below(12));
}

/* Checks. */

/* Others act between the parts of a call. */
static void others_act(void)
{
    static bool acting;

    if (acting)
        return;
    acting = true;
    for (uint32_t i = random_below(4); i > 0; i--)
        random_below(4) ? touch_one() : random_below(2) ? sbrk_one() : grant_or_take_back();
    acting = false;
}

static uint32_t start_free; /* frames that are free, or the server's own */

void mem_model_check(void)
{
    uint32_t living = 0, open = 0;

    for (uint32_t i = 0; i < CLIENTS; i++)
        if (clients[i].lives) {
            living++;
            mem_check_mappings(&clients[i].name);
        }
    for (uint32_t i = 0; i < IDS; i++)
        open += model_segments[i].holders != 0;
    shm_table_audit();
    frames_audit();
    mem_accounts_check(mem_hoarded(), mem_hoarded_low());
    CHECK(shm_table_count() == open);
    CHECK(living || frames_count().free + heap_audit() == start_free);
}

void mem_model_start(struct fake_ram ram, bool is_short_of_memory)
{
    memory_is_short = is_short_of_memory;
    mem_refuse_one_in = 50;
    has_limits = false;
    mem_between = others_act;
    mem_forget_hoard();
    memset(clients, 0, sizeof(clients));
    memset(model_segments, 0, sizeof(model_segments));
    model_foreign_start();
    fake_init(ram);
    fake_start_frames();
    CHECK(server_init(FAKE_ARCHIVE_PAGES, 77));
    start_free = frames_count().free + heap_audit();
}

void mem_model_end(void)
{
    struct client *client;

    mem_relieve();
    while ((client = pick(true)))
        end(client);
    mem_model_check();
}

void mem_model_step(void)
{
    static void (*const actions[])(void) = {
        spawn,         fork_one,      touch_one,          touch_one,          touch_one,          touch_one,
        touch_one,     touch_one,     touch_one,          sbrk_one,           mmap_or_munmap,     mmap_or_munmap,
        open_or_close, open_or_close, use_segment,        nonsense,           hoard_or_give_back, limit_one,
        protect_some,  reserve_some,  grant_or_take_back, grant_or_take_back,
    };
    struct client *client;

    actions[random_below(sizeof(actions) / sizeof(actions[0]))]();
    if (random_below(60) == 0 && (client = pick(true)))
        end(client);
}
