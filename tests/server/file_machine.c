#include "tests/server/file_machine.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include "servers/file/audit.h"
#include "servers/file/pages.h"
#include "servers/lib/archive.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/server/server_run.h"

enum { PAGES_AT = 0x10000000, ARCHIVE_AT = 0x40000000, ARCHIVE_PAGES = 8, MACHINE_PAGES_MAX = 4096 };

uint32_t machine_ticks, machine_revoked, machine_signals;
bool machine_refuses_items, machine_is_fast;

static struct reply replies[SERVER_CALLERS];
static char *transfers[SERVER_CALLERS];
static uint32_t granted[MACHINE_PAGES_MAX]; /* since the page was revoked; unmapping is not counted */
static uint32_t work;                       /* of the revocations during the last message */
static struct server_message asked;
static bool is_over, is_mapped;
static uint32_t pages_asked_for, free_at_first;
static sem_t test_may_run, server_may_run;
static pthread_t server;

static uint32_t caller_of(uint32_t badge)
{
    return badge % SERVER_CALLERS;
}

/* ---------------------------------------------------------------------------------- the archive */

static const struct {
    const char *name;
    uint32_t kind, first_page, bytes;
} files[] = {
    {"prog", ARCHIVE_PROGRAM, PROGRAM_PAGE, PROGRAM_BYTES},
    {"t_x", ARCHIVE_TEST, 3, 100},
    {"server", ARCHIVE_SERVER, 4, 100},
    {"data", ARCHIVE_FILE, DATA_PAGE, DATA_BYTES},
};
enum { ENTRIES = sizeof files / sizeof files[0] };

static void make_archive(void)
{
    char *archive = server_pages(ARCHIVE_AT, ARCHIVE_PAGES);
    struct archive_header *header = (struct archive_header *)(void *)(archive + ARCHIVE_HEADER_AT);
    struct archive_entry *entries = (struct archive_entry *)(void *)(archive + ARCHIVE_ENTRIES_AT);
    uint32_t name = sizeof *entries * ENTRIES;

    *header = (struct archive_header){.magic = ARCHIVE_MAGIC, .pages = ARCHIVE_PAGES, .entries = ENTRIES};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = (struct archive_entry){
            .name = name, .first_page = files[i].first_page, .bytes = files[i].bytes, .kind = files[i].kind};
        strcpy(archive + ARCHIVE_ENTRIES_AT + name, files[i].name);
        name += (uint32_t)strlen(files[i].name) + 1;
    }
    header->directory_bytes = name;
    for (uint32_t i = 0; i < DATA_BYTES; i++)
        archive[DATA_PAGE * PAGE_SIZE + i] = DATA_BYTE(i);
}

/* Fills the pages arbitrarily, so that none is zero by chance. */
static void make_pages(void)
{
    if (!is_mapped) {
        server_pages(PAGES_AT, MACHINE_PAGES_MAX);
        make_archive();
    }
    is_mapped = true;
    memset((void *)PAGES_AT, 0xa5, (size_t)pages_asked_for * PAGE_SIZE);
}

/* ---------------------------------------------------------------------------------- the kernel */

static int32_t map(uint32_t slot, const uint32_t *w)
{
    uint32_t address = w[0] & -(uint32_t)PAGE_SIZE, from = w[1] >> SLOT_SHIFT, pages = w[1] & 0xffff;
    bool own = from == FILE_SLOT_MEMORY;

    CHECK(slot == SERVER_SLOT_TASK && (own || from == FILE_SLOT_ARCHIVE));
    CHECK((w[0] & (PAGE_SIZE - 1)) == (own ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ));
    CHECK(address == (own ? PAGES_AT : ARCHIVE_AT) + w[2] * PAGE_SIZE &&
          w[2] + pages <= (own ? pages_asked_for : ARCHIVE_PAGES));
    return OK;
}

/* Checks F2. */
static int32_t revoke(uint32_t slot, const uint32_t *w)
{
    CHECK(slot == FILE_SLOT_MEMORY && w[1] == 1 && pages_is_lent(w[0]) && granted[w[0]] <= LOANS_MAX);
    work += WORK_REVOKE + WORK_REVOKE_LOAN * granted[w[0]];
    granted[w[0]] = 0;
    for (uint32_t i = 0; i < SERVER_CALLERS; i++)
        if (transfers[i] == (char *)PAGES_AT + w[0] * PAGE_SIZE)
            transfers[i] = NULL;
    machine_revoked++;
    return OK;
}

static int32_t call(uint32_t number, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT;

    switch (number) {
    case SYS_vm_map:
        return map(slot, words->w);
    case SYS_memory_revoke:
        return revoke(slot, words->w);
    case SYS_ipc_signal:
        CHECK(slot == FILE_SLOT_PROC);
        machine_signals++;
        return OK;
    default:
        CHECK(number == SYS_irq_ack && slot == FILE_SLOT_TICK);
        words->w[0] = machine_ticks;
        return OK;
    }
}

static void grant(const struct item *item)
{
    for (uint32_t page = 0; item->slot == FILE_SLOT_MEMORY && page < item->pages; page++)
        granted[item->from + page]++;
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    struct reply *reply = &replies[caller];
    uint32_t items = tag >> TAG_ITEMS_SHIFT & 7;

    if (items && machine_refuses_items)
        return ERR_ARG;
    CHECK(reply->status == WAITS);
    *reply = (struct reply){.status = (int32_t)words->w[0], .items = items, .words = tag & TAG_WORDS};
    memcpy(reply->w, words->w + 1, sizeof reply->w);
    memcpy(reply->data, message_page->words, reply->words * sizeof(uint32_t));
    reply->item = message_page->items[0];
    for (uint32_t i = 0; i < items; i++)
        grant(&message_page->items[i]);
    if (items && reply->item.to == FILE_TRANSFER)
        transfers[caller] = (char *)PAGES_AT + reply->item.from * PAGE_SIZE;
    return OK;
}

/* Repeats the wait if a signal interrupts it, such as libFuzzer's clock. */
static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore))
        CHECK(errno == EINTR);
}

/* After the test is over the server asks once more, and is ended. */
static bool next(struct server_message *message)
{
    if (is_over)
        return false;
    sem_post(&test_may_run);
    wait_for(&server_may_run);
    *message = asked;
    return !is_over;
}

static void *run(void *unused)
{
    static const struct server_fake fake = {.cpus = 1, .call = call, .next = next, .replied = replied};

    server_run_input(&fake, (struct words){{0, pages_asked_for, ARCHIVE_PAGES, 0}});
    sem_post(&test_may_run);
    return unused;
}

/* ---------------------------------------------------------------------------------- the test's side */

static void go_on(void)
{
    sem_post(&server_may_run);
    wait_for(&test_may_run);
}

void machine_begin(uint32_t pages)
{
    CHECK(pages <= MACHINE_PAGES_MAX && !sem_init(&test_may_run, 0, 0) && !sem_init(&server_may_run, 0, 0));
    pages_asked_for = pages;
    machine_ticks = machine_revoked = machine_signals = 0;
    machine_refuses_items = machine_is_fast = is_over = false;
    memset(replies, 0, sizeof replies);
    memset(transfers, 0, sizeof transfers);
    memset(granted, 0, sizeof granted);
    make_pages();
    CHECK(!pthread_create(&server, NULL, run, NULL));
    wait_for(&test_may_run);
    free_at_first = pages_free();
    machine_audit();
}

void machine_end(void)
{
    machine_audit();
    is_over = true;
    go_on();
    CHECK(!pthread_join(server, NULL));
}

uint32_t machine_free_at_first(void)
{
    return free_at_first;
}

int32_t ask_data(uint32_t badge, const void *data, uint32_t bytes, struct words words)
{
    uint32_t caller = caller_of(badge);

    CHECK(bytes <= IPC_DATA_MAX && !server_owes(caller));
    memset(message_page->words, 0xee, sizeof message_page->words); /* the words that others left in the page */
    if (bytes)
        memcpy(message_page->words, data, bytes);
    asked = (struct server_message){.badge = badge, .caller = caller, .tag = (bytes + 3) / 4, .words = words};
    replies[caller].status = WAITS;
    work = 0;
    go_on();
    CHECK(work < WORK_OF_MESSAGE + WORK_REVOKE + LOANS_MAX * WORK_REVOKE_LOAN); /* F3 */
    if (!machine_is_fast)
        machine_audit();
    return replies[caller].status;
}

int32_t ask(uint32_t badge, uint32_t number, uint32_t a, uint32_t b, uint32_t c)
{
    return ask_data(badge, NULL, 0, (struct words){{number, a, b, c}});
}

int32_t ask_named(uint32_t badge, const char *path, struct words words)
{
    uint32_t bytes = (uint32_t)strlen(path) + 1;

    return ask_data(badge, path, bytes < IPC_DATA_MAX ? bytes : IPC_DATA_MAX, words);
}

int32_t ask_named_two(uint32_t badge, const char *path, const char *other, struct words words)
{
    char both[IPC_DATA_MAX];
    size_t first = strlen(path) + 1, second = strlen(other) + 1;

    CHECK(first + second <= sizeof both);
    memcpy(both, path, first);
    memcpy(both + first, other, second);
    return ask_data(badge, both, (uint32_t)(first + second), words);
}

static int32_t until_done(uint32_t number, uint32_t badge)
{
    int32_t status;

    while ((status = ask(MANAGER, number, badge, 0, 0)) == FILE_MORE)
        CHECK(ask(MANAGER, FILE_BEGIN, badge, 0, 0) == -EEXIST);
    return status;
}

int32_t machine_ends(uint32_t badge)
{
    return until_done(FILE_RELEASE, badge);
}

void machine_end_all(void)
{
    for (uint32_t badge = 1; badge <= MACHINE_CLIENTS; badge++)
        (void)machine_ends(badge);
    CHECK(pages_free() == free_at_first);
    machine_end();
}

int32_t machine_execs(uint32_t badge)
{
    return until_done(FILE_EXEC, badge);
}

int32_t machine_settles(uint32_t badge, int32_t status)
{
    while (status == FILE_MORE)
        status = ask(badge, FILE_SETTLE, 0, 0, 0);
    return status;
}

const struct reply *reply_of(uint32_t badge)
{
    return &replies[caller_of(badge)];
}

void machine_kill(uint32_t badge)
{
    server_caller_dies(caller_of(badge));
}

char *transfer_of(uint32_t badge)
{
    CHECK(transfers[caller_of(badge)]);
    return transfers[caller_of(badge)];
}

void machine_audit(void)
{
    audit_all();
}
