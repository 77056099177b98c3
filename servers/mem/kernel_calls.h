/*
 * The memory server's system calls, except receiving and answering, with the server's own slots filled
 * in. Host tests replace them by a model.
 *
 * Frames are named by their page in the memory capability of slot MEM_SLOT_MEMORY. Errors are those
 * of kernel/abi/syscalls.def.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/proto/slots.h"

/* What is to be mapped, and where: `pages` pages from page `from` of the memory capability in slot `source`, or if a
 * task's is there, from the address `from` of that task. */
struct map_request {
    uint32_t address, rights, source, pages, from;
};

err_t kernel_map(uint32_t task, const struct map_request *request);
err_t kernel_unmap(uint32_t task, uint32_t address, uint32_t pages);
err_t kernel_protect(uint32_t task, uint32_t address, uint32_t rights, uint32_t pages);

/* Every mapping of the frame goes, wherever its holders have it. */
err_t kernel_revoke(uint32_t frame);

err_t kernel_donate(uint32_t task, uint32_t frame, uint32_t frames);

/* After ERR_ACCOUNT: how many frames the account of the call's task lacks. */
uint32_t kernel_shortfall(void);

err_t kernel_clear(uint32_t frame);
err_t kernel_copy(uint32_t frame, uint32_t source);

/* The first `bytes` of a page of the archive, the rest zero. */
err_t kernel_copy_archive(uint32_t frame, uint32_t archive_page, uint32_t bytes);

/* The same, of a page of the file server's. */
err_t kernel_copy_file(uint32_t frame, uint32_t file_page, uint32_t bytes);

/* A frame at a place of the server's own space, read-write. */
err_t kernel_map_own(void *place, uint32_t frame);
void kernel_unmap_own(const void *place);

/* A capability for a frame, with all that a task needs, in an empty slot. */
err_t kernel_derive_frame(uint32_t slot, uint32_t frame);
err_t kernel_delete(uint32_t slot);

/* The task that the capability names ends, with all that its account holds. */
err_t kernel_destroy(uint32_t slot);

/* True if there is no capability in the slot. */
bool kernel_slot_is_empty(uint32_t slot);

/* Answers that caller's fault with nothing, beside the message that is being served. */
void kernel_answer(uint32_t caller, uint32_t calls);

/* Tells the manager that fatal_fault() has news. */
void kernel_signal_fatal_fault(void);
