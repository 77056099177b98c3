/* Invariants that the kernel's own walkers do not check, and that hold while nobody has the lock. Each function is
 * named after the invariant of a header that it checks; violation() says what is broken. */
#pragma once

/* Each processor does what it should, or an interrupt is on its way to it. */
void invariants_check_processors(void);

/* Threads, marks of trees, and counts. */
void invariants_check_objects(void);
