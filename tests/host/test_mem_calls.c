/*
 * The calls of the memory server one by one: each error of the protocol, and that a refused call
 * has changed nothing; each promise about segments, forks and reserved memory.
 *
 * sources: servers/mem/server.c servers/mem/space.c servers/mem/regions.c servers/mem/pager.c
 * sources: servers/mem/fork.c servers/mem/shm.c servers/mem/shm_table.c servers/mem/casualty.c
 * sources: servers/mem/pages.c servers/mem/frames.c servers/mem/heap.c tests/host/fake_kernel.c
 * sources: tests/host/mem_client.c
 */
#include "libuser/libc/errno.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/layout.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"
#include "tests/host/mem_client.h"

enum { READ = RIGHT_READ, WRITE = RIGHT_WRITE, EXECUTE = RIGHT_EXECUTE, BREAK = 0x104010 };

static const struct mem_segment text = {PROGRAM_BASE, 2 * PAGE_SIZE, 0, 2 * PAGE_SIZE,
                                        READ | EXECUTE};
static const struct mem_segment data = {0x102000, 3 * PAGE_SIZE, 2, PAGE_SIZE, READ | WRITE};

static struct mem_client a, b;

/* What a refused call leaves as it was. */
static uint32_t committed_free(void)
{
    struct frames_count count = frames_count();
    return (count.total - count.committed) << 16 ^ count.free;
}

/* The pages promised to programs. */
static uint32_t promised(void)
{
    return space_find(a.id)->committed + space_find(b.id)->committed + shm_table_count();
}

static struct mem_client make(uint32_t id)
{
    struct mem_client client = {id, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, id, 0) == 0);
    CHECK(mem_map_segment(id, &text) == 0);
    CHECK(mem_map_segment(id, &data) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, id, BREAK) == 0);
    return client;
}

static struct mem_client make_child(struct mem_client parent, uint32_t id)
{
    struct mem_client child = {id, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_FORK, parent.id, id) == 0);
    return child;
}

static void end(struct mem_client client)
{
    fake_task_destroy(client.slot);
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0);
}

static int call(struct mem_client client, uint32_t number, uint32_t first, uint32_t second)
{
    return mem_call(&client, 0, number, first, second, NULL);
}

static uint32_t open_segment(struct mem_client client, uint32_t id)
{
    uint32_t address;

    CHECK(mem_call(&client, 0, MEM_SHM_OPEN, id, 0, &address) == 0);
    return address;
}

static uint32_t read_word(struct mem_client client, uint32_t address)
{
    CHECK(mem_touch(&client, address, 0));
    return *fake_word(client.slot, address);
}

static void write_word(struct mem_client client, uint32_t address, uint32_t word)
{
    CHECK(mem_touch(&client, address, FAULT_WRITE));
    *fake_word(client.slot, address) = word;
}

static void dies_at(struct mem_client client, uint32_t address, uint32_t cause)
{
    uint32_t id;

    CHECK(!mem_touch(&client, address, cause));
    CHECK(mem_call(NULL, 0, MEM_CASUALTY, 0, 0, &id) == 0 && id == client.id);
}

static void start(void)
{
    fake_init((struct fake_ram){KERNEL_WINDOW_PAGES - 1000, 6000, 10});
    fake_start_frames();
    CHECK(server_init(&mem_page, FAKE_ARCHIVE_PAGES, 1));
    a = make(1);
    b = make(2);
}

/* The calls of the manager. */

static void check_create(void)
{
    uint32_t slot = space_receive_slot(), before = committed_free();

    CHECK(mem_manager(MEM_SPACE_CREATE, 7, 0) == -EINVAL); /* no task */
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 0, 0) == -EINVAL);
    CHECK(fake_slot_is_empty(slot) && space_receive_slot() == slot);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, BADGE_MAX + 1u, 0) == -EINVAL);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, a.id, 0) == -EEXIST);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, 99, 7) == -ENOENT);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, b.id) == -EEXIST);
    CHECK(mem_manager(MEM_SPACE_FORK, a.id, 7) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_DESTROY, 99, 0) == -ENOENT);
    CHECK(mem_manager(MEM_SBRK, 4096, 0) == -EINVAL);
    CHECK(fake_slot_is_empty(slot) && space_receive_slot() == slot && committed_free() == before);

    /* A program's capability is deleted, whatever it calls. */
    fake_task_create(slot, 0);
    CHECK(mem_call(&a, 1 << TAG_ITEMS_SHIFT, MEM_SPACE_CREATE, 7, 0, NULL) == -EPERM);
    CHECK(fake_slot_is_empty(slot));
    fake_task_create(slot, 0);
    CHECK(mem_call(&a, 1 << TAG_ITEMS_SHIFT, MEM_SBRK, 0, 0, NULL) == 0);
    CHECK(fake_slot_is_empty(slot) && !space_find(7));
    fake_task_reap();
}

static void check_segments_refused(void)
{
    static const struct {
        struct mem_segment segment;
        int status;
    } rows[] = {
        {{PROGRAM_BASE + 8, 100, 0, 100, READ}, -EINVAL},
        {{STACK_TOP - PAGE_SIZE, 100, 0, 100, READ}, -EINVAL},
        {{0, 100, 0, 100, READ}, -EINVAL},
        {{HEAP_LIMIT, 100, 0, 100, READ}, -EINVAL},
        {{HEAP_LIMIT - PAGE_SIZE, PAGE_SIZE + 1, 0, 100, READ}, -EINVAL},
        {{0xfffff000, PAGE_SIZE, 0, 100, READ}, -EINVAL},
        {{0x200000, 0xfffff000, 0, 100, READ}, -EINVAL},
        {{0x200000, 0, 0, 0, READ}, -EINVAL},
        {{0x200000, 100, 0, 101, READ}, -EINVAL},
        {{0x200000, 100, FAKE_ARCHIVE_PAGES, 1, READ}, -EINVAL},
        {{0x200000, 3 * PAGE_SIZE, FAKE_ARCHIVE_PAGES - 1, PAGE_SIZE + 1, READ}, -EINVAL},
        {{0x200000, 100, 0xffffffff, 100, READ}, -EINVAL},
        {{0x200000, 100, 0, 100, WRITE}, -EINVAL},
        {{0x200000, 100, 0, 100, READ | WRITE | EXECUTE}, -EINVAL},
        {{0x200000, 100, 0, 100, READ | RIGHT_GRANT}, -EINVAL},
        {{0x200000, 100, 0, 100, 0x100 | READ}, -EINVAL},
        {{PROGRAM_BASE, 100, 0, 100, READ}, -EEXIST},
        {{0x101000, 100, 0, 100, READ}, -EEXIST},
        {{0x200000, 64 << 20, 0, 100, READ | WRITE}, -ENOMEM},
    };
    struct mem_client client = {3, space_receive_slot()};

    CHECK(mem_map_segment(3, &text) == -ENOENT);
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    CHECK(mem_map_segment(3, &text) == 0);
    uint32_t before = committed_free(), mappings = fake_mappings(client.slot);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(mem_map_segment(3, &rows[i].segment) == rows[i].status);
    CHECK(mem_call(NULL, 4, MEM_SPACE_MAP, 3, 0, NULL) == -EINVAL); /* data of another size */
    CHECK(committed_free() == before && fake_mappings(client.slot) == mappings);

    CHECK(mem_manager(MEM_SPACE_FINISH, 99, BREAK) == -ENOENT);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, PROGRAM_BASE - 1) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, HEAP_LIMIT + 1) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, PROGRAM_BASE) == -EINVAL); /* in the text */
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x102010) == -EINVAL); /* in a page that is not there */
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x102000) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, 0x102000) == -EINVAL);
    CHECK(mem_map_segment(3, &data) == -EINVAL); /* complete */
    end(client);
}

static void check_image(void)
{
    CHECK(read_word(a, PROGRAM_BASE) == FAKE_ARCHIVE_WORD);
    CHECK(read_word(a, PROGRAM_BASE + PAGE_SIZE) == FAKE_ARCHIVE_WORD + 1);
    CHECK(read_word(a, 0x102000) == FAKE_ARCHIVE_WORD + 2);
    CHECK(read_word(a, 0x103000) == 0 && read_word(a, 0x104000) == 0);
    CHECK(mem_touch(&a, PROGRAM_BASE, FAULT_EXECUTE));
    CHECK(fake_rights(a.slot, STACK_TOP - 1)); /* there from the start */
    write_word(a, 0x102000, 5);
    CHECK(read_word(b, 0x102000) == FAKE_ARCHIVE_WORD + 2);

    dies_at(a, PROGRAM_BASE, FAULT_WRITE);
    dies_at(a, 0x102000, FAULT_EXECUTE);
    dies_at(a, STACK_TOP - PAGE_SIZE, FAULT_EXECUTE);
    dies_at(a, 0, 0);
    dies_at(a, STACK_LOW - 1, FAULT_WRITE);
    dies_at(a, 0x105000, 0); /* behind the heap */
    dies_at(a, MMAP_BASE, 0);
    dies_at(a, SHM_BASE, 0);
    dies_at(a, 0xbffff000, 0);

    /* The read-only image's last page: zero behind what the file has. */
    static const struct mem_segment constants = {0x200000, 3 * PAGE_SIZE, 5, PAGE_SIZE + 8, READ};
    struct mem_client client = {3, space_receive_slot()};
    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, 3, 0) == 0);
    CHECK(mem_map_segment(3, &constants) == 0);
    CHECK(read_word(client, 0x200000) == FAKE_ARCHIVE_WORD + 5);
    CHECK(read_word(client, 0x201000) == FAKE_ARCHIVE_WORD + 6 + FAKE_PART_WORD);
    CHECK(read_word(client, 0x202000) == 0);
    dies_at(client, 0x202000, FAULT_WRITE);
    dies_at(client, 0x202000, FAULT_EXECUTE);
    end(client);
}

static void check_pool(void)
{
    uint32_t before = committed_free();
    struct mem_client proc = {0, 0};

    CHECK(mem_manager(MEM_POOL, 0, 0) == -EINVAL);
    CHECK(mem_manager(MEM_POOL, 0x80000000, 0) == -EINVAL);
    CHECK(mem_manager(MEM_POOL, 5990, 0) == -ENOMEM);
    CHECK(mem_manager(MEM_POOL, 10, 0) == 0);
    uint32_t after = committed_free(), slot = mem_page.items[0].slot;
    CHECK(after != before && !fake_slot_is_empty(slot));
    CHECK(mem_page.items[0].kind_rights >> ITEM_KIND_SHIFT == ITEM_CAP);
    mem_refuse_one_in = 1;
    CHECK(mem_call(&proc, 0, MEM_POOL, 10, 0, NULL) == -EINVAL);
    mem_refuse_one_in = 0;
    CHECK(committed_free() == after && fake_slot_is_empty(mem_page.items[0].slot));
    CHECK(mem_manager(MEM_POOL, 10, 0) == 0 && mem_page.items[0].slot != slot);
}

/* Casualties come in the order of their faults, each with the reason; the dead are forgotten. */
static void check_casualties(void)
{
    struct mem_client dead[3] = {make(11), make(12), make(13)};
    const uint32_t protection[4] = {0x1234, 8, 0x5678, 13};
    const uint32_t kernel_read[4] = {PROGRAM_BASE, FAULT_PRESENT, 0, 14}; /* no page can help */
    uint32_t id;

    CHECK(mem_manager(MEM_CASUALTY, 0, 0) == -ENOENT);
    for (int i = 0; i < 3; i++)
        CHECK(!mem_touch(&dead[i], 0x5000 + (uint32_t)i, 0));
    CHECK(!mem_touch(&dead[2], 0x9000, 0)); /* its second: only the first is kept */
    end(dead[1]);
    CHECK(mem_call(NULL, 0, MEM_CASUALTY, 0, 0, &id) == 0 && id == 11);
    CHECK(!mem_send(&dead[0], TAG_FAULT, protection));
    CHECK(!mem_send(&dead[0], TAG_FAULT, kernel_read));
    struct words words = {{MEM_CASUALTY}};
    mem_page.tag = 0;
    CHECK(server_handle(0, &words) == (IPC_REPLY | IPC_EXTENDED));
    CHECK(words.w[1] == 13 && words.w[2] == 0x5002 && mem_page.words[0] == 0x1234);
    CHECK(words.w[3] >> CASUALTY_VECTOR_SHIFT == 14);
    words.w[0] = MEM_CASUALTY;
    mem_page.tag = 0;
    CHECK(server_handle(0, &words) == (IPC_REPLY | IPC_EXTENDED));
    CHECK(words.w[1] == 11 && words.w[2] == 0x1234 && mem_page.words[0] == 0x5678);
    CHECK(words.w[3] == (13 << CASUALTY_VECTOR_SHIFT | 8));
    CHECK(mem_manager(MEM_CASUALTY, 0, 0) == -ENOENT);
    end(dead[0]);
    end(dead[2]);
}

/* The calls of programs. */

static void check_foreign(void)
{
    struct mem_client stranger = {77, 0};
    uint32_t before = committed_free();

    for (uint32_t number = 0; number < 60; number++) {
        bool manager = number >= MEM_SPACE_CREATE && number < MEM_CALLS_END;
        bool known = number >= MEM_SBRK && number <= MEM_INFO;
        int status = known ? -EINVAL : manager ? -EPERM : -ENOSYS;
        if (!known)
            CHECK(call(a, number, b.id, 0) == status);
        CHECK(call(stranger, number, 1, 1) == -EINVAL);
    }
    CHECK(call(a, 0xffffffff, 0, 0) == -ENOSYS && mem_manager(9, 0, 0) == -ENOSYS);
    CHECK(committed_free() == before);
}

static void check_sbrk(void)
{
    uint32_t old, before = committed_free();

    CHECK(call(a, MEM_SBRK, (uint32_t)-1, 0) == -EINVAL);
    CHECK(call(a, MEM_SBRK, 0x80000000, 0) == -EINVAL);
    CHECK(call(a, MEM_SBRK, 0x7fffffff, 0) == -ENOMEM);
    CHECK(call(a, MEM_SBRK, HEAP_LIMIT - BREAK + 1, 0) == -ENOMEM);
    CHECK(call(a, MEM_SBRK, 30 << 20, 0) == -ENOMEM); /* more than there is */
    CHECK(mem_call(&a, 0, MEM_SBRK, 0, 0, &old) == 0 && old == BREAK);
    CHECK(committed_free() == before);

    /* To the byte; the page comes with its first byte and goes with it, and is zero again. */
    CHECK(call(a, MEM_SBRK, 0x105000 - BREAK, 0) == 0);
    dies_at(a, 0x105000, FAULT_WRITE);
    CHECK(mem_call(&a, 0, MEM_SBRK, 1, 0, &old) == 0 && old == 0x105000);
    write_word(a, 0x105000, 9);
    CHECK(mem_call(&a, 0, MEM_SBRK, (uint32_t)-1, 0, &old) == 0 && old == 0x105001);
    dies_at(a, 0x105000, 0);
    CHECK(call(a, MEM_SBRK, 4096, 0) == 0 && read_word(a, 0x105000) == 0);

    /* A mapping in the way stops the heap. */
    CHECK(call(a, MEM_MMAP, 0x109000, 4096) == 0);
    CHECK(call(a, MEM_SBRK, 0x3000, 0) == 0);
    CHECK(call(a, MEM_SBRK, 0x1001, 0) == -ENOMEM);
    CHECK(call(a, MEM_MUNMAP, 0x109000, 4096) == 0);
    CHECK(call(a, MEM_SBRK, 0x1001, 0) == 0);
    CHECK(mem_call(&a, 0, MEM_SBRK, 0, 0, &old) == 0);
    CHECK(call(a, MEM_SBRK, BREAK - old, 0) == 0);
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
        {0x102000 - PAGE_SIZE, 4096, -EEXIST},
        {0x104000, 8192, -EEXIST},
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
    uint32_t before = committed_free(), promised_before = promised(), first, second;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(call(a, MEM_MMAP, rows[i].address, rows[i].length) == rows[i].status);
    CHECK(committed_free() == before);

    CHECK(mem_call(&a, 0, MEM_MMAP, 0, 3 * PAGE_SIZE, &first) == 0 && first == MMAP_BASE);
    CHECK(mem_call(&a, 0, MEM_MMAP, 0, 1, &second) == 0 && second == first + 3 * PAGE_SIZE);
    CHECK(call(a, MEM_MMAP, first + PAGE_SIZE, 1) == -EEXIST);
    write_word(a, first + PAGE_SIZE, 4);
    CHECK(call(a, MEM_MUNMAP, first + PAGE_SIZE, PAGE_SIZE) == 0); /* splits */
    dies_at(a, first + PAGE_SIZE, 0);
    CHECK(read_word(a, first) == 0 && read_word(a, first + 2 * PAGE_SIZE) == 0);
    CHECK(mem_call(&a, 0, MEM_MMAP, 0, 1, &second) == 0 && second == first + PAGE_SIZE);
    CHECK(read_word(a, second) == 0);
    CHECK(call(a, MEM_MMAP, 0x300000, 1) == 0); /* where the heap could come */
    CHECK(call(a, MEM_MUNMAP, PROGRAM_BASE + 0x10000, MMAP_LIMIT - PROGRAM_BASE - 0x10000) == 0);
    CHECK(promised() == promised_before);
}

static void check_munmap(void)
{
    uint32_t before = promised();

    CHECK(call(a, MEM_MUNMAP, MMAP_BASE, 0) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, MMAP_BASE + 8, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, 0, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, STACK_TOP - PAGE_SIZE, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, PROGRAM_BASE, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, 0x102000, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, MMAP_LIMIT - PAGE_SIZE, 8192) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, SHM_BASE, 4096) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, 0xfffff000, 8192) == -EINVAL);
    CHECK(call(a, MEM_MUNMAP, MMAP_BASE, 0xffffffff) == -EINVAL);
    CHECK(call(a, MEM_SBRK, 8192, 0) == 0);
    CHECK(call(a, MEM_MUNMAP, 0x105000, 4096) == -EINVAL); /* the heap */
    CHECK(call(a, MEM_SBRK, (uint32_t)-8192, 0) == 0);
    CHECK(call(a, MEM_MUNMAP, MMAP_BASE, MMAP_LIMIT - MMAP_BASE) == 0); /* holes only */
    CHECK(promised() == before);
}

static void check_shm(void)
{
    uint32_t address = open_segment(a, 5), before;

    CHECK(call(b, MEM_SHM_CLOSE, 5, 0) == -ENOENT && call(a, MEM_SHM_CLOSE, 6, 0) == -ENOENT);
    CHECK(open_segment(a, 5) == address && open_segment(a, 5) == address);
    CHECK(open_segment(b, 5) == address);
    write_word(a, address, 42);
    CHECK(read_word(b, address) == 42);

    /* A second thread's fault at a page that is there by now gets it once more. */
    const uint32_t words[4] = {address, FAULT_WRITE | FAULT_USER, 0, 14};
    CHECK(mem_send(&a, TAG_FAULT, words) && read_word(a, address) == 42);
    dies_at(a, address, FAULT_EXECUTE);

    for (int i = 0; i < 2; i++)
        CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == 0 && read_word(a, address) == 42);
    CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == 0);
    dies_at(a, address, 0);
    CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == -ENOENT && read_word(b, address) == 42);
    CHECK(open_segment(a, 5) == address && read_word(a, address) == 42);
    CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == 0 && call(b, MEM_SHM_CLOSE, 5, 0) == 0);
    CHECK(shm_table_count() == 0);
    CHECK(read_word(a, open_segment(a, 5)) == 0); /* a new one */
    CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == 0);

    /* Refused by the kernel: not open then. */
    before = promised();
    mem_refuse_one_in = 1;
    CHECK(call(a, MEM_SHM_OPEN, 8, 0) == -EINVAL);
    mem_refuse_one_in = 0;
    CHECK(call(a, MEM_SHM_CLOSE, 8, 0) == -ENOENT && promised() == before);
}

/* Who opens the window elsewhere has the page where the server does not look for it, but not for
 * longer than there is a segment. */
static void check_shm_elsewhere(void)
{
    const uint32_t offset = 0x1000000;

    mem_window = SHM_BASE + offset;
    uint32_t address = open_segment(a, 5);
    mem_window = SHM_BASE;
    CHECK(fake_rights(a.slot, address + offset) && !fake_rights(a.slot, address));
    CHECK(call(a, MEM_SHM_CLOSE, 5, 0) == 0);
    CHECK(!fake_rights(a.slot, address + offset));
}

/* As often as its counter can count, and not once more. */
static void check_shm_counter(void)
{
    uint32_t address = open_segment(a, 1), *entry = pages_find(&space_find(a.id)->pages, address);

    *entry |= PAGE_VALUE - 1;
    CHECK(call(a, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    *entry = (*entry & ~(uint32_t)PAGE_VALUE) | 1;
    CHECK(call(a, MEM_SHM_CLOSE, 1, 0) == 0 && shm_table_count() == 0);
}

static void check_many_segments(void)
{
    enum { MANY = 3000 };
    uint32_t before = promised(), info[3];

    for (uint32_t i = 0; i < MANY; i++)
        write_word(a, open_segment(a, i * 7), i);
    struct mem_client child = make_child(a, 20);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(read_word(child, open_segment(b, i * 7)) == i);
    struct words words = {{MEM_INFO}};
    mem_page.tag = 0;
    CHECK(server_handle(a.id, &words) == IPC_REPLY);
    for (int i = 0; i < 3; i++)
        info[i] = words.w[i + 1];
    CHECK(info[0] == frames_count().free && info[1] == frames_count().total && info[2] == MANY);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK(call(b, MEM_SHM_CLOSE, i * 7, 0) == 0 && call(a, MEM_SHM_CLOSE, i * 7, 0) == 0);
    CHECK(shm_table_count() == MANY);
    end(child);
    CHECK(shm_table_count() == 0);
    end(a);
    end(b);
    a = make(1);
    b = make(2);
    CHECK(promised() == before);
}

static void check_fork(void)
{
    uint32_t before = promised(), shared = open_segment(a, 3);

    CHECK(open_segment(a, 3) == shared && call(a, MEM_SBRK, 4096, 0) == 0);
    write_word(a, 0x102000, 1);
    write_word(a, 0x105000, 2);
    write_word(a, STACK_TOP - 4, 7);
    struct mem_client child = make_child(a, 30), grandchild = make_child(child, 31);
    uint32_t free = frames_count().free;

    CHECK(fake_rights(child.slot, STACK_TOP - 1) & RIGHT_WRITE); /* copied at once */
    CHECK(fake_rights(a.slot, STACK_TOP - 1) & RIGHT_WRITE);
    write_word(child, STACK_TOP - 4, 8);
    CHECK(read_word(a, STACK_TOP - 4) == 7 && read_word(grandchild, STACK_TOP - 4) == 7);
    CHECK(read_word(child, 0x102000) == 1 && read_word(grandchild, 0x102000) == 1);
    CHECK(frames_count().free == free); /* reading copies nothing */
    write_word(child, 0x102000, 10);
    CHECK(read_word(a, 0x102000) == 1 && read_word(grandchild, 0x102000) == 1);
    write_word(a, 0x102000, 11);
    CHECK(frames_count().free == free - 2);
    const uint32_t *word = fake_word(grandchild.slot, 0x102000);
    write_word(grandchild, 0x102000, 12); /* the last one keeps the frame */
    CHECK(frames_count().free == free - 2 && fake_word(grandchild.slot, 0x102000) == word);
    CHECK(read_word(a, 0x102000) == 11 && read_word(child, 0x102000) == 10);
    CHECK(!(fake_rights(a.slot, 0x105000) & RIGHT_WRITE));

    write_word(grandchild, shared, 77); /* shared through both forks */
    CHECK(read_word(a, shared) == 77 && read_word(child, shared) == 77);
    CHECK(call(child, MEM_SHM_CLOSE, 3, 0) == 0 && read_word(child, shared) == 77);
    CHECK(call(child, MEM_SHM_CLOSE, 3, 0) == 0);
    dies_at(child, shared, 0);
    CHECK(call(a, MEM_SHM_CLOSE, 3, 0) == 0 && call(a, MEM_SHM_CLOSE, 3, 0) == 0);
    CHECK(read_word(grandchild, shared) == 77 && shm_table_count() == 1);
    end(child);
    end(grandchild);
    CHECK(shm_table_count() == 0 && call(a, MEM_SBRK, (uint32_t)-4096, 0) == 0);
    CHECK(promised() <= before + 1); /* a stack page may have been touched */
}

/* The thread died while its fault was answered, but its task lives: no page may stay that it was
 * not meant to have, and the next fault brings the right one. */
static void check_stale_fault(void)
{
    write_word(a, 0x102000, 1);
    struct mem_client child = make_child(a, 35);
    const uint32_t words[4] = {0x102000, FAULT_PRESENT | FAULT_WRITE | FAULT_USER, 0, 14};

    mem_refuse_one_in = 1;
    mem_refusal = ERR_STALE;
    CHECK(!mem_send(&child, TAG_FAULT, words));
    mem_refuse_one_in = 0;
    mem_refusal = ERR_WINDOW;
    CHECK(mem_manager(MEM_CASUALTY, 0, 0) == -ENOENT); /* nobody is left to bury */
    CHECK(!fake_rights(child.slot, 0x102000));
    struct mem_client grandchild = make_child(child, 36);
    write_word(child, 0x102000, 3);
    CHECK(read_word(a, 0x102000) == 1 && read_word(grandchild, 0x102000) == 1);
    write_word(grandchild, 0x102000, 2);
    CHECK(read_word(child, 0x102000) == 3 && read_word(a, 0x102000) == 1);
    end(child);
    end(grandchild);
}

/* Memory is finite, and what was promised is there: a program that got all that was left can touch
 * all of it, and so can its neighbour. */
static void check_promises(void)
{
    uint32_t place, pages = 0;

    CHECK(mem_call(&a, 0, MEM_MMAP, 0, 1, &place) == 0);
    while (call(b, MEM_SBRK, 64 * PAGE_SIZE, 0) == 0)
        pages += 64;
    while (call(b, MEM_SBRK, PAGE_SIZE, 0) == 0)
        pages++;
    CHECK(call(a, MEM_MMAP, 0, 1) == -ENOMEM && call(a, MEM_SHM_OPEN, 1, 0) == -ENOMEM);
    CHECK(mem_manager_with_task(MEM_SPACE_FORK, a.id, 40) == -ENOMEM && !space_find(40));
    CHECK(mem_manager(MEM_POOL, 1, 0) == -ENOMEM);
    fake_task_reap();
    for (uint32_t i = 0; i < pages; i++)
        write_word(b, 0x105000 + i * PAGE_SIZE, i);
    write_word(a, place, 1);
    CHECK(!mem_touch(&a, STACK_LOW, FAULT_WRITE)); /* the stack was not promised */
    end(b);
    CHECK(mem_manager(MEM_CASUALTY, 0, 0) == 0);
    write_word(a, STACK_LOW, 1);
    b = make(2);
}

static uint32_t hoard[6000], hoard_count;

static void give_back(uint32_t count)
{
    while (count-- && hoard_count)
        frames_return(hoard[--hoard_count]);
}

/* Leaves that many frames for kernel memory. */
static void starve(uint32_t rest)
{
    uint32_t frame;

    while ((frame = frames_lend()) != FRAME_NONE)
        hoard[hoard_count++] = frame;
    give_back(rest);
}

/* An image half made is not made at all. */
static void check_starved_image(void)
{
    static const struct mem_segment with_tail = {0x102000, 2 * PAGE_SIZE, 2, 8, READ | WRITE};

    end(make(61)); /* the server has what it needs for a space */
    struct mem_client client = {60, space_receive_slot()};

    fake_task_create(client.slot, 0);
    CHECK(mem_call(NULL, 1 << TAG_ITEMS_SHIFT, MEM_SPACE_CREATE, 60, 0, NULL) == 0);
    struct space *space = space_find(60);
    for (int i = 0; i < 3; i++) {
        starve(i != 0); /* the task keeps what it was lent */
        CHECK(mem_map_segment(60, &text) == -ENOMEM);
        CHECK(!fake_mappings(client.slot) && !pages_get(&space->pages, PROGRAM_BASE));
        CHECK(mem_map_segment(60, &with_tail) == -ENOMEM && !space->committed);
        space_check(space);
        give_back(hoard_count);
    }
    CHECK(mem_map_segment(60, &text) == 0 && mem_map_segment(60, &with_tail) == 0);
    end(client);
}

/* The server's own tables: what they need comes whole or not at all. */
static void check_starved_server(void)
{
    uint32_t rest = 0;

    for (starve(0); call(a, MEM_SHM_OPEN, 1, 0); rest++, give_back(1)) {
        CHECK(rest < 20 && shm_table_count() == 0);
        frames_check();
    }
    CHECK(rest > 3);
    give_back(hoard_count);
    for (starve(0), rest = 0; call(a, MEM_MMAP, MMAP_BASE + PAGE_SIZE, 9 << 20);
         rest++, give_back(1)) {
        CHECK(rest < 20 && !pages_get(&space_find(a.id)->pages, MMAP_BASE + PAGE_SIZE));
        space_check(space_find(a.id));
    }
    CHECK(rest > 1);
    give_back(hoard_count);
    end(a);
    end(b);
    struct frames_count count = frames_count();
    CHECK(count.free + heap_check() == count.total && count.committed == heap_check());
    a = make(1);
    b = make(2);
}

/* A manager that forgets to destroy the task first does no harm. */
static void check_early_destroy(void)
{
    struct mem_client client = make(50);
    uint32_t free;

    write_word(client, open_segment(client, 9), 1);
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0);
    CHECK(fake_slot_is_empty(client.slot) && shm_table_count() == 0);
    free = frames_count().free;
    fake_task_reap();
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == -ENOENT);
    CHECK(frames_count().free >= free);
}

int main(void)
{
    static void (*const checks[])(void) = {
        check_create,        check_segments_refused,
        check_image,         check_pool,
        check_casualties,    check_foreign,
        check_sbrk,          check_mmap,
        check_munmap,        check_shm,
        check_shm_elsewhere, check_shm_counter,
        check_fork,          check_many_segments,
        check_stale_fault,   check_promises,
        check_starved_image, check_starved_server,
        check_early_destroy,
    };

    for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        start();
        checks[i]();
        end(a);
        end(b);
        shm_table_check();
        frames_check();
        heap_check();
    }
    printf("test_mem_calls: %zu checks\n", sizeof(checks) / sizeof(checks[0]));
}
