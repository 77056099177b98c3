/* Reserved words, such as `if`. */
#pragma once

#include <stdbool.h>

bool reserved_is_word(const char *word);
