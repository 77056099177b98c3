#include "servers/file/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "servers/file/directory.h"
#include "servers/file/inode.h"
#include "servers/lib/archive.h"

static struct memory_device device;
static struct inode *console;

struct inode *tree_console(void)
{
    return console;
}

/* The initial tree always fits into memory. */
static void must(bool good)
{
    if (!good)
        __builtin_trap();
}

static struct inode *make(struct inode *directory, const char *name, struct inode_attributes attributes)
{
    struct inode *made;

    must(!directory_create(directory, name, (uint32_t)strlen(name), &attributes, &made));
    return made;
}

/* If the name exists already, the file is skipped. */
static void add(struct inode *directory, const char *name, struct inode *inode)
{
    int error = directory_add(directory, name, (uint32_t)strlen(name), inode);
    must(!error || error == -EEXIST);
}

/* A program gets a second name in the root, where programs written for xv6 look for others. */
static void add_entry(const void *archive, const struct archive_entry *entry, struct inode *programs,
                      struct inode *tests)
{
    const char *name = archive_name(archive, entry);
    struct inode *const folders[] = {
        [ARCHIVE_PROGRAM] = programs, [ARCHIVE_TEST] = tests, [ARCHIVE_FILE] = directory_root};
    struct inode *folder = entry->kind <= ARCHIVE_TEST ? folders[entry->kind] : NULL;

    if (!folder)
        return;
    struct inode *inode = inode_from_device(&device.device, entry->first_page, entry->bytes);
    must(inode);
    inode->mode = entry->kind == ARCHIVE_FILE ? 0644 : 0755;
    add(folder, name, inode);
    if (entry->kind == ARCHIVE_PROGRAM)
        add(directory_root, name, inode);
    inode_drop(inode);
}

void tree_init(const void *archive, uint32_t pages)
{
    memory_device_init(&device, archive, pages);
    struct inode *programs = make(directory_root, "bin", (struct inode_attributes){INODE_DIRECTORY, 0755, 0});
    struct inode *tests = make(directory_root, "tests", (struct inode_attributes){INODE_DIRECTORY, 0755, 0});
    struct inode *devices = make(directory_root, "dev", (struct inode_attributes){INODE_DIRECTORY, 0755, 0});
    make(directory_root, "tmp", (struct inode_attributes){INODE_DIRECTORY, 01777, 0});
    console = make(devices, "console", (struct inode_attributes){INODE_DEVICE, 0620, DEVICE_CONSOLE});
    add(directory_root, "console", console);
    make(devices, "tty", (struct inode_attributes){INODE_DEVICE, 0666, DEVICE_TERMINAL});
    make(devices, "null", (struct inode_attributes){INODE_DEVICE, 0666, DEVICE_NULL});
    make(devices, "zero", (struct inode_attributes){INODE_DEVICE, 0666, DEVICE_ZERO});
    make(devices, "full", (struct inode_attributes){INODE_DEVICE, 0666, DEVICE_FULL});
    make(devices, "shm", (struct inode_attributes){INODE_DIRECTORY, 01777, 0}); /* for shm_open and sem_open of musl */
    inode_hold(console); /* new clients need it even if all its names are removed */
    for (const struct archive_entry *entry = archive_first(archive); entry; entry = archive_next(archive, entry))
        add_entry(archive, entry, programs, tests);
}
