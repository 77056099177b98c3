#include "kernel/boot_info.h"

enum { LOW_PAGES = 160, FIRMWARE_PAGES = 256 }; /* 640 KiB, 1 MiB */

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

struct list {
    struct boot_range *ranges;
    unsigned count, max;
};

static void insert(struct list *list, uint32_t first, uint32_t end)
{
    unsigned at = list->count;

    if (first >= end || list->count == list->max)
        return;
    for (; at > 0 && list->ranges[at - 1].first > first; at--)
        list->ranges[at] = list->ranges[at - 1];
    list->ranges[at] = (struct boot_range){first, end - first};
    list->count++;
}

/* Takes [first, end) out of every range; what stands behind it becomes a range of its own. */
static void subtract(struct list *list, uint32_t first, uint32_t end)
{
    for (unsigned i = 0; i < list->count && first < end; i++) {
        struct boot_range *r = &list->ranges[i];
        uint32_t r_end = r->first + r->pages;
        if (first >= r_end || end <= r->first)
            continue;
        r->pages = first > r->first ? first - r->first : 0;
        insert(list, end > r->first ? end : r->first, r_end);
    }
}

static void drop_empty(struct list *list)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < list->count; i++)
        if (list->ranges[i].pages)
            list->ranges[kept++] = list->ranges[i];
    list->count = kept;
}

/* Addresses of 4 GiB and more are cut off. */
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

static unsigned list_free(const struct boot_info *info, uint32_t low, struct boot_range *ranges,
                          unsigned max)
{
    struct list list = {ranges, 0, max};

    for (unsigned i = 0; i < info->free_count; i++) {
        uint32_t first = page_number(info->free[i].start, true);
        uint32_t end = page_number(info->free[i].end, false);
        subtract(&list, first, end); /* a loader's areas may overlap */
        insert(&list, first, end);
    }
    subtract(&list, 0, low);
    for (unsigned i = 0; i < info->reserved_count; i++)
        subtract(&list, page_number(info->reserved[i].start, false),
                 page_number(info->reserved[i].end, true));
    drop_empty(&list);
    return list.count;
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
