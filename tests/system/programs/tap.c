#include "tests/system/programs/tap.h"

#include "tests/system/programs/child.h"

#include <errno.h>
#include <stdio.h>

bool tap_is(int32_t got, int32_t wanted, const char *what, const char *file, int line)
{
    if (got == wanted)
        return true;
    printf("# %s:%d: %s is %d (0x%x), not %d\n", file, line, what, (int)got, (unsigned)got, (int)wanted);
    return false;
}

bool tap_fails(int32_t result, int error, const char *what, const char *file, int line)
{
    if (result == -1 && errno == error)
        return true;
    printf("# %s:%d: %s is %d with errno %d, not -1 with %d\n", file, line, what, (int)result, errno, error);
    return false;
}

static const char *skipped; /* why the point was skipped */

void tap_skip(const char *why)
{
    skipped = why;
}

static bool is_conserved(const struct tap_point *point)
{
    bool good = point->holds();
    struct memory before = memory_now();

    good = good && point->holds();
    struct memory after = memory_now();
    return good && IS(after.free, before.free) && IS(after.segments, before.segments);
}

int tap_run(const struct tap_point *points, unsigned count)
{
    bool all = true;

    printf("1..%u\n", count);
    for (unsigned i = 0; i < count; i++) {
        skipped = NULL;
        bool good = is_conserved(&points[i]);
        printf("%sok %u - %s%s%s\n", good ? "" : "not ", i + 1, points[i].text, good && skipped ? " # SKIP " : "",
               good && skipped ? skipped : "");
        all = all && good;
    }
    return !all;
}
