/*
 * Memory maps of loaders: holes, overlaps, reserved areas, modules, RAM above 4 GiB; and random maps, compared with a
 * model that has a byte for each frame.
 * sources: kernel/boot/memory_map.c
 */
#include "kernel/boot/memory_map.h"
#include "tests/host/check.h"

#include <string.h>

enum { MODEL_FRAMES = 2048, ROUNDS = 3000 };

static struct boot_info info;
static struct boot_range ranges[BOOT_RANGES_MAX];

static unsigned compute(void)
{
    return boot_info_ranges(&info, ranges, BOOT_RANGES_MAX);
}

static void expect(unsigned index, uint32_t first, uint32_t pages)
{
    CHECK(ranges[index].first == first && ranges[index].pages == pages);
}

static void whole_pages_beyond_the_first_mib(void)
{
    memset(&info, 0, sizeof info);
    boot_info_add(&info, 0, 0x9fc00, true);
    boot_info_add(&info, 0x100000, 0x700800, true);
    CHECK(compute() == 1);
    expect(0, 0x100, 0x700);
}

static void the_screen_is_reserved(void)
{
    memset(&info, 0, sizeof info);
    CHECK(boot_info_screen(&info).pages == 0);
    info.page.screen = (struct boot_screen){.address = 0x400800, .pitch = 0x1000, .height = 2};
    boot_info_add(&info, 0x100000, 0x700000, true);
    struct boot_range screen = boot_info_screen(&info);
    CHECK(screen.first == 0x400 && screen.pages == 3);
    CHECK(compute() == 2);
    expect(0, 0x100, 0x300);
    expect(1, 0x403, 0x3fd);
    info.page.screen.address = 0x100000000;
    CHECK(boot_info_screen(&info).first == 0 && boot_info_screen(&info).pages == 0);
    info.page.screen.address = 0xfffff000;
    CHECK(boot_info_screen(&info).pages == 1);
    info.page.screen.address = UINT64_MAX;
    CHECK(boot_info_screen(&info).pages == 0);
}

static void reserved_areas_and_modules_are_cut_out(void)
{
    memset(&info, 0, sizeof info);
    boot_info_add(&info, 0x100000, 0xf00000, true);
    boot_info_add(&info, 0x200800, 0x1000, false); /* it touches two pages */
    boot_info_module(&info, 0x400000, 0x401001);
    CHECK(compute() == 3);
    expect(0, 0x100, 0x100);
    expect(1, 0x202, 0x1fe);
    expect(2, 0x402, 0xbfe);
    CHECK(info.page.modules[0].first == 0x400 && info.page.modules[0].pages == 2);
    CHECK(info.page.module_bytes[0] == 0x1001);
}

static void a_low_page_is_free_and_not_the_first(void)
{
    memset(&info, 0, sizeof info);
    CHECK(boot_info_low_page(&info) == 0);
    boot_info_add(&info, 0, 0x9fc00, true);
    CHECK(boot_info_low_page(&info) == 1);
    boot_info_add(&info, 0x1800, 0x7000, false);
    boot_info_module(&info, 0x9000, 0xb000);
    CHECK(boot_info_low_page(&info) == 0xb);
    boot_info_add(&info, 0xb000, 0x94000, false);
    CHECK(boot_info_low_page(&info) == 0); /* the last page is not complete */
    boot_info_add(&info, 0x100000, 0xf00000, true);
    CHECK(boot_info_low_page(&info) == 0);
}

static void nothing_above_4_gib_and_no_wrap(void)
{
    memset(&info, 0, sizeof info);
    boot_info_add(&info, 0xfff00000, 0x40000000, true);
    boot_info_add(&info, UINT64_MAX - 5, 100, true);
    CHECK(compute() == 1);
    expect(0, 0xfff00, 0x100);
    memset(&info, 0, sizeof info);
    boot_info_add(&info, 0x100000, 0x700000, true);
    boot_info_add(&info, 0x400000, UINT64_MAX, false);
    CHECK(compute() == 1);
    expect(0, 0x100, 0x300);
}

static void overlapping_areas_count_once(void)
{
    memset(&info, 0, sizeof info);
    boot_info_add(&info, 0x100000, 0x200000, true);
    boot_info_add(&info, 0x200000, 0x200000, true);
    CHECK(compute() == 2);
    expect(0, 0x100, 0x200);
    expect(1, 0x300, 0x100);
}

static void odd_modules_and_long_commands_are_harmless(void)
{
    char text[2 * BOOT_COMMAND_MAX];

    memset(&info, 0, sizeof info);
    boot_info_module(&info, 0x400000, 0x400000);
    boot_info_module(&info, 0x400800, 0x401000);
    CHECK(info.page.modules_count == 0);
    for (unsigned i = 0; i < BOOT_MODULES_MAX + 3; i++)
        boot_info_module(&info, 0x400000, 0x401000);
    CHECK(info.page.modules_count == BOOT_MODULES_MAX);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    boot_info_command(&info, text);
    CHECK(strlen(info.page.command) == BOOT_COMMAND_MAX - 1);
    boot_info_command(&info, "short");
    CHECK(!strcmp(info.page.command, "short"));
}

static uint8_t model[MODEL_FRAMES];

static void mark(uint32_t first, uint32_t bytes, bool free)
{
    uint32_t from = first / PAGE_SIZE, to = (first + bytes) / PAGE_SIZE;

    if (free && first % PAGE_SIZE)
        from++;
    if (!free && (first + bytes) % PAGE_SIZE)
        to++;
    for (uint32_t f = from; f < to && f < MODEL_FRAMES; f++)
        model[f] = free;
}

static void random_maps_agree_with_the_model(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct boot_area reserved[6];
        memset(&info, 0, sizeof info);
        memset(model, 0, sizeof model);
        for (unsigned i = random_below(8); i > 0; i--) {
            uint32_t start = random_below(1500 * PAGE_SIZE), bytes = random_below(400 * PAGE_SIZE);
            boot_info_add(&info, start, bytes, true);
            mark(start, bytes, true);
        }
        unsigned count = random_below(6);
        for (unsigned i = 0; i < count; i++) {
            uint32_t start = random_below(1800 * PAGE_SIZE), bytes = 1 + random_below(100 * PAGE_SIZE);
            reserved[i] = (struct boot_area){start, bytes};
            boot_info_add(&info, start, bytes, false);
        }
        for (unsigned i = 0; i < count; i++)
            mark((uint32_t)reserved[i].start, (uint32_t)reserved[i].end, false);
        memset(model, 0, 256);
        unsigned n = compute();
        for (unsigned i = 0; i < n; i++) {
            CHECK(i == 0 || ranges[i].first >= ranges[i - 1].first + ranges[i - 1].pages);
            for (uint32_t f = ranges[i].first; f < ranges[i].first + ranges[i].pages; f++)
                CHECK(model[f]-- == 1);
        }
        for (uint32_t f = 0; f < MODEL_FRAMES; f++)
            CHECK(model[f] == 0);
    }
}

int main(void)
{
    whole_pages_beyond_the_first_mib();
    the_screen_is_reserved();
    reserved_areas_and_modules_are_cut_out();
    a_low_page_is_free_and_not_the_first();
    nothing_above_4_gib_and_no_wrap();
    overlapping_areas_count_once();
    odd_modules_and_long_commands_are_harmless();
    random_maps_agree_with_the_model();
    printf("test_boot_info: %d random maps agree\n", ROUNDS);
}
