/*
 * Which errors a call deserves in the state that the arena holds: kernel/abi/errors.def and the arguments of
 * syscalls.def once more, as plainly as can be, and with as little of the kernel's code as can be. What is looked up is
 * looked up in what is known of the state (seen.h).
 *
 * A call may deserve several, and docs/syscalls.md does not say which of them comes first: it is refused with one that
 * it deserves, and what is not refused deserves none.
 */
#pragma once

#include "tests/explore/seen.h"

/* Bit n: error -n is deserved; and how many frames the accounts lack that ERR_ACCOUNT may be about. */
struct deserved {
    uint32_t errors;
    uint32_t shortfalls[2];
    unsigned shortfalls_count;
};
extern struct deserved deserved;

/* Of the call that the event is, before it happens: deserved_calls.c. */
void deserved_by_call(const struct event *event, const struct thread *thread);

/* The same for messages: deserved_message.c. */
void deserved_by_message(const struct event *event, const struct thread *thread);

/* ---------------------------------------------------------------------------------- what both need */

void deserves_if(bool condition, err_t error);

/* The task's slot, whatever is in it, or null if there is no such slot. */
const struct slot *slot_in_table(const struct task *task, uint32_t index);

/* The slot that is to hold a capability of a kind, or any, with rights: CAP, RIGHTS. Null if it is empty or another. */
const struct slot *wants(const struct task *task, uint32_t index, enum slot_bits kind, rights_t rights);
const struct slot *wants_any(const struct task *task, uint32_t index);

const struct slot *wants_living(const struct task *task, uint32_t index, enum slot_bits kind,
                                rights_t rights); /* DEAD, too */
const struct task *wants_task(const struct task *task, uint32_t index);
const struct thread *wants_thread(const struct task *task, uint32_t index);

bool slot_is_of_kind(const struct slot *slot, enum slot_bits kind);
bool slot_has_range(const struct slot *slot, uint64_t first, uint64_t count);

/* Some of the frames of a memory capability: CAP, RIGHTS, ARG; their first, or 0. */
uint32_t wants_frames(const struct task *task, uint32_t index, rights_t rights, uint32_t offset, uint32_t pages);

/* They are mapped: FRAME, BUSY; and pages of a task's, of which children are made, or siblings: ABSENT, RIGHTS, DEPTH,
 * BUSY. */
void wants_mappable_frames(uint32_t first, uint32_t pages);
struct pages_wanted {
    const struct task *task;
    uint32_t address, pages;
    rights_t rights;
    bool children;
};
void wants_mapped_pages(struct pages_wanted wanted);

/* Nothing is mapped there: TAKEN. */
void wants_free_pages(const struct task *task, uint32_t address, uint32_t pages);

/* Frames that may become kernel memory, by a capability of the task's: FRAME, and what wants_frames() says. */
void wants_donation(const struct task *task, uint32_t index, uint32_t offset, uint32_t pages);

/* A child of the capability: RIGHTS, ARG, DEPTH, DEAD, BUSY. */
void wants_child(const struct slot *parent, struct derivation derivation);

bool range_is_valid(uint32_t address, uint32_t pages, uint32_t most);
bool can_be_mapped(rights_t rights);

/* What is mapped there, or null; and whether nothing is, no message page either. */
const struct page *page_seen(uint32_t task, uint32_t address);
bool page_is_free(const struct task *task, uint32_t address);

/* What a call is to take from an account. Tables and leaves that are missing are counted once. */
struct cost {
    uint32_t frames, tables, directories, leaves; /* bits: counted already */
};
void cost_of_pages(struct cost *cost, const struct task *task, uint32_t address, uint32_t pages);
void cost_of_slot(struct cost *cost, const struct task *task, uint32_t index);

/* A cell for a thread, or an endpoint. */
void cost_of_cell(struct cost *cost, const struct task *task, enum frame_kind kind, unsigned shift);

/* DEAD, ACCOUNT; and of an empty slot that is paid for together with that: ARG, TAKEN. */
void wants_account(const struct task *task, const struct cost *cost);
void wants_place_of_capability(const struct task *task, uint32_t index, struct cost cost);
