/*
 * A naive kernel for tests of the memory server: frames, tasks with mappings and accounts, slots.
 * It implements servers/mem/kernel_calls.h and refuses what the kernel refuses. Of a page's
 * contents it keeps one word.
 */
#pragma once

#include <stdbool.h>

#include "servers/mem/kernel_calls.h"

enum {
    FAKE_PAGES_MAX = 1 << 16,
    FAKE_ARCHIVE_PAGES = 200,
    FAKE_ARCHIVE_WORD = 5000, /* the word of archive page k is FAKE_ARCHIVE_WORD + k */
    FAKE_FILE_PAGES = 64,
    FAKE_FILE_WORD = 7000,   /* the same of the file server's pages */
    FAKE_PART_WORD = 100000, /* added when less than a page was copied */
};

/* An empty machine with `pages` frames of RAM, the first being number `first`, in two ranges with a
 * hole of `hole` frames between; the heap is ready for heap_init(). */
struct fake_ram {
    uint32_t first, pages, hole;
};
void fake_init(struct fake_ram ram);
void fake_start_frames(void); /* heap_init() and frames_init() */

/* The same for a capability of `pages` frames from `first` on, and other ranges of RAM. */
void fake_start_frames_in(uint32_t first, uint32_t pages, const struct boot_range *ranges, uint32_t count);

/* A new task; its capability is put into `slot`. */
void fake_task_create(uint32_t slot);
void fake_task_destroy(uint32_t slot);

/* Whether the capabilities that come in messages may end their tasks; true from fake_init() on. */
extern bool fake_tasks_are_own;

/* The task gets a thread, which takes what its account must have by then. */
void fake_thread_create(uint32_t slot);

/* The next call that maps pages into that task finds it destroyed. */
void fake_task_dies(uint32_t slot);
bool fake_task_lives(uint32_t slot);

/* A capability that is no task's comes into `slot`. */
void fake_slot_fill(uint32_t slot);

/* Destroys the tasks that no slot names any more. */
void fake_task_reap(void);

/* A grant in an answer, to a window of `window_pages` at `window`. */
err_t fake_grant(uint32_t slot, const struct item *item, uint32_t window, uint32_t window_pages, bool replace);

/* The file server grants one of its pages, where nothing is mapped; and takes it back from all tasks. */
err_t fake_grant_file(uint32_t slot, uint32_t address, uint32_t file_page, rights_t rights);
void fake_revoke_file(uint32_t file_page);

/* What the task may do at an address (0: not mapped), and the word there. */
rights_t fake_rights(uint32_t slot, uint32_t address);
uint32_t *fake_word(uint32_t slot, uint32_t address);

uint32_t fake_mappings(uint32_t slot);
uint32_t fake_signals(void);

/* Frames that are kernel memory now, the server's own account included. */
uint32_t fake_kernel_frames(void);
