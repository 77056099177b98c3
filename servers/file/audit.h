/* The audit: walks all of the server's records. */
#pragma once

/* Panics unless all walkers' invariants hold, and each page is free or owned. */
void audit_all(void);
