/*
 * Paths: how they are resolved, and how a directory's path is found.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/block_map.c servers/file/inode.c servers/file/entry.c servers/file/directory.c
 * sources: servers/file/path.c tests/host/file_tree.c
 */
#include "servers/file/path.h"

#include <errno.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_tree.h"

static struct inode *a, *b, *file;

static int find_from(struct inode *from, const char *path, struct inode **inode)
{
    *inode = NULL;
    int err = path_find(from, path, inode);
    CHECK(!err == !!*inode);
    return err;
}

static bool leads_to(struct inode *from, const char *path, const struct inode *expected)
{
    struct inode *found;

    return find_from(from, path, &found) == 0 && found == expected;
}

static void test_find(void)
{
    CHECK(leads_to(a, "/", directory_root) && leads_to(a, "//", directory_root) && leads_to(a, ".", a));
    CHECK(leads_to(a, "..", directory_root) && leads_to(a, "b", b) && leads_to(a, "b/f", file) && leads_to(a, "b/", b));
    CHECK(leads_to(a, "/a//b///f", file) && leads_to(b, "../../a/./b/f", file) && leads_to(b, "./f", file));
    CHECK(leads_to(a, "/..", directory_root) && leads_to(b, "../../../../a", a) && leads_to(a, "/a/b/.", b));
    CHECK(leads_to(directory_root, "a/b/../../a/b/..", a) && leads_to(a, "b//", b) &&
          leads_to(a, "/./", directory_root));
    CHECK(path_root() == directory_root);
}

static void test_find_errors(void)
{
    struct inode *found;

    CHECK(find_from(a, "", &found) == -ENOENT && find_from(a, "x", &found) == -ENOENT);
    CHECK(find_from(a, "x/y", &found) == -ENOENT && find_from(a, "b/f/x", &found) == -ENOTDIR);
    CHECK(find_from(a, "b/f/", &found) == -ENOTDIR && find_from(a, "b/f/.", &found) == -ENOTDIR);
    CHECK(find_from(a, "b/f/..", &found) == -ENOTDIR && find_from(file, "x", &found) == -ENOTDIR);
    CHECK(find_from(file, ".", &found) == -ENOTDIR && leads_to(file, "/a", a));
}

static void test_lengths(void)
{
    static char path[FILE_PATH_MAX + 2];
    struct directory_name name;
    struct inode *found;

    memset(path, '/', FILE_PATH_MAX);
    CHECK(leads_to(a, path, directory_root));
    path[FILE_PATH_MAX] = '/';
    CHECK(find_from(a, path, &found) == -ENAMETOOLONG && path_parent(a, path, &name) == -ENAMETOOLONG);
    for (unsigned i = 0; i < FILE_PATH_MAX; i++)
        path[i] = "./"[i % 2];
    path[FILE_PATH_MAX] = 0;
    CHECK(leads_to(a, path, a));
    memset(path, 'n', 256);
    path[256] = 0;
    CHECK(find_from(a, path, &found) == -ENAMETOOLONG && path_parent(a, path, &name) == 0 && name.length == 256);
    path[256] = '/'; /* what follows in the memory behind it begins with a '/', too */
    CHECK(path_parent(a, path, &name) == -ENAMETOOLONG);
    path[255] = 0;
    CHECK(find_from(a, path, &found) == -ENOENT && path_parent(a, path, &name) == 0 && name.length == 255);
}

static bool parent_is(const char *path, const struct inode *directory, const char *expected, bool must_be_directory)
{
    struct directory_name name;

    return path_parent(a, path, &name) == 0 && name.directory == directory && name.length == strlen(expected) &&
           memcmp(name.name, expected, name.length) == 0 && name.must_be_directory == must_be_directory;
}

static void test_parent(void)
{
    struct directory_name name;

    CHECK(parent_is("x", a, "x", false) && parent_is("x/", a, "x", true) && parent_is("b/x//", b, "x", true));
    CHECK(parent_is("/x", directory_root, "x", false) && parent_is("//a//x", a, "x", false));
    CHECK(parent_is("/", directory_root, ".", false) && parent_is("//", directory_root, ".", false));
    CHECK(parent_is(".", a, ".", false) && parent_is("b/..", b, "..", false) && parent_is("b/./", b, ".", true));
    CHECK(parent_is("b/f", b, "f", false) && parent_is("b/../x", a, "x", false));
    CHECK(path_parent(a, "", &name) == -ENOENT && path_parent(a, "x/y", &name) == -ENOENT);
    CHECK(path_parent(a, "b/f/x", &name) == -ENOTDIR && path_parent(file, "x", &name) == -ENOTDIR);
}

static void test_of(void)
{
    char path[64];

    CHECK(path_of(directory_root, path, 2) == 1 && strcmp(path, "/") == 0);
    CHECK(path_of(directory_root, path, 1) == -ERANGE && path_of(directory_root, path, 0) == -ERANGE);
    CHECK(path_of(b, path, sizeof(path)) == 4 && strcmp(path, "/a/b") == 0);
    path[5] = 'x';
    CHECK(path_of(b, path, 5) == 4 && strcmp(path, "/a/b") == 0 && path[5] == 'x');
    CHECK(path_of(b, path, 4) == -ERANGE && path_of(b, path, 3) == -ERANGE && path_of(b, path, 0) == -ERANGE);
    CHECK(path_of(file, path, sizeof(path)) == -ENOTDIR);
    CHECK(tree_rename("/a/b", "/c") == 0 && path_of(b, path, sizeof(path)) == 2 && strcmp(path, "/c") == 0);
    inode_hold(b);
    tree_remove("/c/f");
    tree_remove("/c");
    CHECK(path_of(b, path, sizeof(path)) == -ENOENT);
    CHECK(leads_to(b, ".", b) && leads_to(b, "..", directory_root) && leads_to(b, "../a", a));
    inode_drop(b);
    tree_audit(0);
}

int main(void)
{
    tree_begin(64);
    a = tree_make("/a", INODE_DIRECTORY);
    b = tree_make("/a/b", INODE_DIRECTORY);
    file = tree_make("/a/b/f", INODE_FILE);
    test_find();
    test_find_errors();
    test_lengths();
    test_parent();
    test_of();
    return 0;
}
