/*
 * Which errors a call deserves in the state that the arena holds. This states kernel/abi/errors.def and the arguments
 * of syscalls.def a second time, as plainly as possible and with as little of the kernel's code as possible. It looks
 * things up in what is known of the state (seen.h).
 *
 * A call may deserve several errors, and docs/syscalls.md does not say which comes first. So a call must be refused
 * with one that it deserves, and a call that is not refused must deserve none.
 */
#pragma once

#include "tests/explore/seen.h"

/* Bit n of `errors`: error -n is deserved. `shortfalls`: how many frames the accounts lack that ERR_ACCOUNT may be
 * about. */
struct deserved {
    uint32_t errors;
    uint32_t shortfalls[2];
    unsigned shortfalls_count;
};
extern struct deserved deserved;

/* For the call that the event is, before it happens: deserved_calls.c. */
void deserved_by_call(const struct event *event, const struct thread *thread);

/* The same for messages: deserved_message.c. */
void deserved_by_message(const struct event *event, const struct thread *thread);

/* ---------------------------------------------------------------------------------- what both need */

void deserves_if(bool condition, err_t error);

/* The task's slot, whatever it holds, or null if the table has no such slot. */
const struct slot *slot_in_table(const struct task *task, uint32_t index);

/* These and the following functions state what a call needs, and add the errors that it deserves otherwise; the comment
 * lists them. Here: a capability of a kind, or of any, with these rights: CAP, RIGHTS. Null if the slot does not hold
 * one. */
const struct slot *needs_capability(const struct task *task, uint32_t index, enum slot_bits kind, rights_t rights);
const struct slot *needs_any_capability(const struct task *task, uint32_t index);

const struct slot *needs_living_object(const struct task *task, uint32_t index, enum slot_bits kind,
                                       rights_t rights); /* and DEAD */
const struct task *needs_task(const struct task *task, uint32_t index);
const struct thread *needs_thread(const struct task *task, uint32_t index);

bool slot_is_of_kind(const struct slot *slot, enum slot_bits kind);
bool slot_has_range(const struct slot *slot, uint64_t first, uint64_t count);

/* Some of the frames of a memory capability: CAP, RIGHTS, ARG. Returns the first, or 0. */
uint32_t needs_frames(const struct task *task, uint32_t index, rights_t rights, uint32_t offset, uint32_t pages);

/* Frames that are to be mapped: FRAME, BUSY. Pages of a task from which children or siblings are to be made: ABSENT,
 * RIGHTS, DEPTH, BUSY. */
void needs_mappable_frames(uint32_t first, uint32_t pages);
struct pages_needed {
    const struct task *task;
    uint32_t address, pages;
    rights_t rights;
    bool children;
};
void needs_mapped_pages(struct pages_needed needed);

/* Addresses at which nothing is mapped: TAKEN. */
void needs_free_pages(const struct task *task, uint32_t address, uint32_t pages);

/* Frames that can become kernel memory, named by a capability of the task: FRAME, and the errors of needs_frames(). */
void needs_donation(const struct task *task, uint32_t index, uint32_t offset, uint32_t pages);

/* A child of the capability can be made: RIGHTS, ARG, DEPTH, DEAD, BUSY. */
void needs_child(const struct slot *parent, struct derivation derivation);

bool range_is_valid(uint32_t address, uint32_t pages, uint32_t most);
bool can_be_mapped(rights_t rights);

/* What is mapped at the address, or null; and whether nothing is, not even a message page. */
const struct page *page_seen(uint32_t task, uint32_t address);
bool page_is_free(const struct task *task, uint32_t address);

/* The frames that a call takes from an account. A missing table or leaf is counted once. */
struct cost {
    uint32_t frames, tables, directories, leaves; /* the last three are bit masks of what is counted already */
};
void cost_of_pages(struct cost *cost, const struct task *task, uint32_t address, uint32_t pages);
void cost_of_slot(struct cost *cost, const struct task *task, uint32_t index);

/* A cell for a thread or an endpoint. */
void cost_of_cell(struct cost *cost, const struct task *task, enum frame_kind kind, unsigned shift);

/* Frames in the account: DEAD, ACCOUNT. An empty slot, which is paid for together with `cost`: ARG, TAKEN. */
void needs_account(const struct task *task, const struct cost *cost);
void needs_slot(const struct task *task, uint32_t index, struct cost cost);
