/* Parameters, the names after a $: variables, arguments, and the special ones. Results are in the pool, or are the
 * parameter's own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Null: it is not set. For @ and *: the arguments, separated by the first byte of IFS. */
const char *parameter(const char *name);

/* For an unset parameter: an empty value, or with -u an error. */
const char *parameter_or_empty(const char *name, const char *value);

/* The length of the parameter's name at the text's start: a variable's, a number, or a special one. */
size_t parameter_length(const char *text);

/* True for @ and *, which mean all arguments. */
bool parameter_is_all(const char *name);

/* $# */
size_t parameter_count(void);

char *parameter_number(intmax_t number);

/* The value without the part that matches at its start (#) or end (%): the shortest, or with `longest` the longest,
 * such part. */
const char *parameter_trimmed(const char *value, const char *pattern, char which, bool longest);
