/* Calls that name a file. */
#include "servers/file/calls.h"

#include <stddef.h>
#include <string.h>

#include "servers/file/path.h"

static char texts[2][FILE_PATH_BYTES]; /* copies: the client can change its transfer page */

/* Takes the names in place from the message. A name without a zero byte ends with the data. */
static const char *take_from_message(const char **other)
{
    char *text = (char *)message_page->words, *end = text + ipc_data_bytes();

    *end = 0; /* within the page: it continues behind the words */
    if (other) {
        *other = text + strlen(text) + 1;
        if (*other > end)
            *other = end;
    }
    return text;
}

static int take_string(const char **data, uint32_t *left, char *to)
{
    uint32_t most = *left < FILE_PATH_BYTES ? *left : FILE_PATH_BYTES, length = (uint32_t)strnlen(*data, most);

    if (length == most)
        return -ENAMETOOLONG;
    memcpy(to, *data, length);
    to[length] = 0;
    *data += length + 1;
    *left -= length + 1;
    return 0;
}

static int take_from_transfer(const struct client *client, const char **path, const char **other)
{
    uint32_t left = FILE_TRANSFER_MAX;
    const char *data = client_bytes(client, left);
    int error = data ? take_string(&data, &left, texts[0]) : -EINVAL;

    if (!error && other)
        error = take_string(&data, &left, texts[1]);
    *path = texts[0];
    if (other)
        *other = texts[1];
    return error;
}

/* If the message has no data, the names are in the client's transfer page. */
int name_take_two(const struct client *client, const char **path, const char **other)
{
    if (ipc_data_bytes() == 0)
        return take_from_transfer(client, path, other);
    *path = take_from_message(other);
    return 0;
}

int name_take(const struct client *client, const char **path)
{
    return name_take_two(client, path, NULL);
}

/* Finds the directory at which a path begins. */
static int start(const struct client *client, uint32_t directory, const char *path, struct inode **from)
{
    const struct open_file *file = client_file(client, directory);

    *from = *path == '/' ? directory_root : client->directory;
    if (*path == '/' || directory == (uint32_t)FILE_CWD)
        return 0;
    if (!file)
        return -EBADF;
    *from = file->inode;
    return *from && (*from)->kind == INODE_DIRECTORY ? 0 : -ENOTDIR;
}

int name_find(const struct client *client, uint32_t directory, const char *path, uint32_t flags, struct inode **found)
{
    const struct open_file *file = client_file(client, directory);

    if (!*path && flags & FILE_EMPTY_PATH && directory != (uint32_t)FILE_CWD) {
        *found = file ? file->inode : NULL;
        return !file ? -EBADF : *found ? 0 : -EINVAL;
    }
    if (!*path && flags & FILE_EMPTY_PATH)
        path = ".";
    struct inode *from;
    int error = start(client, directory, path, &from);
    return error ? error : path_find(from, path, found);
}

/* Finds the parent directory and the last name of a path, as xv6's nameiparent() does. */
static int find_parent(const struct client *client, uint32_t directory, const char *path, struct directory_name *name)
{
    struct inode *from;
    int error = start(client, directory, path, &from);

    return error ? error : path_parent(from, path, name);
}

/* The same for the path in the message. */
static int take_parent(const struct client *client, uint32_t directory, struct directory_name *name)
{
    const char *path;
    int error = name_take(client, &path);

    return error ? error : find_parent(client, directory, path, name);
}

/* ------------------------------------------------------------------------------------------ open */

static bool device_is_known(uint32_t device)
{
    return device == DEVICE_NULL || device == DEVICE_ZERO || device == DEVICE_FULL || device == DEVICE_TERMINAL ||
           device == DEVICE_CONSOLE;
}

/* Returns 0 if the existing inode may be opened with these flags, or an error. */
static int check_open(const struct inode *inode, uint32_t flags)
{
    bool changes = (flags & O_ACCESS) != O_READ_ONLY || flags & (O_CREATE_FILE | O_TRUNCATE);

    if (flags & O_CREATE_FILE && flags & O_EXCLUSIVE)
        return -EEXIST;
    if (inode->kind == INODE_DIRECTORY)
        return changes ? -EISDIR : 0;
    if (flags & O_DIRECTORIES)
        return -ENOTDIR;
    return inode->kind != INODE_DEVICE || device_is_known(inode->device) ? 0 : -ENXIO;
}

/* Finds the inode and checks that it may be opened, or creates a file. */
static int find_or_create(const struct client *client, const struct words *words, const char *path,
                          struct inode **inode)
{
    struct directory_name name;
    int error = find_parent(client, words->w[1], path, &name);

    if (error)
        return error;
    if (name.must_be_directory)
        return -EISDIR;
    error = directory_lookup(name.directory, name.name, name.length, inode);
    if (error != -ENOENT)
        return error ? error : check_open(*inode, words->w[2]);
    uint32_t masked = words->w[2] & O_RAW ? 0 : client->umask; /* xv6 has no modes: its files can be run */
    const struct inode_attributes file = {INODE_FILE, (uint16_t)(words->w[3] & MODE_BITS & ~masked), 0};
    return directory_create(name.directory, name.name, name.length, &file, inode);
}

/* Finds the inode to open; the flags can have it created or emptied. Returns 0, FILE_MORE, or an error. */
static int find_to_open(const struct client *client, const struct words *words, const char *path, struct inode **inode)
{
    uint32_t flags = words->w[2];
    int error;

    if (flags & O_CREATE_FILE)
        error = find_or_create(client, words, path, inode);
    else if (!(error = name_find(client, words->w[1], path, 0, inode)))
        error = check_open(*inode, flags);
    if (!error && flags & O_TRUNCATE && (*inode)->kind == INODE_FILE) /* as in Linux, even if opened only for reading */
        error = inode_truncate(*inode, 0);
    return error;
}

int32_t call_open(struct client *client, struct words *words)
{
    const uint32_t kept = O_ACCESS | O_APPENDING | O_NONBLOCKING | O_RAW;
    uint32_t flags = words->w[2];
    int32_t fd = client_free(client, 0);
    struct inode *inode;
    const char *path;
    int error = name_take(client, &path);

    if (error || fd < 0)
        return error ? error : fd;
    if ((flags & O_ACCESS) == O_ACCESS)
        return -EINVAL;
    struct open_file *file = open_file_make(client->share, flags & kept);
    if (!file)
        return -ENFILE;
    error = find_to_open(client, words, path, &inode);
    if (error) {
        open_file_drop(file);
        return error;
    }
    inode_hold(inode);
    file->inode = inode;
    client_set(client, (uint32_t)fd, file, flags & O_CLOSE_ON_EXEC);
    words->w[1] = (uint32_t)fd;
    return 0;
}

int32_t call_unnamed(struct client *client, struct words *words)
{
    const struct inode_attributes attributes = {INODE_FILE, 0600, 0};
    int32_t fd = client_free(client, 0);

    if (fd < 0)
        return fd;
    struct open_file *file = open_file_make(client->share, O_READ_WRITE);
    if (!file)
        return -ENFILE;
    file->inode = inode_make(&attributes);
    int error = file->inode ? inode_truncate(file->inode, words->w[1]) : -ENOSPC;
    if (error) {
        open_file_drop(file);
        return error;
    }
    client_set(client, (uint32_t)fd, file, false);
    words->w[1] = (uint32_t)fd;
    return 0;
}

/* ------------------------------------------------------------------------------------- the tree */

static bool is_there(const struct directory_name *name)
{
    struct inode *inode;

    return !directory_lookup(name->directory, name->name, name->length, &inode);
}

/* Returns the kind that a mode of mknod or mkdir stands for, or 0 if we have none. */
static enum inode_kind kind_of(uint32_t mode)
{
    switch (mode & MODE_KIND) {
    case MODE_DIRECTORY:
        return INODE_DIRECTORY;
    case MODE_CHARACTERS:
        return INODE_DEVICE;
    case MODE_FILE:
    case 0:
        return INODE_FILE;
    default:
        return 0;
    }
}

int32_t call_make(struct client *client, struct words *words)
{
    uint32_t mode = words->w[2];
    struct inode_attributes attributes = {kind_of(mode), (uint16_t)(mode & MODE_BITS & ~client->umask), 0};
    struct directory_name name;
    struct inode *made;
    int error = take_parent(client, words->w[1], &name);

    if (error)
        return error;
    if (!attributes.kind)
        return -EINVAL;
    if (attributes.kind != INODE_DIRECTORY && name.must_be_directory)
        return is_there(&name) ? -EEXIST : -ENOENT;
    if (attributes.kind == INODE_DEVICE)
        attributes.device = (uint16_t)words->w[3];
    return directory_create(name.directory, name.name, name.length, &attributes, &made);
}

int32_t call_umask(struct client *client, struct words *words)
{
    uint32_t was = client->umask;

    client->umask = words->w[1] & MODE_PERMISSIONS;
    words->w[1] = was;
    return 0;
}

int32_t call_link(struct client *client, struct words *words)
{
    const char *path, *other;
    struct inode *inode;
    struct directory_name name;
    int error = name_take_two(client, &path, &other);

    if (!error)
        error = name_find(client, words->w[1], path, 0, &inode);
    if (!error)
        error = find_parent(client, words->w[2], other, &name);
    if (error)
        return error;
    if (name.must_be_directory)
        return is_there(&name) ? -EEXIST : -ENOENT;
    return directory_add(name.directory, name.name, name.length, inode);
}

/* Returns the error for removing a file by a name that ends with '/'. */
static int refuse_directory(const struct directory_name *name)
{
    struct inode *inode;
    int error = directory_lookup(name->directory, name->name, name->length, &inode);

    if (error)
        return error;
    return inode->kind == INODE_DIRECTORY ? -EISDIR : -ENOTDIR;
}

int32_t call_remove(struct client *client, struct words *words)
{
    uint32_t how = words->w[2];
    struct directory_name name;
    int error = take_parent(client, words->w[1], &name);

    if (error)
        return error;
    if (how & ~(uint32_t)(FILE_REMOVE_DIRECTORY | FILE_REMOVE_ANY))
        return -EINVAL;
    if (name.must_be_directory && !how)
        return refuse_directory(&name);
    error = directory_remove(name.directory, name.name, name.length,
                             how & FILE_REMOVE_ANY ? REMOVE_ANY
                             : how                 ? REMOVE_DIRECTORY
                                                   : REMOVE_FILE);
    return error ? error : client_lost(client);
}

int32_t call_rename(struct client *client, struct words *words)
{
    const char *path, *other;
    struct directory_name from, to;
    int error = name_take_two(client, &path, &other);

    if (!error)
        error = find_parent(client, words->w[1], path, &from);
    if (!error)
        error = find_parent(client, words->w[2], other, &to);
    if (!error)
        error = directory_rename(&from, &to);
    return error ? error : client_lost(client);
}

/* ------------------------------------------------------------------------------ status and change */

static uint32_t mode_kind(uint32_t kind)
{
    if (kind == INODE_DIRECTORY)
        return MODE_DIRECTORY;
    return kind == INODE_DEVICE ? MODE_CHARACTERS : MODE_FILE;
}

static struct file_status status_of(const struct inode *inode)
{
    return (struct file_status){
        .inode = inode->number,
        .mode = mode_kind(inode->kind) | inode->mode,
        .links = inode->links,
        .size = inode->kind == INODE_DIRECTORY ? (inode->entries + 2) * sizeof(struct file_raw_entry) : inode->size,
        .device = inode->device,
        .modified = inode->modified,
        .pages = inode_pages(inode),
    };
}

int32_t call_status(struct client *client, struct words *words)
{
    const struct open_file *file = client_file(client, words->w[1]);
    struct file_status *status = (struct file_status *)message_page->words;
    struct inode *inode;
    const char *path;
    int error = name_take(client, &path);

    if (error)
        return error;
    if (!*path && words->w[2] & FILE_EMPTY_PATH && file && file->pipe) {
        *status = (struct file_status){.mode = MODE_PIPE | 0600, .links = 1};
        return (int32_t)ipc_extend(sizeof *status, 0);
    }
    error = name_find(client, words->w[1], path, words->w[2], &inode);
    if (error)
        return error;
    *status = status_of(inode);
    return (int32_t)ipc_extend(sizeof *status, 0);
}

int32_t call_change(struct client *client, struct words *words)
{
    struct inode *inode;
    int error = name_take_found(client, words->w[1], FILE_EMPTY_PATH, &inode);

    if (error)
        return error;
    if (words->w[2] == FILE_MODE)
        inode->mode = words->w[3] & MODE_BITS;
    else if (words->w[2] == FILE_MODIFIED)
        inode->modified = words->w[3];
    else
        return -EINVAL;
    return 0;
}

/* ----------------------------------------------------------------------------------- directories */

int32_t call_change_directory(struct client *client, struct words *words)
{
    uint32_t flags = words->w[1] == (uint32_t)FILE_CWD ? 0 : FILE_EMPTY_PATH;
    struct inode *inode;
    int error = name_take_found(client, words->w[1], flags, &inode);

    if (error)
        return error;
    if (inode->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    inode_hold(inode);
    inode_drop(client->directory);
    client->directory = inode;
    return 0;
}

int32_t call_working_directory(struct client *client, struct words *words)
{
    uint32_t room = words->w[1];
    char *to = client_bytes(client, room);

    if (!to)
        return -EINVAL;
    int32_t length = path_of(client->directory, to, room);
    if (length < 0)
        return length;
    words->w[1] = (uint32_t)length + 1;
    return client_bytes_result(room, words->w[1]);
}

/* Puts an entry in the client's format. Returns its bytes, or 0 if there is no room. */
static uint32_t put_entry(char *to, uint32_t room, const struct directory_entry *entry)
{
    uint32_t bytes = (sizeof(struct file_entry) + entry->length + 3) & ~3u;

    if (bytes > room)
        return 0;
    struct file_entry head = {entry->number, entry->position + 1, (uint8_t)(mode_kind(entry->kind) >> 12),
                              (uint8_t)entry->length, 0};
    memset(to + bytes - sizeof(uint32_t), 0, sizeof(uint32_t));
    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, entry->name, entry->length);
    return bytes;
}

int32_t call_entries(struct client *client, struct words *words)
{
    struct open_file *file = client_file(client, words->w[1]);
    uint32_t room = words->w[2], used = 0;

    if (!file)
        return -EBADF;
    if (!file->inode || file->inode->kind != INODE_DIRECTORY)
        return -ENOTDIR;
    if (!file->inode->parent) /* the directory was removed */
        return -ENOENT;
    char *to = client_bytes(client, room);
    struct directory_entry entry;
    uint32_t position = file->offset;
    if (!to)
        return -EINVAL;
    while (directory_next(file->inode, &position, &entry)) {
        uint32_t bytes = put_entry(to + used, room - used, &entry);
        if (!bytes && !used)
            return -EINVAL;
        if (!bytes)
            break;
        used += bytes;
        file->offset = position;
    }
    words->w[1] = used;
    return client_bytes_result(room, used);
}

int32_t entries_read_raw(struct client *client, struct open_file *file, uint32_t bytes, struct words *words)
{
    uint32_t position = file->offset / sizeof(struct file_raw_entry), used = 0;
    char *to = client_bytes(client, bytes);
    struct directory_entry entry;

    while (bytes - used >= sizeof(struct file_raw_entry) && directory_next(file->inode, &position, &entry)) {
        struct file_raw_entry raw = {.inode = (uint16_t)(entry.number < UINT16_MAX ? entry.number : UINT16_MAX)};
        memcpy(raw.name, entry.name, entry.length < sizeof raw.name ? entry.length : sizeof raw.name);
        memcpy(to + used, &raw, sizeof raw);
        used += sizeof raw;
        file->offset = position * sizeof raw;
    }
    words->w[1] = used;
    return client_bytes_result(bytes, used);
}
