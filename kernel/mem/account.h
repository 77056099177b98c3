/*
 * Accounts: the kernel memory of one task.
 *
 * The kernel never allocates. Everything it keeps for a task lies in frames that were donated to the
 * task's account; lack of frames is ERR_ACCOUNT. Donation changes the frame's kind. Capabilities that
 * cover the frame stay, but every use of it is refused until the task is gone and the kind changes
 * back.
 *
 *   A1  `spare_count` frames are in the list that begins at `spare`, all FRAME_SPARE, owned by the
 *       task, and contain only zeros
 *   A2  frames in use name the account's task as owner; `total` counts them and the spare ones
 *   A3  among frames of cells, those with a free cell come before full ones
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

/* Turns a spare frame, which is zeroed, into one of that kind; returns its number. The caller has checked
 * spare_count. */
uint32_t account_take(struct account *account, enum frame_kind kind);

/* Makes a frame of the account spare again. The caller has zeroed it: its next user, perhaps another task after the
 * end of this one, must not read what was in it. */
void account_return(struct account *account, uint32_t frame);

/*
 * Cells for objects of 1 << `shift` bytes, in frames of that kind that are listed in `frames`.
 * account_cell_cost(): how many spare frames account_cell() will take, 0 or 1; its caller has checked that
 * there are as many. The cell is zeroed. account_cell_return() takes a cell back and zeroes it; a frame without
 * cells in use becomes spare. None of them walks the list.
 */
uint32_t account_cell_cost(const struct list *frames, unsigned shift);
ref_t account_cell(struct account *account, struct list *frames, enum frame_kind kind, unsigned shift);
void account_cell_return(struct account *account, struct list *frames, ref_t cell, unsigned shift);
