/* The first task: init, from the image at the start of the boot archive, with all capabilities. */
#include "kernel/boot/first_task.h"

#include "kernel/object/object.h"
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"

enum { INIT_PRIORITY = PRIORITY_COUNT - 1 };

static void check_image(const struct boot_page *boot, const struct boot_image *image)
{
    const uint32_t max = (STACK_TOP - STACK_LOW) >> PAGE_BITS; /* of a part, so that sums and shifts do not overflow */
    uint64_t pages = (uint64_t)image->image_page + image->text_pages + image->data_pages + image->stack_pages;
    bool good = __builtin_memcmp(image->magic, BOOT_IMAGE_MAGIC, sizeof image->magic) == 0 &&
                pages <= boot->modules[0].pages && image->text_pages && image->stack_pages &&
                image->stack_pages <= max && image->text_pages <= max && image->data_pages <= max &&
                image->account_pages >= 16 && image->account_pages <= 4096 && image->entry >= PROGRAM_BASE &&
                image->entry < PROGRAM_BASE + (image->text_pages << PAGE_BITS);

    if (!good)
        panic("boot archive damaged: no image of init at its start", __FILE__, __LINE__);
}

static void map_init(struct task *task, uint32_t frame, uint32_t pages, uint32_t address, rights_t rights)
{
    const struct source source = {.first = frame};

    source_map(&source, pages, rights, &(struct target){&task->space, &task->account, address});
}

static void map_image(struct task *task, const struct boot_page *boot, const struct boot_image *image)
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
    slot_make(sys_open(task, index), &range_object((uint32_t)kind)->caps, rights, range.first,
              (uint32_t)kind | range.pages << SLOT_RANGE_COUNT_SHIFT);
}

static void give_all(struct task *task, struct thread *thread, const struct boot_info *info)
{
    const rights_t module = RIGHT_READ | RIGHT_EXECUTE | RIGHT_GRANT;

    sys_give(task, BOOT_SLOT_TASK, &task->object, SLOT_TASK);
    sys_give(task, BOOT_SLOT_THREAD, &thread->object, SLOT_THREAD);
    give_range(task, BOOT_SLOT_MEMORY, SLOT_MEMORY, RIGHT_ALL, (struct boot_range){0, kernel.frame_count});
    give_range(task, BOOT_SLOT_PORTS, SLOT_PORTS, RIGHT_ALL, (struct boot_range){0, 65536});
    give_range(task, BOOT_SLOT_IRQS, SLOT_IRQS, RIGHT_ALL, (struct boot_range){0, IRQ_COUNT});
    give_range(task, BOOT_SLOT_LOG, SLOT_LOG, RIGHT_ALL, (struct boot_range){0, 1});
    if (info->devices[BOOT_SCREEN].pages)
        give_range(task, BOOT_SLOT_SCREEN, SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT,
                   info->devices[BOOT_SCREEN]);
    give_range(task, BOOT_SLOT_LOG_PAGE, SLOT_MEMORY, RIGHT_READ | RIGHT_GRANT, info->devices[BOOT_LOG_PAGE]);
    for (unsigned i = 0; i < info->page.modules_count; i++)
        give_range(task, BOOT_SLOT_MODULE + i, SLOT_MEMORY, module, info->page.modules[i]);
}

struct thread *first_task_start(struct boot_info *info)
{
    const struct boot_page *boot = &info->page;

    if (boot->modules_count == 0)
        panic("boot archive missing: the loader gave no module", __FILE__, __LINE__);
    struct boot_image image = *(const struct boot_image *)arch_frame_map(0, boot->modules[0].first);
    check_image(boot, &image);

    uint32_t first = boot_info_take(info, image.account_pages + 2, 1); /* the task, its account, the boot page */
    __builtin_memset(AT(void, frame_ref(first)), 0, (image.account_pages + 2) << PAGE_BITS);
    struct task *task = task_make(first);
    for (uint32_t i = 1; i <= image.account_pages; i++)
        account_donate(&task->account, first + i);
    struct thread *thread = thread_make(task, MESSAGE_PAGE, INIT_PRIORITY, 0);
    map_image(task, boot, &image);
    give_all(task, thread, info);

    uint32_t page = first + image.account_pages + 1;
    *AT(struct boot_page, frame_ref(page)) = *boot;
    map_init(task, page, 1, BOOT_PAGE, RIGHT_READ);
    thread->registers.eip = image.entry;
    thread->registers.esp = STACK_TOP;
    thread->stopped = 0;
    thread_update_direct(thread);
    cpu_enqueue(thread, QUEUE_BACK);
    return thread_choose();
}
