/*
 * Options of the shell, by letter or, behind -o, by name:
 *
 *      -a allexport    what is set is exported         -n noexec      a script is only read
 *      -C noclobber    > overwrites no file            -u nounset     a variable that is not set ends it
 *      -e errexit      a command that fails ends it    -v verbose     writes what is read
 *      -f noglob       * ? [ ] are nothing special     -x xtrace      writes what is run
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Sets options from words such as `-ex`, `+e` to unset, and `-o NAME`; returns the number of words used. 0: the first
 * word is none, and nothing has changed. */
size_t options_take(char **words);

/* The letters of the options that are set, in the pool, for $-. */
char *options_text(void);

/* The builtin `set`: options and arguments; without words it prints all variables. */
int run_set(char **words);
