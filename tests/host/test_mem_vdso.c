/*
 * The memory server and the vdso: where it may be mapped, that it stays mapped, and that it counts as a part of the
 * program.
 *
 * sources: servers/mem/ -servers/mem/kernel_calls.c -servers/mem/main.c servers/lib/account.c tests/host/fake_kernel.c
 * sources: tests/host/fake_frames.c tests/host/mem_client.c tests/host/mem_pair.c
 */
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/host/mem_pair.h"

#include <errno.h>

enum { READ = RIGHT_READ, WRITE = RIGHT_WRITE, EXECUTE = RIGHT_EXECUTE };
enum { VDSO_BYTES = VDSO_END - VDSO_BASE, ARCHIVE_PAGE = 20, BYTES = 2 * PAGE_SIZE + 100 };

static const struct program_segment vdso = {VDSO_BASE, BYTES, ARCHIVE_PAGE, BYTES, READ | EXECUTE};

static struct mem_client make_empty(uint32_t id)
{
    struct mem_client client = {id, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, id, 0) == 0);
    return client;
}

/* A program with the vdso, and the usual text and data. */
static struct mem_client make(uint32_t id)
{
    struct mem_client client = make_empty(id);

    CHECK(mem_map_segment(id, &vdso) == 0 && mem_map_segment(id, &pair_text) == 0 &&
          mem_map_segment(id, &pair_data) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, id, PAIR_BREAK) == 0);
    return client;
}

/* Segments may end where it begins, and begin where it ends, but not overlap it. */
static void check_bounds(void)
{
    static const struct program_segment refused[] = {
        {STACK_LOW, 100, 0, 100, READ},
        {STACK_TOP - PAGE_SIZE, 100, 0, 100, READ},
        {STACK_TOP - PAGE_SIZE, PAGE_SIZE + 1, 0, 100, READ},
        {VDSO_BASE, VDSO_BYTES + 1, 0, 100, READ},
        {VDSO_BASE, PROGRAM_BASE - VDSO_BASE, 0, 100, READ},
        {VDSO_BASE, PROGRAM_BASE - VDSO_BASE + PAGE_SIZE, 0, 100, READ},
        {VDSO_BASE, 0xffffffff, 0, 100, READ},
        {VDSO_END - PAGE_SIZE, PAGE_SIZE + 1, 0, 100, READ},
        {VDSO_BASE + 8, 100, 0, 100, READ},
        {VDSO_END, 100, 0, 100, READ},
        {VDSO_END + PAGE_SIZE, 100, 0, 100, READ}, /* where threads have their message pages */
        {PROGRAM_BASE - PAGE_SIZE, 100, 0, 100, READ},
        {VDSO_BASE, 0, 0, 0, READ},
        {VDSO_BASE, 100, FAKE_ARCHIVE_PAGES, 100, READ},
        {VDSO_BASE, 100, 0, 100, READ | WRITE | EXECUTE},
    };
    static const struct program_segment last = {VDSO_END - PAGE_SIZE, PAGE_SIZE, 0, PAGE_SIZE, READ};
    static const struct program_segment all = {VDSO_BASE, VDSO_BYTES, ARCHIVE_PAGE, VDSO_BYTES, READ | EXECUTE};
    struct mem_client client = make_empty(3);
    uint32_t before = mem_state();

    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        CHECK(mem_map_segment(3, &refused[i]) == -EINVAL);
    CHECK(mem_state() == before && fake_mappings(client.slot) == 0 && space_find(3)->image_parts == 0);
    CHECK(mem_map_segment(3, &last) == 0 && mem_map_segment(3, &all) == -EEXIST);
    pair_end(client);
    client = make_empty(3);
    CHECK(mem_map_segment(3, &all) == 0 && fake_mappings(client.slot) == VDSO_BYTES / PAGE_SIZE);
    CHECK(pair_read(client, VDSO_END - PAGE_SIZE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE + VDSO_BYTES / PAGE_SIZE - 1);
    pair_end(client);
}

/* Its pages are those of the archive, to read and execute. They cost only tables, which the stack has, too. */
static void check_pages(void)
{
    struct mem_client client = make(3);

    for (uint32_t i = 0; i < 3; i++) {
        CHECK(fake_rights(client.slot, VDSO_BASE + i * PAGE_SIZE) == (READ | EXECUTE));
        CHECK(pair_read(client, VDSO_BASE + i * PAGE_SIZE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE + i);
    }
    CHECK(space_find(3)->committed == space_find(a.id)->committed &&
          space_find(3)->direct == space_find(a.id)->direct + 3);
    mem_check_mappings(&client);
    pair_dies(client, VDSO_BASE, FAULT_WRITE);
    pair_dies(client, VDSO_BASE + 3 * PAGE_SIZE, 0);
    pair_dies(client, VDSO_END, 0);
    pair_dies(client, STACK_TOP - PAGE_SIZE, FAULT_EXECUTE);
    pair_dies(a, VDSO_BASE, 0); /* this program has none */
    pair_end(client);
}

/* No call of a program unmaps it, or gets what is free of its range. */
static void check_stays(void)
{
    struct mem_client client = make(3);
    uint32_t before = mem_state();

    CHECK(pair_call(client, MEM_MUNMAP, VDSO_BASE, PAGE_SIZE) == -EINVAL);
    CHECK(pair_call(client, MEM_MUNMAP, VDSO_BASE, VDSO_BYTES) == -EINVAL);
    CHECK(pair_call(client, MEM_MUNMAP, VDSO_BASE + 3 * PAGE_SIZE, PAGE_SIZE) == -EINVAL);
    CHECK(pair_call(client, MEM_MUNMAP, VDSO_BASE, HEAP_LIMIT - VDSO_BASE) == -EINVAL);
    CHECK(pair_call(client, MEM_MMAP, VDSO_BASE, PAGE_SIZE) == -EINVAL);
    CHECK(pair_call(client, MEM_MMAP, VDSO_BASE + 4 * PAGE_SIZE, PAGE_SIZE) == -EINVAL);
    CHECK(mem_map_segment(3, &vdso) == -EINVAL); /* the program is complete */
    CHECK(mem_state() == before && pair_read(client, VDSO_BASE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE);
    pair_end(client);
}

/* A child has it as its parent does, even when the parent is gone; an exec removes it only from its caller. */
static void check_fork_and_clear(void)
{
    struct mem_client client = make(3), child = pair_fork(client, 4), grandchild = pair_fork(child, 5);

    CHECK(mem_manager(MEM_SPACE_CLEAR, 3, 4) == 0);
    pair_dies(client, VDSO_BASE, 0);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(pair_read(child, VDSO_BASE + i * PAGE_SIZE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE + i);
        CHECK(pair_read(grandchild, VDSO_BASE + i * PAGE_SIZE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE + i);
        CHECK(fake_rights(grandchild.slot, VDSO_BASE + i * PAGE_SIZE) == (READ | EXECUTE));
    }
    pair_end(child);
    CHECK(pair_read(grandchild, VDSO_BASE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE);
    CHECK(mem_map_segment(3, &vdso) == 0 && pair_read(client, VDSO_BASE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE);
    mem_check_mappings(&grandchild);
    pair_end(grandchild);
    pair_end(client);
}

/* Besides the largest number of parts that a program can have; there is no room for another one. */
static void check_parts(void)
{
    enum { PARTS = 8 }; /* of a program: ELF_SEGMENTS_MAX */
    struct mem_client client = make_empty(3);
    uint32_t at = PROGRAM_BASE;

    CHECK(mem_map_segment(3, &vdso) == 0);
    for (uint32_t i = 0; i < PARTS; i++, at += 2 * PAGE_SIZE)
        CHECK(mem_map_segment(3, &(struct program_segment){at, PAGE_SIZE, 0, PAGE_SIZE, READ}) == 0);
    CHECK(mem_map_segment(3, &(struct program_segment){at, PAGE_SIZE, 0, PAGE_SIZE, READ}) == -EINVAL);
    CHECK(mem_manager(MEM_SPACE_FINISH, 3, at - PAGE_SIZE) == 0);
    struct mem_client child = pair_fork(client, 4);
    CHECK(pair_read(child, VDSO_BASE) == FAKE_ARCHIVE_WORD + ARCHIVE_PAGE && pair_read(child, at - 2 * PAGE_SIZE));
    pair_end(child);
    pair_end(client);
}

int main(void)
{
    static void (*const checks[])(void) = {check_bounds, check_pages, check_stays, check_fork_and_clear, check_parts};

    pair_run("test_mem_vdso", checks, sizeof(checks) / sizeof(checks[0]));
}
