/*
 * The library of system calls and memory: the messages to mem for the heap and anonymous pages; limits, which proc
 * knows, too.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { READ_WRITE = 3, SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, NO_REPLACE = 0x100000 };
enum { HEAP = 0xa00000, OWN = PRIVATE | ANONYMOUS };

/* ---------------------------------------------------------------------------------- the heap */

static void heap_begin(void)
{
    state->heap_end = state->has_own_heap = 0;
}

static void the_heap_moves(void)
{
    REPLIES({0, {HEAP, HEAP}, NULL}, {0, {HEAP, HEAP + 0x5000}, NULL}, {0, {HEAP + 0x5000, HEAP + 0x1000}, NULL});
    CHECK(CALL(brk, 0) == HEAP && CALL(brk, 0) == HEAP);
    CHECK(CALL(brk, HEAP + 0x5000) == HEAP + 0x5000 && CALL(brk, HEAP + 0x1000) == HEAP + 0x1000);
    expect("sbrk 0 0 0\nsbrk 20480 0 0\nsbrk -16384 0 0\n");
    CHECK(state->heap_end == HEAP + 0x1000);
    heap_begin();
    REPLIES({0, {HEAP, HEAP}, NULL}, {0, {HEAP, HEAP + 16}, NULL}); /* the first call may move it */
    CHECK(CALL(brk, HEAP + 16) == HEAP + 16);
    expect("sbrk 0 0 0\nsbrk 16 0 0\n");
}

/* As often as mem has more to do, with what is left. What was done counts even if the rest is refused. */
static void the_heap_moves_in_parts(void)
{
    state->heap_end = HEAP;
    REPLIES({MEM_MORE, {HEAP, HEAP + 0x2000}, NULL}, {MEM_MORE, {HEAP + 0x2000, HEAP + 0x3000}, NULL},
            {0, {HEAP + 0x3000, HEAP + 0x8000}, NULL});
    CHECK(CALL(brk, HEAP + 0x8000) == HEAP + 0x8000);
    expect("sbrk 32768 0 0\nsbrk 24576 0 0\nsbrk 20480 0 0\n");
    REPLIES({MEM_MORE, {HEAP + 0x8000, HEAP + 0x4000}, NULL}, {0, {HEAP + 0x4000, HEAP}, NULL});
    CHECK(CALL(brk, HEAP) == HEAP);
    expect("sbrk -32768 0 0\nsbrk -16384 0 0\n");
    REPLIES({MEM_MORE, {HEAP, HEAP + 0x1000}, NULL}, {-ENOMEM, {7, 7}, NULL});
    CHECK(CALL(brk, HEAP + 0x2000) == HEAP + 0x1000);
    expect("sbrk 8192 0 0\nsbrk 4096 0 0\n");
}

/* A refusal leaves the heap where it was, and that is the result. */
static void the_heap_may_stay(void)
{
    state->heap_end = HEAP;
    REPLIES({-ENOMEM, {7, 7}, NULL}, {-EINVAL, {7, 7}, NULL});
    CHECK(CALL(brk, HEAP + 0x2000) == HEAP && CALL(brk, 1) == HEAP && state->heap_end == HEAP);
    expect("sbrk 8192 0 0\nsbrk -10485759 0 0\n");
    heap_begin();
    REPLIES({-EINVAL, {0, 0}, NULL}); /* without knowing where the heap is, nothing more is asked for */
    CHECK(CALL(brk, HEAP) == 0);
    expect("sbrk 0 0 0\n");
}

/* The result is the old end; in parts, like brk. */
static void the_heap_is_a_programs_own(void)
{
    heap_begin();
    REPLIES({0, {HEAP, HEAP}, NULL}, {0, {HEAP, HEAP + 10}, NULL}, {MEM_MORE, {HEAP + 10, HEAP + 0x1000}, NULL},
            {0, {HEAP + 0x1000, HEAP + 0x3000}, NULL}, {0, {HEAP + 0x3000, HEAP}, NULL}, {-ENOMEM, {7, 7}, NULL},
            {-EINVAL, {7, 7}, NULL});
    CHECK(CALL(sbrk, 10) == HEAP && CALL(sbrk, 0) == HEAP + 10 && CALL(sbrk, 0x2ff6) == HEAP + 10);
    CHECK(CALL(sbrk, (uint32_t)-0x3000) == HEAP + 0x3000 && state->heap_end == HEAP);
    CHECK(CALL(sbrk, 0x40000000) == -ENOMEM && CALL(sbrk, (uint32_t)-1) == -EINVAL && CALL(sbrk, 0) == HEAP);
    expect(
        "sbrk 0 0 0\nsbrk 10 0 0\nsbrk 12278 0 0\nsbrk 8192 0 0\nsbrk -12288 0 0\nsbrk 1073741824 0 0\nsbrk -1 0 0\n");
    CHECK(CALL(brk, 0) == HEAP && CALL(brk, HEAP + 0x1000) == HEAP); /* malloc gets nothing of it */
    expect("");
    heap_begin();
    REPLIES({-EINVAL, {0, 0}, NULL});
    CHECK(CALL(sbrk, 10) == -EINVAL);
    expect("sbrk 0 0 0\n");
}

/* ---------------------------------------------------------------------------------- pages */

static void pages_are_mapped(void)
{
    REPLIES({0, {0x40000000}, NULL}, {MEM_MORE, {1}, NULL}, {MEM_MORE, {1}, NULL}, {0, {0x7ffff000}, NULL},
            {-ENOMEM, {1}, NULL});
    CHECK(CALL(mmap2, 0, 100, READ_WRITE, OWN, 0xffffffff, 0) == 0x40000000);
    CHECK(CALL(mmap2, 0, 0x3000, READ_WRITE, OWN, 3, 5) == 0x7ffff000);
    CHECK(CALL(mmap2, 0, 0x3000, READ_WRITE, OWN) == -ENOMEM && replies == next_replies + 5);
    expect("mmap 0 100 0\nmmap 0 12288 0\nmmap 0 12288 0\nmmap 0 12288 0\nmmap 0 12288 0\n");
}

/* An address is only a hint, rounded to a page: if it cannot be had, the server chooses. */
static void an_address_is_a_wish(void)
{
    REPLIES({0, {0x50000000}, NULL}, {-EEXIST, {1}, NULL}, {0, {0x40000000}, NULL}, {-EINVAL, {1}, NULL},
            {-ENOMEM, {1}, NULL});
    CHECK(CALL(mmap2, 0x50000fff, 100, READ_WRITE, OWN) == 0x50000000);
    CHECK(CALL(mmap2, 0x50000000, 100, READ_WRITE, OWN) == 0x40000000);
    CHECK(CALL(mmap2, 0x1000, 100, READ_WRITE, OWN) == -ENOMEM && replies == next_replies + 5);
    expect("mmap 1342177280 100 0\nmmap 1342177280 100 0\nmmap 0 100 0\nmmap 4096 100 0\nmmap 0 100 0\n");
}

/* First the old pages are unmapped, as often as mem has more to do. If that is refused, nothing is mapped. */
static void an_address_may_be_fixed(void)
{
    REPLIES({MEM_MORE, {0x50001000}, NULL}, {0, {0x50003000}, NULL}, {0, {0x50000000}, NULL});
    CHECK(CALL(mmap2, 0x50000000, 0x3000, READ_WRITE, OWN | FIXED) == 0x50000000 && replies == next_replies + 3);
    expect("munmap 1342177280 12288 0\nmunmap 1342181376 8192 0\nmmap 1342177280 12288 0\n");
    REPLIES({-EINVAL, {1}, NULL}, {0, {1}, NULL}, {-ENOMEM, {1}, NULL});
    CHECK(CALL(mmap2, 0x900000, 0x3000, READ_WRITE, OWN | FIXED) == -EINVAL);
    expect("munmap 9437184 12288 0\n");
    CHECK(CALL(mmap2, 0x50000000, 0x3000, READ_WRITE, OWN | FIXED) == -ENOMEM);
    expect("munmap 1342177280 12288 0\nmmap 1342177280 12288 0\n");
    REPLIES({-EEXIST, {1}, NULL}, {0, {0x50000000}, NULL});
    CHECK(CALL(mmap2, 0x50000000, 0x3000, READ_WRITE, OWN | NO_REPLACE) == -EEXIST);
    CHECK(CALL(mmap2, 0x50000000, 0x3000, READ_WRITE, OWN | NO_REPLACE) == 0x50000000);
    expect("mmap 1342177280 12288 0\nmmap 1342177280 12288 0\n");
}

static void some_maps_are_refused(void)
{
    CHECK(CALL(mmap2, 0, 0, READ_WRITE, OWN) == -EINVAL);
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, ANONYMOUS) == -EINVAL); /* neither private nor shared */
    CHECK(CALL(mmap2, 1, 1, READ_WRITE, OWN | FIXED) == -EINVAL);
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, PRIVATE) == -ENODEV); /* of a file */
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, PRIVATE, 3) == -EBADF);
    CHECK(CALL(mmap2, 0, 1, 6, OWN) == -EACCES && CALL(mmap2, 0, 1, 8, OWN) == -EINVAL &&
          CALL(mmap2, 0, 1, 7, OWN) == -EACCES);
    expect("");
}

/* Pages of a file without a name, which is closed again. If something fails, the rest is undone. */
static void shared_pages_are_a_files(void)
{
    memset(state, 0, sizeof(*state));
    REPLIES({0}, {0, {5}, NULL}, {0, {0x50000000}, NULL}, {0, {2}, NULL}, {0, {1}, NULL}, {0});
    CHECK(CALL(mmap2, 0, 0x2001, READ_WRITE, SHARED | ANONYMOUS) == 0x50000000 && state->has_mappings);
    expect("files 0 0 0\nfile unnamed 12288 0 0\nreserve 0 8193 3\nfile map 12549 0 1342177283\n"
           "file map 4357 2 1342185475\nfile close 5 0 0\n");
    REPLIES({-ENFILE, {0}, NULL});
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, SHARED | ANONYMOUS) == -ENFILE);
    expect("file unnamed 4096 0 0\n");
    REPLIES({0, {5}, NULL}, {-ENOMEM, {0}, NULL}, {0});
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, SHARED | ANONYMOUS) == -ENOMEM);
    expect("file unnamed 4096 0 0\nreserve 0 1 3\nfile close 5 0 0\n");
    CHECK(CALL(mmap2, 0, 1, READ_WRITE, SHARED, 0x105, 0) == -EBADF); /* no bits of another word */
    expect("");
    memset(state, 0, sizeof(*state));
}

static void pages_are_unmapped(void)
{
    REPLIES({0, {0}, NULL}, {-EINVAL, {0}, NULL}, {MEM_MORE, {0x50002000}, NULL}, {0, {0}, NULL});
    CHECK(CALL(munmap, 0x50000000, 0x3000) == 0 && CALL(munmap, 0x50000001, 0) == -EINVAL);
    CHECK(CALL(munmap, 0x50000000, 0x5000) == 0 && replies == next_replies + 4);
    expect("munmap 1342177280 12288 0\nmunmap 1342177281 0 0\nmunmap 1342177280 20480 0\nmunmap 1342185472 12288 0\n");
    CHECK(CALL(munmap, 0xfffff000, 0x1000) == -EINVAL &&
          CALL(munmap, 0x50000000, 0xffffffff) == -EINVAL); /* it wraps */
    expect("");
}

enum { MAY_MOVE = 1, AT_FIRST = PROGRAM_BASE + 2 * PAGE_SIZE, ELSEWHERE = PROGRAM_BASE + 8 * PAGE_SIZE };

/* At their address: the end is unmapped, or more is mapped behind it. */
static void pages_change_in_place(void)
{
    CHECK(CALL(mremap, AT_FIRST, 0x2000, 0x1001, MAY_MOVE) == AT_FIRST &&
          CALL(mremap, AT_FIRST, 1, 0x1000, 0) == AT_FIRST);
    expect("");
    REPLIES({MEM_MORE, {AT_FIRST + 0x2000}, NULL}, {0, {0}, NULL}, {-EINVAL, {0}, NULL});
    CHECK(CALL(mremap, AT_FIRST, 0x5000, 0xfff, 0) == AT_FIRST && CALL(mremap, AT_FIRST, 0x5000, 0x1000, 0) == -EINVAL);
    expect("munmap 9449472 16384 0\nmunmap 9453568 12288 0\nmunmap 9449472 16384 0\n");
    REPLIES({0, {AT_FIRST + 0x1000}, NULL}, {-EEXIST, {0}, NULL}, {-ENOMEM, {0}, NULL});
    CHECK(CALL(mremap, AT_FIRST, 0x1000, 0x4000, 0) == AT_FIRST &&
          CALL(mremap, AT_FIRST, 0x1000, 0x4000, 0) == -ENOMEM);
    expect("mmap 9449472 12288 0\nmmap 9449472 12288 0\n");
}

/* If they may, with their contents. If there is no room for that either, nothing changes. */
static void pages_may_move(void)
{
    for (uint32_t i = 0; i < 2 * PAGE_SIZE; i++)
        program[AT_FIRST - PROGRAM_BASE + i] = (char)(i / 7);
    memset(program + (ELSEWHERE - PROGRAM_BASE), 0, 3 * PAGE_SIZE);
    REPLIES({-EEXIST, {0}, NULL}, {0, {ELSEWHERE}, NULL}, {0, {0}, NULL}, {-EEXIST, {0}, NULL}, {-ENOMEM, {0}, NULL});
    CHECK(CALL(mremap, AT_FIRST, 0x1fff, 0x3000, MAY_MOVE) == ELSEWHERE);
    expect("mmap 9453568 4096 0\nmmap 0 12288 0\nmunmap 9445376 8192 0\n");
    CHECK(!memcmp((void *)AT_FIRST, (void *)ELSEWHERE, 2 * PAGE_SIZE) &&
          !program[ELSEWHERE - PROGRAM_BASE + 2 * PAGE_SIZE]);
    CHECK(CALL(mremap, AT_FIRST, 0x2000, 0x3000, MAY_MOVE) == -ENOMEM && replies == next_replies + 5);
    forget_lines();
}

static void some_changes_are_refused(void)
{
    CHECK(CALL(mremap, AT_FIRST + 1, 0x1000, 0x2000, MAY_MOVE) == -EINVAL);
    CHECK(CALL(mremap, AT_FIRST, 0, 0x2000, MAY_MOVE) == -EINVAL);
    CHECK(CALL(mremap, AT_FIRST, 0x1000, 0, MAY_MOVE) == -EINVAL &&
          CALL(mremap, AT_FIRST, 0x1000, 0xfffff001, 1) == -EINVAL);
    CHECK(CALL(mremap, AT_FIRST, 0x1000, 0x2000, 2) == -EINVAL && CALL(mremap, AT_FIRST, 0x1000, 0x2000, 3) == -EINVAL);
    CHECK(CALL(mremap, STACK_LOW - PAGE_SIZE, 0x1000, 0x2000, 0) == -EFAULT &&
          CALL(mremap, USER_END, 1, 1, 0) == -EFAULT);
    CHECK(CALL(mremap, USER_END - PAGE_SIZE, 0x1001, 0x2000, 0) == -EFAULT && CALL(mremap, 0, 1, 1, 0) == -EFAULT);
    expect("");
}

/* ---------------------------------------------------------------------------------- limits */

enum { STACK = 3, PROCESSES = 6, DESCRIPTORS_OPEN = 7, PAGES = 9, RESOURCES = 16 };

static void limits_are_told(void)
{
    uint32_t *limit = (uint32_t *)(void *)program;

    REPLIES({0, {0x1234, 9}, NULL}, {0, {511, 9}, NULL}, {0, {0x200000, 9}, NULL}, {-EINVAL, {1, 1}, NULL});
    CHECK(CALL(getrlimit, PAGES, AT(limit)) == 0 && limit[0] == 0x1234000 && limit[1] == 0x1234000);
    CHECK(CALL(getrlimit, PROCESSES, AT(limit)) == 0 && limit[0] == 511 && limit[1] == 511);
    CHECK(CALL(getrlimit, PAGES, AT(limit)) == 0 && limit[0] == 0xffffffff); /* more than a word can hold */
    limit[0] = 5;
    CHECK(CALL(getrlimit, PAGES, AT(limit)) == -EINVAL && limit[0] == 5);
    expect("get_limit 0 0 0\nget_limit 0 0 0\nget_limit 0 0 0\nget_limit 0 0 0\n");
    CHECK(CALL(getrlimit, STACK, AT(limit)) == 0 && limit[0] == 8 << 20 && limit[1] == 8 << 20);
    CHECK(CALL(getrlimit, DESCRIPTORS_OPEN, AT(limit)) == 0 && limit[0] == 128);
    CHECK(CALL(getrlimit, 0, AT(limit)) == 0 && limit[0] == 0xffffffff && limit[1] == 0xffffffff); /* there is none */
    CHECK(CALL(getrlimit, RESOURCES - 1, AT(limit)) == 0 && CALL(getrlimit, RESOURCES, AT(limit)) == -EINVAL);
    CHECK(CALL(getrlimit, 0xffffffff, AT(limit)) == -EINVAL);
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(getrlimit, STACK, address) == -EFAULT && CALL(setrlimit, PAGES, address) == -EFAULT);
    expect("");
}

static void limits_are_set(void)
{
    uint32_t *limit = (uint32_t *)(void *)program;

    limit[0] = 0x5fff, limit[1] = 0x6000;
    REPLIES({0}, {-EPERM, {0}, NULL}, {0}, {-ENOMEM, {0}, NULL});
    CHECK(CALL(setrlimit, PAGES, AT(limit)) == 0 && CALL(setrlimit, PAGES, AT(limit)) == -EPERM);
    CHECK(CALL(setrlimit, PROCESSES, AT(limit)) == 0 && CALL(setrlimit, PROCESSES, AT(limit)) == -ENOMEM);
    expect("set_limit 5 0 0\nset_limit 5 0 0\nset_limit 24575 0 0\nset_limit 24575 0 0\n");
    CHECK(CALL(setrlimit, STACK, AT(limit)) == -EINVAL && CALL(setrlimit, RESOURCES, AT(limit)) == -EINVAL);
    limit[0] = 0x6001;
    CHECK(CALL(setrlimit, PAGES, AT(limit)) == -EINVAL);
    expect("");
    limit[0] = 5, limit[1] = 0xffffffff; /* no hard limit */
    REPLIES({0}, {0}, {0});
    CHECK(CALL(setrlimit, PROCESSES, AT(limit)) == 0);
    limit[0] = 0xffffffff; /* nor a soft one: more than all memory */
    CHECK(CALL(setrlimit, PROCESSES, AT(limit)) == 0 && CALL(setrlimit, PAGES, AT(limit)) == 0);
    expect("set_limit 5 0 0\nset_limit -1 0 0\nset_limit -1 0 0\n");
}

/* For the caller: the old limit that is returned is the one before the new one. */
static void both_at_once(void)
{
    uint64_t *new = (uint64_t *)(void *)program, *old = (uint64_t *)(void *)(program + 64);

    new[0] = 0x5000, new[1] = UINT64_MAX;
    REPLIES({0, {9, 0}, NULL}, {0}, {0, {7, 3}, NULL}, {0, {7, 3}, NULL}, {0, {0x200000, 9}, NULL});
    CHECK(CALL(prlimit64, 0, PAGES, AT(new), AT(old)) == 0 && old[0] == 0x9000 && old[1] == 0x9000);
    CHECK(CALL(prlimit64, 7, PROCESSES, 0, AT(old)) == 0 && old[0] == 7);
    CHECK(CALL(prlimit64, 0, PAGES, 0, AT(old)) == 0 && old[0] == 0x200000000 && old[1] == 0x200000000);
    expect("get_limit 0 0 0\nset_limit 5 0 0\ngetpid 0 0 0\nget_limit 0 0 0\nget_limit 0 0 0\n");
    CHECK(CALL(prlimit64, 0, STACK, 0, 0) == 0 && CALL(prlimit64, 0, 0, 0, AT(old)) == 0 && old[0] == UINT64_MAX);
    new[1] = 0x4fff;
    old[0] = 5;
    REPLIES({0, {9, 0}, NULL}, {-EINVAL, {1, 0}, NULL});
    CHECK(CALL(prlimit64, 0, PAGES, AT(new), AT(old)) == -EINVAL && old[0] == 5);
    CHECK(CALL(prlimit64, 0, PROCESSES, AT(new), AT(old)) == -EINVAL && old[0] == 5);
    expect("get_limit 0 0 0\nget_limit 0 0 0\n");
    CHECK(CALL(prlimit64, 0, RESOURCES, AT(new), AT(old)) == -EINVAL);
    expect("");
    new[1] = new[0];
    REPLIES({-EAGAIN, {0}, NULL});
    CHECK(CALL(prlimit64, 0, PAGES, AT(new), 0) == -EAGAIN);
    expect("get_limit 0 0 0\n"); /* and nothing is set */
}

static void others_have_no_limits(void)
{
    uint64_t *limit = (uint64_t *)(void *)program;

    REPLIES({0, {7, 3}, NULL}, {-EAGAIN, {8, 0}, NULL});
    CHECK(CALL(prlimit64, 8, STACK, 0, AT(limit)) == -EPERM && CALL(prlimit64, 8, STACK, 0, AT(limit)) == -EPERM);
    FOR_BAD_ADDRESSES(address, 16)
    {
        CHECK(CALL(prlimit64, 0, STACK, address, AT(limit)) == -EFAULT);
        CHECK(CALL(prlimit64, 0, STACK, 0, address) == -EFAULT);
    }
    expect("getpid 0 0 0\ngetpid 0 0 0\n");
}

/* A page that is to be written may also be read. mem decides the rest, part by part. */
static void pages_are_protected(void)
{
    REPLIES({0}, {0}, {MEM_MORE, {0x50001000}, NULL}, {0}, {-ENOMEM, {0x50002000}, NULL});
    CHECK(CALL(mprotect, 0x50000000, 1, 2) == 0 && CALL(mprotect, 0x50000000, 0x1000, 4) == 0);
    CHECK(CALL(mprotect, 0x50000000, 0x1001, 0) == 0 && CALL(mprotect, 0x50000000, 0x5000, 1) == -ENOMEM);
    expect(
        "protect 1342177280 4096 3\nprotect 1342177280 4096 5\nprotect 1342177280 8192 0\nprotect 1342181376 4096 0\n"
        "protect 1342177280 20480 1\n");
    CHECK(CALL(mprotect, 0x50000001, 0x1000, 1) == -EINVAL && CALL(mprotect, 0x50000000, 0x1000, 8) == -EINVAL);
    CHECK(CALL(mprotect, 0x50000000, 0x1000, 6) == -EACCES && CALL(mprotect, 0x50000000, 0, 1) == 0);
    static const uint32_t advice[] = {0, 1, 2, 3, 8, 11, 14, 15, 16, 17},
                          refused[] = {4, 5, 7, 9, 10, 12, 13, 18, 0xffffffff};
    for (uint32_t i = 0; i < sizeof advice / sizeof advice[0]; i++)
        CHECK(CALL(madvise, 0x50000000, 0x1001, advice[i]) == 0 && CALL(madvise, 0x50000000, 0, advice[i]) == 0);
    for (uint32_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        CHECK(CALL(madvise, 0x50000000, 0x1000, refused[i]) == -EINVAL);
    CHECK(CALL(madvise, 0x50000001, 0x1000, 0) == -EINVAL && CALL(madvise, 0x50000000, 0xffffffff, 0) == -EINVAL);
    CHECK(CALL(madvise, 0x50000000, 0xb0001000, 0) == -EINVAL);
    CHECK(CALL(mprotect, 0x50000000, 0xfffffff0, 1) == -ENOMEM && CALL(mprotect, 0, 0x1000, 1) == -ENOMEM);
    expect("");
    REPLIES({0, {0x50000000}, NULL}, {0}, {0, {0x50000000}, NULL}, {-ENOMEM, {0}, NULL}, {0});
    CHECK(CALL(mmap2, 0, 5, 0, OWN) == 0x50000000 && CALL(mmap2, 0, 5, 4, OWN) == -ENOMEM);
    expect("mmap 0 5 0\nprotect 1342177280 4096 0\nmmap 0 5 0\nprotect 1342177280 4096 5\nmunmap 1342177280 5 0\n");
}

/* A page of a file that is to be written or executed becomes a copy, if it is not shared. Holes are skipped. */
static void pages_of_files_are_prepared(void)
{
    char *at = program + 2 * PAGE_SIZE, *copy = program + 5 * PAGE_SIZE;

    memset(state, 0, sizeof(*state));
    state->has_mappings = true;
    memcpy(at, "file", 4);
    REPLIES({0, {1, 0, 0}, NULL}, {0, {3, 1, 1}, NULL}, {0, {AT(copy)}, NULL}, {0}, {0}, {0, {AT(at)}, NULL}, {0}, {0},
            {0}, {0});
    CHECK(CALL(mprotect, AT(at) - PAGE_SIZE, 3 * PAGE_SIZE, READ_WRITE) == 0 && memcmp(at, "file", 4) == 0);
    expect("file mapping 9441280 0 0\nfile mapping 9445376 0 0\nmmap 0 8192 0\nprotect 9445376 8192 1\nmunmap 9445376 "
           "8192 0\n"
           "mmap 9445376 8192 0\nfile unmap 9445376 2 0\nmunmap 9457664 8192 0\nfile unmap 9457664 2 0\nprotect "
           "9441280 12288 3\n");
    REPLIES({0, {9, 9, 0x13}, NULL}, {0}, {0, {9, 9, 0x11}, NULL}, {0});
    CHECK(CALL(mprotect, AT(at), PAGE_SIZE, READ_WRITE) == 0 &&
          CALL(mprotect, AT(at), PAGE_SIZE, READ_WRITE) == -EACCES);
    CHECK(CALL(mprotect, AT(at), PAGE_SIZE, 1) == 0);
    expect("file mapping 9445376 0 0\nprotect 9445376 4096 3\nfile mapping 9445376 0 0\nprotect 9445376 4096 1\n");
    /* There is no memory for the copy: the file's pages can be mapped again. */
    REPLIES({0, {1, 1, 1}, NULL}, {0, {AT(copy)}, NULL}, {0}, {0}, {-ENOMEM, {0}, NULL}, {0, {AT(at)}, NULL}, {0}, {0});
    CHECK(CALL(mprotect, AT(at), PAGE_SIZE, 5) == -ENOMEM);
    expect(
        "file mapping 9445376 0 0\nmmap 0 4096 0\nprotect 9445376 4096 1\nmunmap 9445376 4096 0\nmmap 9445376 4096 0\n"
        "reserve 9445376 4096 1\nmunmap 9457664 4096 0\nfile unmap 9457664 1 0\n");
    memset(state, 0, sizeof(*state));
}

/* ---------------------------------------------------------------------------------- reserved ahead */

enum { RESERVED = 0x50000000, TABLE_END = 0x50200000, GRANTED = 1, KEPT_AHEAD = 16 * PAGE_SIZE };

static void ahead_begin(void)
{
    memset(state, 0, sizeof(*state));
    state->has_files = true;
    forget_lines();
}

static int32_t map_of_file(uint32_t address, uint32_t length, uint32_t protection)
{
    return CALL(mmap2, address, length, protection, SHARED, 5, 0);
}

/* From the second mapping on mem reserves pages behind those that it chose. Mappings that fit there need no message. */
static void ranges_are_reserved_ahead(void)
{
    ahead_begin();
    REPLIES({0, {RESERVED}, NULL}, {0, {GRANTED}, NULL}, {0, {RESERVED + 0x1000}, NULL}, {0, {RESERVED + 0x2000}, NULL},
            {0, {GRANTED}, NULL});
    CHECK(map_of_file(0, 100, READ_WRITE) == RESERVED && map_of_file(0, 0x1000, READ_WRITE) == RESERVED + 0x1000);
    expect("reserve 0 100 3\nfile map 4357 0 1342177283\nreserve 0 4096 3\nreserve 1342185472 65536 3\n"
           "file map 4357 0 1342181379\n");
    REPLIES({0, {GRANTED}, NULL}, {0, {GRANTED}, NULL}, {0, {TABLE_END}, NULL}, {0, {15}, NULL}, {0, {14}, NULL});
    CHECK(map_of_file(0, 1, READ_WRITE) == RESERVED + 0x2000 &&
          map_of_file(0, 0x1000, READ_WRITE) == RESERVED + 0x3000);
    CHECK(map_of_file(0, KEPT_AHEAD - 0x1fff, READ_WRITE) == TABLE_END); /* a page too many */
    CHECK(map_of_file(0, KEPT_AHEAD - 0x2fff, READ_WRITE) == RESERVED + 0x4000 && replies == next_replies + 5);
    CHECK(state->ahead[1].at == state->ahead[1].end && state->ahead[1].end == RESERVED + 0x2000 + KEPT_AHEAD);
    forget_lines();
}

/* Other pages for other rights, and never in a page table that does not exist. Without such pages a message is sent
 * as before. */
static void some_ranges_are_not_reserved_ahead(void)
{
    ahead_begin();
    state->has_mappings = true;
    state->ahead[1] = (struct vdso_ahead){RESERVED, RESERVED + 0x1000};
    REPLIES({0, {TABLE_END - 0x3000}, NULL}, {0, {TABLE_END - 0x2000}, NULL}, {0, {GRANTED}, NULL});
    CHECK(map_of_file(0, 0x1000, 1) == TABLE_END - 0x3000 && state->ahead[1].at == RESERVED);
    expect("reserve 0 4096 1\nreserve 1344266240 8192 1\nfile map 4357 0 1344262145\n");
    state->ahead[0] = (struct vdso_ahead){0};
    REPLIES({0, {TABLE_END - 0x1000}, NULL}, {0, {GRANTED}, NULL}, {0, {RESERVED}, NULL}, {-EEXIST, {1}, NULL},
            {0, {GRANTED}, NULL}, {-ENOMEM, {1}, NULL}, {-ENOMEM, {1}, NULL});
    CHECK(map_of_file(0, 0x1000, 1) == TABLE_END - 0x1000);
    expect("reserve 0 4096 1\nfile map 4357 0 1344270337\n");
    CHECK(map_of_file(0, 0x1000, 1) == RESERVED && state->ahead[0].at == state->ahead[0].end);
    expect("reserve 0 4096 1\nreserve 1342181376 65536 1\nfile map 4357 0 1342177281\n");
    CHECK(map_of_file(0, 0x1000, 1) == -ENOMEM && map_of_file(0, 0xffffffff, 1) == -ENOMEM);
    expect("reserve 0 4096 1\nreserve 0 -1 1\n");
}

/* Calls whose effect the program could see give the pages back first. */
static void ranges_ahead_are_given_back(void)
{
    const struct vdso_ahead one = {RESERVED + 0x2000, RESERVED + 0x4000},
                            other = {RESERVED + 0x5000, RESERVED + 0x6000};

    ahead_begin();
#define GIVES(lines, call)                                                                                             \
    do {                                                                                                               \
        state->ahead[0] = one, state->ahead[1] = other;                                                                \
        REPLIES({0}, {0}, {0});                                                                                        \
        (void)(call);                                                                                                  \
        expect(lines);                                                                                                 \
    } while (0)
    GIVES("munmap 1342181376 4096 0\nmunmap 1342193664 4096 0\n",
          CALL(munmap, RESERVED + 0x1000, 0x1000) || CALL(munmap, RESERVED + 0x4000, 0x1000));
    CHECK(state->ahead[0].at == one.at && state->ahead[1].end == other.end);
    GIVES("munmap 1342185472 8192 0\nmunmap 1342181376 4097 0\n", CALL(munmap, RESERVED + 0x1000, 0x1001));
    CHECK(state->ahead[0].at == state->ahead[0].end && state->ahead[1].end == other.end);
    GIVES("munmap 1342185472 8192 0\nmunmap 1342189568 1 0\n", CALL(munmap, RESERVED + 0x3000, 1));
    GIVES("munmap 1342185472 8192 0\nprotect 1342189568 4096 1\n", CALL(mprotect, RESERVED + 0x3000, 1, 1));
    GIVES("munmap 1342197760 4096 0\nmmap 1342197760 1 0\n",
          CALL(mmap2, RESERVED + 0x5000, 1, READ_WRITE, OWN | NO_REPLACE));
    GIVES("munmap 1342197760 4096 0\nreserve 1342193664 4097 1\nfile map 8453 0 1\n",
          map_of_file(RESERVED + 0x4000, 0x1001, 1));
    GIVES("munmap 1342185472 8192 0\nmunmap 1342197760 4096 0\nfork 0 0 0\n", CALL(fork, 0));
    CHECK(state->ahead[1].at == state->ahead[1].end);
    memset(state, 0, sizeof(*state));
}

int main(void)
{
    world_begin();
    the_heap_moves();
    the_heap_moves_in_parts();
    the_heap_may_stay();
    the_heap_is_a_programs_own();
    pages_are_mapped();
    an_address_is_a_wish();
    an_address_may_be_fixed();
    some_maps_are_refused();
    shared_pages_are_a_files();
    pages_are_unmapped();
    pages_change_in_place();
    pages_may_move();
    some_changes_are_refused();
    limits_are_told();
    limits_are_set();
    both_at_once();
    others_have_no_limits();
    pages_are_protected();
    pages_of_files_are_prepared();
    ranges_are_reserved_ahead();
    some_ranges_are_not_reserved_ahead();
    ranges_ahead_are_given_back();
    puts("test_vdso_memory: programs get the memory that they ask for");
}
