/* The audit: proc and the servers below it check their records. */
#pragma once

#include <stdint.h>

/* `tick` is the present tick; `now` returns the tick afterwards. -EAGAIN: the last audit was just now. */
int32_t audit_all(uint32_t tick, uint32_t (*now)(void));
