/* The parts of the model in tests/host/mem_model.h: what it knows of programs, and its actions that are in files of
 * their own. */
#pragma once

#include <stdbool.h>

#include "servers/proto/layout.h"
#include "tests/host/mem_client.h"

enum { CLIENTS = 8, IDS = 6, TEXT_PAGES = 3, DATA_PAGES = 4, MODEL_PAGES = 3 * 1024 };
enum { DATA_FIRST = PROGRAM_BASE + TEXT_PAGES * PAGE_SIZE, HEAP_FIRST = 0x906800 };

/* What a page is to its program: a word in it, in the segment, or in the page that the file server granted. */
struct model_page {
    enum { ABSENT, PRIVATE, SEGMENT, FOREIGN } kind;
    bool write, execute, no_write, no_read; /* no_...: the program has removed the right itself */
    uint32_t word;                          /* of a foreign page: its number + 1; 0: none */
    rights_t granted;                       /* for the foreign page */
};

/* The pages that the model knows: addresses 0 .. 12 MiB, 12 MiB of the area for mmap, and the segments. */
struct client {
    bool lives, waits; /* for the end of a call that is done in parts */
    struct mem_client name;
    struct model_page low[MODEL_PAGES], high[MODEL_PAGES];
    uint32_t opens[IDS], heap_end;
};
extern struct client clients[CLIENTS];

struct model_segment {
    uint32_t holders, address, word; /* holders == 0: there is no such segment */
};
extern struct model_segment model_segments[IDS];

extern const struct model_page absent, zeroed;

/* Whether a refusal for lack of memory is right. */
bool is_short(int status);

/* A call of a client with two arguments, repeated until it is done. */
int call(struct client *client, uint32_t number, uint32_t a, uint32_t b, uint32_t *result);

/* What an address is to a client; null if the model does not know. */
struct model_page *model_at(struct client *client, uint32_t address);
void model_set(struct client *client, uint32_t address, uint32_t end, struct model_page what);
bool model_is_free(struct client *client, uint32_t address, uint32_t end);

/* Any client that lives and waits for nothing; or, if `lives` is false, one that does not exist yet. Null if there is
 * none. */
struct client *pick(bool lives);

/* Whether an access to a range for the file server's pages is allowed. */
bool model_foreign_allows(const struct model_page *page, uint32_t cause);
uint32_t *model_word(struct model_page *page);
void model_foreign_start(void);
void model_foreign_fork(struct client *child);
void reserve_some(void);
void grant_or_take_back(void);
