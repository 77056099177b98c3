/* The end of a task whose capability table has many leaves, emptied before: each leaf still takes a step. */
#include "tests/system/kernel/kernel_test.h"

enum { LEAVES = 240, LEAF_SLOTS = 256 };

static void many_leaves(void)
{
    child_make(0, LEAVES + 5);
    IS(cap_copy(LOG, FIRST_SLOT, RIGHT_NONE), OK);
    for (uint32_t i = 1; i <= LEAVES; i++)
        IS(cap_give(FIRST_SLOT, i * LEAF_SLOTS, CHILD_TASK, RIGHT_NONE), OK);
    IS(sys_cap_revoke(FIRST_SLOT), OK);
    IS(sys_object_destroy(CHILD_TASK), OK);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {{"a task with 240 empty leaves ends", many_leaves}};

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
