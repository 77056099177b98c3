/*
 * The states that were found: one table of 128-bit hashes and one list of states, shared by the processes that explore,
 * without a lock. Two states with one hash would be taken for one: at 10 million states the odds are about 1 : 10^24.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct found {
    uint64_t at; /* of its bytes */
    uint32_t parent, event;
    uint32_t bytes; /* 0: not there yet */
    uint32_t depth;
};

/* For all that is asked of them; by exit() if there is no memory. */
void *store_share(uint64_t bytes);
void store_open(uint32_t states_max, uint64_t bytes_max);

/* In a new process, before it adds states. What was added before is never written over. */
void store_fork(void);

/* False if there already was such a state, or no room: then store_is_full() says so. */
bool store_add_hash(const uint8_t *state, uint32_t bytes);
bool store_add(const uint8_t *state, const struct found *found);
bool store_is_full(void);

uint32_t store_count(void);
const struct found *store_at(uint32_t i);
bool store_is_there(uint32_t i); /* another process may still be writing it */
const uint8_t *store_state(uint32_t i);
void store_forget(uint32_t i); /* its bytes are not needed any more */
uint64_t store_bytes(void);    /* of all that were added */

uint64_t store_hash(const uint8_t *state, uint32_t bytes);
