/*
 * A naive kernel for tests of the memory server: frames, tasks with mappings and accounts, slots. It implements
 * servers/mem/kernel_calls.h and refuses what the kernel refuses. It keeps one word of a page's contents.
 */
#pragma once

#include <stdbool.h>

#include "servers/mem/kernel_calls.h"

enum {
    FAKE_PAGES_MAX = 1 << 16,
    FAKE_ARCHIVE_PAGES = 200,
    FAKE_ARCHIVE_WORD = 5000, /* the word of archive page k is FAKE_ARCHIVE_WORD + k */
    FAKE_FILE_PAGES = 64,
    FAKE_FILE_WORD = 7000,   /* the same for the file server's pages */
    FAKE_PART_WORD = 100000, /* added to the word when less than a page was copied */
};

/* An empty machine with `pages` frames of RAM from number `first` on, in two ranges with a hole of `hole` frames
 * between them. heap_init() may then be called. */
struct fake_ram {
    uint32_t first, pages, hole;
};
void fake_init(struct fake_ram ram);
void fake_start_frames(void); /* heap_init() and frames_init() */

/* The same for a capability of `pages` frames from `first` on, and other ranges of RAM. */
void fake_start_frames_in(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t count);

/* Makes a task; its capability goes into `slot`. */
void fake_task_create(uint32_t slot);
void fake_task_destroy(uint32_t slot);

/* Whether the capabilities that come in messages have the right to destroy their tasks; true after fake_init(). */
extern bool fake_tasks_are_own;

/* Gives the task a thread, which takes the frames that the task's account must have by then. */
void fake_thread_create(uint32_t slot);

/* The next call that maps pages into the task finds it destroyed. */
void fake_task_dies(uint32_t slot);
bool fake_task_lives(uint32_t slot);

/* Puts a capability for something other than a task into `slot`. */
void fake_slot_fill(uint32_t slot);

/* Destroys the tasks that no slot names any more. */
void fake_task_reap(void);

/* A grant in a reply, to a window of `window_pages` at `window`. */
err_t fake_grant(uint32_t slot, const struct item *item, uint32_t window, uint32_t window_pages, bool replace);

/* The file server grants one of its pages to an address where nothing is mapped; and revokes it from all tasks. */
err_t fake_grant_file(uint32_t slot, uint32_t address, uint32_t file_page, rights_t rights);
void fake_revoke_file(uint32_t file_page);

/* The task's rights at an address (0: not mapped), and the word there. */
rights_t fake_rights(uint32_t slot, uint32_t address);
uint32_t *fake_word(uint32_t slot, uint32_t address);

uint32_t fake_mappings(uint32_t slot);
uint32_t fake_signals(void);

/* Frames that are kernel memory now, including the server's own account. */
uint32_t fake_kernel_frames(void);
