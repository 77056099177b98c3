#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"

#include <sys/resource.h>

WEAK int getrlimit(int resource, struct rlimit *limit)
{
    uint32_t value = 0, used, unit = resource == RLIMIT_AS ? PAGE_SIZE : 1;
    int answer = -EINVAL;

    if (__is_bad(limit, sizeof *limit))
        return __result(-EFAULT, 0);
    if (resource == RLIMIT_AS)
        answer = mem_get_limit(CLIENT_SLOT_MEM, 0, &value, &used);
    else if (resource == RLIMIT_NPROC)
        answer = proc_get_limit(CLIENT_SLOT_PROC, 0, &value, &used);
    if (!answer)
        limit->rlim_cur = limit->rlim_max = (rlim_t)value * unit;
    return __result(answer, 0);
}

/* More than a word can hold is more than any limit. */
static uint32_t word_of(rlim_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

WEAK int setrlimit(int resource, const struct rlimit *limit)
{
    int answer = -EINVAL;

    if (__is_bad(limit, sizeof *limit))
        return __result(-EFAULT, 0);
    if (limit->rlim_cur > limit->rlim_max)
        return __result(-EINVAL, 0);
    if (resource == RLIMIT_AS)
        answer = mem_set_limit(CLIENT_SLOT_MEM, 0, word_of(limit->rlim_cur / PAGE_SIZE));
    else if (resource == RLIMIT_NPROC)
        answer = proc_set_limit(CLIENT_SLOT_PROC, 0, word_of(limit->rlim_cur));
    return __result(answer, 0);
}
