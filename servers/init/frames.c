#include "servers/init/frames.h"

#include "servers/init/end.h"

static uint32_t range, used; /* in the range */

uint32_t frames_take(uint32_t count)
{
    while (range < boot_page->ranges_count && boot_page->ranges[range].pages - used < count) {
        range++;
        used = 0;
    }
    if (range == boot_page->ranges_count)
        end_failed("there is too little memory");
    used += count;
    return boot_page->ranges[range].first + used - count;
}

struct boot_range frames_rest(void)
{
    const struct boot_range *last = &boot_page->ranges[boot_page->ranges_count - 1];
    uint32_t first = frames_take(1);

    return (struct boot_range){first, last->first + last->pages - first};
}
