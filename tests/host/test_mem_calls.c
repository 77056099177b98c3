/*
 * The memory server's calls one by one: each error of the protocol, after which nothing has changed; images, heaps.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/task_frames.h"
#include "servers/proto/layout.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

enum { READ = RIGHT_READ, WRITE = RIGHT_WRITE, EXECUTE = RIGHT_EXECUTE };

static void check_create(void)
{
    uint32_t slot = space_receive_slot(), before = mem_state();

    CHECK(mem_manager(MEM_SPACE_CREATE, 7, 0) == -EINVAL); /* this is not a task */
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 0, 0) == -EINVAL);
    CHECK(kernel_slot_is_empty(slot) && space_receive_slot() == slot);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, BADGE_MAX + 1u, 0) == -EINVAL);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, a.id, 0) == -EEXIST);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, 99, 7) == -ENOENT);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, b.id) == -EEXIST);
    CHECK(mem_manager(MEM_SPACE_FORK, a.id, 7) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 99, 0) == -ENOENT);
    CHECK(mem_manager(MEM_SBRK, 4096, 0) == -EINVAL);
    CHECK(kernel_slot_is_empty(slot) && space_receive_slot() == slot && mem_state() == before);

    /* A capability that comes with a program's call is deleted, whatever the call. */
    fake_task_create(slot);
    CHECK(mem_call_tagged(&a, TAG(0, 1), MEM_SPACE_CREATE, 7, 0) == -EPERM);
    CHECK(kernel_slot_is_empty(slot));
    fake_task_create(slot);
    CHECK(mem_call_tagged(&a, TAG(0, 1), MEM_SBRK, 0, 0) == 0);
    CHECK(kernel_slot_is_empty(slot) && !space_find(7));
    fake_task_reap();
}

static void check_segments_refused(void)
{
    static const struct {
        struct program_segment segment;
        int status;
    } rows[] = {
        {{PROGRAM_BASE + 8, 100, 0, 100, READ}, -EINVAL},
        {{STACK_TOP - PAGE_SIZE, 100, 0, 100, READ}, -EINVAL},
        {{0, 100, 0, 100, READ}, -EINVAL},
        {{HEAP_LIMIT, 100, 0, 100, READ}, -EINVAL},
        {{HEAP_LIMIT - PAGE_SIZE, PAGE_SIZE + 1, 0, 100, READ}, -EINVAL},
        {{0xfffff000, PAGE_SIZE, 0, 100, READ}, -EINVAL},
        {{0xa00000, 0xfffff000, 0, 100, READ}, -EINVAL},
        {{0xa00000, 0, 0, 0, READ}, -EINVAL},
        {{0xa00000, 100, 0, 101, READ}, -EINVAL},
        {{0xa00000, 100, FAKE_ARCHIVE_PAGES, 1, READ}, -EINVAL},
        {{0xa00000, 3 * PAGE_SIZE, FAKE_ARCHIVE_PAGES - 1, PAGE_SIZE + 1, READ}, -EINVAL},
        {{0xa00000, 100, 0xffffffff, 100, READ}, -EINVAL},
        {{0xa00000, 100, 0, 100, WRITE}, -EINVAL},
        {{0xa00000, 100, 0, 100, READ | WRITE | EXECUTE}, -EINVAL},
        {{0xa00000, 100, 0, 100, READ | RIGHT_GRANT}, -EINVAL},
        {{0xa00000, 100, 0, 100, 0x100 | READ}, -EINVAL},
        {{PROGRAM_BASE, 100, 0, 100, READ}, -EEXIST},
        {{0x901000, 100, 0, 100, READ}, -EEXIST},
        {{0xa00000, PROGRAM_SEGMENT_PAGES_MAX * PAGE_SIZE + 1, 0, 100, READ | WRITE}, -EINVAL},
    };
    struct mem_client client = {3, space_receive_slot()};

    CHECK(mem_map_segment(3, &pair_text) == -ENOENT);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    CHECK(mem_map_segment(3, &pair_text) == 0);
    uint32_t before = mem_state(), mappings = fake_mappings(client.slot);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(mem_map_segment(3, &rows[i].segment) == rows[i].status);
    CHECK(mem_call_tagged(NULL, 4, MEM_SPACE_MAP, 3, 0) == -EINVAL); /* the data has the wrong size */
    CHECK(mem_state() == before && fake_mappings(client.slot) == mappings);

    CHECK(mem_manager(MEM_SPACE_FINISH, 99, PAIR_BREAK) == -ENOENT);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, PROGRAM_BASE - 1) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, HEAP_LIMIT + 1) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, PROGRAM_BASE) == -EINVAL); /* in the text */
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x902010) == -EINVAL);     /* in a page that does not exist */
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x902000) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x902000) == -EINVAL);
    CHECK(mem_map_segment(3, &pair_data) == -EINVAL); /* the image is complete */
    pair_end(client);
}

static void check_clear(void)
{
    struct mem_client client = pair_make(3), child = pair_fork(client, 4);

    pair_write(client, 0x902000, 5);
    pair_write(client, pair_open(client, 9), 6);
    uint32_t before = mem_state(), mappings = fake_mappings(client.slot);
    CHECK(mem_manager(MEM_SPACE_CLEAR, 99, 0) == -ENOENT);
    CHECK(mem_manager(MEM_SPACE_CLEAR, 3, 1 << 20) == -ENOMEM);
    CHECK(mem_state() == before && fake_mappings(client.slot) == mappings);
    CHECK(mem_manager(MEM_SPACE_CLEAR, 3, 4) == 0 && fake_mappings(client.slot) == 0 && space_find(3)->committed == 0);
    CHECK(pair_call(client, MEM_SHM_CLOSE, 9, 0) == -ENOENT);
    pair_dies(client, 0x902000, 0);

    CHECK(mem_map_segment(3, &pair_text) == 0 && mem_map_segment(3, &pair_data) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, PAIR_BREAK) == 0);
    CHECK(pair_read(client, 0x902000) == FAKE_ARCHIVE_WORD + 2);
    CHECK(pair_read(child, 0x902000) == FAKE_ARCHIVE_WORD + 2);
    pair_end(client);
    pair_end(child);
}

static void check_image(void)
{
    CHECK(pair_read(a, PROGRAM_BASE) == FAKE_ARCHIVE_WORD);
    CHECK(pair_read(a, PROGRAM_BASE + PAGE_SIZE) == FAKE_ARCHIVE_WORD + 1);
    CHECK(pair_read(a, 0x902000) == FAKE_ARCHIVE_WORD + 2);
    CHECK(pair_read(a, 0x903000) == 0 && pair_read(a, 0x904000) == 0);
    CHECK(mem_touch(&a, PROGRAM_BASE, FAULT_EXECUTE));
    CHECK(fake_rights(a.slot, STACK_TOP - 1)); /* exists from the start */
    pair_write(a, 0x902000, 5);
    CHECK(pair_read(b, 0x902000) == FAKE_ARCHIVE_WORD + 2);

    pair_dies(a, PROGRAM_BASE, FAULT_WRITE);
    pair_dies(a, 0x902000, FAULT_EXECUTE);
    pair_dies(a, STACK_TOP - PAGE_SIZE, FAULT_EXECUTE);
    pair_dies(a, 0, 0);
    pair_dies(a, STACK_LOW - 1, FAULT_WRITE);
    pair_dies(a, 0x905000, 0); /* behind the heap */
    pair_dies(a, MMAP_BASE, 0);
    pair_dies(a, SHM_BASE, 0);
    pair_dies(a, 0xbffff000, 0);
    pair_dies(a, USER_END, 0); /* one of the kernel's addresses */
    pair_dies(a, 0xfffff000, FAULT_WRITE);

    /* The last page of the read-only image: zero behind the bytes of the file. */
    static const struct program_segment constants = {0xa00000, 3 * PAGE_SIZE, 5, PAGE_SIZE + 8, READ};
    struct mem_client client = {3, space_receive_slot()};
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    CHECK(mem_map_segment(3, &constants) == 0);
    CHECK(pair_read(client, 0xa00000) == FAKE_ARCHIVE_WORD + 5);
    CHECK(pair_read(client, 0xa01000) == FAKE_ARCHIVE_WORD + 6 + FAKE_PART_WORD);
    CHECK(pair_read(client, 0xa02000) == 0);
    pair_dies(client, 0xa02000, FAULT_WRITE);
    pair_dies(client, 0xa02000, FAULT_EXECUTE);
    pair_end(client);
}

/* There can be one more than spaces. At the end the slot of its capability and the frame are free again. */
static void check_task_frames(void)
{
    struct mem_client proc = {0, 0};
    uint32_t before = mem_state(), numbers[3];

    for (uint32_t i = 0; i < 3; i++) /* for a, b and a further task */
        CHECK(mem_call(&proc, MEM_TASK_FRAME, 0, 0, &numbers[i]) == 0);
    uint32_t slot = message_page->items[0].slot, after = mem_state();
    CHECK(after != before && !kernel_slot_is_empty(slot) && message_page->items[0].kind == ITEM_CAP);
    CHECK(mem_manager(MEM_TASK_FRAME, 0, 0) == -ENOMEM && mem_state() == after);
    struct mem_client third = pair_make(3);
    CHECK(mem_manager(MEM_TASK_FRAME, 0, 0) == 0 && mem_manager(MEM_TASK_FRAME, 0, 0) == -ENOMEM);
    CHECK(message_page->items[0].slot != slot);
    CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[2] + 1, 0) == 0);
    pair_end(third);
    CHECK(pair_call(a, MEM_TASK_FRAME_END, numbers[2], 0) == -EPERM);
    CHECK(mem_manager(MEM_TASK_FRAME_END, TASK_FRAMES_MAX, 0) == -ENOENT);
    CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[2], 0) == 0 && kernel_slot_is_empty(slot));
    CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[2], 0) == -ENOENT);
    mem_refuse_one_in = 1; /* the reply does not arrive */
    CHECK(mem_call(&proc, MEM_TASK_FRAME, 0, 0, NULL) == -EINVAL && kernel_slot_is_empty(message_page->items[0].slot));
    mem_refuse_one_in = 0;
    CHECK(mem_manager(MEM_TASK_FRAME, 0, 0) == 0 && message_page->items[0].slot == slot); /* the slot is used again */
    for (uint32_t i = 0; i < 3; i++)
        CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[i], 0) == 0);
}

/* Frames that proc keeps: info() counts them as free. */
static void check_task_frames_kept(void)
{
    struct mem_client proc = {0, 0}, more[2] = {pair_make(3), pair_make(4)};
    uint32_t numbers[4], free;

    CHECK(mem_call(&a, MEM_INFO, 0, 0, &free) == 0);
    for (uint32_t i = 0; i < 4; i++)
        CHECK(mem_call(&proc, MEM_TASK_FRAME, 0, 0, &numbers[i]) == 0);
    CHECK(task_frames_spare() == 0);
    pair_end(more[0]);
    pair_end(more[1]);
    CHECK(task_frames_spare() == 2);
    uint32_t with_kept, without;
    CHECK(mem_call(&a, MEM_INFO, 0, 0, &with_kept) == 0);
    CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[3], 0) == 0 && mem_manager(MEM_TASK_FRAME_END, numbers[2], 0) == 0);
    CHECK(mem_call(&a, MEM_INFO, 0, 0, &without) == 0 && without == with_kept && task_frames_spare() == 0);
    CHECK(mem_manager(MEM_TASK_FRAME_END, numbers[1], 0) == 0 && mem_manager(MEM_TASK_FRAME_END, numbers[0], 0) == 0);
}

/* Fatal faults are reported in their order, each with the reason; those of ended programs are forgotten. */
static void check_fatal_faults(void)
{
    struct mem_client dead[3] = {pair_make(11), pair_make(12), pair_make(13)};
    const uint32_t protection[4] = {PROGRAM_BASE, FAULT_USER, 0x5678, 13}; /* not a page fault */
    const uint32_t kernel_read[4] = {PROGRAM_BASE, FAULT_PRESENT, 0, 14};  /* no page can help */
    uint32_t id;

    CHECK(mem_manager(MEM_FATAL_FAULT, 0, 0) == -ENOENT);
    for (int i = 0; i < 3; i++)
        CHECK(!mem_touch(&dead[i], 0x5000 + (uint32_t)i, 0));
    CHECK(!mem_touch(&dead[2], 0x9000, 0)); /* its second fault: only the first is kept */
    pair_end(dead[1]);
    CHECK(mem_call(NULL, MEM_FATAL_FAULT, 0, 0, &id) == 0 && id == 11);
    CHECK(!mem_send(&dead[0], TAG_FAULT, protection));
    CHECK(!mem_send(&dead[0], TAG_FAULT, kernel_read));
    struct words words = {{MEM_FATAL_FAULT}};
    message_page->tag = 0;
    CHECK(server_handle(0, &words) == IPC_REPLY);
    CHECK(words.w[1] == 13 && words.w[2] == 0x5002);
    CHECK(words.w[3] == (14 << 16 | FAULT_USER)); /* no page is meant to be there */
    words.w[0] = MEM_FATAL_FAULT;
    message_page->tag = 0;
    CHECK(server_handle(0, &words) == IPC_REPLY);
    CHECK(words.w[1] == 11 && words.w[2] == PROGRAM_BASE);
    CHECK(words.w[3] == (13 << 16 | FAULT_USER));
    CHECK(mem_manager(MEM_FATAL_FAULT, 0, 0) == -ENOENT);
    pair_end(dead[0]);
    pair_end(dead[2]);
}

/* Programs call what only the manager may, and the other way round. */

static void check_foreign(void)
{
    struct mem_client stranger = {77, 0};
    uint32_t before = mem_state();

    for (uint32_t number = 0; number < 60; number++) {
        bool manager = number >= MEM_SPACE_CREATE && number <= MEM_SPACE_COPY;
        bool known = (number >= MEM_SBRK && number <= MEM_PROTECT) || number == MEM_RESERVE;
        int status = known ? -EINVAL : manager ? -EPERM : -ENOSYS;
        bool everybodys = (number >= MEM_SPACE_USAGE && number <= MEM_SEGMENT) ||
                          number == MEM_SHM_LIST;                        /* covered by test_mem_listings.c */
        bool named = number >= MEM_SHM_ATTACH && number < MEM_CALLS_END; /* covered by test_mem_named.c */
        if (!known && !everybodys && !named)
            CHECK(pair_call(a, number, b.id, 0) == status);
        CHECK(pair_call(stranger, number, 1, 1) == -EINVAL);
    }
    CHECK(pair_call(a, 0xffffffff, 0, 0) == -ENOSYS && mem_manager(MEM_RESERVE + 1, 0, 0) == -ENOSYS);
    CHECK(mem_state() == before);
}

/* A capability that comes with a call that takes none is deleted at once, whoever sent it, so there is room for the
 * next one. */
static void check_unwanted_capability(void)
{
    struct mem_client stranger = {77, 0};
    const struct mem_client *senders[] = {&stranger, &a, NULL};

    for (uint32_t i = 0; i < 3; i++) {
        fake_task_create(message_page->slots);
        CHECK(mem_call_tagged(senders[i], TAG(0, 1), MEM_SHM_CLOSE, 1, 0) < 0);
        CHECK(kernel_slot_is_empty(message_page->slots));
    }
    fake_task_reap();
}

/* A child that dies while it is made leaves nothing after it is destroyed. */
static void check_child_dies(void)
{
    pair_end(pair_make(3));
    uint32_t slot = space_receive_slot(), before = mem_state();

    fake_task_dies(slot);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, 3) == -ENOMEM && !fake_task_lives(slot));
    CHECK(mem_manager(MEM_SPACE_FORK_MORE, a.id, 3) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 3, 0) == 0 && mem_state() == before);
    pair_end(pair_fork(a, 3));
}

/* Something other than a task is sent as one: no space is made, and the slot can take a task again. */
static void check_no_task(void)
{
    pair_end(pair_make(3)); /* it leaves a spare space, as the following ones do */
    uint32_t slot = space_receive_slot(), before = mem_state();

    fake_slot_fill(slot);
    CHECK(mem_call_tagged(NULL, TAG(0, 1), MEM_SPACE_CREATE, 3, 0) == -EINVAL && kernel_slot_is_empty(slot));
    CHECK(mem_manager(MEM_SPACE_DESTROY, 3, 0) == -ENOENT && mem_state() == before);
    fake_slot_fill(space_receive_slot());
    CHECK(mem_call_tagged(NULL, TAG(0, 1), MEM_SPACE_FORK, a.id, 3) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 3, 0) == -ENOENT && mem_state() == before);
    for (uint32_t id = 3; id < 3 + SPARES_KEPT; id++) /* each spare slot */
        pair_end(pair_make(id));
}

/* The slots of spaces that are not kept are used again. */
static void check_slots_come_back(void)
{
    enum { ROUNDS = 8, MANY = SPARES_KEPT + 4 };
    uint32_t first = 0, highest = 0;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct mem_client clients[MANY];
        for (uint32_t i = 0; i < MANY; i++) {
            clients[i] = pair_make(200 + i);
            highest = clients[i].slot > highest ? clients[i].slot : highest;
        }
        for (uint32_t i = 0; i < MANY; i++)
            pair_end(clients[i]);
        first = round ? first : highest;
    }
    CHECK(highest <= first + 1);
}

static void check_sbrk(void)
{
    uint32_t old, before = mem_state();

    CHECK(pair_call(a, MEM_SBRK, (uint32_t)-1, 0) == -EINVAL);
    CHECK(pair_call(a, MEM_SBRK, 0x80000000, 0) == -EINVAL);
    CHECK(pair_call(a, MEM_SBRK, 0x7fffffff, 0) == -ENOMEM);
    CHECK(pair_call(a, MEM_SBRK, HEAP_LIMIT - PAIR_BREAK + 1, 0) == -ENOMEM);
    CHECK(pair_call(a, MEM_SBRK, 30 << 20, 0) == -ENOMEM); /* more than there is */
    CHECK(mem_call(&a, MEM_SBRK, 0, 0, &old) == 0 && old == PAIR_BREAK);
    CHECK(mem_state() == before);

    /* The heap grows and shrinks by bytes. A page exists from its first byte on, and is zero again when it comes
     * back. */
    CHECK(pair_call(a, MEM_SBRK, 0x905000 - PAIR_BREAK, 0) == 0);
    pair_dies(a, 0x905000, FAULT_WRITE);
    CHECK(mem_call(&a, MEM_SBRK, 1, 0, &old) == 0 && old == 0x905000);
    pair_write(a, 0x905000, 9);
    CHECK(mem_call(&a, MEM_SBRK, (uint32_t)-1, 0, &old) == 0 && old == 0x905001);
    pair_dies(a, 0x905000, 0);
    CHECK(pair_call(a, MEM_SBRK, 4096, 0) == 0 && pair_read(a, 0x905000) == 0);

    /* Nothing is mapped over the heap, or unmapped out of it, even if none of its pages was touched. */
    CHECK(pair_call(a, MEM_SBRK, 0x3000, 0) == 0);
    CHECK(pair_call(a, MEM_MMAP, 0x907000, 4096) == -EEXIST && pair_call(a, MEM_MUNMAP, 0x907000, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MMAP, 0x908000, 4096) == -EEXIST && pair_call(a, MEM_MMAP, 0x909000, 4096) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, 0x909000, 4096) == 0 && pair_call(a, MEM_SBRK, (uint32_t)-0x3000, 0) == 0);

    /* A mapping in the way stops the heap. */
    CHECK(pair_call(a, MEM_MMAP, 0x909000, 4096) == 0);
    CHECK(pair_call(a, MEM_SBRK, 0x3000, 0) == 0);
    CHECK(pair_call(a, MEM_SBRK, 0x1001, 0) == -ENOMEM);
    CHECK(pair_call(a, MEM_MUNMAP, 0x909000, 4096) == 0);
    CHECK(pair_call(a, MEM_SBRK, 0x1001, 0) == 0);
    CHECK(mem_call(&a, MEM_SBRK, 0, 0, &old) == 0);
    CHECK(pair_call(a, MEM_SBRK, PAIR_BREAK - old, 0) == 0);
}

/* There would be memory for more, but the heap may not have it. */
static void check_heap_limit(void)
{
    struct mem_client client = {3, space_receive_slot()};
    uint32_t end;

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, HEAP_LIMIT - 2 * PAGE_SIZE) == 0);
    CHECK(pair_call(client, MEM_SBRK, 2 * PAGE_SIZE + 1, 0) == -ENOMEM);
    CHECK(pair_call(client, MEM_SBRK, 2 * PAGE_SIZE, 0) == 0);
    CHECK(mem_call(&client, MEM_SBRK, 1, 0, &end) == -ENOMEM);
    CHECK(mem_call(&client, MEM_SBRK, 0, 0, &end) == 0 && end == HEAP_LIMIT);
    pair_end(client);
}

static void check_mmap(void)
{
    static const struct {
        uint32_t address, length;
        int status;
    } rows[] = {
        {0, 0, -EINVAL},
        {MMAP_BASE, 0, -EINVAL},
        {MMAP_BASE + 1, 4096, -EINVAL},
        {4096, 4096, -EINVAL},
        {STACK_LOW, 4096, -EINVAL},
        {PROGRAM_BASE - PAGE_SIZE, 2 * PAGE_SIZE, -EINVAL},
        {PROGRAM_BASE, 4096, -EEXIST},
        {0x902000 - PAGE_SIZE, 4096, -EEXIST},
        {0x904000, 8192, -EEXIST},
        {MMAP_LIMIT, 4096, -ENOMEM},
        {MMAP_LIMIT - PAGE_SIZE, 4097, -ENOMEM},
        {SHM_BASE, 4096, -ENOMEM},
        {0xc0000000, 4096, -ENOMEM},
        {0xfffff000, 4096, -ENOMEM},
        {0xfffff000, 8192, -ENOMEM},
        {MMAP_BASE, 0xffffffff, -ENOMEM},
        {0, 0xffffffff, -ENOMEM},
        {0, 0x80000000, -ENOMEM},
        {0, 24 << 20, -ENOMEM}, /* more than there is */
    };
    uint32_t before = mem_state(), promised_before = pair_promised(), first, second;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(pair_call(a, MEM_MMAP, rows[i].address, rows[i].length) == rows[i].status);
    CHECK(mem_state() == before);

    CHECK(mem_call(&a, MEM_MMAP, 0, 3 * PAGE_SIZE, &first) == 0 && first == MMAP_BASE);
    CHECK(mem_call(&a, MEM_MMAP, 0, 1, &second) == 0 && second == first + 3 * PAGE_SIZE);
    CHECK(pair_call(a, MEM_MMAP, first + PAGE_SIZE, 1) == -EEXIST);
    pair_write(a, first, 0); /* the table exists */
    uint32_t free = frames_count().free;
    pair_write(a, second, 4);
    CHECK(pair_call(a, MEM_MUNMAP, second, PAGE_SIZE) == 0 && frames_count().free == free); /* with its frame */
    CHECK(mem_call(&a, MEM_MMAP, 0, 1, &second) == 0 && second == first + 3 * PAGE_SIZE && pair_read(a, second) == 0);
    pair_write(a, first + PAGE_SIZE, 4);
    CHECK(pair_call(a, MEM_MUNMAP, first + PAGE_SIZE, PAGE_SIZE) == 0); /* splits the mapping */
    pair_dies(a, first + PAGE_SIZE, 0);
    CHECK(pair_read(a, first) == 0 && pair_read(a, first + 2 * PAGE_SIZE) == 0);
    CHECK(mem_call(&a, MEM_MMAP, 0, 1, &second) == 0 && second == first + PAGE_SIZE);
    CHECK(pair_read(a, second) == 0);
    CHECK(pair_call(a, MEM_MMAP, MMAP_LIMIT - PAGE_SIZE, PAGE_SIZE) == 0); /* the last page */
    CHECK(pair_call(a, MEM_MMAP, 0xb00000, 1) == 0);                       /* an address that the heap could reach */
    CHECK(pair_call(a, MEM_MUNMAP, PROGRAM_BASE + 0x10000, MMAP_LIMIT - PROGRAM_BASE - 0x10000) == 0);
    CHECK(pair_promised() == promised_before);
}

static void check_munmap(void)
{
    uint32_t before = pair_promised();

    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE, 0) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + 8, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, 0, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, STACK_TOP - PAGE_SIZE, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, PROGRAM_BASE, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, 0x902000, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_LIMIT - PAGE_SIZE, 8192) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, SHM_BASE, 4096) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, 0xfffff000, 8192) == -EINVAL);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE, 0xffffffff) == -EINVAL);
    CHECK(pair_call(a, MEM_SBRK, 8192, 0) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, 0x905000, 4096) == -EINVAL); /* the heap */
    CHECK(pair_call(a, MEM_SBRK, (uint32_t)-8192, 0) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE, MMAP_LIMIT - MMAP_BASE) == 0); /* only holes */
    CHECK(pair_promised() == before);
}

/* One page of an existing leaf. Unmapping a page that is not mapped gives nothing back. */
static void check_munmap_of_one_page(void)
{
    uint32_t at;

    CHECK(mem_call(&a, MEM_MMAP, 0, 2 * PAGE_SIZE, &at) == 0);
    pair_write(a, at, 1);
    uint32_t promised = pair_promised();
    CHECK(pair_call(a, MEM_MUNMAP, at, PAGE_SIZE) == 0 && pair_promised() == promised - 1);
    CHECK(fake_rights(a.slot, at) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, at, PAGE_SIZE) == 0 && pair_promised() == promised - 1);
    CHECK(pair_call(a, MEM_MUNMAP, at, 2 * PAGE_SIZE) == 0 && pair_promised() == promised - 2);
}

/* More pages than one call unmaps; and some out of 4 MiB of which no page was touched. */
static void check_munmap_of_many(void)
{
    enum { MANY = CALL_PAGES_MAX + 6, WHOLE = 4 << 20 };
    uint32_t at, promised = pair_promised();

    CHECK(mem_call(&a, MEM_MMAP, 0, MANY * PAGE_SIZE, &at) == 0);
    for (uint32_t i = 0; i < MANY; i++)
        pair_write(a, at + i * PAGE_SIZE, i);
    CHECK(pair_call(a, MEM_MUNMAP, at, MANY * PAGE_SIZE) == 0);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(fake_rights(a.slot, at + i * PAGE_SIZE) == 0);

    CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + WHOLE, WHOLE) == 0);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + WHOLE + PAGE_SIZE, 2 * PAGE_SIZE) == 0);
    CHECK(pair_promised() == promised + WHOLE / PAGE_SIZE - 2 && pair_read(a, MMAP_BASE + WHOLE) == 0);
    pair_dies(a, MMAP_BASE + WHOLE + PAGE_SIZE, 0);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + WHOLE, WHOLE) == 0 && pair_promised() == promised);

    /* A mapping that begins behind the end is not split. */
    CHECK(pair_call(a, MEM_MMAP, MMAP_BASE + WHOLE, 2 * WHOLE) == 0 &&
          pair_call(a, MEM_MUNMAP, MMAP_BASE + WHOLE, WHOLE) == 0);
    CHECK(space_find(a.id)->pages.directory[(MMAP_BASE + 2 * WHOLE) >> LEAF_SHIFT] == PAGES_WHOLE);
    CHECK(pair_call(a, MEM_MUNMAP, MMAP_BASE + 2 * WHOLE, WHOLE) == 0 && pair_promised() == promised);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_create,
        check_segments_refused,
        check_image,
        check_clear,
        check_task_frames,
        check_task_frames_kept,
        check_fatal_faults,
        check_foreign,
        check_unwanted_capability,
        check_slots_come_back,
        check_sbrk,
        check_mmap,
        check_munmap,
        check_no_task,
        check_child_dies,
        check_heap_limit,
        check_munmap_of_one_page,
        check_munmap_of_many,
    };

    pair_run("test_mem_calls", checks, sizeof(checks) / sizeof(checks[0]));
}
