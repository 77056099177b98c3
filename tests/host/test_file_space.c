/*
 * Out of space at every point: a refused operation changes nothing, and in the end all pages are free.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/device.c servers/file/block_map.c servers/file/inode.c servers/file/entry.c
 * sources: servers/file/directory.c servers/file/path.c tests/host/file_tree.c
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "servers/file/records.h"
#include "tests/host/check.h"
#include "tests/host/file_tree.h"

enum { PAGES = 160, FILES = 300, LEFT = 6, STEP = 7, MANY_PAGES = 512, MANY_FILES = 1500 };

static const char long_name[] = "/a name of more than a hundred and seven bytes: ......................................"
                                "................................................";

static struct inode *file;
static struct memory_device device;
static _Alignas(PAGE_SIZE) unsigned char block[PAGE_SIZE];

static int make_file(void)
{
    return tree_create("/new", INODE_FILE);
}

static int make_directory(void)
{
    return tree_create(long_name, INODE_DIRECTORY);
}

static int make_link(void)
{
    return tree_link("/f", long_name);
}

static int rename_to_longer(void)
{
    return tree_rename("/f", long_name);
}

static int rename_into_empty(void)
{
    return tree_rename("/f", "/d/f");
}

static int write_first(void)
{
    return inode_write(file, 0, "x", 1) == 1 ? 0 : -ENOSPC;
}

static int write_with_table(void)
{
    return inode_write(file, MAP_DIRECT * PAGE_SIZE + 5, "x", 1) == 1 ? 0 : -ENOSPC;
}

static int write_with_top(void)
{
    return inode_write(file, FILE_SIZE_MAX - 5, "x", 1) == 1 ? 0 : -ENOSPC;
}

static int lend_hole(void)
{
    struct page_source source;

    return inode_page(file, 100, true, &source);
}

static int write_to_device_file(void)
{
    return inode_write(tree_find("/device"), 5, "x", 1) == 1 ? 0 : -ENOSPC;
}

static int make_from_device(void)
{
    struct inode *inode = inode_from_device(&device.device, 0, PAGE_SIZE);

    if (inode)
        inode_drop(inode);
    return inode ? 0 : -ENOSPC;
}

static int (*const calls[])(void) = {make_from_device, make_file,         make_directory,      make_link,
                                     rename_to_longer, rename_into_empty, write_first,         write_with_table,
                                     write_with_top,   lend_hole,         write_to_device_file};

static struct state {
    uint32_t free, entries, links, size, pages;
} state(void)
{
    return (struct state){pages_free(), directory_root->entries, file->links, file->size, inode_pages(file)};
}

/* What is full depends on the number of files: records, nodes of trees, or neither. */
static void begin(uint32_t files)
{
    char name[16];

    tree_begin(PAGES);
    for (uint32_t i = 0; i < files; i++) {
        snprintf(name, sizeof(name), "/%u", i);
        tree_make(name, INODE_FILE);
    }
    file = tree_make("/f", INODE_FILE);
    tree_make("/d", INODE_DIRECTORY);
    CHECK(inode_truncate(file, 101 * PAGE_SIZE) == 0);
    struct inode *archived = inode_from_device(&device.device, 0, PAGE_SIZE);
    CHECK(directory_add(directory_root, "device", 6, archived) == 0);
    inode_drop(archived);
}

static void end(void)
{
    uint32_t pages = PAGES - 2; /* states, buckets */
    struct inode *root = directory_root;

    tree_clear(root);
    tree_audit(0);
    CHECK(pages_free() == pages - 2); /* the root and its number */
}

/* True if the call succeeds with so many pages that are free and not in the reserve. */
static bool try(int (*call)(void), uint32_t files, uint32_t left)
{
    uint32_t taken[PAGES], count = 0;

    begin(files);
    while (pages_free() > PAGES / RESERVE_DIVISOR + left)
        taken[count++] = pages_take();
    struct state before = state(), after;
    int err = call();
    after = state();
    CHECK(err == 0 || err == -ENOSPC);
    CHECK(err == 0 || memcmp(&before, &after, sizeof(before)) == 0);
    tree_audit(count);
    while (count)
        pages_give(taken[--count]);
    end();
    return err == 0;
}

static void test_at_every_point(void)
{
    for (uint32_t files = 0; files < FILES; files += STEP)
        for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
            bool succeeded = false;
            for (uint32_t left = 0; left <= LEFT; left++) {
                bool succeeds = try(calls[i], files, left);
                CHECK(succeeds || !succeeded); /* more memory never allows less */
                succeeded = succeeds;
            }
            CHECK(succeeded);
        }
}

/* Takes all memory except what is left in the pages of records. */
static uint32_t take_all(uint32_t *taken)
{
    uint32_t count = 0;

    while (pages_have_unreserved(1))
        taken[count++] = pages_take();
    return count;
}

/* Each kind of record and node is the missing one once. */
static void test_without_each_record(void)
{
    uint32_t taken[MANY_PAGES], refused = 0;
    char name[16];

    tree_begin(MANY_PAGES);
    for (uint32_t files = 0; files < MANY_FILES; files++) {
        uint32_t count = take_all(taken), free = pages_free();
        snprintf(name, sizeof(name), "/%u", files);
        int err = tree_create(name, INODE_FILE);
        CHECK(err == 0 || (err == -ENOSPC && pages_free() == free && directory_root->entries == files));
        tree_audit(count);
        refused += err != 0;
        while (count)
            pages_give(taken[--count]);
        CHECK(err == 0 || tree_create(name, INODE_FILE) == 0);
    }
    CHECK(refused > MANY_FILES / 100);
    tree_clear(directory_root);
    tree_audit(0);
}

/* As much as fits is written. */
static void test_part_of_a_write(void)
{
    static unsigned char bytes[20 * PAGE_SIZE];
    uint32_t taken[PAGES], count = 0;

    begin(0);
    while (pages_free() > PAGES / RESERVE_DIVISOR + 5)
        taken[count++] = pages_take();
    memset(bytes, 9, sizeof(bytes));
    CHECK(inode_write(file, 100 * PAGE_SIZE + 50, bytes, sizeof(bytes)) == 4 * PAGE_SIZE - 50); /* with a table */
    CHECK(file->size == 104 * PAGE_SIZE && inode_pages(file) == 5);
    CHECK(inode_write(file, 104 * PAGE_SIZE - 10, bytes, 20) == 10 && file->size == 104 * PAGE_SIZE);
    CHECK(inode_write(file, 104 * PAGE_SIZE, bytes, 20) == -ENOSPC && file->size == 104 * PAGE_SIZE);
    CHECK(inode_write(file, 103 * PAGE_SIZE, bytes, PAGE_SIZE) == PAGE_SIZE);
    tree_audit(count);
    while (count)
        pages_give(taken[--count]);
    end();
}

/* Clients' records can be made when files have taken everything that they may. */
static void test_reserve(void)
{
    struct record_class clients;

    begin(0);
    record_class_init(&clients, 500);
    for (uint32_t at = 0; inode_write(file, at, block, PAGE_SIZE) > 0;)
        at += PAGE_SIZE;
    for (uint32_t i = 0; tree_create("/new", INODE_FILE) == 0; i++)
        CHECK(tree_rename("/new", (char[]){'/', (char)('A' + i / 26), (char)('a' + i % 26), 0}) == 0);
    CHECK(tree_create("/new", INODE_DIRECTORY) == -ENOSPC);
    void *client = record_make(&clients);
    CHECK(client);
    tree_audit(record_audit(&clients));
    record_free(&clients, client);
    end();
}

static void test_no_memory_at_all(void)
{
    static _Alignas(PAGE_SIZE) unsigned char few[5 * PAGE_SIZE];

    for (uint32_t pages = 2; pages <= 5; pages++) {
        pages_init(few, pages);
        CHECK(directory_init(1) == (pages >= 5));
    }
}

int main(void)
{
    memory_device_init(&device, block, 1);
    test_at_every_point();
    test_without_each_record();
    test_part_of_a_write();
    test_reserve();
    test_no_memory_at_all();
    return 0;
}
