/*
 * The contents of files: reading, writing, holes, truncation, pages for clients, device files.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/device.c servers/file/block_map.c servers/file/inode.c servers/file/entry.c
 * sources: servers/file/directory.c servers/file/path.c tests/host/file_tree.c
 */
#include <errno.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_tree.h"

enum { BLOCKS = 40 };

#define TABLE_FIRST ((uint32_t)MAP_DIRECT)
#define TOP_FIRST   (TABLE_FIRST + TABLE_ENTRIES)
#define LAST_PAGE   ((uint32_t)FILE_SIZE_MAX >> PAGE_BITS)

enum { TRANSFER_MAX = 16 * PAGE_SIZE };

static unsigned char buffer[TRANSFER_MAX + PAGE_SIZE], other[TRANSFER_MAX + PAGE_SIZE];
static _Alignas(PAGE_SIZE) unsigned char archive[BLOCKS * PAGE_SIZE];
static struct memory_device archive_device;

static void fill(unsigned char *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(1 + random_below(255));
}

static void write_all(struct inode *file, uint32_t offset, uint32_t bytes)
{
    fill(buffer, bytes);
    CHECK(inode_write(file, offset, buffer, bytes) == (int32_t)bytes);
}

static void check_same(struct inode *file, uint32_t offset, const unsigned char *expected, uint32_t bytes)
{
    memset(other, 0x77, sizeof(other));
    CHECK(inode_read(file, offset, other, bytes) == (int32_t)bytes);
    CHECK(memcmp(other, expected, bytes) == 0 && other[bytes] == 0x77);
}

static void check_zero(struct inode *file, uint32_t offset, uint32_t bytes)
{
    static const unsigned char zeros[TRANSFER_MAX];

    check_same(file, offset, zeros, bytes);
}

static void truncate_all(struct inode *file, uint32_t size)
{
    int err;

    while ((err = inode_truncate(file, size)) == FILE_MORE) {
        CHECK(file->size > size);
        tree_audit(0);
    }
    CHECK(err == 0 && file->size == size);
}

/* ----------------------------------------------------------------------------------------- reading, writing */

static void test_small(void)
{
    uint32_t free = tree_begin(256);
    struct inode *file = tree_make("/a", INODE_FILE);

    CHECK(inode_read(file, 0, other, 100) == 0 && file->size == 0);
    tree_time = 5;
    CHECK(inode_write(file, 0, buffer, 0) == 0 && file->modified == 1);
    write_all(file, 0, 10);
    CHECK(file->size == 10 && file->modified == 5 && inode_pages(file) == 1);
    check_same(file, 0, buffer, 10);
    CHECK(inode_read(file, 0, other, 100) == 10 && inode_read(file, 4, other, 100) == 6);
    CHECK(memcmp(other, buffer + 4, 6) == 0);
    CHECK(inode_read(file, 10, other, 1) == 0 && inode_read(file, 0xffffffff, other, 100) == 0);
    write_all(file, 5000, 8000);
    check_same(file, 5000, buffer, 8000);
    check_zero(file, 10, 4990);
    CHECK(file->size == 13000 && inode_pages(file) == 4);
    tree_remove("/a");
    tree_audit(0);
    CHECK(pages_free() == free);
    tree_time = 1;
}

/* Sizes and holes around the borders of the map's levels. */
static void test_levels(void)
{
    static const uint32_t pages[] = {TABLE_FIRST - 1,
                                     TABLE_FIRST,
                                     TABLE_FIRST + 1,
                                     TOP_FIRST - 1,
                                     TOP_FIRST,
                                     TOP_FIRST + TABLE_ENTRIES - 1,
                                     TOP_FIRST + TABLE_ENTRIES,
                                     LAST_PAGE - 1};

    for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        uint32_t free = tree_begin(256), at = pages[i] << PAGE_BITS;
        struct inode *file = tree_make("/a", INODE_FILE);
        write_all(file, at + 100, 2 * PAGE_SIZE - 200);
        check_same(file, at + 100, buffer, 2 * PAGE_SIZE - 200);
        check_zero(file, at - PAGE_SIZE, PAGE_SIZE + 100);
        check_zero(file, 0, PAGE_SIZE);
        tree_audit(0);
        truncate_all(file, at + PAGE_SIZE + 50);
        tree_audit(0);
        truncate_all(file, at + 2 * PAGE_SIZE - 1);
        check_same(file, at + 100, buffer, PAGE_SIZE - 50);
        check_zero(file, at + PAGE_SIZE + 50, PAGE_SIZE - 51);
        truncate_all(file, at);
        CHECK(inode_pages(file) <= 2); /* the tables of what is left */
        tree_audit(0);
        truncate_all(file, 1);
        CHECK(inode_pages(file) == 0);
        tree_remove("/a");
        CHECK(pages_free() == free);
    }
}

/* Contents of more than a table, in pieces of all sizes, compared with an array. */
static void test_large(void)
{
    enum { BYTES = 1200 * PAGE_SIZE };
    static unsigned char model[BYTES];
    uint32_t free = tree_begin(2048), size = 0;
    struct inode *file = tree_make("/a", INODE_FILE);

    for (unsigned i = 0; i < 3000; i++) {
        uint32_t offset = random_below(BYTES), most = BYTES - offset < TRANSFER_MAX ? BYTES - offset : TRANSFER_MAX;
        uint32_t bytes = 1 + random_below(random_below(8) && most > 9000 ? 9000 : most);
        if (random_below(3)) {
            write_all(file, offset, bytes);
            memcpy(model + offset, buffer, bytes);
            size = offset + bytes > size ? offset + bytes : size;
        } else if (offset + bytes <= size) {
            check_same(file, offset, model + offset, bytes);
        }
        CHECK(file->size == size);
    }
    tree_audit(0);
    tree_remove("/a");
    CHECK(pages_free() == free);
    tree_audit(0);
}

static void test_limits(void)
{
    tree_begin(512);
    struct inode *file = tree_make("/a", INODE_FILE), *device = tree_make("/d", INODE_DEVICE);

    CHECK(inode_write(file, FILE_SIZE_MAX, buffer, 1) == -EFBIG &&
          inode_write(file, FILE_SIZE_MAX, buffer, 5) == -EFBIG);
    CHECK(inode_write(file, FILE_SIZE_MAX, buffer, 0) == 0 && inode_write(file, FILE_SIZE_MAX - 1, buffer, 0) == 0);
    CHECK(inode_truncate(file, FILE_SIZE_MAX + 1u) == -EFBIG && inode_truncate(file, 0xffffffff) == -EFBIG);
    CHECK(file->size == 0 && inode_pages(file) == 0);
    CHECK(inode_write(file, FILE_SIZE_MAX - 3, buffer, 10) == 3 && file->size == FILE_SIZE_MAX);
    CHECK(inode_read(file, FILE_SIZE_MAX - 3, other, 10) == 3);
    CHECK(inode_truncate(file, FILE_SIZE_MAX) == 0);
    truncate_all(file, 0);
    struct page_source source;
    CHECK(inode_write(directory_root, 0, buffer, 1) == -EISDIR && inode_read(directory_root, 0, other, 1) == -EISDIR);
    CHECK(inode_truncate(directory_root, 0) == -EISDIR && inode_page(directory_root, 0, false, &source) == -EISDIR);
    CHECK(inode_write(device, 0, buffer, 1) == -EINVAL && inode_read(device, 0, other, 1) == -EINVAL);
    CHECK(inode_truncate(device, 0) == -EINVAL && inode_page(device, 0, false, &source) == -EINVAL);
    CHECK(device->device == 0x0102 && inode_pages(directory_root) == 0);
    tree_audit(0);
}

/* ----------------------------------------------------------------------------------------- cutting */

/* A long truncation goes from the end; after each step the file is as long as it says. */
static void test_truncate_in_parts(void)
{
    enum { PAGES = 1300 };
    uint32_t free = tree_begin(2048), parts = 0, before;
    struct inode *file = tree_make("/a", INODE_FILE);

    fill(buffer, TRANSFER_MAX);
    for (uint32_t at = 0; at < PAGES * PAGE_SIZE; at += TRANSFER_MAX)
        CHECK(inode_write(file, at, buffer, TRANSFER_MAX) == TRANSFER_MAX);
    for (before = inode_pages(file); inode_truncate(file, 3 * PAGE_SIZE + 5) == FILE_MORE; before = inode_pages(file)) {
        CHECK(file->size > 3 * PAGE_SIZE + 5 && before - inode_pages(file) <= CUT_PAGES + 2);
        check_same(file, file->size - PAGE_SIZE, buffer + (file->size - PAGE_SIZE) % TRANSFER_MAX, PAGE_SIZE);
        tree_audit(0);
        parts++;
    }
    CHECK(parts == PAGES / CUT_PAGES && file->size == 3 * PAGE_SIZE + 5 && inode_pages(file) == 4);
    check_same(file, 0, buffer, file->size);
    write_all(file, 3 * PAGE_SIZE + 10, 1);
    check_zero(file, 3 * PAGE_SIZE + 5, 5);
    truncate_all(file, 0);
    tree_remove("/a");
    CHECK(pages_free() == free);
}

/* Few pages, far apart: the number of entries that a step looks at is bounded, too. */
static void test_truncate_sparse(void)
{
    uint32_t free = tree_begin(1024), parts = 1;
    struct inode *file = tree_make("/a", INODE_FILE);

    for (uint32_t table = 0; table < 100; table++)
        write_all(file, (TABLE_FIRST + table * TABLE_ENTRIES) << PAGE_BITS, 1);
    CHECK(inode_pages(file) == 201);
    for (; inode_truncate(file, 0) == FILE_MORE; parts++)
        tree_audit(0);
    CHECK(parts > 5 && parts < 20 && inode_pages(file) == 0);
    tree_remove("/a");
    CHECK(pages_free() == free);
}

/* All pages of a large file that was removed are used again. */
static void test_dead_files(void)
{
    uint32_t free = tree_begin(1500);

    for (unsigned round = 0; round < 4; round++) {
        struct inode *file = tree_make("/a", INODE_FILE);
        uint32_t at = 0;
        for (int32_t done; (done = inode_write(file, at, buffer, TRANSFER_MAX)) > 0; at += (uint32_t)done)
            tree_audit(0);
        CHECK(inode_write(file, at, buffer, 1) == -ENOSPC && file->size == at);
        CHECK(pages_free() == 1500 / RESERVE_DIVISOR && at / PAGE_SIZE > 1100);
        tree_remove("/a");
        CHECK(pages_free() == free);
        tree_audit(0);
    }
}

/* A file that is held stays readable without a name, and is removed with its last holder. */
static void test_open_unlinked(void)
{
    uint32_t free = tree_begin(256);
    struct inode *file = tree_make("/a", INODE_FILE);
    uint32_t number = file->number, generation = file->generation;

    inode_hold(file);
    inode_hold(file);
    write_all(file, 0, 5000);
    tree_remove("/a");
    CHECK(tree_status("/a") == -ENOENT && file->links == 0 && inode_find(number) == file);
    check_same(file, 0, buffer, 5000);
    CHECK(tree_make("/a", INODE_FILE)->number != number);
    inode_drop(file);
    write_all(file, 5000, 5000);
    tree_audit(0);
    inode_drop(file);
    CHECK(inode_find(number) == NULL && inode_find(0) == NULL);
    CHECK(tree_make("/b", INODE_FILE)->number == number && tree_find("/b")->generation != generation);
    tree_remove("/a");
    tree_remove("/b");
    CHECK(pages_free() == free);
}

/* ----------------------------------------------------------------------------------------- pages for clients */

static void test_pages_for_clients(void)
{
    tree_begin(256);
    struct inode *file = tree_make("/a", INODE_FILE);
    struct page_source source, again;

    CHECK(inode_page(file, 0, false, &source) == -EINVAL);
    write_all(file, 0, 100);
    CHECK(inode_page(file, 1, true, &source) == -EINVAL && inode_page(file, 0xffffffff, true, &source) == -EINVAL);
    CHECK(inode_page(file, 0, false, &source) == 0 && !source.is_block && !pages_is_lent(source.number));
    inode_lend(file, source.number);
    CHECK(pages_loans(source.number) == 1 && memcmp(pages_at(source.number), buffer, 100) == 0);
    CHECK(inode_page(file, 0, true, &again) == 0 && again.number == source.number);

    memset(pages_at(source.number), 0x33, PAGE_SIZE); /* by a client, also behind the end */
    tree_audit(0);
    CHECK(inode_truncate(file, 200) == 0);
    check_zero(file, 100, 100);
    memset(pages_at(source.number), 0x33, PAGE_SIZE);
    CHECK(inode_write(file, 300, "x", 1) == 1);
    check_zero(file, 200, 100);
    CHECK(((unsigned char *)pages_at(source.number))[301] == 0);

    uint32_t hole = PAGE_SIZE * 20;
    CHECK(inode_truncate(file, hole + 1) == 0);
    CHECK(inode_page(file, 20, false, &source) == 0 && !source.is_block); /* later writes are shared */
    inode_lend(file, source.number);
    write_all(file, hole, 1);
    CHECK(*(unsigned char *)pages_at(source.number) == buffer[0]);
    CHECK(tree_revoked == 0);
    CHECK(inode_truncate(file, hole) == 0 && tree_revoked == 1 && tree_last_revoked == source.number);
    tree_remove("/a");
    CHECK(tree_revoked == 2);
    tree_audit(0);
}

/* ----------------------------------------------------------------------------------------- files of a device */

static int error_of_read;

static int read_slowly(struct block_device *device, uint32_t block, void *page)
{
    (void)device;
    memcpy(page, archive + block * PAGE_SIZE, PAGE_SIZE);
    return error_of_read;
}

static const void *mapped_nowhere(struct block_device *device, uint32_t block)
{
    (void)device, (void)block;
    return NULL;
}

static struct block_device disk = {BLOCKS, read_slowly, NULL, mapped_nowhere, NULL};

static struct inode *add_file(struct block_device *device, uint32_t block, uint32_t bytes)
{
    struct inode *file = inode_from_device(device, block, bytes);

    CHECK(file && directory_add(directory_root, "a", 1, file) == 0);
    inode_drop(file);
    return file;
}

static void test_memory_device(void)
{
    struct block_device *device = &archive_device.device;

    CHECK(device->blocks == BLOCKS && device->read(device, 3, other) == 0 && device->flush(device) == 0);
    CHECK(memcmp(other, archive + 3 * PAGE_SIZE, PAGE_SIZE) == 0 &&
          device->mapped(device, 3) == archive + 3 * PAGE_SIZE);
    CHECK(device->write(device, 3, other) == -EROFS);
}

static void test_device_file(struct block_device *device)
{
    uint32_t free = tree_begin(256), bytes = 5 * PAGE_SIZE + 123, run;
    struct inode *file = add_file(device, 7, bytes);
    const unsigned char *expected = archive + 7 * PAGE_SIZE;

    CHECK(file->size == bytes && inode_pages(file) == 0 && inode_device_run(file, &run) && run == 7);
    check_same(file, 0, expected, bytes);
    check_same(file, PAGE_SIZE - 1, expected + PAGE_SIZE - 1, 2);
    CHECK(inode_read(file, bytes - 3, other, 10) == 3 && inode_pages(file) == 0);

    CHECK(inode_write(file, PAGE_SIZE + 5, "xyz", 3) == 3 && inode_pages(file) == 1 && !inode_device_run(file, &run));
    check_same(file, 0, expected, PAGE_SIZE + 5);
    check_same(file, PAGE_SIZE + 5, (const unsigned char *)"xyz", 3);
    check_same(file, PAGE_SIZE + 8, expected + PAGE_SIZE + 8, PAGE_SIZE);
    write_all(file, 2 * PAGE_SIZE, PAGE_SIZE); /* complete */
    check_same(file, 2 * PAGE_SIZE, buffer, PAGE_SIZE);
    check_same(file, 3 * PAGE_SIZE, expected + 3 * PAGE_SIZE, bytes - 3 * PAGE_SIZE);

    CHECK(inode_truncate(file, bytes + 1000) == 0 && inode_pages(file) == 2); /* the archive has no zeros there */
    check_zero(file, bytes, 1000);
    write_all(file, bytes + 500, 10);
    check_zero(file, bytes, 500);
    check_same(file, 4 * PAGE_SIZE, expected + 4 * PAGE_SIZE, PAGE_SIZE + 123);
    truncate_all(file, 3 * PAGE_SIZE + 10);
    truncate_all(file, 4 * PAGE_SIZE);
    check_same(file, 3 * PAGE_SIZE, expected + 3 * PAGE_SIZE, 10);
    check_zero(file, 3 * PAGE_SIZE + 10, PAGE_SIZE - 10);
    tree_audit(0);
    tree_remove("/a");
    CHECK(pages_free() == free);
}

static void test_device_limits(void)
{
    uint32_t run, free = tree_begin(256);
    struct block_device *device = &archive_device.device;

    CHECK(!inode_from_device(device, 0, BLOCKS * PAGE_SIZE + 1) && !inode_from_device(device, BLOCKS, 1));
    CHECK(!inode_from_device(device, BLOCKS + 1, 0) && !inode_from_device(device, 0xffffffff, PAGE_SIZE));
    CHECK(!inode_from_device(device, 0, 0xffffffff) && !inode_from_device(device, BLOCKS - 1, PAGE_SIZE + 1));
    struct inode *file = add_file(device, BLOCKS - 1, PAGE_SIZE);
    check_same(file, 0, archive + (BLOCKS - 1) * PAGE_SIZE, PAGE_SIZE);
    CHECK(!inode_device_run(directory_root, &run) && !inode_device_run(tree_make("/b", INODE_FILE), &run));
    tree_remove("/a");
    tree_remove("/b");
    file = inode_from_device(device, BLOCKS, 0);
    CHECK(file && file->size == 0);
    inode_drop(file);
    CHECK(pages_free() == free);
}

static void test_device_pages(void)
{
    tree_begin(256);
    struct inode *file = add_file(&archive_device.device, 7, 2 * PAGE_SIZE + 100);
    struct page_source source;

    CHECK(inode_page(file, 1, false, &source) == 0 && source.is_block && source.number == 8);
    CHECK(inode_page(file, 2, false, &source) == 0 && !source.is_block); /* must be zero behind the file's bytes */
    CHECK(memcmp(pages_at(source.number), archive + 9 * PAGE_SIZE, 100) == 0);
    CHECK(((unsigned char *)pages_at(source.number))[100] == 0);
    CHECK(inode_page(file, 1, true, &source) == 0 && !source.is_block);
    CHECK(memcmp(pages_at(source.number), archive + 8 * PAGE_SIZE, PAGE_SIZE) == 0);
    uint32_t number = source.number;
    CHECK(inode_page(file, 1, false, &source) == 0 && !source.is_block && source.number == number);
    tree_remove("/a");

    file = add_file(&archive_device.device, 20, 100); /* block 20 is zero behind its byte 99 */
    CHECK(inode_page(file, 0, false, &source) == 0 && source.is_block && source.number == 20);
    CHECK(inode_truncate(file, 99) == 0 && inode_page(file, 0, false, &source) == 0 && !source.is_block);
    tree_audit(0);
    tree_remove("/a");
    file = add_file(&disk, 7, PAGE_SIZE); /* is not in memory */
    CHECK(inode_page(file, 0, false, &source) == 0 && !source.is_block);
    tree_audit(0);
}

/* What cannot be read changes nothing. */
static void test_device_errors(void)
{
    tree_begin(256);
    struct inode *file = add_file(&disk, 0, 3 * PAGE_SIZE);
    struct page_source source;
    uint32_t free = pages_free();

    write_all(file, 0, PAGE_SIZE);
    error_of_read = -EIO;
    CHECK(inode_read(file, PAGE_SIZE, other, 10) == -EIO && inode_read(file, PAGE_SIZE - 10, other, 100) == 10);
    CHECK(inode_write(file, PAGE_SIZE, buffer, 10) == -EIO && inode_write(file, PAGE_SIZE - 10, buffer, 100) == 10);
    CHECK(inode_page(file, 1, false, &source) == -EIO && inode_page(file, 1, true, &source) == -EIO);
    CHECK(inode_write(file, PAGE_SIZE, buffer, PAGE_SIZE) ==
          PAGE_SIZE); /* a whole page is written without being read */
    CHECK(pages_free() == free - 2 && file->size == 3 * PAGE_SIZE);
    error_of_read = 0;
    tree_audit(0);
}

int main(void)
{
    fill(archive, sizeof(archive));
    memset(archive + 20 * PAGE_SIZE + 100, 0, PAGE_SIZE - 100);
    memory_device_init(&archive_device, archive, BLOCKS);
    test_small();
    test_levels();
    test_large();
    test_limits();
    test_truncate_in_parts();
    test_truncate_sparse();
    test_dead_files();
    test_open_unlinked();
    test_pages_for_clients();
    test_memory_device();
    test_device_file(&archive_device.device);
    test_device_file(&disk);
    test_device_limits();
    test_device_pages();
    test_device_errors();
    return 0;
}
