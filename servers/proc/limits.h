/*
 * Limits of processes (RLIMIT_NPROC): how many an account (servers/lib/account.h) may have at once, live
 * or not yet waited for. The same limit divides the blocks for long arguments (arguments.h): an account
 * has the same fraction of them as of the processes, rounded up, while any are left.
 */
#pragma once

#include "servers/lib/account.h"

enum { LIMITS_BLOCKS = 64 };

extern struct account *limits_of_all;

void limits_init(uint32_t processes);

/* Whether the holder of one process may move to an account of its own with that limit, or lower the limit of an account
 * that it has alone. 0, or an error: -EPERM: the limit is more than it has; -EINVAL: it holds more already; -ENOMEM:
 * not that many are left; -EAGAIN: too deeply nested. */
int limits_check(const struct account *account, uint32_t processes);

/* Does that if it may; `*account` becomes that account. */
int limits_set(struct account **account, uint32_t processes);

/* Removes a holder, whose processes are not charged any more. */
void limits_drop(struct account *account);

/* Charges a block for long arguments, which is a holder. False: the account has none left. */
bool limits_take_block(struct account *account);
void limits_give_block(struct account *account);
uint32_t limits_blocks_left(const struct account *account);

/* True if the use of each account is what `charged` returns, plus what the accounts below it have;
 * for tests. */
bool limits_audit(uint32_t (*charged)(const struct account *account));
