/*
 * Shared segments as a space has them open. The count of opens is in the page map's entry; the
 * mapping is there from the first to the last.
 */
#pragma once

#include "servers/mem/space.h"

enum { SHM_ATTACHED = 1 };

/* Opens a segment, made if there is none with that id. SHM_ATTACHED: it was not open in this space,
 * and the page has yet to be granted at `*address`; 0: it is there already; -ENOMEM. */
int shm_open(struct space *space, uint32_t id, uint32_t *address);

/* Takes one open back, and with the last one the page. -ENOENT: the segment is not open here. */
int shm_close(struct space *space, uint32_t id);
