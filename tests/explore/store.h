/*
 * The states that were found: a table of 128-bit hashes and a list of states, shared by the processes that explore,
 * without a lock. Two states with the same hash are taken for one: at 10 million states the odds of that are about 1 :
 * 10^24.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct found {
    uint64_t at; /* where its bytes are */
    uint32_t parent, event;
    uint32_t bytes; /* 0: not there yet */
    uint32_t depth;
};

/* Memory shared with all later child processes. Exits if there is none. */
void *store_share(uint64_t bytes);
void store_open(uint32_t states_max, uint64_t bytes_max);

/* To be called in a new process before it adds states. It then opens a chunk of its own. */
void store_fork(void);

/* store_add_hash() is false if the state is known already; store_add() is false if there is no room. */
bool store_add_hash(const uint8_t *state, uint32_t bytes);
bool store_add(const uint8_t *state, const struct found *found);
bool store_is_full(void);

uint32_t store_count(void);
const struct found *store_at(uint32_t i);
bool store_is_there(uint32_t i); /* false while another process still writes it */
const uint8_t *store_state(uint32_t i);
void store_forget(uint32_t i); /* its bytes are no longer needed */
uint64_t store_bytes(void);    /* of all states that were added */

uint64_t store_hash(const uint8_t *state, uint32_t bytes);
