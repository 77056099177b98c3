/*
 * The heap behind malloc: random requests against a list of what was asked for, with all blocks
 * walked after each; the break moved by others; memory that ends.
 *   sources: libuser/libc/heap.c
 */
#include "libuser/libc/heap.h"
#include "tests/host/check.h"

#include <string.h>

enum { ARENA = 1 << 20, PIECES = 64, STEPS = 100000, REGIONS = 512 };

static _Alignas(16) unsigned char arena[ARENA];
static size_t used;            /* of the arena, by whom ever */
static size_t starts[REGIONS]; /* where the heap's memory begins anew */
static unsigned starts_count;
static struct heap heap;

static void *grow(ptrdiff_t bytes)
{
    CHECK(bytes > 0);
    if ((size_t)bytes > ARENA - used)
        return (void *)-1;
    if (!heap.end || (unsigned char *)heap.end + HEAP_HEADER != arena + used) {
        CHECK(starts_count < REGIONS);
        starts[starts_count++] = used;
    }
    used += (size_t)bytes;
    return arena + used - bytes;
}

static struct piece {
    unsigned char *memory;
    size_t bytes;
    unsigned char mark;
} pieces[PIECES];

static void reset(void)
{
    heap = (struct heap){.grow = grow};
    memset(pieces, 0, sizeof pieces);
    used = 0;
    starts_count = 0;
}

static int listed(const struct heap_block *block)
{
    for (const struct heap_block *b = heap.free; b; b = b->next) {
        CHECK(*b->link == b);
        if (b == block)
            return 1;
    }
    return 0;
}

/* Walks a region to its end; returns how many free blocks it has. */
static unsigned walk(size_t start)
{
    size_t first = (start + HEAP_ALIGN - 1) / HEAP_ALIGN * HEAP_ALIGN, before = 0;
    struct heap_block *block = (struct heap_block *)(arena + first);
    unsigned count = 0;
    int was_free = 0;

    for (;;) {
        size_t size = block->size & ~(size_t)1;
        int is_free = !(block->size & 1);
        CHECK(block->before == before && size % HEAP_ALIGN == 0 && size >= HEAP_HEADER);
        CHECK(is_free == listed(block) && !(is_free && was_free));
        if (size == HEAP_HEADER)
            return count;
        count += (unsigned)is_free;
        was_free = is_free;
        before = size;
        block = (struct heap_block *)((char *)block + size);
    }
}

static void heap_check(void)
{
    unsigned count = 0, in_list = 0;

    for (unsigned i = 0; i < starts_count; i++)
        count += walk(starts[i]);
    for (const struct heap_block *b = heap.free; b; b = b->next)
        in_list++;
    CHECK(count == in_list);
}

static void check_piece(const struct piece *p)
{
    CHECK((uintptr_t)p->memory % HEAP_ALIGN == 0 && __heap_bytes(p->memory) >= p->bytes);
    for (size_t i = 0; i < p->bytes; i++)
        CHECK(p->memory[i] == p->mark);
}

static size_t some_bytes(void)
{
    return random_below(16) ? random_below(200) : random_below(30000);
}

static void allocate(struct piece *p)
{
    p->bytes = some_bytes();
    p->mark = (unsigned char)random_below(256);
    p->memory = __heap_allocate(&heap, p->bytes);
    if (p->memory)
        memset(p->memory, p->mark, p->bytes);
}

static void resize(struct piece *p)
{
    size_t bytes = some_bytes(), kept = bytes < p->bytes ? bytes : p->bytes;

    if (!__heap_resize(&heap, p->memory, bytes)) {
        CHECK(bytes > p->bytes);
        return;
    }
    p->bytes = kept;
    check_piece(p);
    p->bytes = bytes;
    memset(p->memory, p->mark, bytes);
}

static void release(struct piece *p)
{
    check_piece(p);
    __heap_free(&heap, p->memory);
    p->memory = NULL;
}

static void random_operations(void)
{
    reset();
    for (int i = 0; i < STEPS; i++) {
        struct piece *p = &pieces[random_below(PIECES)];
        if (!p->memory)
            allocate(p);
        else if (random_below(3) == 0)
            resize(p);
        else
            release(p);
        if (random_below(1000) == 0 && used < ARENA - 100)
            used += random_below(100); /* somebody else's sbrk */
        heap_check();
    }
}

/* Until there is no more; then all given back is one block again, and fits a bigger request. */
static void exhaustion(void)
{
    enum { BYTES = 10001 };
    void *last = NULL, *p;
    unsigned count = 0;

    reset();
    for (; (p = __heap_allocate(&heap, BYTES)); last = p, count++)
        memcpy(p, &last, sizeof last);
    CHECK(count > ARENA / BYTES - 3);
    for (p = last; p; p = last) {
        memcpy(&last, p, sizeof last);
        __heap_free(&heap, p);
    }
    heap_check();
    CHECK(heap.free && !heap.free->next);
    CHECK(__heap_allocate(&heap, BYTES * (size_t)count));
}

static void absurd_sizes(void)
{
    reset();
    CHECK(!__heap_allocate(&heap, SIZE_MAX) && !__heap_allocate(&heap, PTRDIFF_MAX));
    void *p = __heap_allocate(&heap, 0);
    CHECK(p && !__heap_resize(&heap, p, SIZE_MAX));
    heap_check();
}

int main(void)
{
    random_operations();
    exhaustion();
    absurd_sizes();
    return 0;
}
