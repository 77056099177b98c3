/*
 * Argument strings of programs, compared with a model: blocks of both sizes, and how they are charged.
 *
 * sources: servers/proc/process.c servers/proc/sleepers.c servers/proc/arguments.c servers/proc/limits.c
 * sources: servers/lib/account.c
 */
#include "kernel/abi/abi.h"
#include "servers/proc/process.h"
#include "tests/host/check.h"

#include <string.h>

enum { LONGEST = 4 * ARGUMENTS_BLOCK };
static char filling[LONGEST];

static uint32_t blocks_of(uint32_t bytes)
{
    return (bytes + ARGUMENTS_BLOCK - 1) / ARGUMENTS_BLOCK;
}

/* Fills in the strings piece by piece; false if there are not enough blocks. */
static bool is_filled(struct arguments *arguments, uint32_t bytes)
{
    memset(filling, 'a' + (int)(bytes % 26), bytes);
    if (!arguments->account)
        arguments_set(arguments, filling, bytes);
    for (uint32_t done = arguments->bytes, piece; done < bytes; done += piece) {
        uint32_t any = 1 + random_below(2 * ARGUMENTS_BLOCK);
        piece = any < bytes - done ? any : bytes - done;
        if (!arguments_add(arguments, filling, piece))
            return false;
        CHECK(arguments->bytes == done + piece);
    }
    return true;
}

static bool is_good(const struct arguments *arguments)
{
    uint32_t bytes = arguments->bytes, from = random_below(bytes);

    arguments_copy(arguments, from, filling, bytes - from);
    for (uint32_t i = 0; i < bytes - from; i++)
        if (filling[i] != 'a' + (char)(bytes % 26))
            return false;
    return true;
}

/* As many short blocks as there can be processes, and one more; long ones as long as there are any. */
static void test_blocks(void)
{
    enum { BLOCKS = PROCESSES_MAX + LIMITS_BLOCKS + 20 };
    static struct arguments *blocks[BLOCKS];
    uint32_t refused = 0, shorts = 0, longs = 0;

    process_init();
    for (int step = 0; step < 50000; step++) {
        struct arguments **block = &blocks[random_below(BLOCKS)];
        if (*block) {
            CHECK(is_good(*block));
            arguments_drop(arguments_share(*block));
            if (random_below(3))
                continue;
            *((*block)->account ? &longs : &shorts) -= (*block)->account ? blocks_of((*block)->bytes) : 1;
            arguments_drop(*block);
            *block = 0;
            continue;
        }
        uint32_t bytes = 1 + random_below(random_below(2) ? ARGUMENTS_SHORT : LONGEST);
        if (bytes <= ARGUMENTS_SHORT && shorts == PROCESSES_MAX + 1)
            continue;
        *block = arguments_make(bytes, limits_of_all);
        CHECK(!*block == (bytes > ARGUMENTS_SHORT && longs == LIMITS_BLOCKS));
        bool is_made = *block && is_filled(*block, bytes);
        CHECK(is_made == (bytes <= ARGUMENTS_SHORT || longs + blocks_of(bytes) <= LIMITS_BLOCKS));
        refused += !is_made;
        if (is_made) {
            *((*block)->account ? &longs : &shorts) += (*block)->account ? blocks_of(bytes) : 1;
        } else {
            arguments_drop(*block);
            *block = 0;
        }
        CHECK(arguments_used() == shorts + longs);
    }
    for (int i = 0; i < BLOCKS; i++)
        arguments_drop(blocks[i]);
    CHECK(refused > 0 && arguments_used() == 0 && limits_of_all->holders == 1);
}

/* Of strings in long blocks only the first is kept, and the blocks are freed; strings in short blocks are kept. */
static void test_shortened(void)
{
    process_init();
    struct arguments *all = arguments_make(ARGUMENTS_MAX, limits_of_all), *others;
    memset(filling, 'x', sizeof filling);
    memcpy(filling, "name", 5);
    filling[LONGEST - 1] = 0;
    CHECK(arguments_add(all, filling, LONGEST) && arguments_used() == 4);
    all->count = 2;
    CHECK(arguments_are_strings(all));
    others = arguments_shorten(arguments_share(all));
    CHECK(others != all && others->count == 1 && others->bytes == 5 && !strcmp(others->text, "name") &&
          arguments_used() == 5);
    CHECK(arguments_are_strings(others));
    all = arguments_shorten(all);
    CHECK(arguments_used() == 2 && limits_blocks_left(limits_of_all) == LIMITS_BLOCKS);
    arguments_drop(all);
    arguments_drop(others);
}

/* A short block for each process, and one more. */
static void test_short_blocks(void)
{
    static struct arguments *blocks[PROCESSES_MAX + 1];

    process_init();
    for (int i = 0; i <= PROCESSES_MAX; i++)
        CHECK((blocks[i] = arguments_make(ARGUMENTS_SHORT, limits_of_all)));
    for (int i = 0; i <= PROCESSES_MAX; i++)
        arguments_drop(blocks[i]);
    CHECK(arguments_used() == 0);
}

static void expect_strings(const char *text, uint32_t bytes, uint32_t strings, bool good)
{
    struct arguments *arguments = arguments_make(bytes, limits_of_all);

    arguments_set(arguments, text, bytes);
    arguments->count = strings;
    CHECK(arguments_are_strings(arguments) == good);
    arguments_drop(arguments);
}

static void test_strings(void)
{
    expect_strings("sh\0-c", 6, 2, true);
    expect_strings("", 1, 1, true);
    expect_strings("", 0, 0, false);
    expect_strings("sh", 2, 1, false);
    expect_strings("sh\0x", 4, 1, false);
    expect_strings("sh\0x", 5, 1, true); /* with an environment */
    expect_strings("sh\0x", 5, 0, false);
    expect_strings("sh\0x", 5, 3, false);
    expect_strings("sh\0x", 5, ~0u, false);
}

int main(void)
{
    test_blocks();
    test_short_blocks();
    test_shortened();
    test_strings();
    puts("test_arguments: blocks agree with their model");
}
