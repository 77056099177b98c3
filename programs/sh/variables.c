#include "programs/sh/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/quotes.h"
#include "programs/sh/shell.h"

struct variable {
    struct variable *next;
    char *value; /* null: not set */
    bool is_exported, is_protected;
    char name[];
};

struct variable_saved {
    struct variable_saved *next;
    struct variable *variable;
    char *value;
    bool is_exported;
};

static struct variable *variables;
static struct variable_saved *saved;

static struct variable *find(const char *name)
{
    struct variable *found = variables;

    while (found && strcmp(found->name, name) != 0)
        found = found->next;
    return found;
}

static struct variable *get(const char *name)
{
    struct variable *made = find(name);

    if (made)
        return made;
    made = must_allocate(NULL, sizeof *made + strlen(name) + 1);
    *made = (struct variable){.next = variables};
    strcpy(made->name, name);
    variables = made;
    return made;
}

void variables_init(char **environment)
{
    for (; *environment; environment++)
        if (strchr(*environment, '='))
            variable_assign(*environment, true);
}

static const char *line_number(void)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%u", shell.line);
    return pool_text(digits, strlen(digits));
}

const char *variable(const char *name)
{
    if (strcmp(name, "LINENO") == 0)
        return line_number();
    const struct variable *found = find(name);
    return found ? found->value : NULL;
}

const char *variable_or(const char *name, const char *otherwise)
{
    const char *value = variable(name);

    return value ? value : otherwise;
}

void variable_set(const char *name, const char *value)
{
    struct variable *set = get(name);

    if (set->is_protected) {
        shell_fail(name, "is read only");
        return;
    }
    char *copy = must_copy(value); /* copied first, as it may be in the old value */

    free(set->value);
    set->value = copy;
    set->is_exported |= shell.exports_all;
}

void variable_unset(const char *name)
{
    struct variable *found = find(name);

    if (!found)
        return;
    if (found->is_protected) {
        shell_fail(name, "is read only");
        return;
    }
    free(found->value);
    found->value = NULL;
    found->is_exported = false;
}

void variable_protect(const char *name)
{
    get(name)->is_protected = true;
}

struct variable_saved *variables_mark(void)
{
    return saved;
}

void variable_save(const char *name)
{
    struct variable *variable = get(name);

    if (variable->is_protected) {
        shell_fail(name, "is read only");
        return;
    }
    struct variable_saved *made = must_allocate(NULL, sizeof *made);
    *made = (struct variable_saved){saved, variable, variable->value ? must_copy(variable->value) : NULL,
                                    variable->is_exported};
    saved = made;
}

void variables_restore(struct variable_saved *mark)
{
    while (saved != mark) {
        struct variable_saved *last = saved;
        saved = last->next;
        free(last->variable->value);
        last->variable->value = last->value;
        last->variable->is_exported = last->is_exported;
        last->variable->is_protected = false; /* protected variables were not saved */
        free(last);
    }
}

void variable_export(const char *name)
{
    get(name)->is_exported = true;
}

size_t variable_name_length(const char *text)
{
    size_t length = 0;

    if (isdigit((unsigned char)*text))
        return 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

bool variable_is_name(const char *text)
{
    return *text && variable_name_length(text) == strlen(text);
}

bool variable_is_assigned(const char *word)
{
    size_t length = variable_name_length(word);

    return length && word[length] == '=';
}

void variable_assign(const char *word, bool is_exported)
{
    size_t length = strcspn(word, "=");
    const char *name = pool_text(word, length);

    variable_set(name, word + length + 1);
    if (is_exported)
        variable_export(name);
}

static char *assignment(const struct variable *variable)
{
    struct text text = {0};

    text_append(&text, variable->name);
    text_add(&text, '=');
    text_append(&text, variable->value);
    return text_end(&text);
}

static bool is_in_environment(const struct variable *variable)
{
    return variable->is_exported && variable->value;
}

char **variables_environment(void)
{
    size_t count = 0;

    for (const struct variable *each = variables; each; each = each->next)
        count += is_in_environment(each);
    char **words = pool_take((count + 1) * sizeof *words), **end = words;
    for (const struct variable *each = variables; each; each = each->next)
        if (is_in_environment(each))
            *end++ = assignment(each);
    return words;
}

static void print(const char *before, const struct variable *variable)
{
    printf("%s%s", before, variable->name);
    if (variable->value) {
        putchar('=');
        quotes_print(variable->value);
    }
    putchar('\n');
}

void variables_print(void)
{
    for (const struct variable *each = variables; each; each = each->next)
        if (each->is_exported)
            print("export ", each);
}

void variables_print_protected(void)
{
    for (const struct variable *each = variables; each; each = each->next)
        if (each->is_protected)
            print("readonly ", each);
}

void variables_print_all(void)
{
    for (const struct variable *each = variables; each; each = each->next)
        if (each->value)
            print("", each);
}
