/* The memory server's accounts of frames, computed again from its spaces. */
#pragma once

#include "servers/mem/space.h"

/* What a space has charged to its account. */
uint32_t mem_charged(const struct space *space);

/* The result for a space that sets that limit: 0, or the error. */
int mem_status_of_limit(const struct space *space, uint32_t limit);

/* Checks A1 .. A4 of servers/lib/account.h, and L1 .. L4 of servers/mem/limits.h. `others` is what others than spaces
 * have charged to the root; `others_low` of it is low memory. */
void mem_accounts_check(uint32_t others, uint32_t others_low);
