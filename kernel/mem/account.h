/*
 * Accounts: the kernel memory of one task.
 *
 * The kernel has no memory of its own to allocate from. Everything it keeps for a task lies in frames that were
 * donated to the task's account; lack of frames is ERR_ACCOUNT. Donation changes the frame's kind. Capabilities that
 * cover the frame stay, but every use of it is refused until the task is destroyed and the kind changes back.
 *
 *   A1  `spare_count` frames are in the list that begins at `spare`, all FRAME_SPARE, owned by the
 *       task, and contain only zeros
 *   A2  frames in use name the account's task as owner; `total` counts them and the spare ones
 *   A3  in the lists of frames with cells (`threads`, `endpoints`), frames with a free cell come before full ones
 *
 * The kernel lock guards every account.
 */
#pragma once

#include "kernel/mem/frame.h"

struct account {
    uint32_t spare; /* frame number, 0: none */
    uint32_t spare_count;
    uint32_t total;                 /* frames: A2 */
    uint32_t task;                  /* the frame of the account's task */
    struct list threads, endpoints; /* of FRAME_THREADS and FRAME_ENDPOINTS: see A3 */
};

/* Adds a FRAME_USER frame without mappings, below PHYSMAP_BYTES, that contains only zeros. */
void account_donate(struct account *account, uint32_t frame);

/* Turns a spare frame into one of that kind; returns its number. The frame contains only zeros. The caller has checked
 * spare_count. */
uint32_t account_take(struct account *account, enum frame_kind kind);

/* Makes a frame of the account spare again. The caller has zeroed it: its next user, perhaps another task after the
 * end of this one, must not read what was in it. */
void account_return(struct account *account, uint32_t frame);

/*
 * A slab allocator: cells for objects of 1 << `shift` bytes, in frames of that kind that are listed in `frames`.
 * account_cell_cost() tells how many spare frames account_cell() will take, 0 or 1; the caller of account_cell() has
 * checked that there are as many. The cell it returns is zeroed. account_cell_return() takes a cell back and zeroes it;
 * a frame whose last used cell that was becomes spare. None of them walks the list.
 */
uint32_t account_cell_cost(const struct list *frames, unsigned shift);
ref_t account_cell(struct account *account, struct list *frames, enum frame_kind kind, unsigned shift);
void account_cell_return(struct account *account, struct list *frames, ref_t cell, unsigned shift);
