/* Numbers on the command line. */
#pragma once

#include <stdbool.h>

/* The whole text is a decimal number from 0 on that fits; else *value is as it was. */
bool number_is(const char *text, unsigned long *value);
