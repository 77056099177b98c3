#include "kernel/boot_info.h"

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
    if (info->modules_count < BOOT_MODULES_MAX && end > start && start % PAGE_SIZE == 0)
        info->modules[info->modules_count++] = (struct boot_area){start, end};
}

void boot_info_command(struct boot_info *info, const char *text)
{
    unsigned i = 0;

    for (; i < BOOT_COMMAND_MAX - 1 && text[i]; i++)
        info->command[i] = text[i];
    info->command[i] = 0;
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

static bool touches(const struct boot_area *areas, unsigned count, uint64_t start)
{
    for (unsigned i = 0; i < count; i++)
        if (areas[i].start < start + PAGE_SIZE && start < areas[i].end)
            return true;
    return false;
}

static bool is_free(const struct boot_info *info, uint64_t start)
{
    for (unsigned i = 0; i < info->free_count; i++)
        if (info->free[i].start <= start && start + PAGE_SIZE <= info->free[i].end)
            return !touches(info->reserved, info->reserved_count, start) &&
                   !touches(info->modules, info->modules_count, start);
    return false;
}

uint32_t boot_info_low_page(const struct boot_info *info)
{
    for (uint32_t page = 1; page < 160; page++)
        if (is_free(info, (uint64_t)page << PAGE_BITS))
            return page;
    return 0;
}

unsigned boot_info_ranges(const struct boot_info *info, struct boot_range *ranges, unsigned max)
{
    struct list list = {ranges, 0, max};

    for (unsigned i = 0; i < info->free_count; i++) {
        uint32_t first = page_number(info->free[i].start, true);
        uint32_t end = page_number(info->free[i].end, false);
        subtract(&list, first, end); /* a loader's areas may overlap */
        insert(&list, first, end);
    }
    subtract(&list, 0, 256); /* the first MiB is the firmware's */
    for (unsigned i = 0; i < info->reserved_count; i++)
        subtract(&list, page_number(info->reserved[i].start, false),
                 page_number(info->reserved[i].end, true));
    for (unsigned i = 0; i < info->modules_count; i++)
        subtract(&list, page_number(info->modules[i].start, false),
                 page_number(info->modules[i].end, true));
    drop_empty(&list);
    return list.count;
}
