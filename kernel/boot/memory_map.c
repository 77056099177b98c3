#include "kernel/boot/memory_map.h"

enum { LOW_PAGES = 160, FIRMWARE_PAGES = 256 }; /* 640 KiB; 1 MiB, below which the firmware has data */

void boot_info_add(struct boot_info *info, uint64_t start, uint64_t bytes, bool free)
{
    struct boot_area area = {start, start + bytes < start ? UINT64_MAX : start + bytes};

    if (bytes == 0)
        return;
    if (!free) {
        assert(info->reserved_count < BOOT_RESERVED_MAX);
        info->reserved[info->reserved_count++] = area;
    } else if (info->free_count < BOOT_RANGES_MAX) {
        info->free[info->free_count++] = area;
    }
}

void boot_info_module(struct boot_info *info, uint32_t start, uint32_t end)
{
    struct boot_page *page = &info->page;
    uint32_t bytes = end - start, pages = (uint32_t)(((uint64_t)bytes + PAGE_SIZE - 1) >> PAGE_BITS);

    if (page->modules_count == BOOT_MODULES_MAX || end <= start || start % PAGE_SIZE)
        return;
    page->modules[page->modules_count] = (struct boot_range){start >> PAGE_BITS, pages};
    page->module_bytes[page->modules_count++] = bytes;
    boot_info_add(info, start, bytes, false);
}

void boot_info_command(struct boot_info *info, const char *text)
{
    unsigned i = 0;

    for (; i < BOOT_COMMAND_MAX - 1 && text[i]; i++)
        info->page.command[i] = text[i];
    info->page.command[i] = 0;
}

/* The number of the page that contains `address` or, with `up`, of the first page at or above it; at most that of 4
 * GiB. */
static uint32_t page_number(uint64_t address, bool up)
{
    uint64_t page = (address >> PAGE_BITS) + (up && address % PAGE_SIZE);

    return page > MEMORY_PAGES_MAX ? MEMORY_PAGES_MAX : (uint32_t)page;
}

struct boot_range boot_info_screen(struct boot_info *info)
{
    const struct boot_screen *screen = &info->page.screen;
    uint64_t bytes = (uint64_t)screen->pitch * screen->height, end = screen->address + bytes;
    uint32_t first = page_number(screen->address, false);

    boot_info_add(info, screen->address, bytes, false);
    if (end < bytes || first == MEMORY_PAGES_MAX)
        return (struct boot_range){0, 0};
    return (struct boot_range){first, page_number(end, true) - first};
}

/* Returns the first page, at or above page `at`, that is in one of the areas, and in `*end` the end of that area;
 * MEMORY_PAGES_MAX: there is none. With `outward`, a page that is only partly in an area counts as in it. */
static uint32_t next_page(const struct boot_area *areas, unsigned count, uint32_t at, bool outward, uint32_t *end)
{
    uint32_t next = MEMORY_PAGES_MAX;

    for (unsigned i = 0; i < count; i++) {
        uint32_t first = page_number(areas[i].start, !outward), last = page_number(areas[i].end, outward);
        first = first > at ? first : at;
        if (first < last && first < next) {
            next = first;
            *end = last;
        }
    }
    return next;
}

/* Lists the frames that are free and not reserved, from page `low` on. Each round lists the frames from the first free
 * one to the next reserved area or the end of the free area, whichever comes first. */
static unsigned list_free(const struct boot_info *info, uint32_t low, struct boot_range *ranges, unsigned max)
{
    unsigned count = 0;

    for (uint32_t at = low, end, taken_end; count < max; at = end) {
        uint32_t first = next_page(info->free, info->free_count, at, false, &end);
        if (first == MEMORY_PAGES_MAX)
            break;
        uint32_t taken = next_page(info->reserved, info->reserved_count, first, true, &taken_end);
        end = taken < end ? taken : end;
        if (end > first)
            ranges[count++] = (struct boot_range){first, end - first};
        else
            end = taken_end; /* `first` is reserved */
    }
    return count;
}

uint32_t boot_info_low_page(const struct boot_info *info)
{
    struct boot_range ranges[BOOT_RANGES_MAX];
    unsigned count = list_free(info, 1, ranges, BOOT_RANGES_MAX);

    return count && ranges[0].first < LOW_PAGES ? ranges[0].first : 0;
}

unsigned boot_info_ranges(const struct boot_info *info, struct boot_range *ranges, unsigned max)
{
    return list_free(info, FIRMWARE_PAGES, ranges, max);
}

uint32_t boot_info_take(struct boot_info *info, uint32_t pages, uint32_t align)
{
    struct boot_page *boot = &info->page;

    for (unsigned i = 0; i < boot->ranges_count; i++) {
        const struct boot_range *range = &boot->ranges[i];
        uint32_t first = (range->first + align - 1) & -align, end = range->first + range->pages;
        if (first + pages > end || first + pages > PHYSMAP_BYTES >> PAGE_BITS)
            continue;
        boot_info_add(info, (uint64_t)first << PAGE_BITS, (uint64_t)pages << PAGE_BITS, false);
        boot->ranges_count = boot_info_ranges(info, boot->ranges, BOOT_RANGES_MAX);
        return first;
    }
    panic("too little memory: see README.md", __FILE__, __LINE__);
}
