/* The audit: walks all of the server's records. */
#pragma once

/* Panics unless the invariants hold that can be walked, and each page is free or somebody's. */
void audit_all(void);
