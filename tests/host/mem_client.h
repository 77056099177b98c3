/*
 * Clients of the memory server in host tests: what the kernel does between a program or the manager
 * and the server, with the naive kernel of fake_kernel.h.
 */
#pragma once

#include <stdbool.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/mem_types.h"
#include "tests/host/fake_kernel.h"

/* The manager is named by a null pointer to one. */
struct mem_client {
    uint32_t id, slot; /* of its space; where the server holds its task */
};

/* Where clients open the window for segments; a decent one does so at SHM_BASE. */
extern uint32_t mem_window, mem_window_pages;

/* One in so many answers with an item is refused as if its receiver had no window; 0: none. */
extern uint32_t mem_refuse_one_in;
extern err_t mem_refusal;    /* with what */
extern bool mem_was_refused; /* the last one was */

/* A call with two arguments; word 0 of the answer, and its word 1 in `*result`. */
int mem_call_once(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result);

/* The same, and further calls until all is done: as libc and proc do it. In between, `mem_between` is called, if there
 * is one. */
extern void (*mem_between)(void);
int mem_call(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result);

/* The same with items or more words, as the tag says. */
int mem_call_tagged(const struct mem_client *client, uint32_t tag, uint32_t number, uint32_t a, uint32_t b);

/* The same by the manager, with no items; with a new task for the server's slot; with a segment. */
int mem_manager(uint32_t number, uint32_t a, uint32_t b);
int mem_manager_with_task(uint32_t number, uint32_t a, uint32_t b);
int mem_map_segment(uint32_t space, const struct program_segment *segment);

/* A message that is not a call; true if it was answered. */
bool mem_send(const struct mem_client *client, uint32_t tag, const uint32_t words[4]);

/* Any message; true if it was answered, by `words`. */
bool mem_exchange(const struct mem_client *client, uint32_t tag, struct words *words);

/* Whose fault was answered last beside a call, and its number. */
extern uint32_t mem_answered, mem_answered_calls;

/* An access as the processor makes it, faults included; false: it is fatal. */
bool mem_touch(const struct mem_client *client, uint32_t address, uint32_t cause);

/* What the server believes to be mapped is what the kernel has mapped, with the same rights. */
void mem_check_mappings(const struct mem_client *client);

/* A number that a refused call leaves as it was: what can be promised, and what is free. */
uint32_t mem_state(void);

/* All that can be promised is taken, but for so many frames; given back. */
void mem_starve(uint32_t rest);
void mem_feed(void);
uint32_t mem_hoarded(void);
uint32_t mem_hoarded_low(void);

/* With a new server nothing is taken yet. */
void mem_forget_hoard(void);
