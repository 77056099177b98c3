#include "servers/file/directory.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "servers/file/entry.h"

struct inode *directory_root;

bool directory_init(uint32_t secret)
{
    entry_init(secret);
    inode_init();
    directory_root = inode_make(&(struct inode_attributes){INODE_DIRECTORY, 0755, 0});
    if (!directory_root)
        return false;
    directory_root->links = 1;
    directory_root->parent = directory_root;
    inode_drop(directory_root);
    return true;
}

/* ----------------------------------------------------------------------------------------- names */

/* Returns 1 for ".", 2 for "..", 0 for any other name. */
static uint32_t dots(const char *name, uint32_t length)
{
    if (name[0] != '.' || length > 2)
        return 0;
    return length == 1 || name[1] == '.' ? length : 0;
}

static int check_name(const struct inode *directory, uint32_t length)
{
    if (directory->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    if (length == 0)
        return -ENOENT;
    return length > FILE_NAME_MAX ? -ENAMETOOLONG : 0;
}

struct inode *directory_parent(const struct inode *directory)
{
    if (directory->parent)
        return directory->parent;
    struct inode *parent = inode_find(directory->former_parent);
    bool is_there = parent && parent->generation == directory->former_generation && parent->links;
    return is_there ? parent : NULL;
}

const char *directory_own_name(const struct inode *directory, uint32_t *length)
{
    *length = directory->name->length;
    return directory->name->name;
}

static struct inode *dots_inode(struct inode *directory, uint32_t dots_length)
{
    return dots_length == 1 ? directory : directory_parent(directory);
}

int directory_lookup(struct inode *directory, const char *name, uint32_t length, struct inode **inode)
{
    int err = check_name(directory, length);

    if (err)
        return err;
    uint32_t special = dots(name, length);
    struct entry *entry = special ? NULL : entry_find(directory, name, length);
    struct inode *found = special ? dots_inode(directory, special) : entry ? entry->inode : NULL;
    if (!found)
        return -ENOENT;
    *inode = found;
    return 0;
}

/* ----------------------------------------------------------------------------------------- adding */

static bool is_removed(const struct inode *directory)
{
    return !directory->links;
}

/* Returns 0 if an entry of that name may be added, or an error. */
static int check_new(const struct inode *directory, const char *name, uint32_t length)
{
    int err = check_name(directory, length);

    if (err)
        return err;
    if (dots(name, length))
        return -EEXIST;
    if (memchr(name, '/', length) || memchr(name, 0, length))
        return -EINVAL;
    if (is_removed(directory))
        return -ENOENT;
    return entry_find(directory, name, length) ? -EEXIST : 0;
}

static bool is_directory(const struct inode *inode)
{
    return inode->kind == INODE_DIRECTORY;
}

/* Linking and unlinking an inode also updates the entry's directory and, if the inode is a directory, its parent. */
static void link_inode(struct entry *entry, struct inode *inode)
{
    entry->inode = inode;
    inode->links++;
    entry->directory->modified = file_now();
    if (!is_directory(inode))
        return;
    entry->directory->subdirectories++;
    inode->parent = entry->directory;
    inode->name = entry;
}

static void unlink_inode(struct entry *entry)
{
    struct inode *inode = entry->inode, *directory = entry->directory;

    directory->modified = file_now();
    if (is_directory(inode)) {
        directory->subdirectories--;
        inode->parent = NULL;
        inode->name = NULL;
        inode->former_parent = directory->number;
        inode->former_generation = directory->generation;
    }
    inode_unlink(inode);
}

/* Checks that one more link is possible: to the inode or, for the ".." of a directory, to its parent. */
static int check_links(const struct inode *directory, const struct inode *inode)
{
    uint32_t links = is_directory(inode) ? directory->subdirectories + 2 : inode->links;

    return links >= LINKS_MAX ? -EMLINK : 0;
}

/* Adds an entry; the name has been checked. */
static int insert(struct inode *directory, const char *name, uint32_t length, struct inode *inode)
{
    struct entry *entry = entry_add(directory, name, length);

    if (!entry)
        return -ENOSPC;
    directory->entries++;
    link_inode(entry, inode);
    return 0;
}

int directory_add(struct inode *directory, const char *name, uint32_t length, struct inode *inode)
{
    int err = check_new(directory, name, length);

    if (!err && is_directory(inode))
        err = -EPERM;
    if (!err)
        err = check_links(directory, inode);
    return err ? err : insert(directory, name, length, inode);
}

int directory_create(struct inode *directory, const char *name, uint32_t length,
                     const struct inode_attributes *attributes, struct inode **inode)
{
    int err = check_new(directory, name, length);

    if (err)
        return err;
    struct inode *made = inode_make(attributes);
    if (!made)
        return -ENOSPC;
    err = check_links(directory, made);
    if (!err)
        err = insert(directory, name, length, made);
    inode_drop(made);
    if (!err)
        *inode = made;
    return err;
}

/* ----------------------------------------------------------------------------------------- removing */

static void remove_entry(struct entry *entry)
{
    unlink_inode(entry);
    entry->directory->entries--;
    entry_remove(entry);
}

static int check_remove_dots(const struct inode *directory, uint32_t special, enum directory_remove what)
{
    if (what == REMOVE_FILE)
        return -EISDIR;
    if (special == 2)
        return -ENOTEMPTY;
    return directory == directory_root ? -EBUSY : -EINVAL;
}

static int check_remove(const struct inode *inode, enum directory_remove what)
{
    if (!is_directory(inode))
        return what == REMOVE_DIRECTORY ? -ENOTDIR : 0;
    if (what == REMOVE_FILE)
        return -EISDIR;
    return inode->entries ? -ENOTEMPTY : 0;
}

int directory_remove(struct inode *directory, const char *name, uint32_t length, enum directory_remove what)
{
    int err = check_name(directory, length);

    if (err)
        return err;
    uint32_t special = dots(name, length);
    if (special)
        return check_remove_dots(directory, special, what);
    struct entry *entry = entry_find(directory, name, length);
    if (!entry)
        return -ENOENT;
    err = check_remove(entry->inode, what);
    if (!err)
        remove_entry(entry);
    return err;
}

/* ----------------------------------------------------------------------------------------- renaming */

/* Checks that a directory may be moved into another one, which must not be below it. */
static int check_ancestors(const struct inode *moved, const struct inode *into)
{
    for (uint32_t depth = 0; depth < DEPTH_MAX; depth++) {
        if (into == moved)
            return -EINVAL;
        if (into == directory_root)
            return 0;
        into = into->parent;
    }
    return -ENAMETOOLONG;
}

/* A target directory that contains the moved entry, at any depth, gives ENOTEMPTY, as in Linux. */
static int check_replaced(const struct inode *moved, const struct inode *from, const struct inode *replaced)
{
    if (!is_directory(moved) && is_directory(replaced))
        return check_ancestors(replaced, from) == -EINVAL ? -ENOTEMPTY : -EISDIR;
    if (!is_directory(moved))
        return 0;
    if (!is_directory(replaced))
        return -ENOTDIR;
    return replaced->entries ? -ENOTEMPTY : 0;
}

static int check_move(const struct inode *moved, const struct directory_name *from, const struct directory_name *to)
{
    if (!is_directory(moved))
        return from->must_be_directory || to->must_be_directory ? -ENOTDIR : 0;
    return from->directory == to->directory ? 0 : check_ancestors(moved, to->directory);
}

/* A directory that moves to another parent is one more link to that parent. */
static int check_moved_links(const struct entry *entry, const struct inode *into)
{
    return is_directory(entry->inode) && entry->directory != into ? check_links(into, entry->inode) : 0;
}

/* Finds the entry to rename, and checks the new name, which may be in use. */
static int find_renamed(const struct directory_name *from, const struct directory_name *to, struct entry **entry)
{
    if (dots(from->name, from->length) || dots(to->name, to->length))
        return -EBUSY;
    int err = check_name(from->directory, from->length);
    if (err)
        return err;
    *entry = entry_find(from->directory, from->name, from->length);
    err = *entry ? check_new(to->directory, to->name, to->length) : -ENOENT;
    return err == -EEXIST ? 0 : err;
}

/* Gives the entry another inode in one step, so its name exists all the time. */
static void replace(struct entry *entry, struct inode *inode)
{
    unlink_inode(entry);
    link_inode(entry, inode);
}

/* The inode has two names for a moment. A directory already has the new one as its own name. */
static int move(struct entry *entry, const struct directory_name *to, struct entry *replaced)
{
    struct inode *inode = entry->inode;
    int err = 0;

    if (replaced)
        replace(replaced, inode);
    else
        err = insert(to->directory, to->name, to->length, inode);
    if (err)
        return err;
    entry->directory->modified = file_now();
    entry->directory->subdirectories -= is_directory(inode);
    entry->directory->entries--;
    entry_remove(entry);
    inode->links--;
    return 0;
}

int directory_rename(const struct directory_name *from, const struct directory_name *to)
{
    struct entry *entry;
    int err = find_renamed(from, to, &entry);

    if (err)
        return err;
    struct entry *replaced = entry_find(to->directory, to->name, to->length);
    struct inode *inode = entry->inode;
    err = check_move(inode, from, to);
    if (err || (replaced && replaced->inode == inode))
        return err;
    err = replaced ? check_replaced(inode, from->directory, replaced->inode) : check_moved_links(entry, to->directory);
    return err ? err : move(entry, to, replaced);
}

/* ----------------------------------------------------------------------------------------- reading */

static void fill_dots(const struct inode *directory, uint32_t position, struct directory_entry *entry)
{
    const struct inode *inode = position == 0 ? directory : directory->parent;

    *entry = (struct directory_entry){inode->number, INODE_DIRECTORY, "..", position + 1, position};
}

static bool next_stored(const struct inode *directory, uint32_t position, struct directory_entry *out)
{
    uint32_t at = position - POSITION_FIRST;
    const struct entry *entry = radix_next(&directory->positions, &at);

    if (!entry)
        return false;
    *out = (struct directory_entry){entry->inode->number, entry->inode->kind, entry->name, entry->length,
                                    at + POSITION_FIRST};
    return true;
}

bool directory_next(const struct inode *directory, uint32_t *position, struct directory_entry *entry)
{
    if (!is_directory(directory) || is_removed(directory))
        return false;
    if (*position < POSITION_FIRST)
        fill_dots(directory, *position, entry);
    else if (!next_stored(directory, *position, entry))
        return false;
    *position = entry->position + 1;
    return true;
}

/* ----------------------------------------------------------------------------------------- audit */

static uint32_t entries_found, links_found;

static void audit_way_up(const struct inode *directory)
{
    for (uint32_t steps = 0; directory != directory_root; steps++) {
        assert(steps < pages_count() * (PAGE_SIZE / sizeof(struct inode))); /* no cycle */
        directory = directory->parent;
    }
}

static void audit_own_entry(const struct inode *directory)
{
    const struct entry *entry = directory->name;

    if (is_removed(directory)) {
        assert(!directory->entries && !directory->parent && !entry);
    } else if (directory == directory_root) {
        assert(directory->parent == directory && !entry);
    } else {
        assert(entry && entry->inode == directory && entry->directory == directory->parent && directory->links == 1);
        audit_way_up(directory);
    }
}

static uint32_t count_subdirectories(const struct inode *directory)
{
    uint32_t at = 0, count = 0;

    for (const struct entry *entry; (entry = radix_next(&directory->positions, &at)); at++) {
        assert(entry->inode->links);
        count += is_directory(entry->inode);
    }
    return count;
}

static void audit_inode(const struct inode *inode)
{
    links_found += inode->links;
    if (!is_directory(inode))
        return;
    audit_own_entry(inode);
    assert(count_subdirectories(inode) == inode->subdirectories && entry_audit(inode) == inode->entries);
    entries_found += inode->entries;
}

uint32_t directory_audit(void)
{
    entries_found = links_found = 0;
    inode_for_each(audit_inode);
    assert(links_found == entries_found + 1);
    return entry_audit_all(entries_found);
}
