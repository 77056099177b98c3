/* Boot, in the order in which things become usable. */
#include "kernel/boot/first_task.h"
#include "kernel/thread/sched.h"

struct kernel kernel;

static struct boot_info info;
static struct boot_page *const boot = &info.page;
static uint8_t empty_leaf[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE))); /* C1 in cspace.h */

/* Called by boot/multiboot.asm, with interrupts off and paging on; `magic` and `information` are eax and ebx as the
 * loader left them. Returns the thread to run. */
struct thread *kernel_main(uint32_t magic, uint32_t information);

static void count_frames(const struct boot_range *ranges, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (ranges[i].first + ranges[i].pages > kernel.frame_count)
            kernel.frame_count = ranges[i].first + ranges[i].pages;
}

static void mark_user(const struct boot_range *ranges, unsigned count, bool is_device)
{
    for (unsigned i = 0; i < count; i++)
        for (uint32_t f = ranges[i].first; f < ranges[i].first + ranges[i].pages; f++) {
            frame_make_user(frame_at(f), false);
            frame_at(f)->is_device = is_device;
        }
}

/* Every frame up to the last usable one (RAM, a module, the screen) gets a record, even if it is not memory. */
static void init_memory(void)
{
    const uint32_t align = RECORDS_ALIGN;

    count_frames(boot->ranges, boot->ranges_count);
    count_frames(boot->modules, boot->modules_count);
    count_frames(info.devices, BOOT_DEVICES);
    uint32_t bytes = (kernel.frame_count * sizeof(struct frame) + align - 1) & -align;
    arch_space_init(boot_info_take(&info, bytes >> PAGE_BITS, align >> PAGE_BITS) << PAGE_BITS, bytes);
    __builtin_memset(frame_at(0), 0, bytes);
    mark_user(boot->ranges, boot->ranges_count, false);
    mark_user(boot->modules, boot->modules_count, false);
    mark_user(info.devices, BOOT_DEVICES, true);
}

static void init_kernel(void)
{
    kernel.cpu_count = 1;
    kernel.empty_leaf = REF(empty_leaf);
    list_init(&kernel.destroying);
    for (unsigned kind = 0; kind < 4; kind++)
        node_init_root(&kernel.ranges[kind].caps);
    for (unsigned i = 0; i < CPU_MAX; i++)
        cpu_init(&kernel.cpus[i]);
}

struct thread *kernel_main(uint32_t magic, uint32_t information)
{
    arch_boot_info(magic, information, &info);
    boot->version = ABI_VERSION;
    info.devices[BOOT_SCREEN] = boot_info_screen(&info);
    info.devices[BOOT_LOG_PAGE] = (struct boot_range){frame_number(REF(&arch_log_page)), 1};
    boot->ranges_count = boot_info_ranges(&info, boot->ranges, BOOT_RANGES_MAX);
    init_memory();
    init_kernel();
    arch_traps_init(&info);
    boot->cpu_count = kernel.cpu_count = arch_cpus_start(&info);
    return first_task_start(&info);
}
