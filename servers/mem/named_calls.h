/* Named segments attached to spaces, and programs' calls about them, which calls.h declares. */
#pragma once

#include "servers/mem/space.h"

/* True if the address is in a segment that the space has attached. */
bool named_is_attached(const struct space *space, uint32_t address);

/* Makes the entry of a page at its first touch; null: it is in no segment that the space has attached. */
uint32_t *named_touch(struct space *space, uint32_t address);

/* Detaches the space from the segment that begins there, like named_drop(). The pages stay charged. */
bool named_release(struct space *space, uint32_t address, uint32_t most, uint32_t *cost);
