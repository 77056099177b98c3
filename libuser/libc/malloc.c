#include "libuser/libc/heap.h"
#include "libuser/libc/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct heap heap = {.grow = sbrk};

WEAK void *malloc(size_t size)
{
    void *memory = __heap_allocate(&heap, size);

    if (!memory)
        errno = ENOMEM;
    return memory;
}

WEAK void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void *memory = __builtin_mul_overflow(count, size, &bytes) ? NULL : malloc(bytes);

    return memory ? memset(memory, 0, bytes) : NULL;
}

WEAK void free(void *pointer)
{
    if (pointer)
        __heap_free(&heap, pointer);
}

WEAK void *realloc(void *old, size_t size)
{
    if (old && __heap_resize(&heap, old, size))
        return old;
    void *memory = malloc(size);
    if (!memory || !old)
        return memory;
    size_t kept = __heap_bytes(old);
    memcpy(memory, old, kept < size ? kept : size);
    free(old);
    return memory;
}
