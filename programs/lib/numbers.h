/* Numbers on the command line. */
#pragma once

#include <stdbool.h>

/* True if the whole text is a decimal number from 0 on that fits; else *value is unchanged. */
bool number_is(const char *text, unsigned long *value);
