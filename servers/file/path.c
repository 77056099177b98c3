#include "servers/file/path.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char *skip_slashes(const char *path)
{
    while (*path == '/')
        path++;
    return path;
}

static const char *name_end(const char *name)
{
    while (*name && *name != '/')
        name++;
    return name;
}

static int check_path(const char *path)
{
    if (!*path)
        return -ENOENT;
    return strnlen(path, FILE_PATH_MAX + 1) > FILE_PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Walks to the directory of the last name, which is then *path .. *end. A path without a name ("" or only slashes)
 * leaves both at its end. */
static int walk(struct inode **directory, const char **path, const char **end)
{
    for (*path = skip_slashes(*path);;) {
        *end = name_end(*path);
        const char *next = skip_slashes(*end);
        if (!*next)
            return 0;
        int err = directory_lookup(*directory, *path, (uint32_t)(*end - *path), directory);
        if (err)
            return err;
        *path = next;
    }
}

int path_parent(struct inode *from, const char *path, struct directory_name *name)
{
    struct inode *directory = *path == '/' ? directory_root : from;
    const char *end = path;
    int err = check_path(path);

    if (!err)
        err = walk(&directory, &path, &end);
    if (err)
        return err;
    if (directory->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    bool is_root = end == path;
    *name = (struct directory_name){directory, is_root ? "." : path, is_root ? 1 : (uint32_t)(end - path), *end};
    return 0;
}

int path_find(struct inode *from, const char *path, struct inode **inode)
{
    struct directory_name name;
    struct inode *found;
    int err = path_parent(from, path, &name);

    if (!err)
        err = directory_lookup(name.directory, name.name, name.length, &found);
    if (err)
        return err;
    if (name.must_be_directory && found->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    *inode = found;
    return 0;
}

/* Puts "/name" before `at`; returns where it begins, or null if there is no room. */
static char *prepend(char *to, char *at, const struct inode *directory)
{
    uint32_t length;
    const char *name = directory_own_name(directory, &length);

    if ((uint32_t)(at - to) < length + 1)
        return NULL;
    at -= length;
    memcpy(at, name, length);
    *--at = '/';
    return at;
}

int path_of(const struct inode *directory, char *to, uint32_t bytes)
{
    char *end = to + bytes, *at = end;

    if (directory->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    if (!directory->parent)
        return -ENOENT;
    if (bytes < sizeof("/"))
        return -ERANGE;
    *--at = 0;
    for (; directory != directory_root; directory = directory->parent)
        if (!(at = prepend(to, at, directory)))
            return -ERANGE;
    if (end - at == 1)
        *--at = '/';
    memmove(to, at, (size_t)(end - at));
    return (int)(end - at) - 1;
}
