#include "libuser/xv6/call.h"
#include "libuser/xv6/path.h"
#include "libuser/xv6/types.h"

#include "libuser/xv6/stat.h"

int xv6_fstat(int fd, struct stat *to);
int xv6_stat(const char *path, struct stat *to);

enum { KIND = 0170000, DIRECTORY = 0040000, REGULAR = 0100000 }; /* bits of a mode */

/* Linux's struct stat64 of i386. */
struct linux_stat {
    uint64_t device;
    uint32_t unused, inode, mode, links, user, group;
    uint64_t special;
    uint32_t more, bytes, rest[12];
};
_Static_assert(sizeof(struct linux_stat) == 96 && offsetof(struct linux_stat, bytes) == 44, "Linux's layout");

static int translate(int error, const struct linux_stat *from, struct stat *to)
{
    uint32_t kind = from->mode & KIND;

    if (error || is_bad_address(to, sizeof *to))
        return -1;
    *to = (struct stat){.type = kind == DIRECTORY ? T_DIR
                                : kind == REGULAR ? T_FILE
                                                  : T_DEV,
                        .dev = (int)from->device,
                        .ino = from->inode,
                        .nlink = (short)from->links,
                        .size = from->bytes};
    return 0;
}

WEAK int xv6_fstat(int fd, struct stat *to)
{
    struct linux_stat found;

    return translate(ask(SYS_fstat64, (uint32_t)fd, (uintptr_t)&found, 0), &found, to);
}

WEAK int xv6_stat(const char *path, struct stat *to)
{
    struct linux_stat found;
    struct xv6_path cut;

    return translate(ask(SYS_stat64, xv6_cut(path, &cut), (uintptr_t)&found, 0), &found, to);
}
