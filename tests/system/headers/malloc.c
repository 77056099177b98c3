/* <malloc.h> */
#include "tests/system/headers/headers.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

static bool memory(void)
{
    char *heap = memalign(64, 100);
    bool good = IS((uintptr_t)heap % 64, 0) && HOLDS(malloc_usable_size(heap) >= 100);

    free(heap);
    return good;
}

const struct tap_point header_malloc[] = {{"aligned memory", memory}, {0, 0}};
