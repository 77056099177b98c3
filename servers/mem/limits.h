/*
 * Limits of frames (RLIMIT_AS): accounts (servers/lib/account.h) that a space takes out of its outer account, each in a
 * page of the heap; and the frames in low memory that each account may use.
 *
 * On a machine with only low memory any frame serves. On a larger one others may use up all low frames, so a part of
 * these is kept for each account: frames_low_kept() of its limit. They are kept in addition to the limit, because a
 * page that took one could not be moved when a table needs it. More low frames are promised while there are any.
 *
 *   L1  `low_used` is the low memory promised to the spaces of the account, plus the demand of each account under this
 *       one, plus the page of each such account; the demand is the larger of `low_kept` and `low_used`
 *   L2  the demands of the accounts under the root, and the promises to its spaces, are promised (frames.h, F3)
 *   L3  `low_shared` of `low_kept` comes from the part kept for the account above; the rest is a part of `cost`.
 *       `low_given` is the sum that accounts under this one took from its part: at most that part
 *   L4  a limit comes with units of named segments (units.h): the same fraction of the parent's units as of its frames,
 *       or UNITS_ENOUGH if that is more and half of what is left suffices
 */
#pragma once

#include "servers/lib/account.h"
#include "servers/mem/frames.h"

enum { UNITS_ENOUGH = 64 };

/* `units`: the number of units of named segments. */
void limits_init(uint32_t units);

/* The account of units that belongs to an account of frames. */
struct account *limits_units(struct account *account);

/* limits_promise_low() and limits_unpromise_low() for an account other than the root. */
bool limits_promise_low_under(struct account *account, uint32_t frames);
void limits_unpromise_low_under(struct account *account, uint32_t frames);

/* Promises frames in low memory that are already charged to the account; false: there are none. */
static inline bool limits_promise_low(struct account *account, uint32_t frames)
{
    return account->parent ? limits_promise_low_under(account, frames) : frames_promise_low(frames);
}

static inline void limits_unpromise_low(struct account *account, uint32_t frames)
{
    if (account->parent)
        limits_unpromise_low_under(account, frames);
    else
        frames_unpromise_low(frames);
}

/* A space's charges: frames, and how many of them are promised in low memory; units charged to its new account, and
 * units that are no longer charged to the outer one. */
struct limits_charged {
    uint32_t frames, low, units, units_back;
};

/* Moves the holder of these charges to a new account with that limit, or lowers the limit of an account that it has
 * alone; `*account` becomes that account. 0, or an error: -EPERM: the limit is more than it has; -EINVAL: it holds more
 * already; -ENOMEM; -EAGAIN: too deeply nested. */
int limits_set(struct account **account, uint32_t limit, struct limits_charged charged);

/* Removes a holder, which has nothing charged any more. With the last one the account goes. */
void limits_drop(struct account *account);

/* Panics unless L3 holds for the account, which uses `low_used` frames in low memory; returns its demand. */
uint32_t limits_audit(const struct account *account, uint32_t low_used);
