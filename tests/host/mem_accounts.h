/* The memory server's accounts of frames, counted anew from its spaces. */
#pragma once

#include "servers/mem/space.h"

/* What a space has charged to its account. */
uint32_t mem_charged(const struct space *space);

/* What a space must hear that takes that limit: 0, or the error. */
int mem_status_of_limit(const struct space *space, uint32_t limit);

/* A1 .. A4 of servers/lib/account.h, and L1 .. L4 of servers/mem/limits.h, where `others` is charged to the root by who
 * is no space, and `others_low` of it is in low memory. */
void mem_accounts_check(uint32_t others, uint32_t others_low);
