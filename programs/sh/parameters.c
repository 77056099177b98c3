#include "programs/sh/parameters.h"

#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/options.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

char *parameter_number(intmax_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIdMAX, number);
    return pool_text(digits, strlen(digits));
}

static const char *argument(long number)
{
    for (char **at = shell.arguments; *at; at++)
        if (--number == 0)
            return *at;
    return NULL;
}

size_t parameter_count(void)
{
    size_t count = 0;

    while (shell.arguments[count])
        count++;
    return count;
}

bool parameter_is_all(const char *name)
{
    return *name == '@' || *name == '*';
}

/* Null: there are no arguments. */
static const char *all_arguments(void)
{
    char between = *variable_or("IFS", " ");
    struct text text = {0};

    for (char **argument = shell.arguments; *argument; argument++) {
        if (argument != shell.arguments && between)
            text_add(&text, between);
        text_append(&text, *argument);
    }
    return shell.arguments[0] ? text_end(&text) : NULL;
}

const char *parameter(const char *name)
{
    if (parameter_is_all(name))
        return all_arguments();
    if (isdigit((unsigned char)name[0]))
        return strcmp(name, "0") == 0 ? shell.name : argument(atol(name));
    switch (name[0]) {
    case '?':
        return parameter_number(shell.status);
    case '$':
        return parameter_number(shell.pid);
    case '!':
        return shell.background ? parameter_number(shell.background) : NULL;
    case '#':
        return parameter_number((intmax_t)parameter_count());
    case '-':
        return options_text();
    default:
        return variable(name);
    }
}

const char *parameter_or_empty(const char *name, const char *value)
{
    if (!value && shell.ends_at_unset)
        shell_fail(name, "parameter not set");
    return value ? value : "";
}

size_t parameter_length(const char *text)
{
    if (isdigit((unsigned char)*text))
        return strspn(text, "0123456789");
    if (*text && strchr("?$!#-@*", *text))
        return 1;
    return variable_name_length(text);
}

/* True if the first `length` bytes match. Cuts the text in place, as copying each prefix would need quadratic
 * memory. */
static bool is_start_matched(char *text, size_t length, const char *pattern)
{
    char cut = text[length];

    text[length] = 0;
    bool is_matched = fnmatch(pattern, text, 0) == 0;
    text[length] = cut;
    return is_matched;
}

const char *parameter_trimmed(const char *value, const char *pattern, char which, bool longest)
{
    size_t length = strlen(value);
    char *start = which == '#' ? pool_text(value, length) : NULL;

    for (size_t i = 0; i <= length; i++) {
        size_t part = longest ? length - i : i;
        if (which == '#' ? is_start_matched(start, part, pattern) : fnmatch(pattern, value + length - part, 0) == 0)
            return which == '#' ? value + part : pool_text(value, length - part);
    }
    return value;
}
