/* The calls of the manager of spaces (proc). */
#pragma once

/* Opens the slot for the first task's capability. */
void manager_init(void);
