#include "programs/sh/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "programs/sh/aliases.h"
#include "programs/sh/builtins.h"
#include "programs/sh/functions.h"
#include "programs/sh/program.h"
#include "programs/sh/quotes.h"
#include "programs/sh/reserved.h"
#include "programs/sh/shell.h"

enum { STATUS_FAILED = 1 };

/* Null: the name means nothing to the shell. */
static const char *kind_of(const char *name)
{
    const struct builtin *builtin = builtin_find(name);

    if (reserved_is_word(name))
        return "a shell keyword";
    if (builtin && builtin->kind != BUILTIN)
        return "a special shell builtin";
    return function_find(name) ? "a shell function" : builtin ? "a shell builtin" : NULL;
}

static bool tell_alias(const char *name, bool in_words)
{
    const char *text = alias_find(name);

    if (!text)
        return false;
    printf(in_words ? "%s is an alias for " : "alias %s=", name);
    quotes_print(text);
    putchar('\n');
    return true;
}

static bool tell(const char *name, bool in_words)
{
    const char *kind = kind_of(name), *path = kind ? NULL : program_find(name);

    if (tell_alias(name, in_words))
        return true;
    if (!kind && !path)
        return false;
    if (in_words)
        printf("%s is %s\n", name, kind ? kind : path);
    else
        puts(kind ? name : path);
    return true;
}

/* Prints what each name is; with `in_words` as `type` does, else as `command -v` does, which does not report unknown
 * names. */
static int tell_all(const char *builtin, char **names, bool in_words)
{
    int status = 0;

    for (; *names; names++) {
        if (tell(*names, in_words))
            continue;
        if (in_words)
            shell_complain("%s: %s: not found", builtin, *names);
        status = STATUS_FAILED;
    }
    return status;
}

int run_type(char **words)
{
    return tell_all("type", words + 1, true);
}

int run_command(char **words)
{
    char **names = words + 1;
    char what = 0;

    for (; *names && **names == '-' && (*names)[1]; names++) {
        if (strspn(*names + 1, "pvV") != strlen(*names + 1)) {
            shell_complain("command: %s: unknown option", *names);
            return STATUS_USAGE;
        }
        what = strchr(*names, 'V') ? 'V' : strchr(*names, 'v') ? 'v' : what;
    }
    return what ? tell_all("command", names, what == 'V') : 0;
}

int run_hash(char **words)
{
    int status = 0;

    for (words++; *words; words++) {
        if (strcmp(*words, "-r") == 0 || kind_of(*words) || program_find(*words))
            continue;
        shell_complain("hash: %s: not found", *words);
        status = STATUS_FAILED;
    }
    return status;
}
