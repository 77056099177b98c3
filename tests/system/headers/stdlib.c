/* <stdlib.h>: numbers, sorting, the environment, memory. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool numbers(void)
{
    char *end;
    div_t d = div(-7, 2);

    errno = 0;
    return IS(strtol("  -0x10z", &end, 0), -16) && IS(*end, 'z') && IS(strtol("9999999999", NULL, 10), LONG_MAX) &&
           IS(errno, ERANGE) && HOLDS(strtod("1.5e3x", &end) == 1500) && IS(*end, 'x') && HOLDS(atof("-.5") == -0.5) &&
           HOLDS(strtoll("-9223372036854775808", NULL, 10) == INT64_MIN) && HOLDS(atoll("5000000000") == 5000000000) &&
           IS(d.quot, -3) && IS(d.rem, -1) && HOLDS(llabs(-5000000000) == 5000000000);
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool sorts(void)
{
    int numbers[100], wanted = 41, missing = 1000;

    for (int i = 0; i < 100; i++)
        numbers[i] = (i * 37 + 11) % 100;
    qsort(numbers, 100, sizeof numbers[0], compare);
    bool good = true;
    for (int i = 0; i < 100; i++)
        good = good && IS(numbers[i], i);
    return good && IS((int *)bsearch(&wanted, numbers, 100, sizeof wanted, compare) - numbers, 41) &&
           HOLDS(!bsearch(&missing, numbers, 100, sizeof wanted, compare));
}

static bool environment(void)
{
    return IS(setenv("TALLY_X", "1", 1), 0) && HOLDS(!strcmp(getenv("TALLY_X"), "1")) &&
           IS(setenv("TALLY_X", "2", 0), 0) && HOLDS(!strcmp(getenv("TALLY_X"), "1")) && IS(unsetenv("TALLY_X"), 0) &&
           HOLDS(!getenv("TALLY_X"));
}

static bool memory(void)
{
    char *large = malloc(1 << 20), *small[64];
    volatile size_t most = SIZE_MAX / 2;
    bool good = HOLDS(large);

    memset(large, 7, 1 << 20);
    large = realloc(large, 2 << 20);
    good = good && HOLDS(large) && IS(large[(1 << 20) - 1], 7);
    for (int i = 0; i < 64; i++)
        good = HOLDS(small[i] = calloc(1, (size_t)i + 1)) && IS(*small[i], 0) && IS((uintptr_t)small[i] % 8, 0) && good;
    for (int i = 0; i < 64; i++)
        free(small[i]);
    free(large);
    errno = 0;
    char *volatile none = malloc(most);
    return good && HOLDS(!none) && IS(errno, ENOMEM);
}

static void leave(void)
{
    _exit(5);
}

static bool exits(void)
{
    int status = 0;

    if (fork() == 0) {
        for (int i = 0; i < 40; i++) /* C requires 32 */
            if (atexit(leave))
                _exit(1);
        exit(2);
    }
    bool good = HOLDS(wait(&status) > 0) && IS(status, 5 << 8);
    if (fork() == 0)
        abort();
    return good && HOLDS(wait(&status) > 0) && IS(status, 6);
}

const struct tap_point header_stdlib[] = {
    {"numbers", numbers}, {"sorting and searching", sorts}, {"the environment", environment},
    {"memory", memory},   {"exit, atexit, abort", exits},   {0, 0},
};
