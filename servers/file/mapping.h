/*
 * Pages of files in clients' spaces. A client's mappings are kept so that the file lives as long as one of
 * them, without a name and a descriptor, and so that its pages can be granted again.
 *
 *   N1  the ranges of a client's mappings do not overlap; each holds its inode
 *   N2  a client has at most MAPPINGS_MAX
 *   N3  a map that is refused, also by the kernel, leaves all mappings as they were: one that replaces others is kept
 *       when the pages are granted, any other one is forgotten if they are not
 *   N4  a client's own_mapping has an inode if it is in its list; it is no record
 *
 * A client can have a page at more places than it has mappings, as it may say that it has unmapped what it has not. So
 * each grant of a page is counted (pages_loans()), also those to children after fork, which get pages when they touch
 * them; at LOANS_MAX the page is revoked, which is short enough for one call, and whoever still has it mapped asks
 * again (map_again).
 */
#pragma once

#include "servers/file/client.h"

enum { MAPPINGS_MAX = 64 };

/* There are none. */
void mappings_init(void);

/* The pages that are lent by so many items of the message are not: nobody has got them. */
void items_not_lent(uint32_t items);

/* The kernel has refused the answer to its last call: if that was a map there is no mapping of that. */
void mapping_refused(struct client *client);

/* Copies all of the client's mappings to another client. False: there is no memory, and perhaps some were copied. */
bool mappings_copy(const struct client *client, struct client *to);

/* Forgets one after the other, until pages_work is enough; true: the client has none any more. */
bool mappings_drop(struct client *client);

/* What names a word of a file's page for all who have that mapped: file.proto. False: there is no mapping of the
 * client's. */
bool mapping_place(const struct client *client, uint32_t address, uint32_t *object, uint32_t *place);

/* True if N2 and N4 hold. */
bool mappings_audit(const struct client *client);

/* How many it has. */
uint32_t mappings_count(const struct client *client);
