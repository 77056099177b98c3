/*
 * Boot: which frames become memory, and what init has and sees at its start. Without an archive, with a damaged one, or
 * with too little memory nothing starts.
 *
 * defines: HOST_FRAMES=8192
 * sources: kernel-core
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/audit/audit.h"
#include "kernel/boot/memory_map.h"
#include "kernel/sys/sys.h"
#include "kernel/vm/source.h"
#include "tests/host/check.h"

/* The kernel's image is in the physmap, as in the machine: it begins at its second page. */
#define IN_PHYSMAP __attribute__((section(".bss.physmap"), aligned(PAGE_SIZE)))
unsigned char first_page[PAGE_SIZE] IN_PHYSMAP = {0};
#undef kernel
struct kernel kernel IN_PHYSMAP;
static uint8_t empty_leaf[PAGE_SIZE] IN_PHYSMAP;
extern struct log_page arch_log_page __attribute__((alias("memory")));

_Noreturn static void ends_here(const char *what);
#define panic(what, file, line) ends_here(what)
#pragma clang diagnostic ignored "-Wimplicit-int-conversion" /* in the kernel, sizes have 32 bits */
#include "kernel/boot/first_task.c"
#include "kernel/boot/memory_map.c"
#include "kernel/boot/main.c" /* included, as its variables are static */
#undef panic

enum {
    ARCHIVE = 300,
    ARCHIVE_PAGES = 40,
    OTHER = 400,
    OTHER_PAGES = 3,
    RAM = 257,
    RAM_END = 8192, /* memory is free from an odd page number on */
    SCREEN_PAGES = 3,
    SCREEN = RECORDS_ALIGN / sizeof(struct frame) - SCREEN_PAGES, /* the records fill 2 MiB */
    ACCOUNT = 20,
    TEXT = 3,
    DATA = 2,
    STACK = 4,
    IMAGE = 7,
    ENTRY = PROGRAM_BASE + TEXT * PAGE_SIZE - 1,
    RECORDS = 512,
    RECORDS_PAGES = 512, /* the first with 2 MiB of records */
    USED = RAM + ACCOUNT + 2,
    SLOTS = 10, /* of init's table */
    MAGIC = 1234,
    INFORMATION = 5678,
    CPUS = 2,
    DAMAGED = 1,
    MISSING,
    TOO_LITTLE,
    STARTS, /* how a boot ends */
};

unsigned char memory[(RAM_END << PAGE_BITS) + 2 * RECORDS_ALIGN] IN_PHYSMAP;

static struct boot_image image;
static struct boot_page loader_page; /* what the loader reports */
static uint64_t ram_bytes;
static uint32_t records, records_bytes;
static unsigned started; /* the steps of boot, in their order */

_Noreturn static void ends_here(const char *what)
{
    _exit(strstr(what, "damaged") ? DAMAGED : strstr(what, "missing") ? MISSING : TOO_LITTLE);
}

/* ---------------------------------------------------------------------------------- the machine */

void arch_boot_info(uint32_t magic, uint32_t information, struct boot_info *to)
{
    CHECK(magic == MAGIC && information == INFORMATION && started++ == 0);
    to->page = loader_page;
    to->page.modules_count = 0;
    for (unsigned i = 0; i < loader_page.modules_count; i++) {
        const struct boot_range *module = &loader_page.modules[i];
        boot_info_module(to, frame_ref(module->first), frame_ref(module->first + module->pages));
    }
    boot_info_add(to, 0, ram_bytes, true);
    boot_info_add(to, 0, (uint64_t)RAM << PAGE_BITS, false);
}

void arch_space_init(ref_t at, uint32_t bytes)
{
    CHECK(started++ == 1);
    records = at;
    records_bytes = bytes;
    memset(frame_at(0), 0xee, bytes);
    kernel.kernel_directory = pte_directory(2);
}

void arch_traps_init(const struct boot_info *from)
{
    CHECK(started++ == 2 && from->page.version == ABI_VERSION && kernel.cpu_count == 1);
}

unsigned arch_cpus_start(const struct boot_info *from)
{
    CHECK(started++ == 3 && from->page.version == ABI_VERSION);
    return CPUS;
}

/* ---------------------------------------------------------------------------------- a boot */

static void prepare(void)
{
    ram_bytes = (uint64_t)RAM_END << PAGE_BITS;
    image = (struct boot_image){{0}, IMAGE, TEXT, DATA, STACK, ACCOUNT, ENTRY};
    memcpy(image.magic, BOOT_IMAGE_MAGIC, sizeof(image.magic));
    loader_page.modules_count = 2;
    loader_page.modules[0] = (struct boot_range){ARCHIVE, ARCHIVE_PAGES};
    loader_page.modules[1] = (struct boot_range){OTHER, OTHER_PAGES};
    loader_page.screen.address = (uint64_t)SCREEN << PAGE_BITS;
    loader_page.screen.height = 1;
    loader_page.screen.pitch = SCREEN_PAGES * PAGE_SIZE;
}

static struct thread *boots(void)
{
    *AT(struct boot_image, frame_ref(loader_page.modules[0].first)) = image;
    return kernel_main(MAGIC, INFORMATION);
}

/* Boots in a process of its own, in which `look` examines the result; returns how it ended. */
static int outcome_seen(void (*look)(const struct thread *init))
{
    int status;

    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const struct thread *init = boots();
        if (look)
            look(init);
        _exit(STARTS);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int outcome(void)
{
    return outcome_seen(NULL);
}

/* ---------------------------------------------------------------------------------- the tests */

static void damage_is_seen(void)
{
    const struct boot_image bad[] = {
        {{0}, IMAGE, 0, DATA, STACK, ACCOUNT, PROGRAM_BASE},
        {{0}, IMAGE, TEXT, DATA, 0, ACCOUNT, ENTRY},
        {{0}, IMAGE, TEXT, DATA, STACK, 15, ENTRY},
        {{0}, IMAGE, TEXT, DATA, STACK, 4097, ENTRY},
        {{0}, IMAGE, TEXT, DATA, STACK, ACCOUNT, PROGRAM_BASE - 1},
        {{0}, IMAGE, TEXT, DATA, STACK, ACCOUNT, ENTRY + 1},
        {{0}, ARCHIVE_PAGES - TEXT - DATA - STACK + 1, TEXT, DATA, STACK, ACCOUNT, ENTRY},
        {{0}, 0xffffffff, TEXT, DATA, STACK, ACCOUNT, ENTRY},
    };

    image.magic[7] ^= 1;
    CHECK(outcome() == DAMAGED);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        image = bad[i];
        memcpy(image.magic, BOOT_IMAGE_MAGIC, sizeof(image.magic));
        CHECK(outcome() == DAMAGED);
    }
    prepare();
}

/* Each part of init's image may be as large as a stack can be, and no larger. */
static void parts_have_a_limit(void)
{
    const uint32_t most = (STACK_TOP - STACK_LOW) >> PAGE_BITS;
    uint32_t *const parts[] = {&image.text_pages, &image.data_pages, &image.stack_pages};

    loader_page.modules[0] = (struct boot_range){RECORDS, 2 * most}; /* as many pages as the archive has */
    image.image_page = 0;
    image.account_pages = 64;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t kept = *parts[i];
        *parts[i] = most;
        CHECK(outcome() == STARTS);
        *parts[i] = most + 1;
        CHECK(outcome() == DAMAGED);
        *parts[i] = kept;
    }
    prepare();
}

static void what_is_good_starts(void)
{
    CHECK(outcome() == STARTS);
    image.entry = PROGRAM_BASE;
    CHECK(outcome() == STARTS);
    image.image_page = ARCHIVE_PAGES - TEXT - DATA - STACK;
    image.account_pages = 4096;
    CHECK(outcome() == STARTS);
    image.data_pages = 0;
    image.account_pages = 16;
    CHECK(outcome() == STARTS);
    prepare();
}

static void what_is_missing_is_said(void)
{
    loader_page.modules_count = 0;
    CHECK(outcome() == MISSING);
    prepare();
    ram_bytes = (uint64_t)(RECORDS + RECORDS_PAGES - 1) << PAGE_BITS;
    CHECK(outcome() == TOO_LITTLE);
    ram_bytes = (uint64_t)(RECORDS + RECORDS_PAGES) << PAGE_BITS;
    CHECK(outcome() == STARTS);
    image.account_pages = 400;
    CHECK(outcome() == TOO_LITTLE);
    loader_page.modules[1] =
        (struct boot_range){RECORDS - OTHER_PAGES, OTHER_PAGES}; /* the records take the whole last range */
    CHECK(outcome() == TOO_LITTLE);
    prepare();
}

/* The kernel's own memory is taken below the physmap's end. */
static void the_physmap_is_used_to_its_end(void)
{
    loader_page.modules[0] = (struct boot_range){RECORDS, RAM_END - RECORDS_PAGES - RECORDS};
    CHECK(outcome() == STARTS);
    loader_page.modules[0].pages += 1;
    ram_bytes += 2 * RECORDS_ALIGN;
    CHECK(outcome() == TOO_LITTLE);
    prepare();
}

static void counts_the_screen(const struct thread *init)
{
    (void)init;
    CHECK(kernel.frame_count == SCREEN + SCREEN_PAGES + 1 && records_bytes == 2 * RECORDS_ALIGN);
}

static void counts_all_memory(const struct thread *init)
{
    (void)init;
    CHECK(kernel.frame_count == RAM_END && records_bytes == RECORDS_ALIGN);
}

static void each_frame_has_a_record(void)
{
    loader_page.screen.address += PAGE_SIZE;
    CHECK(outcome_seen(counts_the_screen) == STARTS);
    loader_page.screen = (struct boot_screen){0};
    loader_page.modules[1] = (struct boot_range){RAM_END - OTHER_PAGES, OTHER_PAGES}; /* beyond all free memory */
    CHECK(outcome_seen(counts_all_memory) == STARTS);
    loader_page.modules[1].first -= 300;
    CHECK(outcome_seen(counts_all_memory) == STARTS);
    prepare();
}

/* Whether the frame is in one of the ranges, which end with an empty one. */
static bool is_in(const struct boot_range *ranges, uint32_t frame)
{
    for (; ranges->pages; ranges++)
        if (frame >= ranges->first && frame < ranges->first + ranges->pages)
            return true;
    return false;
}

static const struct boot_range *free_ranges(void)
{
    static const struct boot_range ranges[] = {
        {USED, ARCHIVE - USED},
        {ARCHIVE + ARCHIVE_PAGES, OTHER - ARCHIVE - ARCHIVE_PAGES},
        {OTHER + OTHER_PAGES, RECORDS - OTHER - OTHER_PAGES},
        {RECORDS + RECORDS_PAGES, RAM_END - RECORDS - RECORDS_PAGES},
        {0, 0},
    };
    return ranges;
}

static void frames_are_what_they_are(void)
{
    const uint32_t log_frame = frame_number(REF(&arch_log_page));
    const uint32_t boot_frame = USED - 1;
    const struct boot_range ours[] = {{RAM, boot_frame - RAM}, {0, 0}},
                            modules[] = {{ARCHIVE, ARCHIVE_PAGES}, {OTHER, OTHER_PAGES}, {0, 0}},
                            devices[] = {{SCREEN, SCREEN_PAGES}, {log_frame, 1}, {0, 0}};

    CHECK(kernel.frame_count == SCREEN + SCREEN_PAGES);
    CHECK(records == frame_ref(RECORDS) && records_bytes == RECORDS_PAGES << PAGE_BITS);
    for (uint32_t f = 0; f < kernel.frame_count; f++) {
        const struct frame *frame = frame_at(f);
        bool device = is_in(devices, f),
             user = device || is_in(free_ranges(), f) || is_in(modules, f) || f == boot_frame;
        if (is_in(ours, f)) {
            CHECK(frame->owner == RAM && (f == RAM ? frame->kind == FRAME_TASK : frame->kind >= FRAME_SPARE));
            continue;
        }
        CHECK(frame->kind == (user ? FRAME_USER : FRAME_NONE) && frame->owner == 0 && frame->is_device == device);
        CHECK(!user || !(frame->mappings.flags & NODE_CLEAR));
    }
    audit_kernel();
}

/* The capability is derived only from its object's, or its kind of range's, root. */
static bool is_first_level(const struct slot *slot, struct node *root)
{
    for (struct node *node = node_next(root); node != root; node = node_next(node))
        if (node == &slot->node)
            return true;
    return false;
}

static void check_slot(const struct task *init, uint32_t index, rights_t rights, uint32_t value, uint32_t object)
{
    struct slot *slot = cspace_slot(&init->cspace, index);

    CHECK(slot->object == object && slot->value == value && (slot->node.flags & RIGHT_ALL) == (unsigned)rights);
    CHECK(is_first_level(slot, &slot_object_head(slot)->caps));
}

static uint32_t range(enum slot_bits kind, uint32_t count)
{
    return (uint32_t)kind | count << SLOT_RANGE_COUNT_SHIFT;
}

static void init_has_all(const struct thread *thread)
{
    const struct task *init = AT(struct task, thread->task);
    const rights_t module = RIGHT_READ | RIGHT_EXECUTE | RIGHT_GRANT, object = RIGHT_CONTROL | RIGHT_GRANT | RIGHT_OWN;
    const uint32_t log_frame = frame_number(REF(&arch_log_page));

    check_slot(init, BOOT_SLOT_TASK, object, 0, thread->task | SLOT_TASK);
    check_slot(init, BOOT_SLOT_THREAD, object, 0, REF(thread) | SLOT_THREAD);
    check_slot(init, BOOT_SLOT_MEMORY, RIGHT_ALL, 0, range(SLOT_MEMORY, kernel.frame_count));
    check_slot(init, BOOT_SLOT_PORTS, RIGHT_ALL, 0, range(SLOT_PORTS, 65536));
    check_slot(init, BOOT_SLOT_IRQS, RIGHT_ALL, 0, range(SLOT_IRQS, IRQ_COUNT));
    check_slot(init, BOOT_SLOT_LOG, RIGHT_ALL, 0, range(SLOT_LOG, 1));
    check_slot(init, BOOT_SLOT_LOG_PAGE, RIGHT_READ | RIGHT_GRANT, log_frame, range(SLOT_MEMORY, 1));
    check_slot(init, BOOT_SLOT_MODULE, module, ARCHIVE, range(SLOT_MEMORY, ARCHIVE_PAGES));
    check_slot(init, BOOT_SLOT_MODULE + 1, module, OTHER, range(SLOT_MEMORY, OTHER_PAGES));
}

static void init_has_the_screen(const struct thread *thread)
{
    const rights_t rights = RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT;

    check_slot(AT(struct task, thread->task), BOOT_SLOT_SCREEN, rights, SCREEN, range(SLOT_MEMORY, SCREEN_PAGES));
}

static uint32_t slots_used(const struct thread *thread)
{
    const struct task *init = AT(struct task, thread->task);
    uint32_t used = 0;

    for (uint32_t i = 0; i < LEAF_SLOTS; i++)
        used += !slot_is_empty(cspace_slot(&init->cspace, i));
    return used;
}

static void has_no_screen(const struct thread *thread)
{
    init_has_all(thread);
    CHECK(slots_used(thread) == SLOTS - 1);
}

static void no_screen_is_none(void)
{
    loader_page.screen = (struct boot_screen){0};
    CHECK(outcome_seen(has_no_screen) == STARTS);
    prepare();
}

static void check_pages(const struct thread *thread, uint32_t address, uint32_t frame, uint32_t pages, rights_t rights)
{
    const struct vspace *space = &AT(struct task, thread->task)->space;
    pte_t *entry;

    for (uint32_t i = 0; i < pages; i++) {
        CHECK(vspace_find_mapping(space, address + (i << PAGE_BITS), &entry) && pte_frame(entry) == frame + i);
        CHECK(pte_writable(entry) == !!(rights & RIGHT_WRITE));
        CHECK(pte_executable(entry) == !!(rights & RIGHT_EXECUTE));
    }
}

static void init_sees_its_image(const struct thread *thread)
{
    const uint32_t first = ARCHIVE + IMAGE, page = USED - 1;
    const struct boot_page *boot_page = AT(struct boot_page, frame_ref(page));

    check_pages(thread, PROGRAM_BASE, first, TEXT, RIGHT_READ | RIGHT_EXECUTE);
    check_pages(thread, PROGRAM_BASE + TEXT * PAGE_SIZE, first + TEXT, DATA, RIGHT_READ | RIGHT_WRITE);
    check_pages(thread, STACK_TOP - STACK * PAGE_SIZE, first + TEXT + DATA, STACK, RIGHT_READ | RIGHT_WRITE);
    check_pages(thread, BOOT_PAGE, page, 1, RIGHT_READ);
    CHECK(audit_kernel().mappings == TEXT + DATA + STACK + 1);
    CHECK(boot_page->version == ABI_VERSION && boot_page->cpu_count == CPUS && boot_page->modules_count == 2);
    CHECK(boot_page->ranges_count == 4 && !memcmp(boot_page->ranges, free_ranges(), 4 * sizeof(struct boot_range)));
    for (uint32_t i = sizeof(*boot_page); i < PAGE_SIZE; i++)
        CHECK(((const uint8_t *)boot_page)[i] == 0);
}

static void init_runs(const struct thread *thread)
{
    const struct task *init = AT(struct task, thread->task);

    CHECK(thread->state == THREAD_RUNNING && thread->priority == PRIORITY_COUNT - 1 && !thread->stopped);
    CHECK(thread->registers.eip == ENTRY && thread->registers.esp == STACK_TOP &&
          kernel.cpus[0].current == REF(thread));
    CHECK(kernel.cpu_count == CPUS && frame_number(thread->task) == RAM && init->account.total == ACCOUNT + 1);
    CHECK(thread->direct == thread->cpu + thread->priority && kernel.empty_leaf == REF(empty_leaf) &&
          list_is_empty(&kernel.destroying));
    for (unsigned i = 0; i < CPU_MAX; i++)
        CHECK(list_is_empty(&kernel.cpus[i].ready[0]) && !kernel.cpus[i].ready_mask);
}

int main(void)
{
    host_physmap = first_page;
    CHECK(&kernel == AT(struct kernel, KERNEL_REF) && REF(&arch_log_page) > KERNEL_REF &&
          REF(memory) < RAM << PAGE_BITS);
    CHECK(REF(empty_leaf) < REF(memory) || REF(empty_leaf) >= REF(memory) + sizeof(memory));
    memset(memory, 0xee, (RAM_END - 1) << PAGE_BITS);
    prepare();
    what_is_good_starts();
    damage_is_seen();
    parts_have_a_limit();
    what_is_missing_is_said();
    the_physmap_is_used_to_its_end();
    each_frame_has_a_record();
    no_screen_is_none();
    const struct thread *thread = boots();
    frames_are_what_they_are();
    init_has_all(thread);
    init_has_the_screen(thread);
    CHECK(slots_used(thread) == SLOTS);
    init_sees_its_image(thread);
    init_runs(thread);
    printf("test_boot: init has what it is to have\n");
    return 0;
}
