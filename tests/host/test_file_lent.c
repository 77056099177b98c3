/*
 * Pages of files that clients have mapped: how many are taken back at once, and how often each can be lent.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/device.c servers/file/block_map.c servers/file/inode.c servers/file/entry.c
 * sources: servers/file/directory.c servers/file/path.c tests/host/file_tree.c
 */
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_tree.h"

static void cut_all(struct inode *file)
{
    while (inode_truncate(file, 0) == FILE_MORE)
        tree_audit(0);
    CHECK(file->size == 0);
}

/* Taking a page back from clients is more work than freeing it. */
static void test_truncate_lent(void)
{
    enum { PAGES = 500 };
    uint32_t free = tree_begin(1024), before = 0;
    struct inode *file = tree_make("/a", INODE_FILE);

    CHECK(inode_truncate(file, PAGES * PAGE_SIZE) == 0);
    for (uint32_t page = 0; page < PAGES; page++)
        tree_lend(file, page);
    for (; inode_truncate(file, 0) == FILE_MORE; before = tree_revoked)
        CHECK(tree_revoked > before && tree_revoked - before <= CUT_PAGES / 4);
    CHECK(tree_revoked == PAGES);
    tree_remove("/a");
    CHECK(pages_free() == free);
}

/* Each page must be taken from many mappings: fewer pages are cut off at once, but at least one. */
static void test_truncate_what_many_have(void)
{
    enum { PAGES = 100 };
    uint32_t free = tree_begin(256);
    struct inode *file = tree_make("/a", INODE_FILE);

    CHECK(inode_truncate(file, PAGES * PAGE_SIZE) == 0);
    for (uint32_t loans = 64; loans <= LOANS_MAX; loans *= 2) {
        uint32_t before = tree_revoked, most = 1 + CUT_PAGES * 32 / (7 * loans);
        for (uint32_t page = 0; page < file->size / PAGE_SIZE; page++)
            for (uint32_t had = pages_loans(tree_lend(file, page).number); had < loans; had++)
                tree_lend(file, page);
        CHECK(inode_truncate(file, 0) == FILE_MORE && tree_revoked > before && tree_revoked - before <= most);
    }
    cut_all(file);
    tree_remove("/a");
    CHECK(pages_free() == free);
}

/* The next owner of the page has it alone, and what others wrote behind the end of the file is gone. */
static void test_lent_as_often_as_can_be(void)
{
    unsigned char bytes[100];
    tree_begin(256);
    struct inode *file = tree_make("/a", INODE_FILE);
    struct page_source source = {0};

    CHECK(inode_write(file, 0, memset(bytes, 0x11, sizeof bytes), sizeof bytes) == sizeof bytes);
    for (uint32_t i = 0; i < LOANS_MAX; i++)
        source = tree_lend(file, 0);
    memset(pages_at(source.number), 0x33, PAGE_SIZE);
    CHECK(pages_loans(source.number) == LOANS_MAX && tree_revoked == 0);
    CHECK(tree_lend(file, 0).number == source.number && tree_revoked == 1 && pages_loans(source.number) == 1);
    CHECK(((unsigned char *)pages_at(source.number))[99] == 0x33 &&
          ((unsigned char *)pages_at(source.number))[100] == 0);
    pages_not_lent(source.number);
    CHECK(!pages_is_lent(source.number));
    tree_audit(0);
    tree_remove("/a");
    CHECK(tree_revoked == 1);
}

/* The pages of a removed file are freed in parts, as long as a client asks. Until then the file keeps its number and
 * its pages. */
static void test_orphans(void)
{
    enum { PAGES = 300 };
    uint32_t free = tree_begin(1024), number = tree_make("/a", INODE_FILE)->number, before = 0;
    struct inode *file = tree_find("/a"), *other = tree_make("/b", INODE_FILE);

    CHECK(inode_truncate(file, PAGES * PAGE_SIZE) == 0 && inode_truncate(other, PAGE_SIZE) == 0);
    for (uint32_t page = 0; page < PAGES; page++)
        tree_lend(file, page);
    tree_lend(other, 0);
    CHECK(tree_unlink("/a", REMOVE_ANY) == 0 && tree_unlink("/b", REMOVE_ANY) == 0 && tree_revoked == 0);
    CHECK(inode_orphans == other && other->next_orphan == file && pages_free() < free - PAGES &&
          inode_find(number) == file);
    tree_audit(0);
    for (bool done = false; !done; before = tree_revoked) {
        pages_work = 0;
        done = inode_give_orphans(&inode_orphans);
        CHECK(tree_revoked > before && tree_revoked - before <= CUT_PAGES / 4 + 1 &&
              done == (tree_revoked == PAGES + 1));
        tree_audit(0);
    }
    CHECK(!inode_orphans && !inode_find(number) && pages_free() == free);
}

/* However few pages each of them has, only so many files are freed at once; and none when the message has done
 * enough. */
static void test_many_orphans(void)
{
    enum { FILES = 400, AT_ONCE = WORK_OF_MESSAGE / 64 };
    static struct inode *files[FILES];
    uint32_t free = tree_begin(1024), left = FILES;

    for (uint32_t i = 0; i < FILES; i++) {
        files[i] = inode_make(&(struct inode_attributes){INODE_FILE, 0600, 0});
        CHECK(files[i] && inode_truncate(files[i], PAGE_SIZE) == 0);
        tree_lend(files[i], 0);
        CHECK(inode_truncate(files[i], 0) == 0);
    }
    for (uint32_t i = 0; i < FILES; i++)
        inode_drop(files[i]);
    pages_work = WORK_OF_MESSAGE;
    CHECK(!inode_give_orphans(&inode_orphans) && inode_orphans == files[FILES - 1]);
    for (pages_work = 0; !inode_give_orphans(&inode_orphans); pages_work = 0) {
        uint32_t now = 0;
        for (const struct inode *orphan = inode_orphans; orphan; orphan = orphan->next_orphan)
            now++;
        CHECK(now < left && left - now <= AT_ONCE);
        left = now;
    }
    CHECK(left <= AT_ONCE && pages_free() == free);
}

int main(void)
{
    test_truncate_lent();
    test_truncate_what_many_have();
    test_lent_as_often_as_can_be();
    test_orphans();
    test_many_orphans();
    return 0;
}
