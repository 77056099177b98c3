#include "tests/host/fake_kernel.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/space.h"
#include "tests/host/check.h"
#include "tests/host/fake_frames.h"
#include "tests/host/fake_mappings.h"

enum {
    TASKS_MAX = 40,
    TABLE_PAGES = 512,
    SLOT_EMPTY = 0,
    SLOT_MEMORY_RUN = 1,
    SLOT_TASK_FIRST = 2, /* + the task's index */
};

struct task {
    bool lives;
    uint32_t slot, spare, mappings_count;
    bool used[MAPPINGS_MAX / MAPPINGS_PIECE];
    bool tables[USER_END / PAGE_SIZE / TABLE_PAGES], directories[4];
    struct mapping mappings[MAPPINGS_MAX];
};

static struct fake_ram ram;
static struct task *tasks;
static uint32_t slots[SLOT_COUNT];
static unsigned char *heap;
static uint32_t shortfall, signals, own_spare, own_leaves;
static bool own_tables[HEAP_BYTES / PAGE_SIZE / TABLE_PAGES];

bool fake_tasks_are_own;

void fake_init(struct fake_ram new_ram)
{
    ram = new_ram;
    fake_tasks_are_own = true;
    CHECK(ram.pages + ram.hole <= FAKE_PAGES_MAX);
    fake_frames_begin(ram);
    memset(slots, 0, sizeof(slots));
    if (tasks)
        munmap(tasks, TASKS_MAX * sizeof(*tasks));
    tasks = mmap(NULL, TASKS_MAX * sizeof(*tasks), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
    if (heap)
        munmap(heap, HEAP_BYTES);
    heap = mmap(NULL, HEAP_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(tasks != MAP_FAILED && heap != MAP_FAILED);
    shortfall = signals = own_spare = own_leaves = 0;
    memset(own_tables, 0, sizeof(own_tables));
}

void fake_start_frames_in(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t count)
{
    heap_init(heap);
    CHECK(frames_init(first, pages, ranges, count));
}

void fake_start_frames(void)
{
    const struct boot_range ranges[] = {
        {ram.first, ram.pages / 2},
        {ram.first + ram.pages / 2 + ram.hole, ram.pages - ram.pages / 2},
    };

    fake_start_frames_in(ram.first, MEMORY_PAGES_MAX - ram.first, ranges, 2);
}

static struct task *task_in(uint32_t slot)
{
    return slot < SLOT_COUNT && slots[slot] >= SLOT_TASK_FIRST ? &tasks[slots[slot] - SLOT_TASK_FIRST] : NULL;
}

void fake_task_create(uint32_t slot)
{
    uint32_t i = 0;

    CHECK(slots[slot] == SLOT_EMPTY);
    while (i < TASKS_MAX && tasks[i].lives)
        i++;
    CHECK(i < TASKS_MAX);
    memset(&tasks[i], 0,
           offsetof(struct task, mappings)); /* the mappings are empty: every task's were removed when it ended */
    tasks[i].lives = true;
    tasks[i].slot = slot;
    slots[slot] = SLOT_TASK_FIRST + i;
}

void fake_slot_fill(uint32_t slot)
{
    CHECK(slots[slot] == SLOT_EMPTY);
    slots[slot] = SLOT_MEMORY_RUN;
}

static struct mapping *mapping_of(struct task *task, uint32_t page)
{
    return mappings_slot(task->mappings, page);
}

static void remove_mapping(struct task *task, struct mapping *mapping)
{
    if (mapping->source == OF_MEMORY)
        fake_frames[mapping->frame].mappings--;
    task->mappings_count--;
    mappings_remove(task->mappings, mapping);
}

static void destroy(struct task *task)
{
    for (uint32_t i = mappings_next(task->used, 0); task->mappings_count; i = mappings_next(task->used, i + 1))
        while (task->mappings[i].page)
            remove_mapping(task, &task->mappings[i]); /* the removal may move another mapping to this slot */
    for (uint32_t i = 0; i < ram.pages + ram.hole; i++)
        if (fake_frames[i].owner == (uint32_t)(task - tasks) + 1)
            fake_frames[i].owner = 0;
    task->lives = false;
}

void fake_task_destroy(uint32_t slot)
{
    destroy(task_in(slot));
    slots[slot] = SLOT_EMPTY;
}

void fake_task_reap(void)
{
    for (uint32_t i = 0; i < TASKS_MAX; i++)
        if (tasks[i].lives && slots[tasks[i].slot] != SLOT_TASK_FIRST + i)
            destroy(&tasks[i]);
}

bool fake_task_lives(uint32_t slot)
{
    return task_in(slot) != NULL;
}

static void add_mapping(struct task *task, struct mapping mapping)
{
    CHECK(task->mappings_count < MAPPINGS_MAX / 2);
    struct mapping *slot = mapping_of(task, mapping.page);
    *slot = mapping;
    task->used[(slot - task->mappings) / MAPPINGS_PIECE] = true;
    task->mappings_count++;
    if (mapping.source == OF_MEMORY)
        fake_frames[mapping.frame].mappings++;
    task->tables[mapping.page / TABLE_PAGES] = true;
    task->directories[mapping.page >> 18] = true;
}

static err_t take_spare(uint32_t *spare, uint32_t cost)
{
    if (cost > *spare) {
        shortfall = cost - *spare;
        return ERR_ACCOUNT;
    }
    *spare -= cost;
    return OK;
}

static err_t charge(struct task *task, uint32_t page, uint32_t pages)
{
    uint32_t cost = 0, directories = 0;

    for (uint32_t t = page / TABLE_PAGES; t <= (page + pages - 1) / TABLE_PAGES; t++) {
        uint32_t d = t >> 9;
        cost += task->tables[t] ? 0 : 2;
        cost += !task->directories[d] && !(directories & 1u << d);
        directories |= 1u << d;
    }
    return take_spare(&task->spare, cost);
}

static err_t source_mapping(uint32_t slot, uint32_t from, struct mapping *source)
{
    struct task *task = task_in(slot);

    if (task) {
        struct mapping *mapping = mapping_of(task, from >> PAGE_BITS);
        if (!mapping->page)
            return ERR_ABSENT;
        *source = *mapping;
    } else if (slot == MEM_SLOT_ARCHIVE) {
        CHECK(from < FAKE_ARCHIVE_PAGES);
        *source = (struct mapping){.frame = from, .rights = RIGHT_READ | RIGHT_EXECUTE, .source = OF_ARCHIVE};
    } else if (slots[slot] == SLOT_EMPTY && slot != MEM_SLOT_MEMORY) {
        return ERR_CAP; /* the task has died */
    } else {
        CHECK(slot == MEM_SLOT_MEMORY);
        if (!fake_usable(from))
            return ERR_FRAME;
        *source = (struct mapping){.frame = from, .rights = RIGHT_ALL};
    }
    return OK;
}

static err_t map(struct task *task, const struct map_request *request, bool replace)
{
    uint32_t address = request->address, rights = request->rights;
    uint32_t slot = request->source, pages = request->pages, from = request->from;
    uint32_t step = task_in(slot) ? PAGE_SIZE : 1;
    struct mapping source;

    CHECK(pages && pages <= CALL_PAGES_MAX && address && address < USER_END && address % PAGE_SIZE == 0);
    CHECK(!(rights & RIGHT_WRITE && rights & RIGHT_EXECUTE));
    for (uint32_t i = 0; i < pages; i++) {
        if (mapping_of(task, (address >> PAGE_BITS) + i)->page && !replace)
            return ERR_TAKEN;
        err_t err = source_mapping(slot, from + i * step, &source);
        if (err)
            return err;
        if (rights & ~(uint32_t)source.rights)
            return ERR_RIGHTS;
    }
    err_t err = charge(task, address >> PAGE_BITS, pages);
    if (err)
        return err;
    for (uint32_t i = 0; i < pages; i++) {
        err = source_mapping(slot, from + i * step, &source);
        CHECK(err == OK);
        source.page = (address >> PAGE_BITS) + i;
        source.rights = (rights_t)rights;
        if (mapping_of(task, source.page)->page)
            remove_mapping(task, mapping_of(task, source.page));
        add_mapping(task, source);
    }
    return OK;
}

static uint32_t destroyed_slot;

void fake_task_dies(uint32_t slot)
{
    destroyed_slot = slot;
}

err_t kernel_map(uint32_t slot, const struct map_request *request)
{
    if (destroyed_slot && slot == destroyed_slot) {
        destroyed_slot = 0;
        fake_task_destroy(slot);
    }
    struct task *task = task_in(slot);

    if (!task)
        return ERR_CAP;
    return map(task, request, false);
}

err_t fake_grant(uint32_t slot, const struct item *item, uint32_t window, uint32_t window_pages, bool replace)
{
    if (item->to < window || item->pages > window_pages ||
        item->to > window + ((window_pages - item->pages) << PAGE_BITS))
        return ERR_WINDOW;
    CHECK(item->kind == ITEM_MEMORY);
    const struct map_request request = {item->to, item->rights, item->slot, item->pages, item->from};
    return map(task_in(slot), &request, replace);
}

err_t kernel_unmap(uint32_t slot, uint32_t address, uint32_t pages)
{
    struct task *task = task_in(slot);

    CHECK(pages && pages <= CALL_PAGES_MAX && address % PAGE_SIZE == 0 && address < USER_END);
    if (!task)
        return ERR_CAP;
    for (uint32_t page = address >> PAGE_BITS; pages--; page++)
        if (mapping_of(task, page)->page)
            remove_mapping(task, mapping_of(task, page));
    return OK;
}

static void revoke_from(struct task *task, uint32_t frame)
{
    for (uint32_t i = mappings_next(task->used, 0); fake_frames[frame].mappings && i < MAPPINGS_MAX;
         i = mappings_next(task->used, i + 1)) {
        struct mapping *mapping = &task->mappings[i];
        while (mapping->page && mapping->source == OF_MEMORY && mapping->frame == frame)
            remove_mapping(task, mapping); /* the removal may move another mapping to this slot */
    }
}

err_t fake_grant_file(uint32_t slot, uint32_t address, uint32_t file_page, rights_t rights)
{
    struct task *task = task_in(slot);
    struct mapping mapping = {address >> PAGE_BITS, file_page, rights, OF_FILES};

    CHECK(file_page < FAKE_FILE_PAGES && address % PAGE_SIZE == 0);
    if (mapping_of(task, mapping.page)->page)
        return ERR_TAKEN;
    err_t err = charge(task, mapping.page, 1);
    if (!err)
        add_mapping(task, mapping);
    return err;
}

static void revoke_file_from(struct task *task, uint32_t file_page)
{
    for (uint32_t i = mappings_next(task->used, 0); i < MAPPINGS_MAX; i = mappings_next(task->used, i + 1)) {
        struct mapping *mapping = &task->mappings[i];
        while (mapping->page && mapping->source == OF_FILES && mapping->frame == file_page)
            remove_mapping(task, mapping); /* the removal may move another mapping to this slot */
    }
}

void fake_revoke_file(uint32_t file_page)
{
    for (uint32_t i = 0; i < TASKS_MAX; i++)
        if (tasks[i].lives)
            revoke_file_from(&tasks[i], file_page);
}

err_t kernel_revoke(uint32_t frame)
{
    if (!fake_usable(frame))
        return ERR_FRAME;
    for (uint32_t i = 0; fake_frames[frame].mappings && i < TASKS_MAX; i++)
        if (tasks[i].lives)
            revoke_from(&tasks[i], frame);
    return OK;
}

err_t kernel_protect(uint32_t slot, uint32_t address, uint32_t rights, uint32_t pages)
{
    struct task *task = task_in(slot);
    uint32_t page = address >> PAGE_BITS;

    CHECK(pages && pages <= CALL_PAGES_MAX);
    if (!task)
        return ERR_CAP;
    for (uint32_t i = 0; i < pages; i++)
        if (!mapping_of(task, page + i)->page)
            return ERR_ABSENT;
        else
            CHECK(!(rights & ~(uint32_t)mapping_of(task, page + i)->rights));
    for (uint32_t i = 0; i < pages; i++)
        mapping_of(task, page + i)->rights = (rights_t)rights;
    return OK;
}

static void donate(struct task *task, uint32_t number)
{
    struct fake_frame *frame = fake_usable(number);

    CHECK(frame && !frame->mappings && ram.first + number < LOW_MEMORY_PAGES);
    frame->owner = task ? (uint32_t)(task - tasks) + 1 : FAKE_OWNER_SERVER;
    ++*(task ? &task->spare : &own_spare);
}

void fake_thread_create(uint32_t slot)
{
    struct task *task = task_in(slot);

    CHECK(task && task->spare >= OBJECT_FRAMES - 1);
    task->spare -= OBJECT_FRAMES - 1;
}

err_t kernel_donate(uint32_t slot, uint32_t number, uint32_t count)
{
    struct task *task = task_in(slot);

    CHECK(count && count <= CALL_PAGES_MAX);
    if (slot != SERVER_SLOT_TASK && !task)
        return ERR_CAP;
    for (uint32_t i = 0; i < count; i++)
        donate(task, number + i);
    return OK;
}

uint32_t kernel_shortfall(void)
{
    return shortfall;
}

/* The frame that is mapped at that address of the heap. */
static uint32_t *own_frame(const void *address)
{
    static uint32_t own_frames[HEAP_BYTES / PAGE_SIZE];

    return &own_frames[((const unsigned char *)address - heap) / PAGE_SIZE];
}

err_t kernel_map_own(void *address, uint32_t number)
{
    struct fake_frame *frame = fake_usable(number);
    uint32_t table = (uint32_t)(((unsigned char *)address - heap) / PAGE_SIZE / TABLE_PAGES);

    CHECK(frame && !frame->mappings && frame->word == 0); /* the kernel has cleared it */
    if (!own_tables[table] && take_spare(&own_spare, 2))
        return ERR_ACCOUNT;
    own_tables[table] = true;
    CHECK(mprotect(address, PAGE_SIZE, PROT_READ | PROT_WRITE) == 0);
    memset(address, 0, PAGE_SIZE);
    *own_frame(address) = number;
    frame->mappings++;
    return OK;
}

void kernel_unmap_own(const void *address)
{
    struct fake_frame *frame = &fake_frames[*own_frame(address)];

    CHECK(frame->mappings == 1);
    frame->mappings--;
    frame->word = FAKE_GARBAGE;
    CHECK(mprotect((void *)(uintptr_t)address, PAGE_SIZE, PROT_NONE) == 0);
}

err_t kernel_derive_frame(uint32_t slot, uint32_t frame)
{
    CHECK(slot < SLOT_COUNT && slots[slot] == SLOT_EMPTY && frame < FAKE_PAGES_MAX);
    if (slot >> 8 >= own_leaves) {
        if (take_spare(&own_spare, 1))
            return ERR_ACCOUNT;
        own_leaves = (slot >> 8) + 1;
    }
    slots[slot] = SLOT_MEMORY_RUN;
    return OK;
}

err_t kernel_delete(uint32_t slot)
{
    if (slots[slot] == SLOT_EMPTY)
        return ERR_CAP;
    slots[slot] = SLOT_EMPTY;
    return OK;
}

err_t kernel_destroy(uint32_t slot)
{
    if (!task_in(slot) || !fake_tasks_are_own)
        return slots[slot] == SLOT_EMPTY ? ERR_CAP : ERR_RIGHTS;
    fake_task_destroy(slot);
    return OK;
}

bool kernel_slot_is_empty(uint32_t slot)
{
    return slots[slot] == SLOT_EMPTY;
}

void kernel_signal_fatal_fault(void)
{
    signals++;
}

rights_t fake_rights(uint32_t slot, uint32_t address)
{
    struct mapping *mapping = mapping_of(task_in(slot), address >> PAGE_BITS);
    return mapping->page ? mapping->rights : 0;
}

uint32_t *fake_word(uint32_t slot, uint32_t address)
{
    struct mapping *mapping = mapping_of(task_in(slot), address >> PAGE_BITS);
    CHECK(mapping->page);
    if (mapping->source == OF_FILES)
        return &fake_files[mapping->frame];
    return mapping->source == OF_ARCHIVE ? &fake_archive[mapping->frame] : &fake_frames[mapping->frame].word;
}

uint32_t fake_mappings(uint32_t slot)
{
    return task_in(slot)->mappings_count;
}

uint32_t fake_signals(void)
{
    return signals;
}
