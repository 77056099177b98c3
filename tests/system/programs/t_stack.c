/* The stack: 8 MiB, in which each page appears at its first touch, in any order. */
#include "libuser/mem/mmap.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "kernel/abi/abi.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, ARRAY = 4 << 20, BOTTOM_ROOM = 64 << 10 };

static const uint32_t stack_size = STACK_TOP - STACK_LOW;

/* Keeps the whole array, which the compiler would otherwise cut down to what is used of it. */
static inline void keep(volatile char *array)
{
    __asm__ volatile("" : : "r"(array) : "memory");
}

/* ---------------------------------------------------------------------------------- large arrays */

/* Clang touches nothing of an array before the program does: the first access may be anywhere. */
static int touches_low_end(void)
{
    volatile char array[ARRAY];

    keep(array);
    array[0] = 3;
    return array[0];
}

static int touches_high_end(void)
{
    volatile char array[ARRAY];

    keep(array);
    array[ARRAY - 1] = 4;
    return array[ARRAY - 1];
}

static int fills(void)
{
    char array[ARRAY];
    uint32_t sum = 0;

    memset(array, 1, sizeof array);
    keep(array);
    for (uint32_t i = 0; i < sizeof array; i++)
        sum += (uint32_t)array[i];
    return sum == ARRAY ? 5 : 1;
}

static bool large_arrays(void)
{
    return IS(child_run(touches_low_end), EXITED(3)) && IS(child_run(touches_high_end), EXITED(4)) &&
           IS(child_run(fills), EXITED(5));
}

/* The child of a deep frame has the array, too. */
static int forks_below(void)
{
    volatile char array[ARRAY];

    keep(array);
    array[0] = 6;
    array[ARRAY - 1] = 7;
    pid_t child = fork();
    if (child == 0) {
        array[0]++;
        exit(array[0] + array[ARRAY - 1]);
    }
    int status = child_end(child);
    return status == EXITED(14) && array[0] == 6 ? 0 : 1;
}

static bool fork_with_array(void)
{
    return IS(child_run(forks_below), EXITED(0));
}

/* ------------------------------------------------------------------------------------ recursion */

static uint32_t lowest; /* the lowest address it reached */

static __attribute__((noinline)) int recurses(int depth)
{
    volatile char frame[300];

    frame[0] = (char)depth;
    if ((uint32_t)frame > lowest)
        frame[1] = (char)recurses(depth + 1);
    return frame[0] + frame[1];
}

static int uses_nearly_all(void)
{
    lowest = STACK_LOW + BOTTOM_ROOM;
    recurses(0);
    return 8;
}

static int uses_more(void)
{
    lowest = 0;
    return recurses(0);
}

static bool recursion(void)
{
    return HOLDS(stack_size == 8 << 20) && IS(child_run(uses_nearly_all), EXITED(8)) &&
           IS(child_run(uses_more), SIGSEGV);
}

/* ------------------------------------------------------------------------------------ the limits */

static uint32_t accessed;

static int reads_it(void)
{
    return *(volatile char *)accessed;
}

static int touch(uint32_t address)
{
    accessed = address;
    return child_run(reads_it);
}

static int writes_it(void)
{
    return *(volatile char *)accessed = 1;
}

static bool may_not_be_written(uint32_t address)
{
    accessed = address;
    return IS(child_run(writes_it), SIGSEGV);
}

/* The first and last pages of the stack exist, nothing is below them, and above them is the library of system calls,
 * which is read-only. */
static bool limits(void)
{
    bool good = IS(touch(STACK_LOW), EXITED(0)) && IS(touch(STACK_TOP - PAGE / 2) & 0xff, 0);

    for (uint32_t address = STACK_LOW - 1; address < STACK_LOW; address -= 60 * PAGE + 1)
        good = IS(touch(address), SIGSEGV) && good;
    return may_not_be_written(STACK_TOP) && may_not_be_written(MESSAGE_PAGE - 1) && good;
}

static int has_an_array_that_is_too_large(void)
{
    volatile char array[12 << 20];

    keep(array);
    array[0] = 1;
    return array[0];
}

static bool too_large(void)
{
    return IS(child_run(has_an_array_that_is_too_large), SIGSEGV);
}

/* --------------------------------------------------------------------------------------- memory */

/* Untouched stack costs no memory: twenty stacks of 8 MiB are more than the machine has. */
static bool not_promised(void)
{
    pid_t children[20];
    bool good = true;
    uint32_t before = memory_now().free;

    for (int i = 0; i < 20; i++)
        children[i] = child_start(touches_low_end);
    good = HOLDS(before < 20 * stack_size / PAGE);
    for (int i = 0; i < 20; i++)
        good = IS(child_end(children[i]), EXITED(3)) && good;
    return good;
}

static int takes_all_then_recurses(void)
{
    uint32_t pages = memory_now().free;
    volatile char *taken;

    while (pages && (taken = mmap(NULL, pages * PAGE)) == MAP_FAILED)
        pages--;
    for (uint32_t i = 0; i < pages; i++)
        taken[i * PAGE] = 1;
    return uses_nearly_all();
}

/* As on other systems: the program is not to blame, so it is not a fault of its own. */
static bool no_memory_for_a_page(void)
{
    return IS(child_run(takes_all_then_recurses), SIGKILL);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"arrays of 4 MiB, touched at either end or all over", large_arrays},
        {"fork with such an array", fork_with_array},
        {"recursion up to 8 MiB, not beyond", recursion},
        {"nothing is beside the stack", limits},
        {"an array that is larger than the stack", too_large},
        {"untouched stack is not promised", not_promised},
        {"without memory for a page of the stack a program is killed", no_memory_for_a_page},
    };
    return TAP_RUN(points);
}
