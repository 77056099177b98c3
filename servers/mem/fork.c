#include "servers/mem/fork.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "servers/mem/frames.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/named.h"
#include "servers/mem/regions.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/units.h"

/* Successive pages that are treated alike, so that one system call handles many. */
struct batch {
    struct space *parent, *child;
    uint32_t address, pages, rights;
    bool lower;    /* the parent may write there now, and loses that right */
    uint32_t cost; /* in pages, not counting lent frames */
    uint32_t lent; /* to the child's task, when the step began */
};

/* True if the step's effort is used up. */
static inline bool batch_is_over(const struct batch *batch)
{
    return batch->cost + (batch->child->lent - batch->lent) * LENT_PAGES >= STEP_PAGES;
}

/* Takes the parent's right to write to shared pages, until a fault makes them private. */
static bool lower_parent(const struct batch *batch, uint32_t pages)
{
    if (kernel_protect(batch->parent->task, batch->address, batch->rights, pages))
        return false;
    for (uint32_t i = 0; i < pages; i++)
        *pages_find(&batch->parent->pages, batch->address + (i << PAGE_BITS)) |= PAGE_COW;
    return true;
}

/* Maps the gathered pages into the child. The source is the parent's address: so both mappings are siblings, and
 * the page's granter can still take it back from both. Inline, as this makes fork shorter. */
static inline bool batch_flush(struct batch *batch)
{
    uint32_t pages = batch->pages;

    batch->pages = 0;
    if (!pages)
        return true;
    batch->cost += RUN_PAGES;
    if (batch->lower && !lower_parent(batch, pages))
        return false;
    const struct map_request request = {batch->address, batch->rights, batch->parent->task, pages, batch->address};
    return !space_map(batch->child, &request);
}

static bool batch_add(struct batch *batch, uint32_t address, uint32_t rights, bool lower)
{
    if (batch->pages < CALL_PAGES_MAX && batch->rights == rights && batch->lower == lower &&
        batch->address + (batch->pages << PAGE_BITS) == address) {
        batch->pages++;
        return true;
    }
    if (!batch_flush(batch))
        return false;
    batch->address = address;
    batch->pages = 1;
    batch->rights = rights;
    batch->lower = lower;
    return true;
}

/* Copies the page at the end of the stack at once, as both sides would write there next. */
static bool copy_page(struct batch *batch, uint32_t address, uint32_t entry, uint32_t *copy)
{
    uint32_t frame = frames_take();
    err_t err = kernel_copy(frame, entry & PAGE_VALUE);

    assert(err == OK);
    batch->child->stack_copied = true;
    *copy = PAGE_FRAME | PAGE_WRITE | PAGE_MAPPED | frame;
    return !space_map(batch->child, &(struct map_request){address, page_rights(*copy), MEM_SLOT_MEMORY, 1, frame});
}

/* The child gets no pages of other servers until it touches them: then that server grants them, and so can count its
 * grants. The child only gets their page table. */
static bool open_foreign_table(struct batch *batch, uint32_t address)
{
    if (batch->child->opened != address >> TABLE_SHIFT)
        batch->cost += RUN_PAGES;
    return regions_open_tables(batch->child, address, address + PAGE_SIZE);
}

static void hold_segment(const struct space *child, uint32_t address, uint32_t entry)
{
    if (address >= SHM_BASE) {
        shm_table_at(shm_number(address))->holders++;
    } else if (entry & PAGE_FIRST) {
        named_at(address)->holders++;
        units_inherited(child, named_at(address));
    }
}

/* The bits that an unprotected stack page may have. */
enum { STACK_PAGE = PAGE_FRAME | PAGE_WRITE | PAGE_COW | PAGE_MAPPED | PAGE_VALUE };

/* Copies a page's entry to the child, and counts the holder. */
static bool fork_page(struct batch *batch, uint32_t address, uint32_t *original)
{
    uint32_t entry = *original, *copy = pages_open(&batch->child->pages, address);
    bool shares = (entry & (PAGE_FRAME | PAGE_WRITE | PAGE_COW)) == (PAGE_FRAME | PAGE_WRITE);

    if (!batch->child->stack_copied && regions_is_stack(batch->parent, address) && !(entry & ~(uint32_t)STACK_PAGE))
        return copy_page(batch, address, entry, copy);
    if (shares)
        entry |= PAGE_COW;
    *copy = entry;
    if (entry & PAGE_FRAME)
        frames_share(entry & PAGE_VALUE);
    else if (entry & PAGE_SHM)
        hold_segment(batch->child, address, entry);
    if (entry & PAGE_FOREIGN)
        return open_foreign_table(batch, address);
    if (entry & PAGE_MAPPED)
        return batch_add(batch, address, page_rights(entry), shares);
    *original = entry;
    return true;
}

/* Copies as many pages of the run as the step has time for, and shortens the run to them. False: no memory. */
static bool fork_run(struct batch *batch, struct page_run *run)
{
    batch->cost += RUN_PAGES;
    if (!run->entries) {
        pages_reserve(&batch->child->pages, run->address, run->pages, ENTRY_ANON);
        return true;
    }
    uint32_t done = 0;
    for (; done < run->pages && (!batch_is_over(batch) || !done); done++, batch->cost++)
        if (!fork_page(batch, run->address + (done << PAGE_BITS), &run->entries[done]))
            return false;
    run->pages = done;
    return true;
}

/* Lends frames to the child's task, which needs as many as the parent's: for the same tables, and a thread. */
static bool lend_some(const struct space *parent, struct space *child)
{
    uint32_t missing = parent->lent > child->lent ? parent->lent - child->lent : 0;

    return !missing || space_donate(child, missing < LENT_AT_ONCE ? missing : LENT_AT_ONCE);
}

/* Does a step, at the cost of STEP_PAGES pages. To the first one belong the frames that were lent when the space was
 * made. */
static bool fork_some(struct space *parent, struct space *child)
{
    uint32_t *at = &child->work_at;
    struct batch batch = {.parent = parent, .child = child, .lent = *at ? child->lent : 0};
    struct page_run run;

    if (*at && !lend_some(parent, child))
        return false;
    while (!batch_is_over(&batch) && pages_next_near(&parent->pages, at, USER_END, LEAVES_AT_ONCE, &run)) {
        if (!fork_run(&batch, &run))
            return false;
        *at = run_end(&run);
    }
    return batch_flush(&batch);
}

static void copy_regions(const struct space *parent, struct space *child)
{
    child->heap_start = parent->heap_start;
    child->heap_end = parent->heap_end;
    child->mmap_hint = parent->mmap_hint;
    child->image_parts = parent->image_parts;
    memcpy(child->image, parent->image, sizeof(child->image));
}

int fork_more(struct space *parent, struct space *child)
{
    if (child->work != WORK_COPY || child->work_of != parent->id)
        return -EINVAL;
    if (!fork_some(parent, child)) {
        child->work_of = 0; /* a failed copy is not continued */
        return -ENOMEM;
    }
    if (child->work_at < USER_END || child->lent < parent->lent)
        return MEM_MORE;
    copy_regions(parent, child);
    child->work = WORK_NONE;
    return 0;
}

int fork_space(struct space *parent, struct space *child)
{
    child->work = WORK_COPY;
    child->work_at = 0;
    child->work_of = parent->id;
    child->stack_copied = false;
    return fork_more(parent, child);
}
