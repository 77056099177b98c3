/*
 * Directories: each error, reading one while it changes, links, renaming.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/block_map.c servers/file/inode.c servers/file/entry.c servers/file/directory.c
 * sources: servers/file/path.c tests/host/file_tree.c
 */
#include "servers/file/directory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_tree.h"

static const struct inode_attributes a_file = {INODE_FILE, 0107777, 0}, a_directory = {INODE_DIRECTORY, 0755, 0};

static int create(struct inode *directory, const char *name, const struct inode_attributes *attributes)
{
    struct inode *inode;

    return directory_create(directory, name, (uint32_t)strlen(name), attributes, &inode);
}

static int lookup(struct inode *directory, const char *name, struct inode **inode)
{
    return directory_lookup(directory, name, (uint32_t)strlen(name), inode);
}

static int remove_any(struct inode *directory, const char *name)
{
    return directory_remove(directory, name, (uint32_t)strlen(name), REMOVE_ANY);
}

/* ----------------------------------------------------------------------------------------- names */

static void test_names(void)
{
    char name[300];
    struct inode *inode = NULL, *found;
    uint32_t free = tree_begin(64);

    memset(name, 'n', sizeof(name));
    for (uint32_t length = 1; length <= FILE_NAME_MAX; length++) {
        CHECK(directory_create(directory_root, name, length, &a_file, &inode) == 0);
        CHECK(inode->mode == 07777 && inode->links == 1 && inode->holders == 0 && inode->number == length + 1);
    }
    for (uint32_t length = 1; length <= FILE_NAME_MAX; length++)
        CHECK(directory_lookup(directory_root, name, length, &found) == 0 && found->number == length + 1);
    tree_audit(0);
    CHECK(directory_create(directory_root, name, 256, &a_file, &inode) == -ENAMETOOLONG);
    CHECK(directory_lookup(directory_root, name, 256, &inode) == -ENAMETOOLONG);
    CHECK(directory_add(directory_root, name, 256, inode) == -ENAMETOOLONG);
    CHECK(directory_remove(directory_root, name, 256, REMOVE_ANY) == -ENAMETOOLONG);
    CHECK(directory_create(directory_root, name, 0, &a_file, &inode) == -ENOENT);
    CHECK(directory_lookup(directory_root, name, 0, &inode) == -ENOENT);
    CHECK(directory_remove(directory_root, name, 0, REMOVE_ANY) == -ENOENT);
    CHECK(directory_create(directory_root, "a/b", 3, &a_file, &inode) == -EINVAL);
    CHECK(directory_create(directory_root, "a\0b", 3, &a_file, &inode) == -EINVAL);
    CHECK(directory_add(directory_root, "/", 1, inode) == -EINVAL);
    CHECK(create(directory_root, "...", &a_file) == 0 && create(directory_root, ".x", &a_file) == 0);
    CHECK(create(directory_root, "\xff\x01\n", &a_file) == 0);
    tree_audit(0);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

/* Names in the root with the same hash: tree_begin() always begins it in the same way. */
static void test_equal_hashes(void)
{
    struct inode *inode;
    uint32_t free = tree_begin(64);

    CHECK(tree_make("/frmbfzxsw", INODE_FILE)->number == 2 && lookup(directory_root, "eervddkdx", &inode) == -ENOENT);
    CHECK(tree_make("/eervddkdx", INODE_FILE)->number == 3 && tree_find("/frmbfzxsw")->number == 2);
    tree_audit(0);
    tree_remove("/frmbfzxsw");
    CHECK(lookup(directory_root, "frmbfzxsw", &inode) == -ENOENT && tree_find("/eervddkdx")->number == 3);
    tree_remove("/eervddkdx");
    CHECK(pages_free() == free);
}

static void test_errors(void)
{
    struct inode *inode, *file, *directory;

    tree_begin(64);
    file = tree_make("/f", INODE_FILE);
    directory = tree_make("/d", INODE_DIRECTORY);
    CHECK(lookup(directory_root, "x", &inode) == -ENOENT && lookup(file, "x", &inode) == -ENOTDIR);
    CHECK(create(file, "x", &a_file) == -ENOTDIR && directory_add(file, "x", 1, file) == -ENOTDIR);
    CHECK(directory_remove(file, "x", 1, REMOVE_ANY) == -ENOTDIR);
    CHECK(create(directory_root, "f", &a_file) == -EEXIST && create(directory_root, "d", &a_directory) == -EEXIST);
    CHECK(create(directory, ".", &a_directory) == -EEXIST && create(directory, "..", &a_file) == -EEXIST);
    CHECK(directory_add(directory_root, "d", 1, file) == -EEXIST && directory_add(directory, "..", 2, file) == -EEXIST);
    CHECK(directory_add(directory_root, "x", 1, directory) == -EPERM);
    CHECK(tree_unlink("/x", REMOVE_ANY) == -ENOENT && tree_unlink("/x", REMOVE_FILE) == -ENOENT);
    CHECK(tree_unlink("/d", REMOVE_FILE) == -EISDIR && tree_unlink("/f", REMOVE_DIRECTORY) == -ENOTDIR);
    CHECK(tree_unlink("/d/.", REMOVE_FILE) == -EISDIR && tree_unlink("/d/..", REMOVE_FILE) == -EISDIR);
    CHECK(tree_unlink("/d/.", REMOVE_DIRECTORY) == -EINVAL && tree_unlink("/d/.", REMOVE_ANY) == -EINVAL);
    CHECK(tree_unlink("/d/..", REMOVE_DIRECTORY) == -ENOTEMPTY && tree_unlink("/d/..", REMOVE_ANY) == -ENOTEMPTY);
    CHECK(tree_unlink("/", REMOVE_DIRECTORY) == -EBUSY && tree_unlink("/", REMOVE_ANY) == -EBUSY);
    CHECK(tree_unlink("/", REMOVE_FILE) == -EISDIR);
    CHECK(create(directory, "x", &a_file) == 0);
    CHECK(tree_unlink("/d", REMOVE_DIRECTORY) == -ENOTEMPTY && tree_unlink("/d", REMOVE_ANY) == -ENOTEMPTY);
    CHECK(directory_root->entries == 2 && directory_root->subdirectories == 1 && directory->entries == 1);
    tree_audit(0);
    CHECK(tree_unlink("/d/x", REMOVE_FILE) == 0 && tree_unlink("/d", REMOVE_DIRECTORY) == 0);
    CHECK(tree_unlink("/f", REMOVE_ANY) == 0 && directory_root->entries == 0);
    tree_audit(0);
}

static void test_times(void)
{
    tree_begin(64);
    tree_time = 10;
    struct inode *directory = tree_make("/d", INODE_DIRECTORY);
    CHECK(directory->modified == 10 && directory_root->modified == 10);
    tree_time = 20;
    CHECK(tree_make("/d/f", INODE_FILE)->modified == 20 && directory->modified == 20 && directory_root->modified == 10);
    tree_time = 30;
    CHECK(tree_rename("/d/f", "/g") == 0 && directory->modified == 30 && directory_root->modified == 30);
    CHECK(tree_find("/g")->modified == 20);
    tree_time = 40;
    tree_remove("/g");
    CHECK(directory->modified == 30 && directory_root->modified == 40);
    tree_time = 1;
}

/* ----------------------------------------------------------------------------------------- removed directories */

static void test_removed(void)
{
    struct inode *inode = NULL;
    uint32_t free = tree_begin(64), position = 0;
    struct inode *parent = tree_make("/p", INODE_DIRECTORY), *child = tree_make("/p/c", INODE_DIRECTORY);
    struct inode *file = tree_make("/f", INODE_FILE);
    struct directory_entry entry;

    inode_hold(child);
    tree_remove("/p/c");
    tree_audit(0);
    CHECK(lookup(child, ".", &inode) == 0 && inode == child && lookup(child, "..", &inode) == 0 && inode == parent);
    CHECK(create(child, "x", &a_file) == -ENOENT && create(child, "x", &a_directory) == -ENOENT);
    CHECK(directory_add(child, "x", 1, file) == -ENOENT && lookup(child, "x", &inode) == -ENOENT);
    CHECK(remove_any(child, "x") == -ENOENT && !directory_next(child, &position, &entry) && position == 0);
    struct directory_name from = {directory_root, "f", 1, false}, to = {child, "f", 1, false};
    CHECK(directory_rename(&from, &to) == -ENOENT);
    inode_hold(parent);
    tree_remove("/p");
    CHECK(lookup(child, "..", &inode) == -ENOENT && lookup(parent, "..", &inode) == 0 && inode == directory_root);
    inode_drop(parent);
    uint32_t number = parent->number;
    CHECK(lookup(child, "..", &inode) == -ENOENT);
    CHECK(tree_make("/q", INODE_DIRECTORY)->number == number); /* it has the same number, but is another directory */
    CHECK(lookup(child, "..", &inode) == -ENOENT && lookup(child, ".", &inode) == 0);
    tree_audit(0);
    inode_drop(child);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

/* ----------------------------------------------------------------------------------------- reading */

static bool is_next(const struct inode *directory, uint32_t *position, const char *name, uint32_t at)
{
    struct directory_entry entry;

    return directory_next(directory, position, &entry) && entry.length == strlen(name) && entry.position == at &&
           memcmp(entry.name, name, entry.length) == 0 && *position == at + 1;
}

static void test_reading(void)
{
    tree_begin(64);
    struct inode *directory = tree_make("/d", INODE_DIRECTORY), *file = tree_make("/d/a", INODE_FILE);
    struct directory_entry entry;
    uint32_t position = 0;

    tree_make("/d/b", INODE_DEVICE);
    tree_make("/d/c", INODE_FILE);
    CHECK(directory_next(directory, &position, &entry) && entry.number == directory->number);
    CHECK(entry.length == 1 && entry.name[0] == '.' && entry.position == 0 && entry.kind == INODE_DIRECTORY);
    CHECK(directory_next(directory, &position, &entry) && entry.number == directory_root->number);
    CHECK(entry.length == 2 && memcmp(entry.name, "..", 2) == 0 && entry.position == 1 && position == 2);
    CHECK(directory_next(directory, &position, &entry) && entry.number == file->number && entry.kind == INODE_FILE);
    CHECK(is_next(directory, &position, "b", 3));
    tree_remove("/d/a");
    tree_remove("/d/c");
    tree_make("/d/new", INODE_FILE); /* at the position of `a`: a reader that has passed it does not see it */
    CHECK(!directory_next(directory, &position, &entry) && position == 4);
    tree_make("/d/c", INODE_FILE);
    CHECK(is_next(directory, &position, "c", 4));
    position = 2;
    CHECK(is_next(directory, &position, "new", 2));
    tree_remove("/d/b");
    CHECK(is_next(directory, &position, "c", 4) && !directory_next(directory, &position, &entry));
    position = 0xffffffff;
    CHECK(!directory_next(directory, &position, &entry) && !directory_next(file, &position, &entry));
    position = 1;
    CHECK(directory_next(directory_root, &position, &entry) && entry.number == directory_root->number);
}

/* Each entry that is there all the time is seen once, whatever comes and goes meanwhile. */
static void test_many(void)
{
    enum { FILES = 10000 };
    static uint8_t seen[FILES];
    char name[16];
    uint32_t free = tree_begin(2000), position = 2, found = 0;
    struct directory_entry entry;

    for (uint32_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "%u", i);
        CHECK(create(directory_root, name, &a_file) == 0);
    }
    tree_audit(0);
    while (directory_next(directory_root, &position, &entry)) {
        uint32_t i = (uint32_t)atoi(entry.name);
        seen[i]++;
        if (i % 3 == 0)
            CHECK(directory_remove(directory_root, entry.name, entry.length, REMOVE_FILE) == 0);
        snprintf(name, sizeof(name), "%u", random_below(FILES) / 3 * 3);
        create(directory_root, name, &a_file);
    }
    for (uint32_t i = 0; i < FILES; i++)
        found += i % 3 != 0 && seen[i] == 1;
    CHECK(found == FILES - (FILES + 2) / 3 && directory_root->entries >= found);
    tree_audit(0);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
    tree_audit(0);
}

/* ----------------------------------------------------------------------------------------- links */

static void test_links(void)
{
    enum { LINKS = 500 };
    char name[16];
    uint32_t free = tree_begin(256);
    struct inode *file = tree_make("/f", INODE_FILE), *found;

    CHECK(inode_write(file, 0, "contents", 8) == 8);
    for (uint32_t i = 1; i < LINKS; i++) {
        snprintf(name, sizeof(name), "/%u", i);
        CHECK(tree_link("/f", name) == 0 && file->links == i + 1);
    }
    tree_audit(0);
    tree_remove("/f");
    for (uint32_t i = 1; i < LINKS; i++) {
        snprintf(name, sizeof(name), "%u", i);
        CHECK(lookup(directory_root, name, &found) == 0 && found == file && file->size == 8);
        CHECK(remove_any(directory_root, name) == 0);
    }
    tree_audit(0);
    CHECK(pages_free() == free);
}

static void test_most_links(void)
{
    char name[16];
    uint32_t free = tree_begin(4000);
    struct inode *file = tree_make("/f", INODE_FILE);

    for (uint32_t i = 1; i < LINKS_MAX; i++) {
        snprintf(name, sizeof(name), "%u", i);
        CHECK(directory_add(directory_root, name, (uint32_t)strlen(name), file) == 0);
    }
    CHECK(directory_add(directory_root, "more", 4, file) == -EMLINK && file->links == LINKS_MAX);
    CHECK(tree_rename("/1", "/more") == 0 && file->links == LINKS_MAX);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

static void test_most_subdirectories(void)
{
    char name[16];
    uint32_t free = tree_begin(4000);
    struct inode *directory = tree_make("/d", INODE_DIRECTORY);

    for (uint32_t i = 2; i < LINKS_MAX; i++) {
        snprintf(name, sizeof(name), "%u", i);
        CHECK(create(directory, name, &a_directory) == 0);
    }
    tree_make("/x", INODE_DIRECTORY);
    CHECK(create(directory, "more", &a_directory) == -EMLINK && tree_rename("/x", "/d/more") == -EMLINK);
    CHECK(create(directory, "more", &a_file) == 0);
    CHECK(tree_rename("/d/2", "/d/two") == 0 && tree_rename("/x", "/d/two") == 0);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

/* ----------------------------------------------------------------------------------------- renaming */

static void test_rename_errors(void)
{
    char name[300];
    tree_begin(64);
    tree_make("/f", INODE_FILE);
    tree_make("/g", INODE_DEVICE);
    tree_make("/d", INODE_DIRECTORY);
    tree_make("/d/e", INODE_DIRECTORY);
    tree_make("/d/e/f", INODE_FILE);
    tree_make("/empty", INODE_DIRECTORY);
    memset(name, 'n', sizeof(name));
    struct directory_name long_name = {directory_root, name, 256, false}, f = {directory_root, "f", 1, false};
    struct directory_name in_file = {tree_find("/f"), "f", 1, false}, slash = {directory_root, "a/b", 3, false};
    CHECK(directory_rename(&long_name, &f) == -ENAMETOOLONG && directory_rename(&f, &long_name) == -ENAMETOOLONG);
    CHECK(directory_rename(&in_file, &f) == -ENOTDIR && directory_rename(&f, &in_file) == -ENOTDIR);
    CHECK(directory_rename(&f, &slash) == -EINVAL && directory_rename(&slash, &f) == -ENOENT);
    CHECK(tree_rename("/x", "/y") == -ENOENT && tree_rename("/x", "/f") == -ENOENT);
    CHECK(tree_rename("/d/.", "/y") == -EBUSY && tree_rename("/d/..", "/y") == -EBUSY);
    CHECK(tree_rename("/f", "/d/.") == -EBUSY && tree_rename("/f", "/d/..") == -EBUSY &&
          tree_rename("/", "/y") == -EBUSY);
    CHECK(tree_rename("/d", "/d/x") == -EINVAL && tree_rename("/d", "/d/e/x") == -EINVAL);
    CHECK(tree_rename("/d", "/d/e") == -EINVAL && tree_rename("/d/e", "/d/e/f") == -EINVAL);
    CHECK(tree_rename("/f", "/d") == -EISDIR && tree_rename("/f", "/empty") == -EISDIR);
    CHECK(tree_rename("/d", "/f") == -ENOTDIR && tree_rename("/d", "/g") == -ENOTDIR);
    CHECK(tree_rename("/empty", "/d") == -ENOTEMPTY && tree_rename("/d/e", "/d") == -ENOTEMPTY);
    CHECK(tree_rename("/f/", "/y") == -ENOTDIR && tree_rename("/f", "/y/") == -ENOTDIR);
    CHECK(tree_rename("/f/", "/f") == -ENOTDIR);
    tree_audit(0);
    CHECK(directory_root->entries == 4 && directory_root->subdirectories == 2 && tree_find("/d")->entries == 1);
}

static void test_renames(void)
{
    uint32_t free = tree_begin(64);
    struct inode *file = tree_make("/f", INODE_FILE), *directory = tree_make("/d", INODE_DIRECTORY);
    struct inode *inner = tree_make("/d/e", INODE_DIRECTORY), *device = tree_make("/d/e/g", INODE_DEVICE), *found;

    CHECK(tree_rename("/f", "/a much longer name") == 0 && tree_find("/a much longer name") == file);
    CHECK(tree_status("/f") == -ENOENT && file->links == 1);
    CHECK(tree_rename("/a much longer name", "/d/f") == 0 && tree_find("/d/f") == file && directory->entries == 2);
    CHECK(tree_rename("/d/f", "/d/f") == 0 && tree_rename("/d", "/d") == 0 && tree_find("/d/f") == file);
    CHECK(tree_link("/d/f", "/other") == 0 && tree_rename("/d/f", "/other") == 0); /* the same inode: nothing happens */
    CHECK(file->links == 2 && tree_find("/d/f") == file && tree_find("/other") == file);
    CHECK(tree_rename("/other", "/d/e/g") == 0 && tree_find("/d/e/g") == file); /* the device is gone */
    CHECK(inode_find(device->number) == NULL && file->links == 2);
    tree_audit(0);

    CHECK(tree_rename("/d/e/", "/e/") == 0 && tree_find("/e") == inner && inner->parent == directory_root);
    CHECK(directory->subdirectories == 0 && directory_root->subdirectories == 2);
    CHECK(lookup(inner, "..", &found) == 0 && found == directory_root);
    tree_audit(0);
    struct inode *empty = tree_make("/empty", INODE_DIRECTORY);
    inode_hold(empty);
    CHECK(tree_rename("/e", "/empty") == 0 && tree_find("/empty") == inner && directory_root->subdirectories == 2);
    CHECK(!empty->links && lookup(empty, "..", &found) == 0 && found == directory_root);
    tree_audit(0);
    CHECK(tree_rename("/empty", "/d/deep") == 0 && tree_find("/d/deep/g") == file && inner->parent == directory);
    inode_drop(empty);
    tree_audit(0);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

/* An entry that is replaced keeps its position, and its old file stays readable for its holders. */
static void test_replaced(void)
{
    tree_begin(64);
    struct inode *old = tree_make("/old", INODE_FILE);
    uint32_t position = 2;
    char byte;

    tree_make("/new", INODE_FILE);
    CHECK(inode_write(old, 0, "o", 1) == 1);
    inode_hold(old);
    CHECK(tree_rename("/new", "/old") == 0 && old->links == 0 && inode_read(old, 0, &byte, 1) == 1 && byte == 'o');
    CHECK(is_next(directory_root, &position, "old", 2) && directory_root->entries == 1);
    tree_audit(0);
    inode_drop(old);
    tree_audit(0);
}

/* Deeper than any path. */
static void test_deep(void)
{
    uint32_t free = tree_begin(512);
    struct inode *at = directory_root;
    struct directory_name from = {directory_root, "x", 1, false}, to = {NULL, "x", 1, false};

    tree_make("/x", INODE_DIRECTORY);
    for (uint32_t depth = 1; depth < DEPTH_MAX; depth++)
        CHECK(create(at, "d", &a_directory) == 0 && lookup(at, "d", &at) == 0);
    to.directory = at;
    CHECK(directory_rename(&from, &to) == 0 && directory_rename(&to, &from) == 0);
    CHECK(create(at, "d", &a_directory) == 0 && lookup(at, "d", &at) == 0);
    to.directory = at;
    CHECK(directory_rename(&from, &to) == -ENAMETOOLONG && tree_status("/x") == 0);
    CHECK(create(at, "f", &a_file) == 0);
    struct directory_name deep = {at, "f", 1, false}, file = {directory_root, "f", 1, false};
    CHECK(directory_rename(&deep, &file) == 0 && directory_rename(&file, &deep) == 0);
    tree_audit(0);
    tree_clear(directory_root);
    CHECK(pages_free() == free);
}

int main(void)
{
    test_names();
    test_equal_hashes();
    test_errors();
    test_times();
    test_removed();
    test_reading();
    test_many();
    test_links();
    test_most_links();
    test_most_subdirectories();
    test_rename_errors();
    test_renames();
    test_replaced();
    test_deep();
    return 0;
}
