/* Each error of each call in kernel/abi/syscalls.def is shown by a world, or by a test elsewhere: errors.def. */
#pragma once

#include "tests/explore/engine.h"

/* The list is complete, and names worlds and tests that there are. */
bool errors_are_all_shown(void);

/* The world showed what the list says that it shows. */
bool errors_shown_by_world(const struct counts *counts);
