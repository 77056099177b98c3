/*
 * Pages of files in clients' spaces. A record of each mapping keeps the file alive, even without a name and a
 * descriptor, and lets its pages be granted again.
 *
 *   N1  the ranges of a client's mappings do not overlap; each holds its inode
 *   N2  a client has at most MAPPINGS_MAX
 *   N3  a refused map, also one refused by the kernel, leaves all mappings as they were: a mapping that replaces others
 *       is recorded after the pages are granted; any other is recorded first, and removed if they are not
 *   N4  a client's own_mapping has an inode if it is in the client's list; it is not allocated as a record
 *
 * A client can have a page more often than it has mappings, as it may report an unmap that it did not make. So each
 * grant of a page is counted (pages_loans()), also grants to children after fork, which get pages when they touch
 * them. At LOANS_MAX the page is revoked, which is short enough for one call, and clients that still have it mapped ask
 * again (map_again).
 */
#pragma once

#include "servers/file/client.h"

enum { MAPPINGS_MAX = 64 };

/* Begins without mappings. */
void mappings_init(void);

/* Undoes the loans of the pages in the message's first `items` items, as nobody has got them. */
void items_not_lent(uint32_t items);

/* The kernel has refused the reply to the client's last call: if that was a map, its mapping is removed. */
void mapping_refused(struct client *client);

/* Copies all of the client's mappings to another client. False: no memory; some may have been copied. */
bool mappings_copy(const struct client *client, struct client *to);

/* Removes one mapping after the other, until pages_work is enough; true: the client has none left. */
bool mappings_drop(struct client *client);

/* The name of a word of a file's page, the same for all clients that have it mapped: file.proto. False: the client has
 * no mapping there. */
bool mapping_word(const struct client *client, uint32_t address, uint32_t *object, uint32_t *offset);

/* True if N2 and N4 hold. */
bool mappings_audit(const struct client *client);

/* The number of its mappings. */
uint32_t mappings_count(const struct client *client);
