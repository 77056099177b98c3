#include "servers/init/load.h"

#include "libuser/ipc/ipc.h"
#include "libuser/sys/derive.h"
#include "servers/init/frames.h"
#include "servers/init/screen.h"
#include "servers/init/shutdown.h"
#include "servers/lib/elf_image.h"
#include "servers/lib/log.h"
#include "servers/proto/screen_ring.h"

enum { TABLE_PAGES = 512 /* mapped by one page table */ };

static const void *const archive = (const void *)ARCHIVE_ADDRESS;

static uint32_t entries[SERVERS + 1];         /* where each server begins */
static struct boot_range memory[SERVERS + 1]; /* the memory capability that it got */

static uint32_t pages_of(uint32_t bytes)
{
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* ------------------------------------------------------------------------------------- accounts */

static void donate(uint32_t task_slot, uint32_t frames)
{
    for (; frames > 0; frames--)
        end_unless(sys_task_donate(task_slot, BOOT_SLOT_MEMORY, 1, frames_allocate(1)), "donating a frame");
}

_Bool account_refill(err_t err, uint32_t slot)
{
    if (err != ERR_ACCOUNT)
        return false;
    donate(slot, message_page->shortfall);
    return true;
}

/* -------------------------------------------------------------------------------------- archive */

const void *load_archive(void)
{
    uint32_t pages = boot_page->modules[0].pages;

    for (uint32_t page = 0; page < pages; page += CALL_PAGES_MAX) {
        uint32_t count = pages - page < CALL_PAGES_MAX ? pages - page : CALL_PAGES_MAX;
        uint32_t address = ARCHIVE_ADDRESS + page * PAGE_SIZE;
        err_t err;
        do
            err = sys_vm_map(BOOT_SLOT_TASK, address, RIGHT_READ, BOOT_SLOT_MODULE, count, page);
        while (account_refill(err, BOOT_SLOT_TASK));
        end_unless(err, "mapping the boot archive");
    }
    const char *damage = archive_check(archive, pages);
    if (damage) {
        log_line(message_page, BOOT_SLOT_LOG, "init: boot archive damaged: %s", damage);
        end_machine(STATUS_FAILED);
    }
    return archive;
}

/* ---------------------------------------------------------------------------------------- pages */

struct page_range {
    uint32_t slot, first, pages;
};

static void map(uint32_t task_slot, uint32_t address, rights_t rights, struct page_range range)
{
    err_t err;

    do
        err = sys_vm_map(task_slot, address, rights, range.slot, range.pages, range.first);
    while (account_refill(err, task_slot));
    end_unless(err, "mapping a server's pages");
}

/* Maps pages of the archive themselves. */
static void map_shared(uint32_t task_slot, uint32_t address, rights_t rights, uint32_t first, uint32_t pages)
{
    for (uint32_t page = 0; page < pages; page += CALL_PAGES_MAX) {
        uint32_t count = pages - page < CALL_PAGES_MAX ? pages - page : CALL_PAGES_MAX;
        map(task_slot, address + page * PAGE_SIZE, rights, (struct page_range){BOOT_SLOT_MODULE, first + page, count});
    }
}

/* Maps a fresh frame with a copy of the first `bytes` bytes of an archive's page. */
static void map_copy(uint32_t task_slot, uint32_t address, rights_t rights, uint32_t page, uint32_t bytes)
{
    uint32_t frame = frames_allocate(1);

    if (bytes > 0)
        end_unless(
            sys_frame_copy(BOOT_SLOT_MEMORY, frame, BOOT_SLOT_MODULE, page, bytes < PAGE_SIZE ? bytes : PAGE_SIZE),
            "filling a frame");
    else
        end_unless(sys_frame_clear(BOOT_SLOT_MEMORY, frame), "clearing a frame");
    map(task_slot, address, rights, (struct page_range){BOOT_SLOT_MEMORY, frame, 1});
}

static void map_segment(uint32_t task_slot, const struct elf_segment *segment, uint32_t file_page)
{
    uint32_t first = file_page + segment->offset / PAGE_SIZE;
    uint32_t page = segment->rights & RIGHT_WRITE ? 0 : pages_of(segment->file_bytes);

    map_shared(task_slot, segment->address, segment->rights, first, page);
    for (; page < pages_of(segment->memory_bytes); page++) {
        uint32_t done = page * PAGE_SIZE;
        uint32_t left = segment->file_bytes > done ? segment->file_bytes - done : 0;
        map_copy(task_slot, segment->address + done, segment->rights, first + page, left);
    }
}

static void map_program(uint32_t index, const char *name)
{
    enum archive_kind kind = index < SERVERS ? ARCHIVE_SERVER : ARCHIVE_KERNEL_TEST;
    const struct archive_entry *entry = archive_find(archive, kind, name);
    struct elf_image image;

    const char *refusal = entry ? elf_image_read(archive_bytes(archive, entry), entry->bytes, &image) : "not found";
    if (refusal) {
        log_line(message_page, BOOT_SLOT_LOG, "init: boot archive: %s: %s", name, refusal);
        end_machine(STATUS_FAILED);
    }
    for (uint32_t i = 0; i < image.count; i++)
        map_segment(SLOT_TASKS + index, &image.segments[i], entry->first_page);
    for (uint32_t page = 1; page <= STACK_PAGES; page++)
        map_copy(SLOT_TASKS + index, STACK_TOP - page * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, 0, 0);
    entries[index] = image.entry;
}

/* --------------------------------------------------------------------------------- capabilities */

/* The range counts from the start of the range that `from` covers. For an endpoint, `first` is the badge. */
static void derive(uint32_t index, uint32_t from, uint32_t slot, rights_t rights, struct boot_range range)
{
    uint32_t task_slot = SLOT_TASKS + index;
    err_t err;

    do
        err = sys_cap_derive(from, slot, task_slot, rights, range.first, range.pages);
    while (account_refill(err, task_slot));
    end_unless(err, "giving a server a capability");
}

static const struct boot_range whole = {0, 0};

static void give_memory(uint32_t index, const struct grant *grant, struct boot_range frames)
{
    memory[index] = frames;
    derive(index, BOOT_SLOT_MEMORY, grant->slot, grant->rights, frames);
}

/* Returns the same cleared frames each time: console and screen share them. */
static struct boot_range screen_ring(void)
{
    static struct boot_range ring;

    if (ring.pages > 0)
        return ring;
    ring = (struct boot_range){frames_allocate(SCREEN_RING_PAGES), SCREEN_RING_PAGES};
    for (uint32_t i = 0; i < ring.pages; i++)
        end_unless(sys_frame_clear(BOOT_SLOT_MEMORY, ring.first + i), "clearing a frame");
    return ring;
}

/* Donates the page tables for so many pages, each with its companion page. Two more, because the first and the last
 * may be used in part. */
static void donate_tables(uint32_t index, uint32_t pages)
{
    donate(SLOT_TASKS + index, 2 * (pages / TABLE_PAGES + 2));
}

static void give_archive(uint32_t index, const struct grant *grant)
{
    donate_tables(index, boot_page->modules[0].pages);
    derive(index, BOOT_SLOT_MODULE, grant->slot, grant->rights, whole);
}

static void give_screen(uint32_t index, const struct grant *grant)
{
    memory[index] = (struct boot_range){0, screen_frames()};
    donate_tables(index, screen_frames());
    derive(index, BOOT_SLOT_SCREEN, grant->slot, grant->rights, whole);
}

static void give_share(uint32_t index, const struct grant *grant)
{
    struct boot_range share = frames_allocate_share(grant->count, FILE_SHARE_MAX);

    donate_tables(index, share.pages);
    give_memory(index, grant, share);
}

static void give(uint32_t index, const struct grant *grant)
{
    const struct boot_range range = {grant->first, grant->count};
    uint32_t slot = grant->slot;

    switch (grant->kind) {
    case GRANT_RAM:
        give_memory(index, grant, frames_rest());
        break;
    case GRANT_SHARE:
        give_share(index, grant);
        break;
    case GRANT_SHARE_OF:
        derive(index, BOOT_SLOT_MEMORY, slot, grant->rights, memory[grant->first]);
        break;
    case GRANT_FRAMES:
        give_memory(index, grant, (struct boot_range){frames_allocate(grant->count), grant->count});
        break;
    case GRANT_ARCHIVE:
        give_archive(index, grant);
        break;
    case GRANT_PORTS:
        derive(index, BOOT_SLOT_PORTS, slot, grant->rights, range);
        break;
    case GRANT_IRQS:
        derive(index, BOOT_SLOT_IRQS, slot, grant->rights, range);
        break;
    case GRANT_ENDPOINT:
        derive(index, slot_of_endpoint(grant->first), slot, grant->rights, (struct boot_range){grant->count, 0});
        break;
    case GRANT_BOOT:
        if (grant->first != BOOT_SLOT_SCREEN || screen_frames() > 0)
            derive(index, grant->first, slot, grant->rights, whole);
        break;
    case GRANT_INIT:
        derive(index, SLOT_INIT_ENDPOINT, slot, grant->rights, whole);
        break;
    case GRANT_SCREEN:
        give_screen(index, grant);
        break;
    case GRANT_SCREEN_RING:
        if (screen_is_there())
            derive(index, BOOT_SLOT_MEMORY, slot, grant->rights, screen_ring());
        break;
    case GRANT_END:
        break;
    }
}

/* Grants that load_memory() gives, when nothing else takes frames any more. */
static bool is_given_last(enum grant_kind kind)
{
    return kind == GRANT_SHARE || kind == GRANT_SHARE_OF || kind == GRANT_RAM;
}

static void give_all(uint32_t index, const struct manifest_entry *entry)
{
    const rights_t endpoint = RIGHT_CALL | RIGHT_SIGNAL | RIGHT_RECEIVE | RIGHT_GRANT;

    derive(index, SLOT_TASKS + index, SERVER_SLOT_TASK, entry->task_rights, whole);
    derive(index, slot_of_endpoint(index), SERVER_SLOT_ENDPOINT, endpoint, whole);
    derive(index, BOOT_SLOT_LOG, SERVER_SLOT_LOG, RIGHT_WRITE, whole);
    for (uint32_t i = 0; i < GRANTS_MAX && entry->grants[i].kind != GRANT_END; i++)
        if (!is_given_last(entry->grants[i].kind))
            give(index, &entry->grants[i]);
}

void load_endpoints(void)
{
    end_unless(sys_endpoint_create(SLOT_INIT_ENDPOINT), "making an endpoint");
    for (uint32_t i = 0; i <= SERVERS; i++)
        end_unless(sys_endpoint_create(slot_of_endpoint(i)), "making an endpoint");
}

/* -------------------------------------------------------------------------------------- servers */

static void make_thread(uint32_t index, uint32_t priority)
{
    uint32_t task_slot = SLOT_TASKS + index, handler_slot = SLOT_HANDLERS + index;
    err_t err;

    end_unless(cap_badge(SLOT_INIT_ENDPOINT, handler_slot, RIGHT_CALL, 1 + index), "making a fault handler");
    do
        err = sys_thread_create(task_slot, SLOT_THREADS + index, slot_of_endpoint(index), handler_slot, priority,
                                (uint32_t)CPU_ANY, MESSAGE_PAGE);
    while (account_refill(err, task_slot));
    end_unless(err, "making a thread");
}

void load_server(uint32_t index, const struct manifest_entry *entry, const char *name)
{
    uint32_t task_slot = SLOT_TASKS + index;

    end_unless(sys_task_create(BOOT_SLOT_MEMORY, frames_allocate(1), task_slot), "making a task");
    donate(task_slot, entry->account_pages);
    map_program(index, name);
    if (entry->sees_boot_page)
        map(task_slot, BOOT_PAGE, RIGHT_READ, (struct page_range){BOOT_SLOT_TASK, BOOT_PAGE, 1});
    make_thread(index, entry->priority);
    give_all(index, entry);
}

static void give_kind(uint32_t index, enum grant_kind kind)
{
    for (uint32_t i = 0; i < GRANTS_MAX; i++)
        if (manifest[index].grants[i].kind == kind)
            give(index, &manifest[index].grants[i]);
}

void load_memory(void)
{
    static const enum grant_kind order[] = {GRANT_SHARE, GRANT_SHARE_OF, GRANT_RAM};

    for (uint32_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (uint32_t index = 0; index < SERVERS; index++)
            give_kind(index, order[i]);
}

void load_resume(uint32_t index)
{
    *(struct thread_registers *)message_page->state = (struct thread_registers){
        .eip = entries[index],
        .esp = STACK_TOP - 16,
        .ebx = memory[index].first,
        .esi = memory[index].pages,
        .edi = boot_page->modules[0].pages,
    };
    end_unless(sys_thread_write(SLOT_THREADS + index, THREAD_REGISTERS), "setting registers");
    end_unless(sys_thread_resume(SLOT_THREADS + index), "resuming a thread");
}
