/* Each error of each call in kernel/abi/syscalls.def is shown by a world, or tested elsewhere: errors.def. */
#pragma once

#include "tests/explore/engine.h"

/* Whether the list is complete, and names worlds and tests that exist. */
bool errors_are_all_shown(void);

/* Whether the world has shown each error that the list assigns to it. */
bool errors_shown_by_world(const struct counts *counts);
