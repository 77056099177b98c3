/* Expressions in the pattern space. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

/* Whether it is in the text; null stands for the one that was used last. */
bool expression_is_in(const regex_t *expression, const char *text);

/* What `s` makes of the space; false: nothing. */
bool substitute(const struct substitution *substitution, struct buffer *space);
