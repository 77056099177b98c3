/* Paths whose names are as long as xv6's can be: of a longer name it takes the first bytes, and no other call is told
 * of the rest. */
#pragma once

#include <stdint.h>

enum { XV6_PATH_BYTES = 1024 };

struct xv6_path {
    char text[XV6_PATH_BYTES];
};

/* Where the path is with each name cut, in `cut`; 0, which every call refuses, for one that is nowhere or does not fit.
 */
uintptr_t xv6_cut(const char *path, struct xv6_path *cut);
