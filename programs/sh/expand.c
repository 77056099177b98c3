#include "programs/sh/expand.h"

#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/arithmetic.h"
#include "programs/sh/options.h"
#include "programs/sh/pool.h"
#include "programs/sh/quotes.h"
#include "programs/sh/run.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

/* The field that is being made is a pattern as of fnmatch(): what was quoted of its special characters, and each
 * backslash, has a backslash before it. */
struct expansion {
    struct text field;
    bool is_field; /* also an empty one, as it had quotes */
    bool is_pattern;
    bool makes_fields;
    char **fields;
    size_t count, room;
};

enum quoting { PLAIN, IN_QUOTES, IN_TEXT };

static void expand(struct expansion *e, const char *at, const char *end, enum quoting quoting);

/* ----------------------------------------------------------------------------------------- fields */

static void add_field(struct expansion *e, char *field)
{
    if (e->count == e->room) {
        char **old = e->fields;
        e->room = e->room ? 2 * e->room : 16;
        e->fields = pool_take(e->room * sizeof *e->fields);
        if (old)
            memcpy(e->fields, old, e->count * sizeof *old);
    }
    e->fields[e->count++] = field;
}

static char *without_backslashes(const char *pattern)
{
    struct text text = {0};

    for (; *pattern; pattern++) {
        if (*pattern == '\\')
            pattern++;
        text_add(&text, *pattern);
    }
    return text_end(&text);
}

/* False if no file is named so. */
static bool add_names(struct expansion *e, const char *pattern)
{
    glob_t found;

    if (glob(pattern, 0, NULL, &found))
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++)
        add_field(e, pool_text(found.gl_pathv[i], strlen(found.gl_pathv[i])));
    globfree(&found);
    return true;
}

static void end_field(struct expansion *e)
{
    const char *pattern = text_end(&e->field);

    if ((e->is_field || *pattern) && !(e->is_pattern && add_names(e, pattern)))
        add_field(e, without_backslashes(pattern));
    e->field = (struct text){0};
    e->is_field = e->is_pattern = false;
}

static void put(struct expansion *e, char c, bool is_quoted)
{
    bool is_special = strchr("*?[]\\", c);

    if (is_special && (is_quoted || c == '\\'))
        text_add(&e->field, '\\');
    text_add(&e->field, c);
    e->is_pattern |= is_special && !is_quoted && c != '\\';
}

/* Of a variable or a command. */
static void put_value(struct expansion *e, const char *value, enum quoting quoting)
{
    const char *separators = variable_or("IFS", " \t\n");

    for (; *value; value++)
        if (quoting == PLAIN && e->makes_fields && strchr(separators, *value))
            end_field(e);
        else
            put(e, *value, quoting != PLAIN);
}

/* ------------------------------------------------------------------------------------- parameters */

/* "$@" is as many fields as there are arguments; an empty pair of quotes alone does not make one. */
static void put_arguments(struct expansion *e, char which, enum quoting quoting)
{
    bool apart = e->makes_fields && (which == '@' || quoting == PLAIN);
    char between = which == '@' ? ' ' : *variable_or("IFS", " ");

    if (!shell.arguments[0] && which == '@' && e->field.used == 0)
        e->is_field = false;
    for (char **argument = shell.arguments; *argument; argument++) {
        if (argument != shell.arguments && apart)
            end_field(e);
        else if (argument != shell.arguments && between)
            put(e, between, true);
        e->is_field |= quoting != PLAIN;
        put_value(e, *argument, quoting);
    }
}

static char *number_text(intmax_t number)
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

static long count_arguments(void)
{
    long count = 0;

    while (shell.arguments[count])
        count++;
    return count;
}

/* Null: it is not set. */
static const char *parameter(const char *name)
{
    if (isdigit((unsigned char)name[0]))
        return strcmp(name, "0") == 0 ? shell.name : argument(atol(name));
    switch (name[0]) {
    case '?':
        return number_text(shell.status);
    case '$':
        return number_text(shell.pid);
    case '!':
        return shell.background ? number_text(shell.background) : NULL;
    case '#':
        return number_text(count_arguments());
    case '-':
        return options_text();
    default:
        return variable(name);
    }
}

/* So many bytes are a parameter's name: a variable's, a number, one of the special ones. */
static size_t parameter_length(const char *text)
{
    if (isdigit((unsigned char)*text))
        return strspn(text, "0123456789");
    if (*text && strchr("?$!#-@*", *text))
        return 1;
    return variable_name_length(text);
}

/* Of one that is not set it is empty, or with -u the end. */
static const char *value_or_empty(const char *name, const char *value)
{
    if (!value && shell.ends_at_unset)
        shell_fail(name, "is not set");
    return value ? value : "";
}

static char *expand_part(const char *at, const char *end)
{
    return expand_word(pool_text(at, (size_t)(end - at)));
}

/* Whether so many of its bytes match; it is cut for that, as copies of all starts would take memory by the square. */
static bool is_start_matched(char *text, size_t length, const char *pattern)
{
    char cut = text[length];

    text[length] = 0;
    bool is_matched = fnmatch(pattern, text, 0) == 0;
    text[length] = cut;
    return is_matched;
}

/* What is left of the value without what matches at its start (#) or end (%), as little or, with two, as much as can
 * be. */
static const char *trimmed(const char *value, const char *pattern, char which, bool longest)
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

static void put_trimmed(struct expansion *e, const char *value, const char *at, const char *end, enum quoting quoting)
{
    bool longest = at[1] == at[0];
    const char *pattern = at + 1 + longest;
    struct expansion made = {0};

    expand(&made, pattern, end, PLAIN);
    put_value(e, trimmed(value, text_end(&made.field), *at, longest), quoting);
}

/* What is behind the name in ${NAME...}: - = + ?, and with : before them an empty value is as none. */
static void put_or(struct expansion *e, const char *name, const char *at, const char *end, enum quoting quoting)
{
    const char *value = parameter(name);
    bool counts_empty = *at == ':';
    bool is_set = value && (*value || !counts_empty);

    at += counts_empty;
    if (*at == '+') {
        if (is_set)
            expand(e, at + 1, end, quoting);
    } else if (is_set) {
        put_value(e, value, quoting);
    } else if (*at == '-') {
        expand(e, at + 1, end, quoting);
    } else if (*at == '=' && variable_is_name(name)) {
        variable_set(name, expand_part(at + 1, end));
        put_value(e, variable(name), quoting);
    } else {
        shell_fail(name, *at == '?' && at + 1 < end ? expand_part(at + 1, end)
                         : counts_empty             ? "is not set, or empty"
                                                    : "is not set");
    }
}

static bool is_length(const char *at, const char *end)
{
    return *at == '#' && at + 1 < end && at + 1 + parameter_length(at + 1) == end;
}

/* From behind ${ to the }. */
static void put_braces(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    bool wants_length = is_length(at, end);
    size_t length = parameter_length(at += wants_length);
    const char *name = pool_text(at, length), *value = parameter(name);

    at += length;
    if (length == 0 || (at < end && !strchr(":-=+?#%", *at)))
        shell_fail("${}", "is no parameter");
    else if (wants_length)
        put_value(e, number_text((intmax_t)strlen(value_or_empty(name, value))), quoting);
    else if (at == end && (*name == '@' || *name == '*'))
        put_arguments(e, *name, quoting);
    else if (at == end)
        put_value(e, value_or_empty(name, value), quoting);
    else if (*at == '#' || *at == '%')
        put_trimmed(e, value_or_empty(name, value), at, end, quoting);
    else
        put_or(e, name, at, end, quoting);
}

/* --------------------------------------------------------------------------- commands and numbers */

static void put_command(struct expansion *e, const char *text, enum quoting quoting)
{
    char *output = run_captured(text);
    size_t length = strlen(output);

    while (length && output[length - 1] == '\n')
        output[--length] = 0;
    put_value(e, output, quoting);
}

/* In backquotes a backslash is nothing special but before these. */
static char *inside_backquotes(const char *at, const char *end)
{
    struct text text = {0};

    for (; at < end; at++) {
        if (*at == '\\' && strchr("`\\$", at[1]))
            at++;
        text_add(&text, *at);
    }
    return text_end(&text);
}

static void put_number(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    struct expansion made = {0};
    struct text what = {0};
    const char *why;
    intmax_t value;

    expand(&made, at, end, IN_QUOTES);
    const char *text = without_backslashes(text_end(&made.field));
    if (arithmetic(text, &value, &why)) {
        put_value(e, number_text(value), quoting);
        return;
    }
    text_append(&what, "$((");
    text_append(&what, text);
    text_append(&what, "))");
    shell_fail(text_end(&what), why);
}

static bool is_number(const char *at, const char *end)
{
    return *at == '(' && end - at >= 2 && end[-1] == ')' && quotes_end(at, ')') == end - 1;
}

/* From behind $( to the ). */
static void put_parentheses(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    if (is_number(at, end))
        put_number(e, at + 1, end - 1, quoting);
    else
        put_command(e, pool_text(at, (size_t)(end - at)), quoting);
}

static const char *value_of(const char *name)
{
    return value_or_empty(name, parameter(name));
}

/* Behind the $; what is behind all of it. */
static const char *put_dollar(struct expansion *e, const char *at, enum quoting quoting)
{
    size_t length = parameter_length(at);

    if (*at == '{' || *at == '(') {
        const char *end = quotes_end(at, *at == '{' ? '}' : ')');
        (*at == '{' ? put_braces : put_parentheses)(e, at + 1, end, quoting);
        return *end ? end + 1 : end;
    }
    if (isdigit((unsigned char)*at))
        length = 1;
    if (length == 0)
        put(e, '$', true);
    else if (*at == '@' || *at == '*')
        put_arguments(e, *at, quoting);
    else
        put_value(e, value_of(pool_text(at, length)), quoting);
    return at + length;
}

/* ------------------------------------------------------------------------------------------ words */

static const char *put_backslash(struct expansion *e, const char *at, enum quoting quoting)
{
    static const char *const special[] = {[IN_QUOTES] = "$`\"\\", [IN_TEXT] = "$`\\"};

    if (!*at || (quoting != PLAIN && *at != '\n' && !strchr(special[quoting], *at))) {
        put(e, '\\', true);
        return at;
    }
    if (*at != '\n')
        put(e, *at, true);
    return at + 1;
}

/* Behind a quote, to behind the one that closes it. */
static const char *put_quoted(struct expansion *e, const char *at, char quote)
{
    const char *end = quotes_end(at, quote);

    e->is_field = true;
    if (quote == '"')
        expand(e, at, end, IN_QUOTES);
    else
        while (at < end)
            put(e, *at++, true);
    return *end ? end + 1 : end;
}

static const char *put_backquotes(struct expansion *e, const char *at, enum quoting quoting)
{
    const char *end = quotes_end(at, '`');

    put_command(e, inside_backquotes(at, end), quoting);
    return *end ? end + 1 : end;
}

/* A ~ alone, or before a slash, at a word's start, is where the user is at home; what is behind it. There are no other
 * users. */
static const char *put_home(struct expansion *e, const char *word)
{
    const char *home = variable_or("HOME", "/");

    if (word[0] != '~' || (word[1] && word[1] != '/'))
        return word;
    if (word[1] && strcmp(home, "/") == 0)
        return word + 1;
    while (*home)
        put(e, *home++, true);
    e->is_field = true;
    return word + 1;
}

static void expand(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    while (at < end) {
        char c = *at++;
        if (c == '\\')
            at = put_backslash(e, at, quoting);
        else if (c == '$')
            at = put_dollar(e, at, quoting);
        else if (c == '`')
            at = put_backquotes(e, at, quoting);
        else if (quoting == PLAIN && (c == '\'' || c == '"'))
            at = put_quoted(e, at, c);
        else
            put(e, c, quoting != PLAIN);
    }
}

char **expand_words(const struct word *words)
{
    struct expansion e = {.makes_fields = true};

    for (; words; words = words->next) {
        const char *text = put_home(&e, words->text);
        expand(&e, text, text + strlen(text), PLAIN);
        end_field(&e);
    }
    add_field(&e, NULL);
    return e.fields;
}

static char *expand_as(const char *word, enum quoting quoting)
{
    struct expansion e = {0};

    if (quoting == PLAIN)
        word = put_home(&e, word);
    expand(&e, word, word + strlen(word), quoting);
    return without_backslashes(text_end(&e.field));
}

char *expand_word(const char *word)
{
    return expand_as(word, PLAIN);
}

char *expand_pattern(const char *word)
{
    struct expansion e = {0};

    word = put_home(&e, word);
    expand(&e, word, word + strlen(word), PLAIN);
    return text_end(&e.field);
}

char *expand_text(const char *text)
{
    return expand_as(text, IN_TEXT);
}
