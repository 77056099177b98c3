/* The calls of the manager of spaces (proc) are in manager.c. */
#pragma once

/* Opens the slot for the first task's capability. */
void manager_init(void);
