/* Boot, in the order in which things become usable. */
#include "kernel/boot/memory_map.h"
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"

struct kernel kernel;

static struct boot_info info;
static struct boot_page *const boot = &info.page;
static struct boot_range screen, log_page;
static uint8_t empty_leaf[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

enum { INIT_PRIORITY = PRIORITY_COUNT - 1 };

struct thread *kernel_main(uint32_t magic, uint32_t information);

static void list_ranges(void)
{
    boot->ranges_count = boot_info_ranges(&info, boot->ranges, BOOT_RANGES_MAX);
}

/* Frames of the first range that has them below the window's end. */
static uint32_t take_frames(uint32_t pages, uint32_t align)
{
    for (unsigned i = 0; i < boot->ranges_count; i++) {
        const struct boot_range *range = &boot->ranges[i];
        uint32_t first = (range->first + align - 1) & -align, end = range->first + range->pages;
        if (first + pages > end || first + pages > PHYSMAP_BYTES >> PAGE_BITS)
            continue;
        boot_info_add(&info, (uint64_t)first << PAGE_BITS, (uint64_t)pages << PAGE_BITS, false);
        list_ranges();
        return first;
    }
    panic("not enough memory", __FILE__, __LINE__);
}

/* Each needs a record. */
static void count_frames(const struct boot_range *ranges, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (ranges[i].first + ranges[i].pages > kernel.frame_count)
            kernel.frame_count = ranges[i].first + ranges[i].pages;
}

static void mark_user(const struct boot_range *ranges, unsigned count, uint32_t owner)
{
    for (unsigned i = 0; i < count; i++)
        for (uint32_t f = ranges[i].first; f < ranges[i].first + ranges[i].pages; f++) {
            frame_make_user(frame_at(f), false);
            frame_at(f)->owner = owner & 0xffffff;
        }
}

/* The records reach up to the screen's last frame, though there is no memory on the way. */
static void init_memory(void)
{
    const struct boot_range devices[] = {screen, log_page};
    const uint32_t align = RECORDS_ALIGN;

    count_frames(boot->ranges, boot->ranges_count);
    count_frames(boot->modules, boot->modules_count);
    count_frames(devices, 2);
    uint32_t bytes = (kernel.frame_count * sizeof(struct frame) + align - 1) & -align;
    arch_space_init(take_frames(bytes >> PAGE_BITS, align >> PAGE_BITS) << PAGE_BITS, bytes);
    __builtin_memset(frame_at(0), 0, bytes);
    mark_user(boot->ranges, boot->ranges_count, 0);
    mark_user(boot->modules, boot->modules_count, 0);
    mark_user(devices, 2, OWNER_DEVICE);
}

static void init_kernel(void)
{
    kernel.cpu_count = 1;
    kernel.empty_leaf = REF(empty_leaf);
    link_init(&kernel.destroying);
    for (unsigned kind = 0; kind < 4; kind++)
        node_init_root(&range_object(kind)->caps);
    for (unsigned i = 0; i < CPU_MAX; i++)
        cpu_init(&kernel.cpus[i]);
}

/* ------------------------------------------------------------------------------------------- init */

static void check_image(const struct boot_image *image)
{
    const uint32_t most = (STACK_TOP - STACK_LOW) >> PAGE_BITS;
    uint64_t pages = (uint64_t)image->image_page + image->text_pages + image->data_pages + image->stack_pages;
    bool good = __builtin_memcmp(image->magic, BOOT_IMAGE_MAGIC, sizeof image->magic) == 0 &&
                pages <= boot->modules[0].pages && image->text_pages && image->stack_pages &&
                image->stack_pages <= most && image->text_pages <= most && image->data_pages <= most &&
                image->account_pages >= 16 && image->account_pages <= 4096 &&
                image->entry >= PROGRAM_BASE && image->entry < PROGRAM_BASE + (image->text_pages << PAGE_BITS);

    if (!good)
        panic("boot archive damaged: no image of init at its start", __FILE__, __LINE__);
}

static void map_init(struct task *task, uint32_t frame, uint32_t pages, uint32_t address, rights_t rights)
{
    const struct source source = {.first = frame, .kinship = CHILD};

    source_map(&source, pages, rights, &(struct target){&task->space, &task->account, address});
}

static void map_image(struct task *task, const struct boot_image *image)
{
    uint32_t frame = boot->modules[0].first + image->image_page;
    uint32_t data = PROGRAM_BASE + (image->text_pages << PAGE_BITS);
    uint32_t stack = STACK_TOP - (image->stack_pages << PAGE_BITS);

    map_init(task, frame, image->text_pages, PROGRAM_BASE, RIGHT_READ | RIGHT_EXECUTE);
    frame += image->text_pages;
    map_init(task, frame, image->data_pages, data, RIGHT_READ | RIGHT_WRITE);
    frame += image->data_pages;
    map_init(task, frame, image->stack_pages, stack, RIGHT_READ | RIGHT_WRITE);
}

static void give_range(struct task *task, uint32_t index, enum slot_bits kind, rights_t rights, struct boot_range range)
{
    slot_make(sys_open(task, index), &range_object((unsigned)kind >> 6 & 3)->caps, rights, range.first,
              (uint32_t)kind | range.pages << SLOT_COUNT_SHIFT);
}

static void give_all(struct task *task, struct thread *thread)
{
    const rights_t module = RIGHT_READ | RIGHT_EXECUTE | RIGHT_GRANT;

    sys_give(task, BOOT_SLOT_TASK, &task->object, SLOT_TASK);
    sys_give(task, BOOT_SLOT_THREAD, &thread->object, SLOT_THREAD);
    give_range(task, BOOT_SLOT_MEMORY, SLOT_MEMORY, RIGHT_ALL, (struct boot_range){0, kernel.frame_count});
    give_range(task, BOOT_SLOT_PORTS, SLOT_PORTS, RIGHT_ALL, (struct boot_range){0, 65536});
    give_range(task, BOOT_SLOT_IRQS, SLOT_IRQS, RIGHT_ALL, (struct boot_range){0, IRQ_COUNT});
    give_range(task, BOOT_SLOT_LOG, SLOT_LOG, RIGHT_ALL, (struct boot_range){0, 1});
    if (screen.pages)
        give_range(task, BOOT_SLOT_SCREEN, SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT, screen);
    give_range(task, BOOT_SLOT_LOG_PAGE, SLOT_MEMORY, RIGHT_READ | RIGHT_GRANT, log_page);
    for (unsigned i = 0; i < boot->modules_count; i++)
        give_range(task, BOOT_SLOT_MODULE + i, SLOT_MEMORY, module, boot->modules[i]);
}

/* The first task, with everything there is. */
static struct thread *start_init(void)
{
    if (boot->modules_count == 0)
        panic("boot archive missing: the loader gave no module", __FILE__, __LINE__);
    struct boot_image image = *(const struct boot_image *)arch_frame_map(0, boot->modules[0].first);
    check_image(&image);

    uint32_t account = take_frames(image.account_pages + 2, 1);
    struct task *task = task_make(account);
    for (uint32_t i = 1; i <= image.account_pages; i++)
        account_donate(&task->account, account + i);
    struct thread *thread = thread_make(task, MESSAGE_PAGE, INIT_PRIORITY, 0);
    map_image(task, &image);
    give_all(task, thread);

    uint32_t page = account + image.account_pages + 1;
    __builtin_memset(AT(void, frame_ref(page)), 0, PAGE_SIZE);
    *AT(struct boot_page, frame_ref(page)) = *boot;
    map_init(task, page, 1, BOOT_PAGE, RIGHT_READ);
    thread->registers.eip = image.entry;
    thread->registers.esp = STACK_TOP;
    thread->stopped = 0;
    thread_update_direct(thread);
    cpu_enqueue(thread, QUEUE_BACK);
    return thread_choose();
}

struct thread *kernel_main(uint32_t magic, uint32_t information)
{
    arch_boot_info(magic, information, &info);
    boot->version = ABI_VERSION;
    screen = boot_info_screen(&info);
    log_page = (struct boot_range){frame_number(REF(&arch_log_page)), 1};
    list_ranges();
    init_memory();
    init_kernel();
    arch_traps_init(&info);
    boot->cpu_count = kernel.cpu_count = arch_cpus_start(&info);
    return start_init();
}
