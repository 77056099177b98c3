/* What $((...)) computes: whole numbers, variables, and C's operators but ++, --, sizeof and the comma. */
#pragma once

#include <stdbool.h>

/* False with *why: it is nothing of that. */
bool arithmetic(const char *text, long *value, const char **why);
