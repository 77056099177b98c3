/*
 * Two programs, `a` and `b`, of a new memory server: what the tests of its calls begin with. Each has pair_text and
 * pair_data as its image, and its heap begins at PAIR_BREAK.
 */
#pragma once

#include "tests/host/mem_client.h"

enum { PAIR_BREAK = 0x904010 };

extern const struct program_segment pair_text, pair_data;
extern struct mem_client a, b;

/* The machine at the start: most of its frames are high memory. */
extern struct fake_ram pair_ram;

/* The pages that are promised to both, and to segments. */
uint32_t pair_promised(void);

/* Makes a third program with the same image; forks one; ends one. */
struct mem_client pair_make(uint32_t id);
struct mem_client pair_fork(struct mem_client parent, uint32_t id);
void pair_end(struct mem_client client);

/* A call whose reply is only a status; an open that succeeds and returns the address. */
int pair_call(struct mem_client client, uint32_t number, uint32_t first, uint32_t second);
uint32_t pair_open(struct mem_client client, uint32_t id);

/* Accesses with their faults: they succeed, or the fault is fatal and the client is the one with a fatal fault. */
uint32_t pair_read(struct mem_client client, uint32_t address);
void pair_write(struct mem_client client, uint32_t address, uint32_t word);
void pair_dies(struct mem_client client, uint32_t address, uint32_t cause);

/* Runs each check with a new pair, walks all tables after it, and prints how many there were. */
void pair_run(const char *name, void (*const checks[])(void), unsigned count);
