/*
 * Page faults: a page that the page map promises is mapped when it is touched.
 */
#pragma once

#include "servers/mem/space.h"

struct item;

/*
 * Resolves a fault at `address`: fills a page, or makes one private that was shared by fork, and
 * describes in `*item` the page to grant there. False: nothing may be there, or not for such an
 * access (`cause` as in enum fault_cause), or there is no memory.
 */
bool pager_resolve(struct space *space, uint32_t address, uint32_t cause, struct item *item);

/* After it failed: whether there is such a page, so that only memory was missing. */
bool pager_allows(struct space *space, uint32_t address, uint32_t cause);

/* True if the page there is another server's to grant, and the program wants such an access to be good. */
bool pager_is_foreign(struct space *space, uint32_t address, uint32_t cause);

/* The page that pager_resolve() described was not granted after all. */
void pager_refused(struct space *space, uint32_t address);

/* Has a page of the space there before it is touched; false: no memory. */
bool pager_provide(struct space *space, uint32_t address);
