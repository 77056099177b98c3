/*
 * Functions for the uses of cap_derive. The child is in the caller's own table or, with cap_give, in that of the task
 * whose control capability is in slot `task`. It has its parent's object, badge and range unless the function says
 * otherwise.
 */
#pragma once

#include "libuser/sys/calls.h"

/* What a call is not given. Slot 0 is always empty. */
enum { SLOT_NONE = 0, RIGHT_NONE = 0, TABLE_OWN = 0, BADGE_SAME = 0, PAGES_REST = 0 };

/* The same, with fewer rights or as many. */
static inline err_t cap_copy(uint32_t slot, uint32_t destination, uint32_t rights)
{
    return sys_cap_derive(slot, destination, TABLE_OWN, rights, BADGE_SAME, PAGES_REST);
}

/* Of an endpoint: once a badge is given it stays. */
static inline err_t cap_badge(uint32_t slot, uint32_t destination, uint32_t rights, uint32_t badge)
{
    return sys_cap_derive(slot, destination, TABLE_OWN, rights, badge, PAGES_REST);
}

/* Of memory, ports or lines: `count` of them from the parent's number `offset` on. */
static inline err_t cap_part(uint32_t slot, uint32_t destination, uint32_t rights, uint32_t offset, uint32_t count)
{
    return sys_cap_derive(slot, destination, TABLE_OWN, rights, offset, count);
}

static inline err_t cap_give(uint32_t slot, uint32_t destination, uint32_t task, uint32_t rights)
{
    return sys_cap_derive(slot, destination, task, rights, BADGE_SAME, PAGES_REST);
}

static inline err_t cap_give_badge(uint32_t slot, uint32_t destination, uint32_t task, uint32_t rights, uint32_t badge)
{
    return sys_cap_derive(slot, destination, task, rights, badge, PAGES_REST);
}
