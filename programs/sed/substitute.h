/* Regular expressions in the pattern space. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

/* True if it matches in the text; null means the last one used. */
bool expression_is_in(const regex_t *expression, const char *text);

/* Applies `s` to the space; false: nothing was replaced. */
bool substitute(const struct substitution *substitution, struct buffer *space);
