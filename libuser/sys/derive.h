/*
 * Functions for the uses of cap_derive. The child is in the caller's own table or, with cap_give, in that of the task
 * whose control capability is in slot `task`. It has its parent's object, badge and range unless the function says
 * otherwise.
 */
#pragma once

#include "libuser/sys/calls.h"

/* Values of arguments that a call does not use. Slot 0 is always empty. */
enum { SLOT_NONE = 0, RIGHT_NONE = 0, TABLE_OWN = 0, BADGE_SAME = 0, PAGES_REST = 0 };

/* A copy with the same or fewer rights. */
static inline err_t cap_copy(uint32_t slot, uint32_t destination, uint32_t rights)
{
    return sys_cap_derive(slot, destination, TABLE_OWN, rights, BADGE_SAME, PAGES_REST);
}

/* An endpoint with a badge, which cannot be changed later. */
static inline err_t cap_badge(uint32_t slot, uint32_t destination, uint32_t rights, uint32_t badge)
{
    return sys_cap_derive(slot, destination, TABLE_OWN, rights, badge, PAGES_REST);
}

/* A part of memory, ports or lines: `count` of them from `offset` on, relative to the parent's first. */
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
