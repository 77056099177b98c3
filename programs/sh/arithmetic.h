/* What $((...)) computes: whole numbers of 64 bits, which wrap, variables, and C's operators but ++, --, sizeof and
 * the comma. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False with *why, in the pool: it is nothing of that. */
bool arithmetic(const char *text, intmax_t *value, const char **why);
