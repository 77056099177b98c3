/* <stddef.h>, <stdalign.h>, <stdbool.h>, <iso646.h>: they have no functions. */
#include "tests/system/headers/headers.h"

#include <iso646.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

struct pair {
    char first;
    alignas(16) char second;
};

static bool types(void)
{
    return IS(offsetof(struct pair, second), 16) && IS(alignof(max_align_t) >= 4, 1) && IS(sizeof(wchar_t), 4) &&
           IS(sizeof(ptrdiff_t), sizeof(size_t)) && HOLDS(not false and true);
}

const struct tap_point header_stddef[] = {{"offsets and alignment", types}, {0, 0}};
