#include "libuser/xv6/path.h"

#include "libuser/mem/result.h"
#include "libuser/xv6/types.h"

#include "libuser/xv6/fs.h"

uintptr_t xv6_cut(const char *path, struct xv6_path *cut)
{
    uint32_t used = 0, name = 0; /* bytes of the path, bytes of the current name */

    do {
        if (is_bad_address(path, 1) || used == XV6_PATH_BYTES)
            return 0;
        name = *path == '/' ? 0 : name + 1;
        if (name <= DIRSIZ || !*path)
            cut->text[used++] = *path;
    } while (*path++);
    return (uintptr_t)cut->text;
}
