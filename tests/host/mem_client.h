/*
 * Clients of the memory server in host tests: what the kernel does between a program or the manager and the server,
 * with the naive kernel of fake_kernel.h.
 */
#pragma once

#include <stdbool.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/mem_types.h"
#include "tests/host/fake_kernel.h"

/* A client. A null pointer to one names the manager. */
struct mem_client {
    uint32_t id, slot; /* the id of its space; the slot where the server holds its task */
};

/* The window for segments that clients open; a correct client opens it at SHM_BASE. */
extern uint32_t mem_window, mem_window_pages;

/* One in so many replies with an item is refused, as if its receiver had no window; 0: none. */
extern uint32_t mem_refuse_one_in;
extern err_t mem_refusal;    /* the error of the refusal */
extern bool mem_was_refused; /* whether the last one was refused */

/* A call with two arguments. Returns word 0 of the reply; its word 1 goes into `*result`. */
int mem_call_once(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result);

/* The same with further calls until everything is done, as libc and proc make them. `mem_between` is called between the
 * parts, if it is set. */
extern void (*mem_between)(void);
int mem_call(const struct mem_client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result);

/* The same with items or more words, as the tag says. */
int mem_call_tagged(const struct mem_client *client, uint32_t tag, uint32_t number, uint32_t a, uint32_t b);

/* Calls of the manager: without items; with a new task for the server's slot; with a segment. */
int mem_manager(uint32_t number, uint32_t a, uint32_t b);
int mem_manager_with_task(uint32_t number, uint32_t a, uint32_t b);
int mem_map_segment(uint32_t space, const struct program_segment *segment);

/* Sends a message that is not a call; true if there was a reply. */
bool mem_send(const struct mem_client *client, uint32_t tag, const uint32_t words[4]);

/* Sends any message; true if there was a reply, in `words`. */
bool mem_exchange(const struct mem_client *client, uint32_t tag, struct words *words);

/* Whose fault got the last reply, apart from calls, and its call number. */
extern uint32_t mem_replied_to, mem_replied_to_call;

/* An access as the processor makes it, with its faults; false if it is fatal. */
bool mem_touch(const struct mem_client *client, uint32_t address, uint32_t cause);

/* What the server records as mapped is what the kernel has mapped, with the same rights. */
void mem_check_mappings(const struct mem_client *client);

/* A number that a refused call leaves unchanged: what can be promised, and what is free. */
uint32_t mem_state(void);

/* Takes everything that can be promised except so many frames; gives it back. */
void mem_starve(uint32_t rest);
void mem_relieve(void);
uint32_t mem_hoarded(void);
uint32_t mem_hoarded_low(void);

/* For a new server, from which nothing is taken yet. */
void mem_forget_hoard(void);
