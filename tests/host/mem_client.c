#include "tests/host/mem_client.h"

#include <string.h>
#include <sys/mman.h>

#include "servers/mem/frames.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/server/errors.h"

uint32_t mem_window = SHM_BASE, mem_window_pages = SHM_PAGES;
uint32_t mem_refuse_one_in;
err_t mem_refusal = ERR_WINDOW;
bool mem_was_refused;

uint32_t mem_replied_to, mem_replied_to_call;

/* Maps the server's message page at its address. */
__attribute__((constructor)) static void map_page(void)
{
    CHECK(mmap(message_page, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
               0) == message_page);
}

static err_t grant(const struct mem_client *client, uint32_t fault_page)
{
    const struct item *item = &message_page->items[0];

    mem_was_refused = mem_refuse_one_in && random_below(mem_refuse_one_in) == 0;
    if (mem_was_refused)
        return mem_refusal;
    if (item->kind == ITEM_CAP)
        return kernel_slot_is_empty(item->slot) ? ERR_CAP : OK;
    return fault_page ? fake_grant(client->slot, item, fault_page, 1, true)
                      : fake_grant(client->slot, item, mem_window, mem_window_pages, false);
}

/* Makes a thread, as the manager does in a task that has just got a space. */
static void make_thread(const uint32_t *w)
{
    if (w[0] == MEM_SPACE_CREATE)
        fake_thread_create(space_find(w[1])->task);
    else if (w[0] == MEM_SPACE_FORK || w[0] == MEM_SPACE_FORK_MORE)
        fake_thread_create(space_find(w[2])->task);
}

/* Sends a message, and treats the reply as the kernel does; false if there is none. */
static bool exchange(const struct mem_client *client, uint32_t tag, struct words *words, uint32_t fault_page)
{
    const struct words asked = *words;

    message_page->tag = tag;
    uint32_t flags = server_handle(client ? client->id : 0, words);
    while (flags & IPC_REPLY) {
        if (!(flags & IPC_EXTENDED) || !(message_page->tag & TAG_ITEMS)) {
            if (words->w[0] == 0)
                make_thread(asked.w);
            errors_note(asked.w[0], (int32_t)words->w[0]);
            return true;
        }
        err_t err = grant(client, fault_page);
        if (!err)
            return true;
        if (err == ERR_ACCOUNT)
            message_page->shortfall = kernel_shortfall();
        flags = server_refused(flags, err, words);
    }
    return false;
}

static int call(const struct mem_client *client, uint32_t tag, struct words *words)
{
    CHECK(exchange(client, tag, words, 0));
    return (int)words->w[0];
}

int mem_call_once(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result)
{
    struct words words = {{number, a, b, 0}};
    int status = call(client, 0, &words);

    if (result)
        *result = words.w[1];
    return status;
}

void (*mem_between)(void);

/* The next call after a reply to a call that was done in part. */
static void ask_for_more(const struct words *reply, struct words *asked)
{
    uint32_t number = asked->w[0];

    if (number == MEM_SBRK)
        asked->w[1] -= reply->w[2] - reply->w[1];
    else if (number == MEM_MUNMAP)
        *asked = (struct words){{number, reply->w[1], asked->w[1] + asked->w[2] - reply->w[1], 0}};
    else if (number == MEM_SPACE_FORK)
        asked->w[0] = MEM_SPACE_FORK_MORE;
}

static int call_until_done(const struct mem_client *client, uint32_t tag, struct words asked, uint32_t *result)
{
    struct words words = asked;
    int status = call(client, tag, &words);

    if (result)
        *result = words.w[1];
    while (status == MEM_MORE || status == MEM_TASK) {
        if (mem_between)
            mem_between();
        if (status == MEM_TASK)
            fake_task_destroy(space_find_ending(asked.w[1])->task);
        ask_for_more(&words, &asked);
        words = asked;
        status = call(client, 0, &words);
        if (result && asked.w[0] == MEM_MMAP)
            *result = words.w[1];
    }
    return status;
}

int mem_call(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result)
{
    return call_until_done(client, 0, (struct words){{number, a, b, 0}}, result);
}

int mem_call_tagged(const struct mem_client *client, uint32_t tag, uint32_t number, uint32_t a, uint32_t b)
{
    return call_until_done(client, tag, (struct words){{number, a, b, 0}}, NULL);
}

int mem_manager(uint32_t number, uint32_t a, uint32_t b)
{
    return mem_call(NULL, number, a, b, NULL);
}

int mem_manager_with_task(uint32_t number, uint32_t a, uint32_t b)
{
    fake_task_create(space_receive_slot());
    return mem_call_tagged(NULL, TAG(0, 1), number, a, b);
}

int mem_map_segment(uint32_t space, const struct program_segment *segment)
{
    memcpy(message_page->words, segment, sizeof(*segment));
    return mem_call_tagged(NULL, sizeof(*segment) / 4, MEM_SPACE_MAP, space, 0);
}

bool mem_send(const struct mem_client *client, uint32_t tag, const uint32_t w[4])
{
    struct words words = {{w[0], w[1], w[2], w[3]}};

    return mem_exchange(client, tag, &words);
}

bool mem_exchange(const struct mem_client *client, uint32_t tag, struct words *words)
{
    bool fault = (tag & TAG_KIND) == TAG_FAULT;

    return exchange(client, tag, words, fault ? words->w[0] & -(uint32_t)PAGE_SIZE : 0);
}

static bool permitted(const struct mem_client *client, uint32_t address, uint32_t cause)
{
    rights_t needed = cause & FAULT_WRITE ? RIGHT_WRITE : cause & FAULT_EXECUTE ? RIGHT_EXECUTE : RIGHT_READ;
    return fake_rights(client->slot, address) & needed;
}

bool mem_touch(const struct mem_client *client, uint32_t address, uint32_t cause)
{
    while (!permitted(client, address, cause)) {
        uint32_t present = fake_rights(client->slot, address) ? FAULT_PRESENT : 0;
        uint32_t words[4] = {address, cause | present | FAULT_USER, 0x1234, 14};
        uint32_t signals = fake_signals();
        if (mem_send(client, TAG_FAULT, words))
            continue;
        CHECK(fake_signals() == signals + 1);
        return false;
    }
    return true;
}

void mem_check_mappings(const struct mem_client *client)
{
    struct space *space = space_find(client->id);
    struct page_run run;
    uint32_t mapped = 0;

    space_audit(space);
    for (uint32_t at = 0; pages_next(&space->pages, at, USER_END, &run); at = run_end(&run))
        for (uint32_t i = 0; i < run.pages; i++) {
            uint32_t entry = run_entry(&run, i), address = run.address + (i << PAGE_BITS);
            if (!(entry & PAGE_MAPPED))
                continue;
            rights_t rights = fake_rights(client->slot, address);
            CHECK(rights == page_rights(entry) || (entry & PAGE_FOREIGN && !(rights & ~page_rights(entry))));
            mapped += rights != 0;
        }
    CHECK(mapped == fake_mappings(client->slot));
}

uint32_t mem_state(void)
{
    return account_left(&frames_account) << 16 ^ (frames_count().free + heap_kept() + space_spares());
}

static uint32_t hoarded, hoarded_low;

void mem_relieve(void)
{
    account_release(&frames_account, hoarded);
    frames_unpromise_low(hoarded_low);
    hoarded = hoarded_low = 0;
}

void mem_starve(uint32_t rest)
{
    mem_relieve();
    uint32_t left = account_left(&frames_account);
    if (left <= rest || !account_charge(&frames_account, left - rest))
        return;
    hoarded = left - rest;
    while (hoarded_low < hoarded && frames_promise_low(1))
        hoarded_low++;
    if (hoarded_low < hoarded) { /* there is less low memory than that */
        uint32_t back = rest < hoarded_low ? rest : hoarded_low;
        frames_unpromise_low(back);
        hoarded_low -= back;
    }
}

uint32_t mem_hoarded(void)
{
    return hoarded;
}

uint32_t mem_hoarded_low(void)
{
    return hoarded_low;
}

void mem_forget_hoard(void)
{
    hoarded = hoarded_low = 0;
}

void kernel_reply(uint32_t caller, uint32_t call_number)
{
    mem_replied_to = caller;
    mem_replied_to_call = call_number;
}
