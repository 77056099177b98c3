/*
 * The memory server's system calls, except receiving and replying, with the server's own slots filled
 * in. Host tests replace them by a model.
 *
 * Frames are named by their page in the memory capability of slot MEM_SLOT_MEMORY, tasks by the slot of their
 * capability. Errors are those of kernel/abi/syscalls.def.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/proto/slots.h"

/* Pages to map, and where: `pages` pages from page `from` of the memory capability in slot `source` or, if the slot has
 * a task's capability, from the address `from` of that task. */
struct map_request {
    uint32_t address, rights, source, pages, from;
};

err_t kernel_map(uint32_t task, const struct map_request *request);
err_t kernel_unmap(uint32_t task, uint32_t address, uint32_t pages);
err_t kernel_protect(uint32_t task, uint32_t address, uint32_t rights, uint32_t pages);

/* Removes every mapping of the frame. */
err_t kernel_revoke(uint32_t frame);

/* Gives `frames` successive frames to the task's account. */
err_t kernel_donate(uint32_t task, uint32_t frame, uint32_t frames);

/* After ERR_ACCOUNT: how many frames the account of the call's task lacks. */
uint32_t kernel_shortfall(void);

/* Zeroes a frame; copies the frame `source` to another. ERR_FRAME: the kernel still uses one. */
err_t kernel_clear(uint32_t frame);
err_t kernel_copy(uint32_t frame, uint32_t source);

/* Copies the first `bytes` of a page of the archive to the frame, and zeroes the rest. */
err_t kernel_copy_archive(uint32_t frame, uint32_t archive_page, uint32_t bytes);

/* The same from a page of the file server. */
err_t kernel_copy_file(uint32_t frame, uint32_t file_page, uint32_t bytes);

/* Maps a frame in the server's own space, read-write. */
err_t kernel_map_own(void *at, uint32_t frame);
void kernel_unmap_own(const void *at);

/* Derives a capability for a frame, with all rights that a task needs, into an empty slot. */
err_t kernel_derive_frame(uint32_t slot, uint32_t frame);
err_t kernel_delete(uint32_t slot);

/* Destroys the task that the capability names, and everything in its account. */
err_t kernel_destroy(uint32_t slot);

/* True if there is no capability in the slot. */
bool kernel_slot_is_empty(uint32_t slot);

/* Replies to that caller's fault without a page, while another message is being served. */
void kernel_reply(uint32_t caller, uint32_t call_number);

/* Tells the manager that fatal_fault() has something to report. */
void kernel_signal_fatal_fault(void);
