/* Computes $((...)): wrapping 64-bit integers, variables, and C's operators except ++, --, sizeof and the comma. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False on an error, with *why, in the pool. */
bool arithmetic(const char *text, intmax_t *value, const char **why);
