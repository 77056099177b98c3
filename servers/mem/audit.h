/* The audit: walks all of the server's records. */
#pragma once

/* Panics unless all walkers' invariants hold, and each held frame has as many holders among pages of spaces and
 * segments as its record says. */
void audit_all(void);
