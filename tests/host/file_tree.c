#include "tests/host/file_tree.h"

#include <errno.h>
#include <string.h>

#include "tests/host/check.h"

static _Alignas(PAGE_SIZE) unsigned char memory[TREE_PAGES_MAX * PAGE_SIZE];

uint32_t tree_time = 1, tree_revoked, tree_last_revoked;

uint32_t file_now(void)
{
    return tree_time;
}

void pages_revoke(uint32_t number)
{
    tree_revoked++;
    tree_last_revoked = number;
}

/* The pages are filled arbitrarily, so that none is zero by chance. */
uint32_t tree_begin(uint32_t pages)
{
    memset(memory, 0xa5, (size_t)pages * PAGE_SIZE);
    pages_init(memory, pages);
    CHECK(directory_init(77));
    tree_revoked = 0;
    tree_audit(0);
    return pages_free();
}

void tree_audit(uint32_t others)
{
    pages_audit(inode_audit() + directory_audit() + others);
}

struct inode *tree_find(const char *path)
{
    struct inode *inode;

    CHECK(path_find(directory_root, path, &inode) == 0);
    return inode;
}

int tree_status(const char *path)
{
    struct inode *inode = NULL;
    int err = path_find(directory_root, path, &inode);

    CHECK(!err == !!inode);
    return err;
}

int tree_create(const char *path, enum inode_kind kind)
{
    struct inode_attributes attributes = {kind, 0644, 0x0102};
    struct directory_name at;
    struct inode *inode = NULL;
    int err = path_parent(directory_root, path, &at);

    if (!err)
        err = directory_create(at.directory, at.name, at.length, &attributes, &inode);
    CHECK(!err == !!inode);
    return err;
}

struct inode *tree_make(const char *path, enum inode_kind kind)
{
    CHECK(tree_create(path, kind) == 0);
    return tree_find(path);
}

int tree_link(const char *path, const char *other)
{
    struct directory_name at;
    struct inode *inode;
    int err = path_find(directory_root, path, &inode);

    if (!err)
        err = path_parent(directory_root, other, &at);
    return err ? err : directory_add(at.directory, at.name, at.length, inode);
}

int tree_unlink(const char *path, enum directory_remove what)
{
    struct directory_name at;
    int err = path_parent(directory_root, path, &at);

    return err ? err : directory_remove(at.directory, at.name, at.length, what);
}

void tree_settle(void)
{
    do
        pages_work = 0;
    while (!inode_give_orphans(&inode_orphans));
}

void tree_remove(const char *path)
{
    CHECK(tree_unlink(path, REMOVE_ANY) == 0);
    tree_settle();
}

int tree_rename(const char *from, const char *to)
{
    struct directory_name old, new;
    int err = path_parent(directory_root, from, &old);

    if (!err)
        err = path_parent(directory_root, to, &new);
    return err ? err : directory_rename(&old, &new);
}

/* The first entry that is stored; false if there is none. */
static bool first_entry(const struct inode *directory, struct directory_entry *entry)
{
    uint32_t position = POSITION_FIRST;

    return directory_next(directory, &position, entry);
}

/* Goes down to a directory without entries, which is then removed. */
void tree_clear(struct inode *directory)
{
    struct directory_entry entry;
    struct inode *at = directory;

    while (first_entry(at, &entry) || at != directory) {
        if (!at->entries)
            at = at->parent;
        CHECK(first_entry(at, &entry));
        if (directory_remove(at, entry.name, entry.length, REMOVE_ANY) == -ENOTEMPTY)
            CHECK(directory_lookup(at, entry.name, entry.length, &at) == 0);
    }
}

struct page_source tree_lend(struct inode *inode, uint32_t page)
{
    struct page_source source;

    CHECK(inode_page(inode, page, true, &source) == 0 && !source.is_block);
    inode_lend(inode, source.number);
    return source;
}
