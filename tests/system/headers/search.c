/* <search.h>: tables and trees. */
#include "tests/system/headers/headers.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool tables(void)
{
    static char name[] = "key";
    ENTRY *found, entry = {name, NULL};
    int numbers[3] = {5, 7}, wanted = 7, more = 9;
    size_t count = 2;
    void *root = NULL;

    bool good = HOLDS(hcreate(10)) && HOLDS(hsearch(entry, ENTER)) &&
                HOLDS((found = hsearch(entry, FIND)) && !strcmp(found->key, "key"));
    hdestroy();
    good = IS((int *)lfind(&wanted, numbers, &count, sizeof wanted, compare) - numbers, 1) &&
           IS((int *)lsearch(&more, numbers, &count, sizeof more, compare) - numbers, 2) && IS(count, 3) && good;
    for (int i = 0; i < 3; i++)
        good = HOLDS(tsearch(&numbers[i], &root, compare)) && good;
    good = HOLDS(tfind(&wanted, &root, compare)) && good;
    for (int i = 0; i < 3; i++)
        tdelete(&numbers[i], &root, compare);
    return HOLDS(!root) && good;
}

const struct tap_point header_search[] = {{"tables and trees", tables}, {0, 0}};
