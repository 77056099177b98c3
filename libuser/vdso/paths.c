/* Calls that name files. The file server interprets paths, because it knows the working directory. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/numbers.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"

#include <string.h>

enum { MODE_BITS = 07777 };
_Static_assert((int)O_RAW == (int)OPEN_AS_XV6, "a flag that goes through");

/* The paths of a message, as far as they were put. */
struct paths {
    char *to;
    uint32_t used, room;
};

static int put_path(struct paths *paths, uint32_t path)
{
    const char *from = (const char *)path;

    if (vdso_is_bad(path, 1))
        return -EFAULT;
    do
        if (paths->used == paths->room)
            return -ENAMETOOLONG;
    while ((paths->to[paths->used++] = *from++));
    return 0;
}

/* Puts `path`, and `other` if it is not 0, into the message, or into the transfer page if they do not fit. Returns the
 * bytes of data in the message, or an error. */
static int32_t put_paths(uint32_t path, uint32_t other)
{
    struct paths paths = {(char *)message_page->words, 0, FILE_DATA_MAX};
    int error = vdso_begin_files();

    if (!error)
        error = put_path(&paths, path);
    if (!error && other)
        error = put_path(&paths, other);
    if (error != -ENAMETOOLONG)
        return error ? error : (int32_t)paths.used;
    paths.to = vdso_bytes(FILE_TRANSFER_MAX, &paths.room);
    paths.used = 0;
    if (paths.room == FILE_DATA_MAX)
        return -ENOMEM;
    error = put_path(&paths, path);
    if (!error && other)
        error = put_path(&paths, other);
    return error;
}

int32_t vdso_put_path(uint32_t path)
{
    return put_paths(path, 0);
}

/* ------------------------------------------------------------------------------------------ open */

static int32_t open_path(uint32_t directory, uint32_t path, uint32_t flags, uint32_t mode)
{
    uint32_t fd = 0;
    int status;

    do {
        int32_t bytes = put_paths(path, 0);
        if (bytes < 0)
            return bytes;
        status = file_open(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, flags, mode & MODE_BITS, &fd);
    } while (status == FILE_MORE);
    return status ? status : (int32_t)fd;
}

HANDLER(open)
{
    (void)number;
    return open_path((uint32_t)FILE_CWD, a[0], a[1], a[2]);
}

HANDLER(openat)
{
    (void)number;
    return open_path(a[0], a[1], a[2], a[3]);
}

HANDLER(creat)
{
    (void)number;
    return open_path((uint32_t)FILE_CWD, a[0], O_WRITE_ONLY | O_CREATE_FILE | O_TRUNCATE, a[1]);
}

/* -------------------------------------------------------------------------------------- the tree */

static int32_t make(uint32_t directory, uint32_t path, uint32_t mode, uint32_t device)
{
    int32_t bytes = put_paths(path, 0);

    return bytes < 0 ? bytes : file_make(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, mode, device);
}

/* mkdir and mkdirat. */
HANDLER(mkdir)
{
    enum { MKDIR = 39 };

    return number == MKDIR ? make((uint32_t)FILE_CWD, a[0], (a[1] & MODE_BITS) | MODE_DIRECTORY, 0)
                           : make(a[0], a[1], (a[2] & MODE_BITS) | MODE_DIRECTORY, 0);
}

/* mknod and mknodat, which do not make directories. */
HANDLER(mknod)
{
    enum { MKNOD = 14 };
    const uint32_t *rest = number == MKNOD ? a : a + 1;

    if ((rest[1] & MODE_KIND) == MODE_DIRECTORY)
        return -EPERM;
    return make(number == MKNOD ? (uint32_t)FILE_CWD : a[0], rest[0], rest[1], rest[2]);
}

static int32_t remove_path(uint32_t directory, uint32_t path, uint32_t how)
{
    int32_t bytes = put_paths(path, 0);

    return bytes < 0 ? bytes : vdso_settle(file_remove(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, how));
}

HANDLER(unlink)
{
    (void)number;
    return remove_path((uint32_t)FILE_CWD, a[0], 0);
}

HANDLER(rmdir)
{
    (void)number;
    return remove_path((uint32_t)FILE_CWD, a[0], FILE_REMOVE_DIRECTORY);
}

HANDLER(unlinkat)
{
    (void)number;
    if (a[2] & ~(uint32_t)FILE_REMOVE_DIRECTORY)
        return -EINVAL;
    return remove_path(a[0], a[1], a[2]);
}

/* xv6's unlink, which Linux does not have. */
HANDLER(remove_any)
{
    (void)number;
    return remove_path((uint32_t)FILE_CWD, a[0], FILE_REMOVE_ANY);
}

static int32_t link_paths(uint32_t directory, uint32_t path, uint32_t to_directory, uint32_t to)
{
    int32_t bytes = put_paths(path, to);

    return bytes < 0 ? bytes : file_link(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, to_directory);
}

HANDLER(link)
{
    (void)number;
    return vdso_is_bad(a[1], 1) ? -EFAULT : link_paths((uint32_t)FILE_CWD, a[0], (uint32_t)FILE_CWD, a[1]);
}

HANDLER(linkat)
{
    (void)number;
    return vdso_is_bad(a[3], 1) ? -EFAULT : link_paths(a[0], a[1], a[2], a[3]);
}

static int32_t rename_paths(uint32_t directory, uint32_t path, uint32_t to_directory, uint32_t to)
{
    int32_t bytes = vdso_is_bad(to, 1) ? -EFAULT : put_paths(path, to);

    return bytes < 0 ? bytes : vdso_settle(file_rename(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, to_directory));
}

HANDLER(rename)
{
    (void)number;
    return rename_paths((uint32_t)FILE_CWD, a[0], (uint32_t)FILE_CWD, a[1]);
}

/* renameat and renameat2; none of its flags is supported. */
HANDLER(renameat)
{
    enum { RENAMEAT2 = 353 };

    return number == RENAMEAT2 && a[4] ? -EINVAL : rename_paths(a[0], a[1], a[2], a[3]);
}

/* There are no symbolic links. */
HANDLER(symlink)
{
    (void)a, (void)number;
    return -EPERM;
}

/* ----------------------------------------------------------------------------- working directory */

HANDLER(chdir)
{
    int32_t bytes = put_paths(a[0], 0);

    (void)number;
    return bytes < 0 ? bytes : file_change_directory(CLIENT_SLOT_FILE, (uint32_t)bytes, (uint32_t)FILE_CWD);
}

HANDLER(fchdir)
{
    int32_t bytes = put_paths((uint32_t)state->no_path, 0);

    (void)number;
    return bytes < 0 ? bytes : file_change_directory(CLIENT_SLOT_FILE, (uint32_t)bytes, a[0]);
}

HANDLER(getcwd)
{
    uint32_t most, got = 0, size = a[1];
    int error = vdso_begin_files();

    (void)number;
    if (error)
        return error;
    if (vdso_is_bad(a[0], size))
        return -EFAULT;
    char *from = vdso_bytes(size < FILE_PATH_BYTES ? size : FILE_PATH_BYTES, &most);
    error = file_working_directory(CLIENT_SLOT_FILE, size < most ? size : most, &got);
    if (!error)
        memcpy((void *)a[0], from, got);
    return error ? error : (int32_t)got;
}

HANDLER(umask)
{
    uint32_t was = 0;
    int error = vdso_begin_files();

    (void)number;
    if (!error)
        error = file_umask(CLIENT_SLOT_FILE, a[0], &was);
    return error ? error : (int32_t)was;
}

/* ---------------------------------------------------------------------------------------- sizes */

static int32_t truncate_to(uint32_t directory, uint32_t path, uint32_t low, uint32_t high)
{
    int status;

    if (high || low > INT32_MAX)
        return high >> 31 ? -EINVAL : -EFBIG;
    do {
        int32_t bytes = put_paths(path, 0);
        status = bytes < 0 ? bytes : file_truncate(CLIENT_SLOT_FILE, (uint32_t)bytes, directory, low);
    } while (status == FILE_MORE);
    return status;
}

/* truncate and truncate64, whose size is in arguments 1 (lower half) and 2. */
HANDLER(truncate)
{
    enum { TRUNCATE64 = 193 };

    if (!vdso_is_bad(a[0], 1) && !*(const char *)a[0])
        return -ENOENT;
    return truncate_to((uint32_t)FILE_CWD, a[0], a[1], number == TRUNCATE64 ? a[2] : (uint32_t)((int32_t)a[1] >> 31));
}

HANDLER(ftruncate)
{
    enum { FTRUNCATE64 = 194 };

    if (a[0] == (uint32_t)FILE_CWD)
        return -EBADF;
    return truncate_to(a[0], (uint32_t)state->no_path, a[1],
                       number == FTRUNCATE64 ? a[2] : (uint32_t)((int32_t)a[1] >> 31));
}

/* Files are in memory, so nothing waits to be written. */
HANDLER(fsync)
{
    uint32_t value;

    (void)number;
    if (a[0] < 3 && !state->has_files)
        return -EINVAL;
    return state->has_files ? file_control(CLIENT_SLOT_FILE, a[0], FILE_GET_FD, 0, &value) : -EBADF;
}
