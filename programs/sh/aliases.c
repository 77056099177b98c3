#include "programs/sh/aliases.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/quotes.h"
#include "programs/sh/shell.h"

enum { STATUS_FAILED = 1 };

struct alias {
    struct alias *next;
    char *text;
    char name[];
};

static struct alias *aliases;

static struct alias **find(const char *name)
{
    struct alias **link = &aliases;

    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

const char *alias_find(const char *name)
{
    const struct alias *found = *find(name);

    return found ? found->text : NULL;
}

static void remove_at(struct alias **link)
{
    struct alias *alias = *link;

    *link = alias->next;
    free(alias->text);
    free(alias);
}

static void set(const char *name, const char *text)
{
    struct alias **link = find(name);

    if (*link)
        remove_at(link);
    struct alias *made = must_allocate(NULL, sizeof *made + strlen(name) + 1);
    *made = (struct alias){.next = aliases, .text = must_copy(text)};
    strcpy(made->name, name);
    aliases = made;
}

static void print(const struct alias *alias)
{
    printf("%s=", alias->name);
    quotes_print(alias->text);
    putchar('\n');
}

static int complain(const char *builtin, const char *name)
{
    shell_complain("%s: %s: not found", builtin, name);
    return STATUS_FAILED;
}

int run_alias(char **words)
{
    int status = 0;

    for (const struct alias *each = words[1] ? NULL : aliases; each; each = each->next)
        print(each);
    while (*++words) {
        size_t length = strcspn(*words, "=");
        if ((*words)[length] && length)
            set(pool_text(*words, length), *words + length + 1);
        else if (alias_find(*words))
            print(*find(*words));
        else
            status = complain("alias", *words);
    }
    return status;
}

int run_unalias(char **words)
{
    int status = 0;

    if (!words[1]) {
        shell_complain("unalias: missing operand");
        return STATUS_USAGE;
    }
    if (strcmp(words[1], "-a") == 0) {
        while (aliases)
            remove_at(&aliases);
        return 0;
    }
    while (*++words)
        if (alias_find(*words))
            remove_at(find(*words));
        else
            status = complain("unalias", *words);
    return status;
}
