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

/* May the holder of one process move to an account of its own with that limit, or lower the one it has alone? 0, or an
 * error: -EPERM: it has no more; -EINVAL: it holds more; -ENOMEM: there are not so many left; -EAGAIN: too many in each
 * other. */
int limits_may(const struct account *account, uint32_t processes);

/* It does, if it may; `*account` is it then. */
int limits_set(struct account **account, uint32_t processes);

/* One holder less, whose processes are not charged any more. */
void limits_drop(struct account *account);

/* A block for long arguments is charged; the block is a holder. False: the account has none left. */
bool limits_take_block(struct account *account);
void limits_give_block(struct account *account);
uint32_t limits_blocks_left(const struct account *account);

/* True if what is used is what `charged` says of each account, and what the accounts below it have;
 * for tests. */
bool limits_audit(uint32_t (*charged)(const struct account *account));
