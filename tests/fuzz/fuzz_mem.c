/*
 * Messages to the memory server. The bytes of an input choose the sender (the manager, programs, strangers), any tag,
 * any words and data, a capability, windows, when tasks die and what the kernel refuses. All of the server's invariants
 * must hold after each message. At the end, when all are dead, every frame must be free again, or the server's own.
 *
 * fuzz: runs=1000
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_accounts.c tests/host/mem_client.c tests/host/mem_pair.c
 * sources: tests/fuzz/bytes.c tests/fuzz/mem_status.c
 */
#include <errno.h>
#include <string.h>

#include "servers/lib/fault.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/proto/layout.h"
#include "servers/mem/pager.h"
#include "servers/mem/task_frames.h"
#include "servers/mem/server.h"
#include "servers/mem/named.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mem_status.h"
#include "tests/host/check.h"
#include "tests/host/mem_accounts.h"
#include "tests/host/mem_pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    IDS = 6,         /* spaces 1 .. IDS; programs beyond are strangers */
    UNFINISHED = 3,  /* the space whose image is not complete at first */
    CHECK_EVERY = 8, /* messages between two walks of what is linear in the machine's memory */
};

static const struct fake_ram machines[] = {{16, 4000, 100}, {16, 1200, 100}, {LOW_MEMORY_PAGES - 500, 3000, 100}};

static uint32_t start_free; /* frames that were free, or the server's own, at the start */

/* ---------------------------------------------------------------------------------- words */

static uint32_t any_id(void)
{
    return random_below(20) ? 1 + random_below(IDS + 1) : bytes_word();
}

static uint32_t any_address(void)
{
    static const uint32_t bases[] = {0,
                                     PROGRAM_BASE,
                                     PROGRAM_BASE + (1 << 22),
                                     HEAP_LIMIT,
                                     MMAP_BASE + (1 << 22),
                                     MMAP_LIMIT,
                                     SHM_BASE,
                                     STACK_LOW,
                                     STACK_TOP,
                                     USER_END,
                                     PAIR_BREAK & -PAGE_SIZE};
    uint32_t address = bases[random_below(COUNT(bases))] + (random_below(16) << PAGE_BITS) - (8u << PAGE_BITS);

    return random_below(8) ? address : address + random_below(PAGE_SIZE);
}

static uint32_t any_length(void)
{
    return random_below(16) << PAGE_BITS << (random_below(4) ? 0 : random_below(20));
}

static uint32_t any_word(void)
{
    switch (random_below(6)) {
    case 0:
        return any_address();
    case 1:
        return any_length();
    case 2:
        return random_below(256);
    case 3:
        return 0u - random_below(1 << 16);
    case 4:
        return bytes_word();
    default:
        return any_id();
    }
}

static uint32_t any_number(void)
{
    static const uint8_t calls[] = {MEM_SBRK,         MEM_MMAP,          MEM_MUNMAP,
                                    MEM_SHM_OPEN,     MEM_SHM_CLOSE,     MEM_INFO,
                                    MEM_SPACE_CREATE, MEM_SPACE_FORK,    MEM_SPACE_MAP,
                                    MEM_SPACE_FINISH, MEM_SPACE_DESTROY, MEM_TASK_FRAME,
                                    MEM_FATAL_FAULT,  MEM_SPACE_CLEAR,   MEM_TASK_FRAME_END,
                                    MEM_GET_LIMIT,    MEM_SET_LIMIT,     MEM_SPACE_FORK_MORE,
                                    MEM_PROTECT,      MEM_PROTECT,       MEM_FATAL_FAULT_RESUME,
                                    MEM_RESERVE,      MEM_SPACE_COPY,    MEM_SPACE_USAGE,
                                    MEM_FRAME_USAGE,  MEM_SEGMENT,       MEM_AUDIT};

    return random_below(30) ? calls[random_below(COUNT(calls))] : any_word();
}

static struct words fitting_clear(uint32_t id, uint32_t frames)
{
    return (struct words){{MEM_SPACE_CLEAR, id, frames, frames / 3}};
}

/* The program's own limit, or one that the manager sets. */
static struct words fitting_limit(uint32_t frames)
{
    if (frames % 2)
        return (struct words){{MEM_SET_LIMIT, frames, 0, 0}};
    return (struct words){{MEM_SPACE_LIMIT, 1 + frames / 2 % 6, frames, 0}};
}

/* Often a page of the space whose image is not complete. */
static struct words fitting_copy(uint32_t id)
{
    uint32_t bytes = random_below(2) ? 0 : random_below(PAGE_SIZE);

    return (struct words){{MEM_SPACE_COPY, id, PROGRAM_BASE + (random_below(16) << PAGE_BITS) + bytes,
                           random_below(FAKE_FILE_PAGES + 2)}};
}

/* Words with which the call is often not refused. */
static struct words fitting_words(uint32_t number)
{
    switch (number) {
    case MEM_SBRK:
        return (struct words){{number, any_length() - any_length(), 0, 0}};
    case MEM_MMAP:
    case MEM_MUNMAP:
        return (struct words){{number, random_below(3) ? any_address() : 0, any_length(), 0}};
    case MEM_RESERVE:
        return (struct words){{number, random_below(3) ? any_address() : 0, any_length(),
                               random_below(8) ? 1 + random_below(2) * 2 : any_word()}};
    case MEM_SPACE_COPY:
        return fitting_copy(random_below(2) ? UNFINISHED : any_id());
    case MEM_FRAME_USAGE:
    case MEM_SEGMENT:
        return (struct words){{number, random_below(4) ? random_below(8000) : any_word(), 0, 0}};
    case MEM_PROTECT:
        return (struct words){{number, any_address(), any_length(),
                               random_below(4) ? RIGHT_READ | 1u << random_below(3) : random_below(9)}};
    case MEM_SET_LIMIT:
        return fitting_limit(random_below(3000));
    case MEM_SPACE_MAP:
        return (struct words){{number, random_below(2) ? UNFINISHED : any_id(), 0, 0}};
    case MEM_SPACE_FORK:
    case MEM_SPACE_FORK_MORE:
        return (struct words){{number, any_id(), any_id(), 0}};
    case MEM_SPACE_FINISH:
        return (struct words){{number, any_id(), any_address(), 0}};
    case MEM_SPACE_CLEAR:
        return fitting_clear(any_id(), random_below(100));
    case MEM_TASK_FRAME_END:
    case MEM_SHM_OPEN:
    case MEM_SHM_CLOSE:
        return (struct words){{number, random_below(5), 0, 0}};
    default:
        return (struct words){{number, any_id(), 0, 0}};
    }
}

static struct words any_words(void)
{
    uint32_t number = any_number();

    if (random_below(5))
        return fitting_words(number);
    return (struct words){{number, any_word(), any_word(), any_word()}};
}

static struct words any_fault(void)
{
    uint32_t vector = random_below(8) ? VECTOR_PAGE_FAULT : random_below(32);

    return (struct words){{any_address(), random_below(32), any_word(), vector}};
}

/* ---------------------------------------------------------------------------------- the page */

static struct program_segment any_segment(void)
{
    static const uint8_t rights[] = {RIGHT_READ, RIGHT_READ | RIGHT_WRITE, RIGHT_READ | RIGHT_EXECUTE};

    if (random_below(4) == 0)
        return (struct program_segment){any_word(), any_word(), any_word(), any_word(), any_word()};
    uint32_t file_pages = random_below(4), pages = file_pages + random_below(4),
             page = random_below(FAKE_ARCHIVE_PAGES);
    uint32_t base = page % 3 ? PROGRAM_BASE : HEAP_LIMIT - 4 * PAGE_SIZE;
    return (struct program_segment){
        .address = base + (random_below(16) << PAGE_BITS),
        .memory_bytes = (pages << PAGE_BITS) - random_below(3),
        .archive_page = page % 2 ? page : FAKE_ARCHIVE_PAGES - page % 8, /* often one of the last pages */
        .file_bytes = file_pages << PAGE_BITS,
        .rights = rights[random_below(3)]};
}

static void put_segment(void)
{
    struct program_segment segment = any_segment();

    memcpy(message_page->words, &segment, sizeof segment);
}

/* The message brings a capability into the slot that the server opened: for a task, for something else, or for an
 * object that has died meanwhile, which leaves the slot empty. */
static void send_capability(void)
{
    CHECK(kernel_slot_is_empty(
        message_page->slots)); /* otherwise no message with an item would reach the server any more */
    if (!message_page->slots_count || random_below(10) == 0)
        return;
    fake_task_reap();
    if (random_below(4))
        fake_task_create(message_page->slots);
    else
        fake_slot_fill(message_page->slots);
}

/* For a call: only the kernel sends the other kinds. */
static uint32_t any_tag(uint32_t number)
{
    const uint32_t segment_words = sizeof(struct program_segment) / sizeof(uint32_t);

    if (random_below(16) == 0)
        return bytes_word() & (TAG_WORDS | TAG_ITEMS);
    if (number == MEM_SPACE_MAP)
        return segment_words;
    return number == MEM_SPACE_CREATE || number == MEM_SPACE_FORK || random_below(16) == 0 ? TAG(0, 1) : 0;
}

/* Sometimes in no segment, or partly outside. */
static void open_window(void)
{
    mem_window = SHM_BASE;
    if (random_below(4) == 0)
        mem_window = PROGRAM_BASE + (random_below(64) << (random_below(2) ? PAGE_BITS : 22));
}

static void refuse_some_replies(void)
{
    static const err_t refusals[] = {ERR_WINDOW, ERR_TAKEN, ERR_STALE, ERR_DEAD};

    mem_refuse_one_in = 20;
    mem_refusal = refusals[random_below(COUNT(refusals))];
}

/* ---------------------------------------------------------------------------------- invariants */

/* Each kind of page is in the part of the space that servers/proto/layout.h assigns to it, and comes from a frame of
 * the right kind. */
static void check_page(uint32_t address, uint32_t entry)
{
    bool is_image = entry & (PAGE_ARCHIVE | PAGE_ZERO) && !(entry & PAGE_ANON);

    CHECK(address >= STACK_LOW && (address < STACK_TOP || address >= PROGRAM_BASE));
    CHECK(!(entry & PAGE_SHM) == (address < NAMED_BASE) && (address < MMAP_LIMIT || address >= NAMED_BASE));
    CHECK(!is_image || address < HEAP_LIMIT);
    CHECK(!(entry & PAGE_ARCHIVE) || (entry & PAGE_VALUE) < FAKE_ARCHIVE_PAGES);
}

static void check_layout(struct space *space)
{
    struct page_run run;

    CHECK(space->heap_end <= HEAP_LIMIT && (!space->heap_end || space->heap_start >= PROGRAM_BASE));
    for (uint32_t at = 0; pages_next(&space->pages, at, USER_END, &run); at = run_end(&run))
        for (uint32_t i = 0; i < run.pages; i++)
            check_page(run.address + (i << PAGE_BITS), run_entry(&run, i));
}

/* Checks one space. A dead task has nothing mapped. A copy that failed may lack some of the pages it records; so may
 * that of a parent whose task is dead. */
static uint32_t check_space(struct space *space)
{
    struct mem_client client = {space->id, space->task};
    bool failed = space->work == WORK_COPY && space->work_of == 0;

    space_audit(space);
    check_layout(space);
    if (fake_task_lives(space->task) && !failed)
        mem_check_mappings(&client);
    return 0;
}

static uint32_t for_spaces(uint32_t (*function)(struct space *space))
{
    uint32_t sum = 0;

    for (uint32_t bucket = 0; bucket < SPACE_BUCKETS; bucket++)
        for (struct space *space = space_buckets[bucket], *next; space; space = next) {
            next = space->next;
            sum += function(space);
        }
    return sum;
}

static void check_all(void)
{
    for_spaces(check_space);
    shm_table_audit();
    named_audit();
    frames_audit();
    heap_audit();
    mem_accounts_check(0, 0);
}

/* ---------------------------------------------------------------------------------- a run */

static void send(const struct mem_client *client, uint32_t tag, struct words words)
{
    int expected = client ? status_expected_of_program(client->id, words.w) : status_expected_of_manager(words.w);
    uint32_t number = words.w[0];
    bool is_call = !(tag & TAG_KIND);

    if (tag & TAG_ITEMS)
        send_capability();
    if (mem_exchange(client, tag, &words) && is_call)
        status_check(number, (int)words.w[0], expected);
    else if (is_call)
        CHECK(mem_was_refused && mem_refusal == ERR_STALE);
}

static const struct space *copied;

static uint32_t is_copied_to(struct space *space)
{
    return space->work == WORK_COPY && space->work_of == copied->id;
}

static bool is_copied(const struct space *space)
{
    copied = space;
    return for_spaces(is_copied_to);
}

static void message(void)
{
    struct words words = any_words();
    struct mem_client client = {status_is_of_manager(words.w[0]) && random_below(20) ? 0 : any_id() & BADGE_MAX, 0};
    struct space *space = space_find(client.id);

    if (words.w[0] == MEM_SPACE_MAP || random_below(8) == 0)
        put_segment();
    open_window();
    refuse_some_replies();
    if (!client.id) {
        send(NULL, any_tag(words.w[0]), words);
        return;
    }
    client.slot = space ? space->task : 0;
    if (space && (!fake_task_lives(client.slot) || !space->heap_end || space->work || is_copied(space)))
        return; /* none of its threads sends: it is dead, or not started, or the server is still working on it */
    if (random_below(3) == 0)
        send(&client, TAG_FAULT, any_fault());
    else if (random_below(60) == 0)
        send(&client, TAG_SIGNAL, words);
    else
        send(&client, any_tag(words.w[0]), words);
}

/* The file server grants pages where it may, and takes them back. */
static void file_server_acts(void)
{
    struct space *space = space_find(any_id());
    uint32_t address = any_address() & -(uint32_t)PAGE_SIZE, file_page = random_below(FAKE_FILE_PAGES);

    if (random_below(4) == 0)
        fake_revoke_file(file_page);
    else if (space && !space->work && fake_task_lives(space->task) && pager_is_foreign(space, address, 0) &&
             !fake_rights(space->task, address))
        CHECK(fake_grant_file(space->task, address, file_page, page_rights(pages_get(&space->pages, address))) == OK);
}

/* Its space remains until the manager ends it. */
static void task_dies(void)
{
    struct space *space = space_find(any_id());

    if (space && fake_task_lives(space->task))
        fake_task_destroy(space->task);
}

static uint32_t destroy_space(struct space *space)
{
    if (fake_task_lives(space->task))
        fake_task_destroy(space->task);
    CHECK(mem_manager(MEM_SPACE_DESTROY, space->id, 0) == 0);
    return 0;
}

static void end_all_endings(void)
{
    while (space_ending)
        CHECK(mem_manager(MEM_SPACE_DESTROY, space_ending->id, 0) == 0);
}

static void all_die(void)
{
    random_source = NULL;
    mem_refuse_one_in = 0;
    for_spaces(destroy_space);
    end_all_endings();
    for (uint32_t i = 0; i < TASK_FRAMES_MAX; i++)
        if (task_frames_at(i))
            CHECK(mem_manager(MEM_TASK_FRAME_END, i, 0) == 0);
    fake_task_reap();
    CHECK(mem_manager(MEM_SPACE_DESTROY, 1, 0) == -ENOENT); /* pages lent to tasks that lived longer come back */
    check_all();
    CHECK(shm_table_count() == 0 && named_count() == 0 && frames_count().free + heap_audit() == start_free);
    CHECK(frames_account.used == 0 && frames_account.holders == 1);
}

/* Reaches states that would take many messages: a heap with a page that was touched, a program whose image is not
 * complete, one whose heap has no room to grow. */
static void begin_further(void)
{
    struct mem_client client = {1, space_find(1)->task};

    CHECK(mem_call(&client, MEM_SBRK, 12 * PAGE_SIZE, 0, NULL) == 0);
    CHECK(mem_touch(&client, page_up(PAIR_BREAK), FAULT_WRITE));
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, UNFINISHED, 0) == 0);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 4, 0) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 4, HEAP_LIMIT - 2 * PAGE_SIZE) == 0);
}

/* There are four programs at the start. */
static void begin(void)
{
    fake_init(machines[random_below(COUNT(machines))]);
    fake_start_frames();
    CHECK(server_init(FAKE_ARCHIVE_PAGES, 77));
    start_free = frames_count().free + heap_audit();
    mem_window = SHM_BASE;
    mem_refuse_one_in = 0;
    pair_make(1);
    pair_make(2);
    begin_further();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes_begin(data, size);
    begin();
    for (unsigned step = 1; bytes_are_left(); step++) {
        message();
        if (random_below(30) == 0)
            task_dies();
        if (random_below(4) == 0)
            file_server_acts();
        if (step % CHECK_EVERY == 0)
            check_all();
    }
    all_die();
    return 0;
}
