/* The heap: sbrk to the byte, zeros, the end of memory. */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, MEGABYTE = 1 << 20 };

static bool is_filled(const char *from, size_t bytes, char with)
{
    unsigned char differs = 0;

    for (size_t i = 0; i < bytes; i++)
        differs |= (unsigned char)(from[i] ^ with);
    return differs == 0;
}

/* ----------------------------------------------------------------------------------------- sbrk */

static bool to_the_byte(void)
{
    char *start = tally_sbrk(0);
    bool good = IS(tally_sbrk(1), start) && IS(tally_sbrk(0), start + 1) && IS(tally_sbrk(PAGE - 1), start + 1) &&
                IS(tally_sbrk(3 * PAGE + 7), start + PAGE) && IS(tally_sbrk(-7), start + 4 * PAGE + 7);
    memset(start, 1, 4 * PAGE);
    good = HOLDS(is_filled(start, 4 * PAGE, 1)) && IS(tally_sbrk(-4 * PAGE), start + 4 * PAGE) && good;
    return IS(tally_sbrk(0), start) && good;
}

static bool byte_after_byte(void)
{
    char *start = tally_sbrk(0);
    bool good = true;

    for (int i = 0; i < 3 * PAGE; i++) {
        char *byte = tally_sbrk(1);
        good = good && byte == start + i;
        *byte = (char)i;
    }
    for (int i = 0; i < 3 * PAGE; i++)
        good = good && start[i] == (char)i;
    for (int i = 3 * PAGE; i > 0; i--)
        good = good && tally_sbrk(-1) == start + i;
    return good;
}

static bool new_pages_are_zero(void)
{
    char *start = tally_sbrk(0), *page = start + PAGE - (uintptr_t)start % PAGE;
    bool good = true;

    for (int round = 0; round < 3; round++) {
        tally_sbrk(page - start + 20 * PAGE);
        good = HOLDS(is_filled(page, 20 * PAGE, 0)) && good;
        memset(page, 0x5a, 20 * PAGE);
        tally_sbrk(-(page - start) - 20 * PAGE);
    }
    return IS(tally_sbrk(0), start) && good;
}

static bool refusals(void)
{
    char *start = tally_sbrk(0);
    return FAILS(tally_sbrk(-(intptr_t)start), EINVAL) && FAILS(tally_sbrk(INT_MIN), EINVAL) &&
           FAILS(tally_sbrk(INT_MAX), ENOMEM) && FAILS(tally_sbrk(0x40000000), ENOMEM) && IS(tally_sbrk(0), start);
}

static int touches_beyond(void)
{
    volatile char *end = tally_sbrk(0);
    return end[2 * PAGE];
}

static int touches_given_back(void)
{
    volatile char *page = tally_sbrk(4 * PAGE);

    page[3 * PAGE] = 1;
    tally_sbrk(-3 * PAGE);
    return page[3 * PAGE];
}

static bool touching_beyond_kills(void)
{
    return IS(child_run(touches_beyond), SIGSEGV) && IS(child_run(touches_given_back), SIGSEGV);
}

/* xv6's programs may use 100 MB, counted from address 0. */
static int goes_to_100_megabytes(void)
{
    char *start = tally_sbrk(0), *top = (char *)(100 * MEGABYTE);

    if (tally_sbrk(top - start) != start)
        return 1;
    top[-1] = 99;
    return top[-1] == 99 && start[PAGE] == 0 && tally_sbrk(-(top - start)) == top ? 0 : 2;
}

static bool hundred_megabytes(void)
{
    return IS(child_run(goes_to_100_megabytes), EXITED(0));
}

/* --------------------------------------------------------------------------------------- finite */

static bool promises_only_what_there_is(void)
{
    char *start = tally_sbrk(0);
    uint32_t free = memory_now().free;
    bool good = FAILS(tally_sbrk((intptr_t)(free + 1) * PAGE), ENOMEM) && IS(tally_sbrk(0), start);
    good = IS(tally_sbrk((intptr_t)free / 2 * PAGE), start) && good;
    good = FAILS(tally_sbrk((intptr_t)free / 2 * PAGE), ENOMEM) && good;
    return IS(tally_sbrk(-(intptr_t)free / 2 * PAGE), start + free / 2 * PAGE) && good;
}

static int uses_all(void)
{
    intptr_t step = 16 * MEGABYTE;
    char *start = tally_sbrk(0), *end = start;

    for (; step >= PAGE; step /= 2)
        while (tally_sbrk(step) != (void *)-1)
            end += step;
    for (char *page = start; page < end; page += PAGE)
        *page = 1;
    return end - start > 64 * MEGABYTE ? 0 : 1;
}

static bool promises_are_kept(void)
{
    return IS(child_run(uses_all), EXITED(0));
}

/* A list of blocks, as long as malloc gives any. */
static void *allocate_all(size_t bytes)
{
    void **list = NULL, **block;

    while ((block = malloc(bytes))) {
        *block = list;
        list = block;
    }
    return list;
}

static unsigned free_all(void *list)
{
    unsigned count = 0;

    for (; list; count++) {
        void *next = *(void **)list;
        free(list);
        list = next;
    }
    return count;
}

static int allocates_all(void)
{
    unsigned first = free_all(allocate_all(10001));
    void *large = malloc(20 * 1024);

    if (first < 1000 || errno != ENOMEM || !large)
        return 1;
    free(large);
    unsigned second = free_all(allocate_all(10001));
    return second >= first - 2 && second <= first + 2 ? 0 : 2;
}

static bool malloc_is_finite(void)
{
    return IS(child_run(allocates_all), EXITED(0));
}

/* Of ten children that ask for 100 MB each some are refused; while they live the parent still gets a page. */
static volatile int got_some;

static int wants_100_megabytes(void)
{
    got_some = tally_sbrk(100 * MEGABYTE) != (void *)-1;
    for (;;)
        sleep(1000);
}

static bool others_stay_alive(void)
{
    pid_t children[10];
    bool good = true;

    for (int i = 0; i < 10; i++)
        children[i] = child_start(wants_100_megabytes);
    usleep(50000);
    char *page = tally_sbrk(PAGE);
    good = HOLDS(page != (void *)-1);
    if (good)
        *page = 1;
    tally_sbrk(-PAGE);
    for (int i = 0; i < 10; i++)
        good = IS(child_kill(children[i]), SIGKILL) && good;
    return good;
}

/* The copy of a large heap would have to be promised, too. */
static int forks_with_most(void)
{
    intptr_t most = (intptr_t)(memory_now().free / 4 * 3) * PAGE;

    if (tally_sbrk(most) == (void *)-1)
        return 1;
    if (fork() != -1 || errno != ENOMEM)
        return 2;
    tally_sbrk(-most);
    pid_t child = fork();
    if (child == 0)
        exit(5);
    return child_end(child) == EXITED(5) ? 0 : 3;
}

static bool fork_is_finite(void)
{
    return IS(child_run(forks_with_most), EXITED(0));
}

/* --------------------------------------------------------------------------------------- malloc */

static bool blocks(void)
{
    char *zero = calloc(100, 30), *block = malloc(10);
    bool good = HOLDS(is_filled(zero, 3000, 0)) && IS(calloc(0x10000, 0x10001), NULL) && IS(malloc(0xffffffff), NULL) &&
                IS(malloc(0x80000000), NULL);
    memset(block, 7, 10);
    block = realloc(block, 100000);
    good = HOLDS(block && is_filled(block, 10, 7)) && good;
    block = realloc(block, 5);
    good = HOLDS(block && is_filled(block, 5, 7)) && IS(realloc(block, 0xfffffff0), NULL) && good;
    good = HOLDS(is_filled(block, 5, 7)) && good;
    free(block);
    free(zero);
    free(NULL);
    return good;
}

static bool random_blocks(void)
{
    enum { COUNT = 100 };
    static struct {
        char *at;
        size_t bytes;
    } held[COUNT];
    bool good = true;

    srand(4);
    for (int step = 0; step < 20000; step++) {
        int i = rand() % COUNT;
        if (held[i].at)
            good = good && is_filled(held[i].at, held[i].bytes, (char)i);
        free(held[i].at);
        held[i].bytes = (size_t)rand() % 2000;
        held[i].at = malloc(held[i].bytes);
        memset(held[i].at, i, held[i].bytes);
    }
    for (int i = 0; i < COUNT; i++) {
        good = good && is_filled(held[i].at, held[i].bytes, (char)i);
        free(held[i].at);
        held[i].at = NULL;
    }
    return HOLDS(good);
}

static const struct tap_point points[] = {
    {"sbrk counts bytes", to_the_byte},
    {"sbrk byte after byte", byte_after_byte},
    {"pages are zero, and zero again when they come back", new_pages_are_zero},
    {"below the start and beyond the end are refused", refusals},
    {"touching what sbrk has not given kills", touching_beyond_kills},
    {"the heap can reach 100 MB", hundred_megabytes},
    {"more than there is is refused at once", promises_only_what_there_is},
    {"all that was given can be used", promises_are_kept},
    {"malloc comes to an end, and free brings all back", malloc_is_finite},
    {"greedy children leave something", others_stay_alive},
    {"fork with most of the memory fails cleanly", fork_is_finite},
    {"malloc, calloc, realloc, free", blocks},
    {"random blocks keep their contents", random_blocks},
};

int main(void)
{
    return TAP_RUN(points);
}
