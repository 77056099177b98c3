/*
 * The frames: which are free, which are in use and by how many, which are lent.
 *
 * A frame is named by its page in the memory capability the server was given; what that capability
 * covers but no range of the boot page lists is no RAM and never given out. There are two free
 * lists: frames beyond the kernel's window can only serve programs, so programs get those first,
 * and frames below it are kept for kernel memory as long as possible.
 *
 *   free     in one free list
 *   held     by 1 .. spaces or segments: pages of programs, shared by copy on write if by more than
 *            one
 *   lent     kernel memory, in the account of a task that a space, the server or proc's pool stands
 *            for
 *
 *   F1  every RAM frame is in exactly one of these states; the counts agree
 *   F2  held + lent <= committed <= total: who promises pages for later commits them first, so that
 *       the page fault that needs one finds one
 *   F3  programs' promises leave a 64th and 64 frames for page tables and the server's own tables
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"

#define FRAME_NONE 0xffffffffu

/* Frames from this number on are out of the kernel's reach: they serve programs only. */
enum { KERNEL_WINDOW_PAGES = 896 << (20 - PAGE_BITS) };

struct frames_count {
    uint32_t total, free, committed;
};

/* The capability covers frames first .. first + pages; those in the ranges are free. The heap's
 * first pages, the records themselves among them, come from here before there are records. False:
 * there is too little memory to begin with. */
bool frames_init(uint32_t first, uint32_t pages, const struct boot_range *ranges,
                 uint32_t ranges_count);

/* Who keeps frames that it does not need gives them back when there are too few: `reclaim` says if
 * there were any. It must not take any. */
void frames_on_shortage(bool (*reclaim)(void));

/* Promises, made and taken back; false: that would be more than there is. */
bool frames_commit(uint32_t pages);
void frames_uncommit(uint32_t pages);

/* A frame for a promise made before, held once, its contents not yet cleared. */
uint32_t frames_take(void);
void frames_share(uint32_t frame);
void frames_drop(uint32_t frame);
bool frames_is_shared(uint32_t frame);

/* A frame below the kernel's window, committed for its borrower; FRAME_NONE: no memory. */
uint32_t frames_lend(void);
void frames_return(uint32_t frame);

/* The same for one who borrows several; `*list` (FRAME_NONE: empty) remembers them. */
uint32_t frames_lend_to(uint32_t *list);
void frames_return_all(uint32_t *list);

/* Lent frames whose task may still live come back when the kernel lets go of them. */
void frames_return_later(uint32_t *list);
void frames_return_due(void);

/* `pages` successive frames below the window, within what programs may have. */
uint32_t frames_lend_run(uint32_t pages);
void frames_return_run(uint32_t frame, uint32_t pages);

struct frames_count frames_count(void);

/* Panics unless F1, F2 hold. Linear in the number of frames. */
void frames_check(void);
