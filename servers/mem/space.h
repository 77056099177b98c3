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
 *       and space_uncharge_ahead() it was also charged `low_ahead`, promised in low memory, too, and `ahead`: the
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
    OBJECT_FRAMES = 8, /* the task's own frame, and those that its account starts with, for a thread and slots */
    SPACE_FRAMES = 4 + OBJECT_FRAMES, /* the space's page, a page directory for each GiB, and those */
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
    struct space *next; /* in the same bucket, or in the list of spares */
    uint32_t heap_start, heap_end;
    uint32_t committed, low, leaves; /* leaves: the part of `low` for pages of the heap beside its own */
    uint32_t ahead, low_ahead, direct;
    struct pages_range image[IMAGE_PARTS];
    uint32_t image_parts;
    uint8_t work;           /* enum space_work */
    bool stack_copied;      /* WORK_COPY */
    uint32_t work_at;       /* the address where the next step begins */
    uint32_t work_of;       /* WORK_COPY: the parent's id; WORK_CLEAR: the frames that will be charged ahead */
    uint32_t donated, lent; /* P5: the list, and its length */
    struct account *account;
    uint16_t named, named_limit; /* segments (named.h) that it has attached, and may have */
    uint16_t units;              /* charged for these: units.h */
    uint32_t opened;             /* the 2 MiB whose table regions_open_tables() opened last; 0: none */
    uint32_t mmap_hint;          /* where the search for a free range begins, MMAP_BASE .. MMAP_LIMIT */
    struct search {
        uint32_t at, pages; /* of an unfinished search; 0: none */
        bool from_base;
    } search;
    struct fault_record fatal_fault;
    uint32_t tables[USER_END >> TABLE_SHIFT >> 5];
    struct page_map pages;
};
_Static_assert(sizeof(struct space) <= PAGE_SIZE, "a space fills one page");

extern struct space *space_buckets[SPACE_BUCKETS];
extern struct space *space_ending;   /* list, by `next`: spaces without a client, which end in steps */
extern struct space *space_settling; /* list, by `next`: spaces without an id, which wait for their task's end */

/* The space with that id, or null; space_find_ending(): among those in `space_ending`. */
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

/* The bit of the 2 MiB with that number: P6. */
static inline bool space_has_table(const struct space *space, uint32_t index)
{
    return space->tables[index / 32] >> index % 32 & 1;
}

/* Bytes to pages, rounded up. */
static inline uint32_t pages_of(uint32_t bytes)
{
    return (bytes >> PAGE_BITS) + (bytes % PAGE_SIZE != 0);
}

static inline uint32_t page_up(uint32_t address)
{
    return pages_of(address) << PAGE_BITS;
}

/* False: too little memory to begin with. */
bool space_init(void);

/* The prepared space, whose slot receives the capability in the next message. */
extern struct space *space_prepared;

static inline uint32_t space_receive_slot(void)
{
    return space_prepared->task;
}

/* Makes the space of the task whose capability is in the receive slot, and fills the task's account for
 * its start. The id is new. space_create() charges it to `account`; space_create_like() to the parent's
 * account, and promises it as much as the parent has. -ENOMEM; -EINVAL: the capability is no task. */
int space_create(uint32_t id, struct account *account);
int space_create_like(uint32_t id, const struct space *parent);

/* The number of spaces, including those that wait for their task's end. */
uint32_t spaces_count(void);

/* Frees everything in the space, and ends its task if the capability allows that; otherwise it frees the pages, and the
 * rest waits in `space_settling` until space_settle() finds that the task has ended. 0; MEM_MORE: a step is done, and
 * only space_find_ending() finds the space now; MEM_TASK: the manager must end the task, which has many tables. */
int space_destroy(struct space *space);
void space_settle(void);

/* Frees the pages, so that the space is like a new one, but its task keeps lent frames. Charges `frames` frames ahead
 * for its next promises, `low` of them for tables. 0; MEM_MORE: a step is done; -ENOMEM: there are not enough frames,
 * and nothing has changed. */
int space_clear(struct space *space, uint32_t frames, uint32_t low);

/* Releases the frames charged ahead, which are not needed any more. */
void space_uncharge_ahead(struct space *space);

/* The number of spares, besides the prepared one. */
uint32_t space_spares(void);

/* Lends the space's task that many frames (one, if 0); false: they were not promised. */
bool space_donate(struct space *space, uint32_t frames);

/* kernel_map() into the space, with frames lent as needed: ERR_ACCOUNT means no memory. */
err_t space_map(struct space *space, const struct map_request *request);

/* Unmaps pages, some of which may be absent. It may only fail for a dead task: a page left mapped would be
 * reused while still visible. */
static inline void space_unmap(const struct space *space, uint32_t address, uint32_t pages)
{
    err_t err = kernel_unmap(space->task, address, pages);
    if (__builtin_expect(err != OK, 0))
        assert(err == ERR_CAP || err == ERR_DEAD);
}

/* space_release() unmaps and frees all pages from address to end, space_release_all() all pages; with `gone` the task
 * and its mappings are gone already. space_release_some() does a step: *address is where to continue, or `end`; it
 * returns how many of the pages were promised. */
void space_release(struct space *space, uint32_t address, uint32_t end);
void space_release_all(struct space *space, bool gone);
uint32_t space_release_some(struct space *space, uint32_t *address, uint32_t end);

/* Promises `pages` pages in address .. end, with all their page tables and leaves; false: the account does not have
 * enough left, and nothing has changed. */
bool space_promise(struct space *space, uint32_t address, uint32_t end, uint32_t pages);

/* Promises pages of the heap for a named segment; false: there are not enough. And the reverse. */
bool space_promise_heap(struct space *space, uint32_t pages);
void space_unpromise_heap(struct space *space, uint32_t pages);

/* space_promise() if the tables are promised already, as a leaf spans the pages. */
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
