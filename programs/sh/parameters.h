/* What is behind a $: variables, arguments, and the special ones. Results are in the pool, or the parameter's own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Null: it is not set. Of @ and *: the arguments, with the first byte of IFS between them. */
const char *parameter(const char *name);

/* Of one that is not set it is empty, or with -u the end. */
const char *parameter_or_empty(const char *name, const char *value);

/* So many bytes are a parameter's name: a variable's, a number, one of the special ones. */
size_t parameter_length(const char *text);

/* @ or *, which stand for all arguments. */
bool parameter_is_all(const char *name);

/* $# */
size_t parameter_count(void);

char *parameter_number(intmax_t number);

/* What is left of the value without what matches at its start (#) or end (%), as little or, with `longest`, as much as
 * can be. */
const char *parameter_trimmed(const char *value, const char *pattern, char which, bool longest);
