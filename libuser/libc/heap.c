#include "libuser/libc/heap.h"

#include <stdint.h>

enum { USED = 1, SIZE_MIN = sizeof(struct heap_block) };

static struct heap_block *block_of(const void *memory)
{
    return (struct heap_block *)((char *)memory - HEAP_HEADER);
}

static size_t size_of(const struct heap_block *block)
{
    return block->size & ~(size_t)USED;
}

static struct heap_block *after(const struct heap_block *block)
{
    return (struct heap_block *)((char *)block + size_of(block));
}

static void list_insert(struct heap *heap, struct heap_block *block)
{
    block->next = heap->free;
    block->link = &heap->free;
    if (block->next)
        block->next->link = &block->next;
    heap->free = block;
}

static void list_remove(struct heap_block *block)
{
    *block->link = block->next;
    if (block->next)
        block->next->link = block->link;
}

static void set_size(struct heap_block *block, size_t size, size_t used)
{
    block->size = size | used;
    after(block)->before = size;
}

/* Makes a used block free, one with its free neighbours. */
static struct heap_block *release(struct heap *heap, struct heap_block *block)
{
    struct heap_block *next = after(block);
    size_t size = size_of(block);

    if (!(next->size & USED)) {
        list_remove(next);
        size += next->size;
    }
    struct heap_block *before = (struct heap_block *)((char *)block - block->before);
    if (block->before && !(before->size & USED)) {
        list_remove(before);
        size += before->size;
        block = before;
    }
    set_size(block, size, 0);
    list_insert(heap, block);
    return block;
}

/* Cuts a used block to `size` if what is left can stand alone. */
static void trim(struct heap *heap, struct heap_block *block, size_t size)
{
    size_t rest = size_of(block) - size;

    if (rest < SIZE_MIN)
        return;
    set_size(block, size, USED);
    set_size(after(block), rest, USED);
    release(heap, after(block));
}

/* The block for a request; 0 if the number is out of range. */
static size_t block_size(size_t bytes)
{
    size_t size = (bytes + HEAP_HEADER + HEAP_ALIGN - 1) & ~(size_t)(HEAP_ALIGN - 1);

    if (bytes > PTRDIFF_MAX - HEAP_GROW)
        return 0;
    return size < SIZE_MIN ? SIZE_MIN : size;
}

/* The new memory's first block: where the old end was if it continues it, else a new region's. */
static struct heap_block *region(struct heap *heap, char *memory, size_t *size)
{
    if (heap->end && memory == (char *)heap->end + HEAP_HEADER)
        return heap->end;
    size_t skip = -(uintptr_t)memory % HEAP_ALIGN;
    struct heap_block *first = (struct heap_block *)(memory + skip);
    first->before = 0;
    *size = (*size - skip - HEAP_HEADER) & ~(size_t)(HEAP_ALIGN - 1);
    return first;
}

/* A free block of at least `size` from new memory. */
static struct heap_block *extend(struct heap *heap, size_t size)
{
    size_t more = size + HEAP_HEADER + HEAP_ALIGN;

    more = more < HEAP_GROW ? HEAP_GROW : (more + HEAP_ALIGN - 1) & ~(size_t)(HEAP_ALIGN - 1);
    void *memory = heap->grow((ptrdiff_t)more);
    if (memory == (void *)-1)
        return NULL;
    struct heap_block *block = region(heap, memory, &more);
    block->size = more | USED;
    heap->end = after(block);
    heap->end->before = more;
    heap->end->size = HEAP_HEADER | USED;
    return release(heap, block);
}

static struct heap_block *find(struct heap *heap, size_t size)
{
    for (struct heap_block *block = heap->free; block; block = block->next)
        if (block->size >= size)
            return block;
    return extend(heap, size);
}

void *__heap_allocate(struct heap *heap, size_t bytes)
{
    size_t size = block_size(bytes);
    struct heap_block *block = size ? find(heap, size) : NULL;

    if (!block)
        return NULL;
    list_remove(block);
    block->size |= USED;
    trim(heap, block, size);
    return (char *)block + HEAP_HEADER;
}

void __heap_free(struct heap *heap, void *memory)
{
    release(heap, block_of(memory));
}

int __heap_resize(struct heap *heap, void *memory, size_t bytes)
{
    struct heap_block *block = block_of(memory), *next = after(block);
    size_t size = block_size(bytes), room = size_of(block);

    if (!(next->size & USED))
        room += next->size;
    if (!size || room < size)
        return 0;
    if (room > size_of(block)) {
        list_remove(next);
        set_size(block, room, USED);
    }
    trim(heap, block, size);
    return 1;
}

size_t __heap_bytes(const void *memory)
{
    return size_of(block_of(memory)) - HEAP_HEADER;
}
