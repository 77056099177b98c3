#include "programs/sh/expand.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/arithmetic.h"
#include "programs/sh/lexer.h"
#include "programs/sh/parameters.h"
#include "programs/sh/pool.h"
#include "programs/sh/run.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

/* The current field is a pattern for fnmatch(): each quoted special character, and each backslash, has a backslash
 * before it. */
struct expansion {
    struct text field;
    bool is_field; /* also if it is empty, because it had quotes */
    bool is_pattern;
    bool makes_fields;
    bool is_behind_blank; /* the blank ended a field: one separator that follows does not end another */
    bool is_value;        /* a variable's value: a ~ after a colon is special, too */
    char **fields;
    size_t count, room;
};

/* From the least quoted to quoted. */
enum quoting {
    PLAIN,
    IN_WORD,   /* in ${x-word}: its own text makes fields, too */
    IN_QUOTES, /* between " */
    IN_BRACES, /* of "${x-word}": " is special again, ' is not */
    IN_TEXT    /* in a here-document, where " is not special */
};

static bool is_quoted(enum quoting quoting)
{
    return quoting >= IN_QUOTES;
}

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

/* Adds the names of matching files; false if there are none. */
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

    bool has_names = e->is_pattern && !shell.has_no_patterns;

    if ((e->is_field || *pattern) && !(has_names && add_names(e, pattern)))
        add_field(e, without_backslashes(pattern));
    e->field = (struct text){0};
    e->is_field = e->is_pattern = e->is_behind_blank = false;
}

static void put(struct expansion *e, char c, bool in_quotes)
{
    bool is_special = strchr("*?[]\\", c);

    if (is_special && (in_quotes || c == '\\'))
        text_add(&e->field, '\\');
    text_add(&e->field, c);
    e->is_pattern |= is_special && !in_quotes && c != '\\';
    e->is_behind_blank = false;
}

/* A separator ends the field before it, even an empty one. Successive blanks end only one, also together with one other
 * separator. */
static void end_field_at(struct expansion *e, char separator)
{
    bool is_blank = strchr(" \t\n", separator), was_behind_blank = e->is_behind_blank;

    if (is_blank && !e->is_field && !e->field.used)
        return;
    e->is_behind_blank = false;
    if (was_behind_blank)
        return;
    e->is_field = true;
    end_field(e);
    e->is_behind_blank = is_blank;
}

static const char *separators(void)
{
    return variable_or("IFS", " \t\n");
}

/* Adds the value of a variable or the output of a command. */
static void put_value(struct expansion *e, const char *value, enum quoting quoting)
{
    const char *ends = e->makes_fields && !is_quoted(quoting) ? separators() : "";

    for (; *value; value++)
        if (strchr(ends, *value))
            end_field_at(e, *value);
        else
            put(e, *value, is_quoted(quoting));
}

/* ------------------------------------------------------------------------------------- parameters */

/* Makes "$@" as many fields as there are arguments; without arguments, an empty pair of quotes around it makes none. */
static void put_arguments(struct expansion *e, char which, enum quoting quoting)
{
    bool apart = e->makes_fields && (which == '@' || !is_quoted(quoting));
    char between = which == '@' ? ' ' : *separators();

    if (!shell.arguments[0] && which == '@' && e->field.used == 0)
        e->is_field = false;
    for (char **argument = shell.arguments; *argument; argument++) {
        if (argument != shell.arguments && apart)
            end_field(e);
        else if (argument != shell.arguments && between)
            put(e, between, true);
        e->is_field |= is_quoted(quoting);
        put_value(e, *argument, quoting);
    }
}

static char *expand_part(const char *at, const char *end, enum quoting quoting)
{
    struct expansion e = {0};

    expand(&e, at, end, quoting);
    return without_backslashes(text_end(&e.field));
}

static enum quoting quoting_in_braces(enum quoting quoting)
{
    return is_quoted(quoting) ? IN_BRACES : IN_WORD;
}

static void put_parameter(struct expansion *e, const char *name, const char *value, enum quoting quoting)
{
    if (parameter_is_all(name))
        put_arguments(e, *name, quoting);
    else
        put_value(e, value, quoting);
}

static void put_trimmed(struct expansion *e, const char *value, const char *at, const char *end, enum quoting quoting)
{
    bool longest = at[1] == at[0];
    const char *pattern = at + 1 + longest;
    struct expansion made = {0};

    expand(&made, pattern, end, PLAIN);
    put_value(e, parameter_trimmed(value, text_end(&made.field), *at, longest), quoting);
}

/* Handles the word after = or ? in ${NAME=WORD}. */
static void set_or_fail(struct expansion *e, const char *name, const char *at, const char *end, enum quoting quoting)
{
    const char *word = expand_part(at + 1, end, quoting_in_braces(quoting));

    if (*at == '=' && variable_is_name(name)) {
        variable_set(name, word);
        put_value(e, variable_or(name, ""), quoting);
    } else if (*at == '=') {
        shell_fail(name, "cannot assign in this way");
    } else {
        shell_fail(name, at + 1 < end ? word : at[-1] == ':' ? "parameter not set or null" : "parameter not set");
    }
}

/* Handles - = + ? after the name in ${NAME...}; with : before them an empty value counts as unset. */
static void put_or(struct expansion *e, const char *name, const char *at, const char *end, enum quoting quoting)
{
    const char *value = parameter(name);
    bool counts_empty = *at == ':';
    bool is_set = value && (*value || !counts_empty);

    at += counts_empty;
    if (at == end || !strchr("-=+?", *at))
        shell_fail("${}", "bad substitution");
    else if (*at == '+' ? is_set : (*at == '-' && !is_set))
        expand(e, at + 1, end, quoting_in_braces(quoting));
    else if (is_set && *at != '+')
        put_parameter(e, name, value, quoting);
    else if (*at != '+')
        set_or_fail(e, name, at, end, quoting);
}

static bool is_length(const char *at, const char *end)
{
    return *at == '#' && at + 1 < end && at + 1 + parameter_length(at + 1) == end;
}

/* From after ${ to the }. */
static void put_braces(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    bool wants_length = is_length(at, end);
    size_t length = parameter_length(at += wants_length);
    const char *name = pool_text(at, length), *value = length ? parameter(name) : NULL;

    at += length;
    if (length == 0 || (at < end && !strchr(":-=+?#%", *at)))
        shell_fail("${}", "bad substitution");
    else if (wants_length && parameter_is_all(name))
        put_value(e, parameter_number((intmax_t)parameter_count()), quoting);
    else if (wants_length)
        put_value(e, parameter_number((intmax_t)strlen(parameter_or_empty(name, value))), quoting);
    else if (at == end && parameter_is_all(name))
        put_arguments(e, *name, quoting);
    else if (at == end)
        put_value(e, parameter_or_empty(name, value), quoting);
    else if (*at == '#' || *at == '%')
        put_trimmed(e, parameter_or_empty(name, value), at, end, quoting);
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

/* In backquotes a backslash is special only before these; in double quotes also before a quote. */
static char *inside_backquotes(const char *at, const char *end, bool in_quotes)
{
    const char *special = in_quotes ? "`\\$\"" : "`\\$";
    struct text text = {0};

    for (; at < end; at++) {
        if (*at == '\\' && strchr(special, at[1]))
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
        put_value(e, parameter_number(value), quoting);
        return;
    }
    text_append(&what, "$((");
    text_append(&what, text);
    text_append(&what, "))");
    shell_fail(text_end(&what), why);
}

static bool is_number(const char *at, const char *end)
{
    return *at == '(' && end - at >= 2 && end[-1] == ')' && lexer_parentheses_end(at) == end - 1;
}

/* From after $( to the ). */
static void put_parentheses(struct expansion *e, const char *at, const char *end, enum quoting quoting)
{
    if (is_number(at, end))
        put_number(e, at + 1, end - 1, quoting);
    else
        put_command(e, pool_text(at, (size_t)(end - at)), quoting);
}

static const char *value_of(const char *name)
{
    return parameter_or_empty(name, parameter(name));
}

/* Starts after the $; returns the end. */
static const char *put_dollar(struct expansion *e, const char *at, enum quoting quoting)
{
    size_t length = parameter_length(at);

    if (*at == '{' || *at == '(') {
        const char *end = lexer_part_end(at, is_quoted(quoting));
        if (shell.has_failed)
            return end;
        (*at == '{' ? put_braces : put_parentheses)(e, at + 1, end, quoting);
        return *end ? end + 1 : end;
    }
    if (isdigit((unsigned char)*at))
        length = 1;
    if (length == 0)
        put(e, '$', true);
    else if (parameter_is_all(at))
        put_arguments(e, *at, quoting);
    else
        put_value(e, value_of(pool_text(at, length)), quoting);
    return at + length;
}

/* ------------------------------------------------------------------------------------------ words */

static const char *put_backslash(struct expansion *e, const char *at, enum quoting quoting)
{
    static const char *const special[] = {[IN_QUOTES] = "$`\"\\", [IN_BRACES] = "$`\"\\}", [IN_TEXT] = "$`\\"};

    if (!*at || (is_quoted(quoting) && *at != '\n' && !strchr(special[quoting], *at))) {
        put(e, '\\', true);
        return at;
    }
    if (*at != '\n')
        put(e, *at, true);
    return at + 1;
}

/* From a quote to after its closing quote. */
static const char *put_quoted(struct expansion *e, const char *at)
{
    const char *end = lexer_part_end(at, false);

    e->is_field = true;
    if (*at++ == '"')
        expand(e, at, end, IN_QUOTES);
    else
        while (at < end)
            put(e, *at++, true);
    return *end ? end + 1 : end;
}

static const char *put_backquotes(struct expansion *e, const char *at, enum quoting quoting)
{
    const char *end = lexer_part_end(at, false);

    put_command(e, inside_backquotes(at + 1, end, is_quoted(quoting) && quoting != IN_TEXT), quoting);
    return *end ? end + 1 : end;
}

/* A ~ alone, or before a slash, at a word's start means $HOME; in a variable's value also before and after a colon.
 * There are no other users. */
static bool is_home(const struct expansion *e, const char *at, const char *begin, const char *end)
{
    bool is_first = at == begin || (e->is_value && at[-1] == ':');

    return is_first && (at + 1 == end || at[1] == '/' || (e->is_value && at[1] == ':'));
}

/* Starts after the ~. */
static const char *put_home(struct expansion *e, const char *at)
{
    const char *home = variable_or("HOME", "/");

    e->is_field = true;
    if (*at == '/' && strcmp(home, "/") == 0)
        return at;
    while (*home)
        put(e, *home++, true);
    return at;
}

/* Adds a byte without special meaning. */
static void put_plain(struct expansion *e, char c, enum quoting quoting)
{
    if (quoting == IN_WORD && e->makes_fields && strchr(separators(), c))
        end_field_at(e, c);
    else
        put(e, c, is_quoted(quoting));
}

static void expand(struct expansion *e, const char *begin, const char *end, enum quoting quoting)
{
    for (const char *at = begin; at < end && !shell.has_failed;) {
        char c = *at;
        if (c == '\\')
            at = put_backslash(e, at + 1, quoting);
        else if (c == '$')
            at = put_dollar(e, at + 1, quoting);
        else if (c == '`')
            at = put_backquotes(e, at, quoting);
        else if ((c == '"' && quoting != IN_QUOTES && quoting != IN_TEXT) || (c == '\'' && !is_quoted(quoting)))
            at = put_quoted(e, at);
        else if (c == '~' && !is_quoted(quoting) && is_home(e, at, begin, end))
            at = put_home(e, at + 1);
        else
            put_plain(e, *at++, quoting);
    }
}

static void put_word(struct expansion *e, const char *word, enum quoting quoting)
{
    expand(e, word, word + strlen(word), quoting);
}

/* True for commands such as `export`, whose words NAME=VALUE are expanded like assignments. */
static bool declares(const char *command)
{
    static const char *const names[] = {"export", "readonly", "local"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], command) == 0)
            return true;
    return false;
}

static void add_declaration(struct expansion *e, const char *word)
{
    size_t name_length = variable_name_length(word);
    struct text text = {0};

    text_append(&text, pool_text(word, name_length + 1));
    text_append(&text, expand_value(word + name_length + 1));
    add_field(e, text_end(&text));
}

char **expand_words(const struct word *words)
{
    struct expansion e = {.makes_fields = true};
    bool is_declaration = words && declares(words->text);

    for (; words && !shell.has_failed; words = words->next) {
        if (is_declaration && variable_is_assigned(words->text)) {
            add_declaration(&e, words->text);
            continue;
        }
        put_word(&e, words->text, PLAIN);
        end_field(&e);
    }
    add_field(&e, NULL);
    return e.fields;
}

char *expand_word(const char *word)
{
    return expand_part(word, word + strlen(word), PLAIN);
}

char *expand_value(const char *word)
{
    struct expansion e = {.is_value = true};

    put_word(&e, word, PLAIN);
    return without_backslashes(text_end(&e.field));
}

char *expand_pattern(const char *word)
{
    struct expansion e = {0};

    put_word(&e, word, PLAIN);
    return text_end(&e.field);
}

char *expand_text(const char *text)
{
    return expand_part(text, text + strlen(text), IN_TEXT);
}
