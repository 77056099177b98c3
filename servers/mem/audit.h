/* The audit: walks all of the server's records. */
#pragma once

/* Panics unless the invariants hold that can be walked, and each frame that is held is so by as many pages of spaces,
 * and segments, as its record says. */
void audit_all(void);
