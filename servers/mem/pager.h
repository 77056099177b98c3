/*
 * Page faults: a page that the page map promises is mapped when it is touched.
 */
#pragma once

#include "servers/mem/space.h"

struct item;

/*
 * Resolves a fault at `address`: fills a page, or makes a page private that was shared by fork, and
 * describes in `*item` the page to grant there. False: there is no page, or the access is not allowed
 * (`cause` as in enum fault_cause), or there is no memory.
 */
bool pager_resolve(struct space *space, uint32_t address, uint32_t cause, struct item *item);

/* After pager_resolve() failed: true if the access is allowed, so that only memory was missing. */
bool pager_allows(struct space *space, uint32_t address, uint32_t cause);

/* True if another server grants the page there, and the program's rights allow the access. */
bool pager_is_foreign(struct space *space, uint32_t address, uint32_t cause);

/* Undoes pager_resolve(), as the kernel refused to grant the page. */
void pager_refused(struct space *space, uint32_t address);

/* Provides a page of the space before it is touched; false: no memory. */
bool pager_provide(struct space *space, uint32_t address);
