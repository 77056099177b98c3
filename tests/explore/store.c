#include "tests/explore/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct hash {
    uint64_t low, high; /* neither is ever 0 */
};

/* States are kept in chunks. One process fills a chunk; when all its states have been read, it is used again: memory
 * that was never used before costs more time than everything else that is done with a state. */
enum { CHUNK_BYTES = 1 << 18 };

/* Shared by all processes. */
static struct {
    uint64_t bytes;
    uint32_t count, states_max, chunks, full;
} * shared;
static struct hash *table;
static uint64_t table_mask;
static struct found *list;
static uint8_t *contents;
static uint32_t *unread; /* for each chunk its unread states, plus one while a process fills it; 0: free */
static struct {
    uint32_t number, used;
    bool is_open;
} filled; /* the chunk that this process fills */

void *store_share(uint64_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at == MAP_FAILED) {
        perror("explore: mmap");
        exit(2);
    }
    return at;
}

void store_open(uint32_t states_max, uint64_t bytes_max)
{
    uint64_t entries = 2;

    while (entries < 2ull * states_max)
        entries *= 2;
    table = store_share(entries * sizeof *table);
    table_mask = entries - 1;
    list = store_share((states_max + 1ull) * sizeof *list);
    shared = store_share(sizeof *shared);
    shared->states_max = states_max;
    shared->chunks = (uint32_t)(bytes_max / CHUNK_BYTES);
    contents = store_share((uint64_t)shared->chunks * CHUNK_BYTES);
    unread = store_share(shared->chunks * sizeof *unread);
}

void store_fork(void)
{
    filled.is_open = false;
}

static struct hash mix(struct hash h, uint64_t x, uint64_t y)
{
    __uint128_t m = (__uint128_t)(x ^ h.low ^ 0xa0761d6478bd642fu) * (y ^ h.high ^ 0xe7037ed1a0b428dbu);
    __uint128_t k = (__uint128_t)(h.low + y + 0x8ebc6af09c88c6e3u) * ((h.high ^ x) | 1);

    h.low = (uint64_t)m ^ (uint64_t)(m >> 64) ^ (uint64_t)(k >> 64);
    h.high = (uint64_t)k + (uint64_t)(m >> 64) * 0x589965cc75374cc3u + (h.low << 23 | h.low >> 41);
    return h;
}

static struct hash mix_in(struct hash h, const uint8_t *at)
{
    uint64_t words[2];

    memcpy(words, at, sizeof words);
    return mix(h, words[0], words[1]);
}

/* The even and the odd blocks of 16 bytes are hashed separately: a processor computes both at the same time. */
static struct hash hash_of(const uint8_t *state, uint32_t bytes)
{
    struct hash even = {0x9e3779b97f4a7c15u ^ bytes, 0xc2b2ae3d27d4eb4fu};
    struct hash odd = {0x165667b19e3779f9u, 0x27d4eb2f165667c5u};
    uint32_t i = 0;

    for (; i + 32 <= bytes; i += 32) {
        even = mix_in(even, state + i);
        odd = mix_in(odd, state + i + 16);
    }
    if (i < bytes)
        even = mix_in(even, state + i);
    even = mix(even, odd.low, odd.high);
    return (struct hash){even.low | !even.low, even.high | !even.high};
}

uint64_t store_hash(const uint8_t *state, uint32_t bytes)
{
    return hash_of(state, bytes).low;
}

/* True if the entry was free and has been taken. `*low` is what it holds. */
static bool claim(struct hash *entry, uint64_t *low, struct hash hash)
{
    *low = __atomic_load_n(&entry->low, __ATOMIC_ACQUIRE);
    if (*low || !__atomic_compare_exchange_n(&entry->low, low, hash.low, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return false;
    __atomic_store_n(&entry->high, hash.high, __ATOMIC_RELEASE);
    return true;
}

static uint64_t high_of(const struct hash *entry)
{
    uint64_t high;

    while (!(high = __atomic_load_n(&entry->high, __ATOMIC_ACQUIRE)))
        ;
    return high;
}

bool store_add_hash(const uint8_t *state, uint32_t bytes)
{
    struct hash hash = hash_of(state, bytes);
    uint64_t low;

    for (uint64_t i = hash.low & table_mask;; i = (i + 1) & table_mask) {
        if (claim(&table[i], &low, hash))
            return true;
        if (low == hash.low && high_of(&table[i]) == hash.high)
            return false;
    }
}

/* False if no chunk is free. */
static bool open_chunk(void)
{
    filled.used = 0;
    for (filled.number = 0; filled.number < shared->chunks; filled.number++) {
        uint32_t none = 0;
        if (__atomic_compare_exchange_n(&unread[filled.number], &none, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return filled.is_open = true;
    }
    return false;
}

static void close_chunk(void)
{
    if (filled.is_open)
        __atomic_fetch_sub(&unread[filled.number], 1, __ATOMIC_ACQ_REL);
    filled.is_open = false;
}

/* Finds room for so many bytes; false if there is none. */
static bool find_room(uint32_t bytes, uint64_t *at)
{
    if (filled.used + bytes > CHUNK_BYTES)
        close_chunk();
    if (!filled.is_open && !open_chunk())
        return false;
    *at = (uint64_t)filled.number * CHUNK_BYTES + filled.used;
    filled.used += bytes;
    __atomic_fetch_add(&unread[filled.number], 1, __ATOMIC_RELAXED);
    return true;
}

bool store_add(const uint8_t *state, const struct found *found)
{
    uint64_t at;

    if (shared->count >= shared->states_max - 64 || !find_room(found->bytes, &at)) {
        shared->full = 1;
        return false;
    }
    memcpy(contents + at, state, found->bytes);
    __atomic_fetch_add(&shared->bytes, found->bytes, __ATOMIC_RELAXED);
    struct found *new = &list[__atomic_fetch_add(&shared->count, 1, __ATOMIC_RELAXED)];
    new->at = at;
    new->parent = found->parent;
    new->event = found->event;
    new->depth = found->depth;
    __atomic_store_n(&new->bytes, found->bytes, __ATOMIC_RELEASE);
    return true;
}

bool store_is_full(void)
{
    return shared->full;
}

uint32_t store_count(void)
{
    return __atomic_load_n(&shared->count, __ATOMIC_ACQUIRE);
}

const struct found *store_at(uint32_t i)
{
    return &list[i];
}

bool store_is_there(uint32_t i)
{
    return i < store_count() && __atomic_load_n(&list[i].bytes, __ATOMIC_ACQUIRE);
}

const uint8_t *store_state(uint32_t i)
{
    return contents + list[i].at;
}

void store_forget(uint32_t i)
{
    __atomic_fetch_sub(&unread[list[i].at / CHUNK_BYTES], 1, __ATOMIC_ACQ_REL);
}

uint64_t store_bytes(void)
{
    return shared->bytes;
}
