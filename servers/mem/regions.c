#include "servers/mem/regions.h"

#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/proto/layout.h"
#include "servers/proto/slots.h"

#include <errno.h>

enum { RIGHTS_WX = RIGHT_WRITE | RIGHT_EXECUTE };

static uint32_t archive_pages;

void regions_init(uint32_t pages)
{
    archive_pages = pages;
}

static bool occupied(struct space *space, uint32_t address, uint32_t end)
{
    struct page_run run;

    return pages_next(&space->pages, address, end, &run);
}

/* The same for a range of any size: 0 if it is free, -EEXIST, or MEM_MORE: many empty leaves were freed, call again. */
static int check_free(struct space *space, uint32_t address, uint32_t end)
{
    struct page_run run;

    if (pages_next_near(&space->pages, &address, end, LEAVES_AT_ONCE, &run))
        return -EEXIST;
    return address < end ? MEM_MORE : 0;
}

bool regions_is_heap(const struct space *space, uint32_t address)
{
    return address >= page_up(space->heap_start) && address < space->heap_end;
}

bool regions_is_stack(const struct space *space, uint32_t address)
{
    return address >= STACK_LOW && address < STACK_TOP && space->heap_end;
}

/* Lowers the heap from the top, by at most one step; returns its new end, at `end` or above. */
static uint32_t lower_heap(struct space *space, uint32_t end)
{
    enum { STEP = STEP_PAGES << PAGE_BITS };
    uint32_t old_top = page_up(space->heap_end), top = page_up(end);

    if (old_top - top > STEP)
        top = end = old_top - STEP;
    space_release(space, top, old_top);
    space_uncommit(space, (old_top - top) >> PAGE_BITS);
    return end;
}

int regions_sbrk(struct space *space, int32_t increment)
{
    int64_t end = (int64_t)space->heap_end + increment;
    uint32_t old_top = page_up(space->heap_end);

    if (end < space->heap_start)
        return -EINVAL;
    if (end > HEAP_LIMIT)
        return -ENOMEM;
    uint32_t top = page_up((uint32_t)end);
    if (top > old_top) {
        int status = check_free(space, old_top, top);
        if (status == MEM_MORE)
            return MEM_MORE;
        if (status || !space_promise(space, old_top, top, (top - old_top) >> PAGE_BITS))
            return -ENOMEM;
        space->heap_end = (uint32_t)end;
        return 0;
    }
    space->heap_end = lower_heap(space, (uint32_t)end);
    return space->heap_end == (uint32_t)end ? 0 : MEM_MORE;
}

static bool overlaps_heap(const struct space *space, uint32_t address, uint32_t end)
{
    return address < page_up(space->heap_end) && end > space->heap_start;
}

/* Checks the range that the caller chose: 0 if it is free. */
static int check_range(struct space *space, uint32_t address, uint32_t pages)
{
    if (address % PAGE_SIZE || address < PROGRAM_BASE)
        return -EINVAL;
    if (address > MMAP_LIMIT || pages > (MMAP_LIMIT - address) >> PAGE_BITS)
        return -ENOMEM;
    uint32_t end = address + (pages << PAGE_BITS);
    return overlaps_heap(space, address, end) ? -EEXIST : check_free(space, address, end);
}

/* Searches from the hint on, then from the base, at a bounded cost in each call. */
static int choose_range(struct space *space, uint32_t pages, uint32_t *address)
{
    enum { MOST = 1024 };
    struct search *search = &space->search;

    if (search->pages != pages)
        *search = (struct search){space->mmap_hint, pages, false};
    bool found = pages_find_hole(&space->pages, &search->at, MMAP_LIMIT, pages, MOST);
    *address = search->at;
    if (!found && search->at < MMAP_LIMIT)
        return MEM_MORE;
    if (!found && !search->from_base) {
        *search = (struct search){MMAP_BASE, pages, true};
        return MEM_MORE;
    }
    search->pages = 0;
    return found ? 0 : -ENOMEM;
}

/* Finds a free range, the caller's choice or another one: 0, MEM_MORE, or an error. */
static int find_range(struct space *space, uint32_t *address, uint32_t pages)
{
    return *address ? check_range(space, *address, pages) : choose_range(space, pages, address);
}

static void enter(struct space *space, uint32_t *address, uint32_t start, uint32_t pages, uint32_t entry)
{
    pages_reserve(&space->pages, start, pages, entry);
    if (!*address)
        space->mmap_hint = start + (pages << PAGE_BITS);
    *address = start;
}

int regions_mmap(struct space *space, uint32_t *address, uint32_t length)
{
    uint32_t pages = pages_of(length), start = *address;

    if (!length)
        return -EINVAL;
    int status = find_range(space, &start, pages);
    if (status)
        return status;
    if (!space_promise(space, start, start + (pages << PAGE_BITS), pages))
        return -ENOMEM;
    enter(space, address, start, pages, ENTRY_ANON);
    return 0;
}

/* The kernel makes a table when a page is mapped there, here one of the archive, which is unmapped again. */
bool regions_open_tables(struct space *space, uint32_t address, uint32_t end)
{
    for (; address < end; address = ((address >> TABLE_SHIFT) + 1) << TABLE_SHIFT) {
        if (space->opened == address >> TABLE_SHIFT)
            continue;
        if (space_map(space, &(struct map_request){address, RIGHT_READ, MEM_SLOT_ARCHIVE, 1, 0}))
            return false;
        space_unmap(space, address, 1);
        space->opened = address >> TABLE_SHIFT;
    }
    return true;
}

int regions_reserve(struct space *space, uint32_t *address, uint32_t length, rights_t rights)
{
    uint32_t pages = pages_of(length), start = *address;

    if (!length || (rights & ~(uint32_t)RIGHT_WRITE) != RIGHT_READ)
        return -EINVAL;
    if (pages > RESERVE_PAGES_MAX)
        return -ENOMEM;
    int status = find_range(space, &start, pages);
    if (status)
        return status;
    uint32_t end = start + (pages << PAGE_BITS);
    if (!space_promise(space, start, end, 0) || !regions_open_tables(space, start, end))
        return -ENOMEM;
    enter(space, address, start, pages, ENTRY_FOREIGN | (rights & RIGHT_WRITE ? PAGE_WRITE : 0));
    space->direct += pages;
    return 0;
}

/* True if the range has pages of the program or the heap: all others below MMAP_LIMIT are from mmap. */
static bool has_others(const struct space *space, uint32_t address, uint32_t end)
{
    for (uint32_t i = 0; i < space->image_parts; i++)
        if (address < space->image[i].end && end > space->image[i].address)
            return true;
    return overlaps_heap(space, address, end);
}

/* A range has become free: a search that has passed it must begin again. */
static void lower_hint(struct space *space, uint32_t address)
{
    space->search.pages = 0;
    if (address >= MMAP_BASE && address < space->mmap_hint)
        space->mmap_hint = address;
}

/* Only if a leaf exists already and spans the address. */
uint32_t regions_mmap_one(struct space *space)
{
    uint32_t address = space->mmap_hint, word = space->pages.directory[address >> LEAF_SHIFT];
    uint32_t *entry = pages_entry(word, address);

    if (address == MMAP_LIMIT || !pages_spans(word, address) || *entry || !space_commit(space, 1))
        return 0;
    *entry = ENTRY_ANON;
    space->mmap_hint = address + PAGE_SIZE;
    return address;
}

__attribute__((always_inline)) bool regions_munmap_one(struct space *space, uint32_t address)
{
    if (address % PAGE_SIZE || address < MMAP_BASE || address >= MMAP_LIMIT)
        return false;
    uint32_t *word = pages_find(&space->pages, address), entry = word ? *word : 0;
    if (!(entry & PAGE_ANON) || entry & PAGE_FOREIGN)
        return false;
    *word = 0;
    if (entry & PAGE_MAPPED)
        space_unmap(space, address, 1);
    if (entry & PAGE_FRAME)
        frames_drop(entry & PAGE_VALUE);
    space_uncommit(space, 1);
    lower_hint(space, address);
    return true;
}

int regions_munmap(struct space *space, uint32_t *address, uint32_t length)
{
    uint32_t pages = pages_of(length), first = *address;

    if (!length || first % PAGE_SIZE || first < PROGRAM_BASE || first > MMAP_LIMIT ||
        pages > (MMAP_LIMIT - first) >> PAGE_BITS)
        return -EINVAL;
    uint32_t end = first + (pages << PAGE_BITS);
    if (has_others(space, first, end))
        return -EINVAL;
    pages_split(&space->pages, first);
    pages_split(&space->pages, end);
    space_uncommit(space, space_release_some(space, address, end));
    lower_hint(space, first);
    return *address < end ? MEM_MORE : 0;
}

/* The pages of a program segment, in order: `direct` pages are mapped from the archive; `copied` pages
 * are copied at their first touch; perhaps one page is copied at once, because zeros begin in it; the
 * rest is zero. */
struct plan {
    uint32_t pages, direct, copied, tail_bytes, flags;
};

static struct plan plan_segment(const struct program_segment *segment)
{
    struct plan plan = {.pages = pages_of(segment->memory_bytes)};
    bool zeros_follow = segment->file_bytes < segment->memory_bytes;
    uint32_t whole = segment->file_bytes >> PAGE_BITS, tail = segment->file_bytes % PAGE_SIZE;

    if (segment->rights & RIGHT_EXECUTE)
        plan.flags |= PAGE_EXECUTE;
    if (segment->rights & RIGHT_WRITE) {
        plan.flags |= PAGE_WRITE;
        plan.copied = whole;
        plan.tail_bytes = tail;
    } else {
        plan.direct = whole + (tail && !zeros_follow);
        plan.tail_bytes = zeros_follow ? tail : 0;
    }
    return plan;
}

static bool segment_valid(const struct program_segment *segment)
{
    uint32_t end = segment->address < PROGRAM_BASE ? VDSO_END : HEAP_LIMIT;

    if (segment->address % PAGE_SIZE || segment->address < VDSO_BASE || segment->address >= end ||
        pages_of(segment->memory_bytes) > PROGRAM_SEGMENT_PAGES_MAX)
        return false;
    if (!segment->memory_bytes || segment->memory_bytes > end - segment->address ||
        segment->file_bytes > segment->memory_bytes)
        return false;
    if (segment->archive_page > archive_pages || pages_of(segment->file_bytes) > archive_pages - segment->archive_page)
        return false;
    return segment->rights & RIGHT_READ && segment->rights < RIGHT_GRANT && (segment->rights & RIGHTS_WX) != RIGHTS_WX;
}

static uint32_t plan_entry(const struct plan *plan, const struct program_segment *segment, uint32_t i)
{
    if (i < plan->direct)
        return PAGE_ARCHIVE | PAGE_MAPPED | plan->flags | (segment->archive_page + i);
    if (i < plan->copied)
        return PAGE_ARCHIVE | plan->flags | (segment->archive_page + i);
    return PAGE_ZERO | plan->flags;
}

static void enter_segment(struct space *space, const struct program_segment *segment, const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->pages; i++)
        *pages_open(&space->pages, segment->address + (i << PAGE_BITS)) = plan_entry(plan, segment, i);
}

static bool map_direct(struct space *space, const struct program_segment *segment, uint32_t direct)
{
    uint32_t pages;

    for (uint32_t i = 0; i < direct; i += pages) {
        pages = direct - i < CALL_PAGES_MAX ? direct - i : CALL_PAGES_MAX;
        const struct map_request request = {.address = segment->address + (i << PAGE_BITS),
                                            .rights = segment->rights,
                                            .source = MEM_SLOT_ARCHIVE,
                                            .pages = pages,
                                            .from = segment->archive_page + i};
        if (space_map(space, &request))
            return false;
    }
    return true;
}

static bool copy_tail(struct space *space, const struct program_segment *segment, const struct plan *plan)
{
    uint32_t i = segment->file_bytes >> PAGE_BITS, address = segment->address + (i << PAGE_BITS), frame;

    if (!plan->tail_bytes)
        return true;
    frame = frames_take();
    uint32_t *entry = pages_find(&space->pages, address);
    *entry = PAGE_FRAME | PAGE_MAPPED | plan->flags | frame;
    return !kernel_copy_archive(frame, segment->archive_page + i, plan->tail_bytes) &&
           !space_map(space, &(struct map_request){address, page_rights(*entry), MEM_SLOT_MEMORY, 1, frame});
}

static bool adjoins_image(const struct space *space, uint32_t address)
{
    return space->image_parts && space->image[space->image_parts - 1].end == address;
}

static void add_to_image(struct space *space, uint32_t address, uint32_t end)
{
    if (!adjoins_image(space, address))
        space->image[space->image_parts++].address = address;
    space->image[space->image_parts - 1].end = end;
}

int regions_map_program_segment(struct space *space, const struct program_segment *segment)
{
    if (!segment_valid(segment) || space->heap_end)
        return -EINVAL;
    struct plan plan = plan_segment(segment);
    uint32_t end = segment->address + (plan.pages << PAGE_BITS);
    if (occupied(space, segment->address, end))
        return -EEXIST;
    if (space->image_parts == IMAGE_PARTS && !adjoins_image(space, segment->address))
        return -EINVAL;
    if (!space_promise(space, segment->address, end, plan.pages - plan.direct))
        return -ENOMEM;
    enter_segment(space, segment, &plan);
    if (map_direct(space, segment, plan.direct) && copy_tail(space, segment, &plan)) {
        add_to_image(space, segment->address, end);
        space->direct += plan.direct;
        return 0;
    }
    space_release(space, segment->address, end);
    space_uncommit(space, plan.pages - plan.direct);
    return -ENOMEM;
}

/* True for a private page of the program that was not touched yet. */
static bool is_untouched(const struct space *space, uint32_t address, const uint32_t *entry)
{
    for (uint32_t i = 0; i < space->image_parts; i++)
        if (address >= space->image[i].address && address < space->image[i].end)
            return *entry & PAGE_ZERO;
    return false;
}

int regions_copy(struct space *space, uint32_t address, uint32_t file_page, uint32_t bytes)
{
    uint32_t *entry = address < USER_END ? pages_find(&space->pages, address) : NULL;

    if (!entry || !is_untouched(space, address, entry))
        return -EINVAL;
    uint32_t frame = frames_take();
    if (kernel_copy_file(frame, file_page, bytes)) {
        frames_drop(frame);
        return -EINVAL;
    }
    *entry = (*entry & ~(uint32_t)PAGE_ZERO) | PAGE_FRAME | frame;
    return 0;
}

int regions_finish(struct space *space, uint32_t heap_start)
{
    if (space->heap_end || heap_start < PROGRAM_BASE || heap_start > HEAP_LIMIT ||
        occupied(space, page_up(heap_start), HEAP_LIMIT))
        return -EINVAL;
    if (heap_start % PAGE_SIZE && !pages_get(&space->pages, heap_start))
        return -EINVAL;
    if (!space_promise(space, STACK_TOP - STACK_PROMISED * PAGE_SIZE, STACK_TOP, STACK_PROMISED))
        return -ENOMEM;
    space->heap_start = space->heap_end = heap_start;
    return 0;
}

void regions_unfinish(struct space *space)
{
    space_release(space, STACK_LOW, STACK_TOP);
    space_uncommit(space, STACK_PROMISED);
    space->heap_start = space->heap_end = 0;
}
