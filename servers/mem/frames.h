/*
 * The frames: free, in use with a number of holders, or lent.
 *
 * A frame is named by its page in the server's memory capability. Pages of the capability that no range
 * of the boot page lists are no RAM and never given out. There are two free lists. Low memory is the first
 * 896 MiB, which the kernel maps for itself. Frames in high memory can only serve programs, so programs get
 * those first, and low memory is kept for the kernel as long as possible.
 *
 *   free     in one free list
 *   held     by one or more holders, spaces or segments: a page of programs, shared by copy on write if
 *            by more than one
 *   lent     kernel memory, in the account of a task, or the server's own
 *
 * Frames are promised before they are taken: charged to an account (servers/lib/account.h). Frames
 * that must be in low memory are also counted as promised there. frames_in_reserve() frames are promised
 * to nobody: they are for the server's own tables, which never need more (docs/accounts.md).
 *
 *   F1  every RAM frame is in exactly one of these states; the counts agree
 *   F2  frames_account's limit and the reserve together are all frames; held frames are charged
 *   F3  lent <= promised in low memory + reserve <= lent + free in low memory: so a promised
 *       frame is always found
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/lib/account.h"

#define NO_FRAME 0xffffffffu

/* Frames from this number on are high memory: the kernel cannot use them, only programs can. */
enum { LOW_MEMORY_PAGES = 896 << (20 - PAGE_BITS) };

/* The size of the reserve for `total` frames. */
static inline uint32_t frames_in_reserve(uint32_t total)
{
    return total / 64 + 96;
}

struct frames_count {
    uint32_t total, free;
    uint32_t promised_low; /* in low memory */
};

/* Whether there are frames in high memory. */
extern bool frames_any_high;

/* The root account: all frames that can be promised. */
extern struct account frames_account;

/* The capability covers frames first .. first + pages; frames in the ranges are free. The heap's first
 * pages, including the records themselves, are taken before there are records. False: there is too
 * little memory to begin with. */
bool frames_init(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t ranges_count);

/* Promises frames that are already charged in low memory; false: it has too few. And the reverse. */
bool frames_promise_low(uint32_t frames);
void frames_unpromise_low(uint32_t frames);

/* Frames of low memory kept for an account of that limit; 0 if all frames are in low memory. */
uint32_t frames_low_kept(uint32_t limit);

/* Takes a frame that was promised before; it has one holder, and its contents are not cleared yet. frames_share() adds
 * a holder. frames_drop() removes one; the last one frees the frame, whose mappings must end before any is taken. */
uint32_t frames_take(void);
void frames_share(uint32_t frame);
void frames_drop(uint32_t frame);
bool frames_is_shared(uint32_t frame);

/* Lends a frame in low memory, promised there or from the reserve; NO_FRAME: no memory. And takes it back. */
uint32_t frames_lend(void);
void frames_return(uint32_t frame);

/* The same for a borrower of several frames; `*list` (NO_FRAME: empty) keeps them. */
uint32_t frames_lend_to(uint32_t *list);

/* Returns at most `most` frames of the list; true: none is left. */
bool frames_return_some(uint32_t *list, uint32_t most);

/* Returns the frames of the list that the kernel no longer uses; true: none is left. */
bool frames_return_free(uint32_t *list);

struct frames_count frames_count(void);

/* Counts MEM_LISTED frames from `first` on: pages of programs, how many of them are shared, lent frames. False: there
 * are no more. */
struct frames_usage {
    uint32_t held, shared, lent;
};
bool frames_usage(uint32_t first, struct frames_usage *usage);

/* Panics unless F1, F2, F3 hold; returns the number of holders of all held frames. Linear in the number of frames. */
uint32_t frames_audit(void);
