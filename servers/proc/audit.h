/* The audit: proc and the servers below it check their records. */
#pragma once

#include <stdint.h>

/* At that tick; `now` says which it is afterwards. -EAGAIN: the last one was just now. */
int32_t audit_all(uint32_t tick, uint32_t (*now)(void));
