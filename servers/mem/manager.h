/* The calls of the manager of spaces (proc), which calls.h declares. */
#pragma once

/* Opens the slot for the first task's capability. */
void manager_init(void);
