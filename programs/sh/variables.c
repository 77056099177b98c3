#include "programs/sh/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"

struct variable {
    struct variable *next;
    char *value; /* null: not set */
    bool is_exported;
    char name[];
};

static struct variable *variables;

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

const char *variable(const char *name)
{
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
    char *copy = must_copy(value); /* first: it may be the old one, or a part of it */

    free(set->value);
    set->value = copy;
}

void variable_unset(const char *name)
{
    struct variable *found = find(name);

    if (!found)
        return;
    free(found->value);
    found->value = NULL;
    found->is_exported = false;
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

void variables_print(void)
{
    for (const struct variable *each = variables; each; each = each->next)
        if (is_in_environment(each))
            printf("export %s='%s'\n", each->name, each->value);
}

void variables_print_all(void)
{
    for (const struct variable *each = variables; each; each = each->next)
        if (each->value)
            printf("%s='%s'\n", each->name, each->value);
}
