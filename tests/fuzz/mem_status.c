#include "tests/fuzz/mem_status.h"

#include <errno.h>

#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/mem/task_frames.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct listed {
    uint32_t number;
    int status;
} listed[] = {
#define LISTED(number, error) {number, -error},
    MEM_CALL_ERRORS(LISTED)};

static bool is_of_program(uint32_t number)
{
    bool is_about_named = number >= MEM_SHM_ATTACH && number < MEM_CALLS_END;

    return (number >= MEM_SBRK && number <= MEM_PROTECT) || number == MEM_RESERVE || is_about_named;
}

static bool is_of_everybody(uint32_t number)
{
    return number == MEM_INFO || (number >= MEM_SPACE_USAGE && number <= MEM_SEGMENT) || number == MEM_SHM_LIST;
}

bool status_is_of_manager(uint32_t number)
{
    return number >= MEM_SPACE_CREATE && number < MEM_SHM_LIST;
}

/* Also where no page was touched yet. */
static bool munmaps_heap(const struct space *space, const uint32_t *w)
{
    uint64_t end = w[1] + ((uint64_t)pages_of(w[2]) << PAGE_BITS);

    return w[0] == MEM_MUNMAP && w[2] && w[1] < page_up(space->heap_end) && end > space->heap_start;
}

int status_expected_of_program(uint32_t id, const uint32_t *w)
{
    const struct space *space = space_find(id);

    if (!space || munmaps_heap(space, w))
        return -EINVAL;
    if (status_is_of_manager(w[0]))
        return -EPERM;
    return is_of_program(w[0]) || is_of_everybody(w[0]) ? ANY : -ENOSYS;
}

int status_expected_of_manager(const uint32_t *w)
{
    bool of_space = w[0] >= MEM_SPACE_FORK && w[0] <= MEM_SPACE_DESTROY;

    if (is_of_everybody(w[0]))
        return ANY;
    if (!status_is_of_manager(w[0]))
        return is_of_program(w[0]) ? -EINVAL : -ENOSYS;
    if (w[0] == MEM_SPACE_DESTROY)
        return space_find(w[1]) || space_find_ending(w[1]) ? ANY : -ENOENT;
    of_space |=
        w[0] == MEM_SPACE_CLEAR || w[0] == MEM_SPACE_FORK_MORE || w[0] == MEM_SPACE_LIMIT || w[0] == MEM_SPACE_COPY;
    if (of_space && !space_find(w[1]))
        return -ENOENT;
    if (w[0] == MEM_TASK_FRAME_END)
        return task_frames_at(w[1]) ? 0 : -ENOENT;
    return ANY;
}

static bool is_done_in_parts(uint32_t number)
{
    bool of_program = number == MEM_SBRK || number == MEM_MMAP || number == MEM_MUNMAP || number == MEM_PROTECT ||
                      number == MEM_RESERVE || number == MEM_SHM_DETACH;

    return of_program || number == MEM_SPACE_FORK || number == MEM_SPACE_FORK_MORE || number == MEM_SPACE_CLEAR ||
           number == MEM_SPACE_DESTROY;
}

void status_check(uint32_t number, int status, int expected)
{
    bool known = status == 0 || (status == MEM_MORE && is_done_in_parts(number)) ||
                 (status == MEM_TASK && number == MEM_SPACE_DESTROY);

    for (unsigned i = 0; i < COUNT(listed); i++)
        known |= number == listed[i].number && status == listed[i].status;
    CHECK(expected == ANY ? known : status == expected);
}
