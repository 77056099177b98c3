/* xv6's file calls: converts its flags and structures to and from Linux's. */
#include "libuser/vdso/numbers.h"
#include "libuser/xv6/call.h"
#include "libuser/xv6/path.h"

#include <sys/stat.h>

int xv6_open(const char *path, int flags);
int xv6_close(int fd);
int xv6_read(int fd, void *to, int bytes);
int xv6_write(int fd, const void *from, int bytes);
int xv6_pipe(int *ends);
int xv6_dup(int fd);
int xv6_link(const char *old, const char *new);
int xv6_unlink(const char *path);
int xv6_mkdir(const char *path);
int xv6_mknod(const char *path, short major, short minor);
int xv6_chdir(const char *path);

enum { XV6_CREATE = 0x200, CREATE = 0x40 }; /* open's flag in xv6, and in Linux */

/* xv6's only device, and its number here. */
enum { XV6_CONSOLE = 0x101, CONSOLE = 0x501 };

enum { ALL = 0777 }; /* xv6 has no modes: its files can be run */

WEAK int xv6_open(const char *path, int flags)
{
    uint32_t linux_flags = ((uint32_t)flags & ~(uint32_t)XV6_CREATE) | OPEN_AS_XV6;
    struct xv6_path cut;

    if (flags & XV6_CREATE)
        linux_flags |= CREATE;
    return ask(SYS_open, xv6_cut(path, &cut), linux_flags, ALL);
}

WEAK int xv6_close(int fd)
{
    return ask(SYS_close, (uint32_t)fd, 0, 0);
}

WEAK int xv6_read(int fd, void *to, int bytes)
{
    return ask(SYS_read, (uint32_t)fd, (uintptr_t)to, (uint32_t)bytes);
}

WEAK int xv6_write(int fd, const void *from, int bytes)
{
    return ask(SYS_write, (uint32_t)fd, (uintptr_t)from, (uint32_t)bytes);
}

WEAK int xv6_pipe(int *ends)
{
    return ask(SYS_pipe, (uintptr_t)ends, 0, 0);
}

WEAK int xv6_dup(int fd)
{
    return ask(SYS_dup, (uint32_t)fd, 0, 0);
}

WEAK int xv6_link(const char *old, const char *new)
{
    struct xv6_path cut_old, cut_new;

    return ask(SYS_link, xv6_cut(old, &cut_old), xv6_cut(new, &cut_new), 0);
}

/* Removes an empty directory, too. */
WEAK int xv6_unlink(const char *path)
{
    struct xv6_path cut;

    return ask(TALLY_REMOVE, xv6_cut(path, &cut), 0, 0);
}

WEAK int xv6_mkdir(const char *path)
{
    struct xv6_path cut;

    return ask(SYS_mkdir, xv6_cut(path, &cut), ALL, 0);
}

WEAK int xv6_mknod(const char *path, short major, short minor)
{
    uint32_t device = (uint32_t)(major & 0xff) << 8 | (minor & 0xff);
    struct xv6_path cut;

    return ask(SYS_mknod, xv6_cut(path, &cut), S_IFCHR | ALL, device == XV6_CONSOLE ? CONSOLE : device);
}

WEAK int xv6_chdir(const char *path)
{
    struct xv6_path cut;

    return ask(SYS_chdir, xv6_cut(path, &cut), 0, 0);
}
