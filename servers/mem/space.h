/*
 * Spaces: the server's records of address spaces. A space fills one page of the heap, including its page
 * map. It is named by an id that its manager chose, the badge of its client's messages.
 *
 *   P1  `id` is not 0 and no two spaces have the same
 *   P2  slot `task` holds the control capability of the space's task while the task lives
 *   P3  the heap is heap_start .. heap_end, to the byte; its pages are those that begin in there;
 *       both are 0 until regions_finish()
 *   P4  `committed` counts the pages promised to the space: of the heap, of mmap, private ones of its
 *       image, STACK_PROMISED of the stack and touched ones below, shm_table.price for each open numbered
 *       segment, and all pages of attached named segments. `direct` counts pages mapped from the archive,
 *       and foreign ones
 *   P5  `donated` lists the `lent` frames that the server lent to the task's account: at most as many as
 *       were promised for page tables and the task's other kernel objects
 *   P6  `tables` has a bit for each 2 MiB for which the space was promised a page table and a part of
 *       a leaf: where it has pages or was promised some. The bit stays until the space goes, like the
 *       table. `low` counts the frames for these, plus SPACE_FRAMES, plus the pages of the heap that named
 *       segments can need, which `leaves` counts, too
 *   P7  `account` was charged `committed` and `low`; `low` is promised in low memory. Between space_clear()
 *       and regions_finish() it was also charged `low_ahead`, promised in low memory, too, and `ahead`: the
 *       remaining memory of the new program
 *   P8  if `work` is not WORK_NONE, its task does not run, and P4 does not hold: some pages are already
 *       gone, or not yet there, but are promised until the work is done
 *
 * Long work is done in steps of one call, each at the cost of STEP_PAGES pages; others are served in between.
 * One spare space is always prepared: its slot is open for the capability in the next message. SPARES_KEPT
 * others are kept.
 */
#pragma once

#include <assert.h>

#include "servers/lib/account.h"
#include "servers/mem/fatal_fault.h"
#include "servers/mem/kernel_calls.h"
#include "servers/mem/limits.h"
#include "servers/mem/pages.h"
#include "servers/proto/mem_types.h"

enum {
    SPACE_BUCKETS = 1024,
    SPARES_KEPT = 8,
    OBJECT_FRAMES = 8, /* of kernel objects: its task's, and what that's account starts with, for a thread and slots */
    SPACE_FRAMES = 4 + OBJECT_FRAMES, /* its page, a page directory for each GiB, and those */
    STEP_PAGES = 192,
    RUN_PAGES = 6,     /* what a run costs beside its pages, as pages */
    SEGMENT_PAGES = 3, /* what a shared segment costs, as pages */
    LENT_PAGES = 5,    /* what a frame costs that is lent to a task, as pages: the kernel zeroes it */
    LENT_AT_ONCE = (STEP_PAGES - 1) / LENT_PAGES, /* of a step something is left */
    SMALL_LEAVES = 8,                             /* so many, with twice as many tables, go in a step */
    IMAGE_PARTS = 9,                              /* of adjoining pages of the program and the vdso */
};

enum space_work { WORK_NONE, WORK_COPY, WORK_CLEAR, WORK_END };

struct pages_range {
    uint32_t address, end;
};

struct space {
    uint32_t id;
    uint32_t task;
    struct space *next; /* of the same bucket, or spare */
    uint32_t heap_start, heap_end;
    uint32_t committed, low, leaves; /* of `low` so many for pages of the heap beside its own */
    uint32_t ahead, low_ahead, direct;
    struct pages_range image[IMAGE_PARTS];
    uint32_t image_parts;
    uint8_t work;      /* enum space_work */
    bool stack_copied; /* WORK_COPY */
    uint32_t work_at;  /* the address behind what is done */
    uint32_t work_of;  /* WORK_COPY: the parent's id; WORK_CLEAR: the frames that will be charged ahead */
    uint32_t donated, lent;
    struct account *account;
    uint16_t named, named_limit; /* segments (named.h) that it has attached, and may have */
    uint16_t units;              /* charged for these: units.h */
    uint32_t opened;             /* the 2 MiB whose table regions_open_tables() opened last; 0: none */
    uint32_t mmap_hint;          /* where the search for a free place begins, MMAP_BASE .. MMAP_LIMIT */
    struct search {
        uint32_t at, pages; /* of one that goes on; 0: none does */
        bool from_base;
    } search;
    struct fault_record fatal_fault;
    uint32_t tables[USER_END >> TABLE_SHIFT >> 5];
    struct page_map pages;
};
_Static_assert(sizeof(struct space) <= PAGE_SIZE, "a space fills one page");

extern struct space *space_buckets[SPACE_BUCKETS];
extern struct space *space_ending;   /* those that no client has any more, and that end in steps, by `next` */
extern struct space *space_settling; /* those without an id that wait for their task's end, by `next` */

static inline struct space *space_find(uint32_t id)
{
    struct space *space = space_buckets[id % SPACE_BUCKETS];

    while (space && space->id != id)
        space = space->next;
    return space;
}

static inline struct space *space_find_ending(uint32_t id)
{
    struct space *space = space_ending;

    while (space && space->id != id)
        space = space->next;
    return space;
}

/* Of the 2 MiB with that number: P6. */
static inline bool space_has_table(const struct space *space, uint32_t index)
{
    return space->tables[index / 32] >> index % 32 & 1;
}

/* Bytes to pages, up. */
static inline uint32_t pages_of(uint32_t bytes)
{
    return (bytes >> PAGE_BITS) + (bytes % PAGE_SIZE != 0);
}

static inline uint32_t page_up(uint32_t address)
{
    return pages_of(address) << PAGE_BITS;
}

/* False: no memory to begin with. */
bool space_init(void);

/* The slot that a capability in the next message will be in: the prepared space's. */
extern struct space *space_prepared;

static inline uint32_t space_receive_slot(void)
{
    return space_prepared->task;
}

/* Makes the space of the task whose capability is in the receive slot; the task's account gets what it
 * starts with. The id is new. The space is charged to that account; or, like its parent, to the
 * parent's, and is promised the same. -ENOMEM; -EINVAL: that is no task. */
int space_create(uint32_t id, struct account *account);
int space_create_like(uint32_t id, const struct space *parent);

/* Those that there are, and those that wait for their task's end. */
uint32_t spaces_count(void);

/* Frees all that the space holds, and ends its task, if the capability allows that; if not, it loses its pages, and the
 * rest waits for space_settle() after the task's end. 0; MEM_MORE: a step is done, and the space is found no more
 * but by space_find_ending(); MEM_TASK: it is the manager's to end the task, which has many tables. */
int space_destroy(struct space *space);
void space_settle(void);

/* Frees its pages: the space is as new, but for what its task was lent, and so many frames are charged
 * ahead for what it is promised next, `low` of them for tables. 0; MEM_MORE: a step is done; -ENOMEM: those are not
 * left, and nothing has changed. */
int space_clear(struct space *space, uint32_t frames, uint32_t low);

/* What is charged ahead is not needed any more. */
void space_end_ahead(struct space *space);

/* The spares that are kept beside the prepared one. */
uint32_t space_spares(void);

/* Lends the space's task that many frames (one, if 0); false: they were not promised. */
bool space_donate(struct space *space, uint32_t frames);

/* kernel_map() into the space, with frames lent as needed: ERR_ACCOUNT means no memory. */
err_t space_map(struct space *space, const struct map_request *request);

/* Unmaps pages, some of which may be absent. A page left mapped would be reused while still visible: but
 * for a dead task, this cannot fail. */
static inline void space_unmap(const struct space *space, uint32_t address, uint32_t pages)
{
    err_t err = kernel_unmap(space->task, address, pages);
    if (__builtin_expect(err != OK, 0))
        assert(err == ERR_CAP || err == ERR_DEAD);
}

/* Unmaps and frees all pages from address to end; or all that there are, and with `gone` the task is, and its mappings
 * with it. space_release_some() does a step of it: *address is where it goes on, or `end`; returns how many of them
 * were promised. */
void space_release(struct space *space, uint32_t address, uint32_t end);
void space_release_all(struct space *space, bool gone);
uint32_t space_release_some(struct space *space, uint32_t *address, uint32_t end);

/* Promises so many pages that are in address .. end, with all page tables and leaves of those; false:
 * the account has not so much left, and nothing has changed. */
bool space_promise(struct space *space, uint32_t address, uint32_t end, uint32_t pages);

/* Promises so many pages of the heap, which it takes for a named segment; false: there are none. Not any more. */
bool space_promise_heap(struct space *space, uint32_t pages);
void space_unpromise_heap(struct space *space, uint32_t pages);

/* space_promise() where the tables are promised already: a leaf is there that spans the pages. */
static inline bool space_commit(struct space *space, uint32_t pages)
{
    if (!account_charge(space->account, pages))
        return false;
    space->committed += pages;
    return true;
}

static inline void space_uncommit(struct space *space, uint32_t pages)
{
    space->committed -= pages;
    account_release(space->account, pages);
}

/* Limits what the space, and spaces forked from it from now on, may be promised: limits_set(). -EINVAL also for a copy
 * that is not complete yet. */
int space_set_limit(struct space *space, uint32_t frames);

/* Panics unless all invariants of the page map hold, and P1, P3, P4, P6. */
void space_audit(struct space *space);
