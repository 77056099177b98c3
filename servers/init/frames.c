#include "servers/init/frames.h"

#include "servers/init/shutdown.h"

static uint32_t range, used; /* the current range, and its pages already allocated */

uint32_t frames_allocate(uint32_t count)
{
    while (range < boot_page->ranges_count && boot_page->ranges[range].pages - used < count) {
        range++;
        used = 0;
    }
    if (range == boot_page->ranges_count)
        end_failed("there is too little memory: see README.md");
    used += count;
    return boot_page->ranges[range].first + used - count;
}

static uint32_t total(void)
{
    uint32_t pages = 0;

    for (uint32_t i = 0; i < boot_page->ranges_count; i++)
        pages += boot_page->ranges[i].pages;
    return pages;
}

/* Returns the most pages that frames_allocate() can give at once. */
static uint32_t largest(void)
{
    uint32_t most = 0;

    for (uint32_t i = range; i < boot_page->ranges_count; i++) {
        uint32_t left = boot_page->ranges[i].pages - (i == range ? used : 0);
        most = left > most ? left : most;
    }
    return most;
}

struct boot_range frames_allocate_share(uint32_t divisor, uint32_t most)
{
    uint32_t share = total() / divisor, half = largest() / 2;

    if (share > most)
        share = most;
    if (share > half)
        share = half;
    return (struct boot_range){frames_allocate(share), share};
}

struct boot_range frames_rest(void)
{
    const struct boot_range *last = &boot_page->ranges[boot_page->ranges_count - 1];
    uint32_t first = frames_allocate(1);

    return (struct boot_range){first, last->first + last->pages - first};
}
