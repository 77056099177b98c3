/* The status of files, and the entries of directories. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"

#include <string.h>

enum { BLOCK_BYTES = 4096, SECTORS = 8 /* sectors of 512 bytes in a page */, DEVICE_OF_TREE = 1 };

/* Linux's struct stat64 of i386. */
struct stat64_bytes {
    uint32_t device[2], unused, old_inode, mode, links, user, group, special[2], unused_too;
    uint32_t size[2], block, blocks[2], accessed[2], modified[2], changed[2], inode[2];
};
_Static_assert(sizeof(struct stat64_bytes) == 96, "Linux's size");

/* Linux's struct statx. */
struct statx_bytes {
    uint32_t known, block, attributes[2], links, user, group;
    uint16_t mode, unused;
    uint32_t inode[2], size[2], blocks[2], attributes_known[2];
    uint32_t accessed[4], born[4], changed[4], modified[4];
    uint32_t special_major, special_minor, major, minor, rest[28];
};
_Static_assert(offsetof(struct statx_bytes, inode) == 32 && offsetof(struct statx_bytes, accessed) == 64 &&
                   offsetof(struct statx_bytes, special_major) == 128 && sizeof(struct statx_bytes) == 256,
               "Linux's");

/* Gets the status of a path below a directory or, if the path is empty and the flag allows it, of the descriptor. */
static int get_status(uint32_t directory, uint32_t path, uint32_t flags, struct file_status *status)
{
    int32_t bytes = vdso_put_path(path);

    if (bytes >= 0)
        bytes = file_status(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, flags);
    if (bytes)
        return bytes;
    memcpy(status, message_page->words, sizeof *status);
    return 0;
}

/* Gets a descriptor's status. That of the console needs no server. */
static int get_own(uint32_t fd, struct file_status *status)
{
    if (fd < 32 && (state->console_reads | state->console_writes) >> fd & 1) {
        *status = (struct file_status){.mode = MODE_CHARACTERS | 0620, .links = 1, .device = DEVICE_CONSOLE};
        return 0;
    }
    if (!state->has_files || fd == (uint32_t)FILE_CWD)
        return -EBADF;
    return get_status(fd, (uint32_t)state->no_path, FILE_EMPTY_PATH, status);
}

int vdso_check_terminal_file(uint32_t fd)
{
    struct file_status status;
    int error = get_own(fd, &status);

    if (error)
        return -EBADF;
    return (status.mode & MODE_KIND) == MODE_CHARACTERS && status.device >= DEVICE_TERMINAL ? 0 : -ENOTTY;
}

/* Linux's structs have devices as major << 8 | minor, as the server does. */
static void put_stat64(uint32_t to, const struct file_status *s)
{
    *(struct stat64_bytes *)to = (struct stat64_bytes){.device = {DEVICE_OF_TREE},
                                                       .old_inode = s->inode,
                                                       .mode = s->mode,
                                                       .links = s->links,
                                                       .special = {s->device},
                                                       .size = {s->size},
                                                       .block = BLOCK_BYTES,
                                                       .blocks = {s->pages * SECTORS},
                                                       .accessed = {s->modified},
                                                       .modified = {s->modified},
                                                       .changed = {s->modified},
                                                       .inode = {s->inode}};
}

HANDLER(fstat64)
{
    struct file_status status;
    int error = vdso_is_bad(a[1], sizeof(struct stat64_bytes)) ? -EFAULT : get_own(a[0], &status);

    (void)number;
    if (!error)
        put_stat64(a[1], &status);
    return error;
}

/* stat64 and lstat64: there are no symbolic links. */
HANDLER(stat64)
{
    struct file_status status;
    int error =
        vdso_is_bad(a[1], sizeof(struct stat64_bytes)) ? -EFAULT : get_status((uint32_t)FILE_CWD, a[0], 0, &status);

    (void)number;
    if (!error)
        put_stat64(a[1], &status);
    return error;
}

/* Gets the descriptor's status if the path is empty and the flag allows that. */
static int get_at(uint32_t directory, uint32_t path, uint32_t flags, struct file_status *status)
{
    if (vdso_is_bad(path, 1))
        return -EFAULT;
    bool own = !*(const char *)path && flags & FILE_EMPTY_PATH && directory != (uint32_t)FILE_CWD;
    return own ? get_own(directory, status) : get_status(directory, path, flags & FILE_EMPTY_PATH, status);
}

HANDLER(fstatat64)
{
    struct file_status status;
    int error = vdso_is_bad(a[2], sizeof(struct stat64_bytes)) ? -EFAULT : get_at(a[0], a[1], a[3], &status);

    (void)number;
    if (!error)
        put_stat64(a[2], &status);
    return error;
}

HANDLER(statx)
{
    enum { BASIC = 0x7ff };
    struct file_status s;
    int error = vdso_is_bad(a[4], sizeof(struct statx_bytes)) ? -EFAULT : get_at(a[0], a[1], a[2], &s);

    (void)number;
    if (error)
        return error;
    *(struct statx_bytes *)a[4] = (struct statx_bytes){.known = BASIC,
                                                       .block = BLOCK_BYTES,
                                                       .links = s.links,
                                                       .mode = (uint16_t)s.mode,
                                                       .inode = {s.inode},
                                                       .size = {s.size},
                                                       .blocks = {s.pages * SECTORS},
                                                       .accessed = {s.modified},
                                                       .changed = {s.modified},
                                                       .modified = {s.modified},
                                                       .special_major = s.device >> 8,
                                                       .special_minor = s.device & 0xff,
                                                       .minor = DEVICE_OF_TREE};
    return 0;
}

/* access and faccessat. Every process may do everything, except run a file that nobody may run. */
HANDLER(access)
{
    enum { ACCESS = 33, RUN = 1, MODES = 7, MODE_RUN = 0111 };
    struct file_status status;
    const uint32_t *rest = number == ACCESS ? a : a + 1;

    if (rest[1] & ~(uint32_t)MODES)
        return -EINVAL;
    int error = get_status(number == ACCESS ? (uint32_t)FILE_CWD : a[0], rest[0], 0, &status);
    if (error)
        return error;
    return rest[1] & RUN && !(status.mode & MODE_RUN) ? -EACCES : 0;
}

/* readlink and readlinkat. There are no symbolic links, so every existing file gives EINVAL. */
HANDLER(readlink)
{
    enum { READLINK = 85 };
    struct file_status status;
    int error =
        number == READLINK ? get_status((uint32_t)FILE_CWD, a[0], 0, &status) : get_status(a[0], a[1], 0, &status);

    return error ? error : -EINVAL;
}

/* ---------------------------------------------------------------------------------------- change */

static int change(uint32_t directory, uint32_t path, uint32_t what, uint32_t value)
{
    int32_t bytes = vdso_put_path(path);

    return bytes < 0 ? bytes : file_change(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, what, value);
}

static int change_named(uint32_t directory, uint32_t path, uint32_t what, uint32_t value)
{
    bool is_empty = !vdso_is_bad(path, 1) && !*(const char *)path; /* the server would change the descriptor's file */

    return is_empty ? -ENOENT : change(directory, path, what, value);
}

/* chmod, fchmod and fchmodat. The mode is stored and reported. */
HANDLER(chmod)
{
    enum { CHMOD = 15, FCHMOD = 94 };

    if (number == CHMOD)
        return change_named((uint32_t)FILE_CWD, a[0], FILE_MODE, a[1]);
    return number == FCHMOD ? change(a[0], (uint32_t)state->no_path, FILE_MODE, a[1])
                            : change_named(a[0], a[1], FILE_MODE, a[2]);
}

/* utimensat and utimensat_time64. Only the time of the last change exists. A null pointer or UTIME_NOW means now. */
HANDLER(utimensat)
{
    enum { UTIMENSAT = 320, NOW = 0x3fffffff, OMIT = 0x3ffffffe };
    const uint32_t words = number == UTIMENSAT ? 2 : 4, *modified = (const uint32_t *)a[2] + words;
    int (*change_it)(uint32_t, uint32_t, uint32_t, uint32_t) = a[1] ? change_named : change;
    const uint32_t path = a[1] ? a[1] : (uint32_t)state->no_path;

    if (a[2] && vdso_is_bad(a[2], 2 * words * sizeof(uint32_t)))
        return -EFAULT;
    if (!a[2] || modified[words / 2] == NOW)
        return change_it(a[0], path, FILE_MODIFIED, vdso_seconds());
    return modified[words / 2] == OMIT ? 0 : change_it(a[0], path, FILE_MODIFIED, modified[0]);
}

/* ----------------------------------------------------------------------------------- directories */

/* Linux's struct linux_dirent64, without the name. */
struct dirent64_head {
    uint32_t inode[2], offset[2];
    uint16_t bytes;
    uint8_t kind;
} __attribute__((packed));

/* Converts the server's entries. Each becomes at most twice as long. */
static uint32_t put_entries(char *to, const char *from, uint32_t bytes)
{
    uint32_t used = 0;

    for (uint32_t at = 0; at < bytes;) {
        const struct file_entry *entry = (const struct file_entry *)(from + at);
        uint32_t long_bytes = (sizeof(struct dirent64_head) + entry->length + 8) & ~7u;
        struct dirent64_head head = {{entry->inode}, {entry->position}, (uint16_t)long_bytes, entry->mode_kind};
        memset(to + used, 0, long_bytes);
        memcpy(to + used, &head, sizeof head);
        memcpy(to + used + sizeof head, entry->name, entry->length);
        used += long_bytes;
        at += (sizeof *entry + entry->length + 3) & ~3u;
    }
    return used;
}

HANDLER(getdents64)
{
    uint32_t most, got = 0, half = a[2] / 2;

    (void)number;
    if (!state->has_files)
        return a[0] < 3 ? -ENOTDIR : -EBADF;
    if (vdso_is_bad(a[1], a[2]))
        return -EFAULT;
    char *from = vdso_bytes(half, &most);
    int error = file_entries(CLIENT_SLOT_FILE, a[0], half < most ? half : most, &got);
    return error ? error : (int32_t)put_entries((char *)a[1], from, got);
}

/* statfs64 and fstatfs64. */
HANDLER(statfs64)
{
    enum { WORDS = 21, MAGIC = 0x01021994 /* tmpfs */, NAME_MAX = 255 };
    uint32_t pages = 0, free = 0;
    int error = vdso_is_bad(a[2], WORDS * sizeof(uint32_t)) ? -EFAULT : vdso_begin_files();

    (void)number;
    if (!error)
        error = file_space(CLIENT_SLOT_FILE, &pages, &free);
    if (error)
        return error;
    const uint32_t words[WORDS] = {MAGIC, BLOCK_BYTES, pages, 0, free, 0, free,     0,
                                   pages, 0,           free,  0, 0,    0, NAME_MAX, BLOCK_BYTES};
    memcpy((void *)a[2], words, sizeof words);
    return 0;
}
