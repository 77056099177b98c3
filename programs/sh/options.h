/* Options of the shell: -e ends it when a command fails, -u when a variable is not set, -x writes what is run. */
#pragma once

#include <stdbool.h>

/* A word as `-ex`, or `+e` for what is no more; false if it is none, and nothing has changed. */
bool options_take(const char *word);

/* The letters of those that are set, in the pool, for $-. */
char *options_text(void);

/* The builtin: options and arguments; without words it writes all variables. */
int run_set(char **words);
