/* Named segments attached to spaces, and programs' calls about them, which calls.h declares. */
#pragma once

#include "servers/mem/space.h"

/* True if the address is in a segment that the space has attached. */
bool named_is_attached(const struct space *space, uint32_t address);

/* The entry of a page of a segment that the space has attached, which it touches for the first time; null: it is not.
 */
uint32_t *named_touch(struct space *space, uint32_t address);

/* The space gives back the one that begins there, as named_drop() does: but for the pages, which stay charged. */
bool named_release(struct space *space, uint32_t address, uint32_t most, uint32_t *cost);
