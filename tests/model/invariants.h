/* Invariants beyond those that the kernel's own walkers check, while nobody has the lock. Each function is named after
 * the invariant of a header that it checks; violation() says what is broken. */
#pragma once

/* What each processor does, or has an interrupt on its way for. */
void invariants_check_processors(void);

/* Threads, marks of trees, and counts. */
void invariants_check_objects(void);
