/* Cuts each name in a path to the length of xv6's names, before any call gets it. */
#pragma once

#include <stdint.h>

enum { XV6_PATH_BYTES = 1024 };

struct xv6_path {
    char text[XV6_PATH_BYTES];
};

/* The path with each name cut, in `cut`; 0, which every call refuses, if its address is bad or it does not fit. */
uintptr_t xv6_cut(const char *path, struct xv6_path *cut);
