#include "programs/sh/directory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1 };

static char *working_directory(void)
{
    char *path = getcwd(NULL, 0), *copy = path ? pool_text(path, strlen(path)) : NULL;

    free(path);
    return copy;
}

static int complain(const char *builtin, const char *what)
{
    shell_complain("%s: %s: %s", builtin, what, strerror(errno));
    return STATUS_FAILED;
}

/* The words after -L, -P and --; null, after a message: there is another option. */
static char **behind_options(char **words)
{
    const char *builtin = *words++;

    for (; *words && **words == '-' && (*words)[1]; words++) {
        if (strcmp(*words, "--") == 0)
            return words + 1;
        if (strspn(*words + 1, "LP") == strlen(*words + 1))
            continue;
        shell_complain("%s: %s: unknown option", builtin, *words);
        return NULL;
    }
    return words;
}

int run_pwd(char **words)
{
    if (!behind_options(words))
        return STATUS_USAGE;
    const char *path = working_directory();
    if (!path)
        return complain(words[0], ".");
    puts(path);
    return 0;
}

/* False for an absolute path, and for one that begins with . or .. as a component. */
static bool is_along_path(const char *to)
{
    size_t dots = strspn(to, ".");

    return *to != '/' && (dots == 0 || dots > 2 || (to[dots] && to[dots] != '/'));
}

/* Changes to the first folder along $CDPATH that exists; `*is_other`: it is not below the working directory. False:
 * none. */
static bool change_along_path(const char *to, bool *is_other)
{
    for (const char *folder = variable_or("CDPATH", ""); *folder; folder++) {
        struct text path = {0};
        size_t length = strcspn(folder, ":");
        text_append(&path, pool_text(folder, length));
        text_append(&path, length ? "/" : "");
        text_append(&path, to);
        *is_other = length > 0;
        if (chdir(text_end(&path)) == 0)
            return true;
        folder += length;
        if (!*folder)
            break;
    }
    *is_other = false;
    return false;
}

int run_cd(char **words)
{
    char **operands = behind_options(words);
    const char *from = working_directory();

    if (!operands)
        return STATUS_USAGE;
    bool back = operands[0] && strcmp(operands[0], "-") == 0;
    const char *named = back ? variable_or("OLDPWD", "/") : operands[0] ? operands[0] : variable_or("HOME", "/");
    const char *to = pool_text(named, strlen(named)); /* copied, as it may be the value that is replaced below */
    bool is_told = back, is_there = !back && is_along_path(to) && change_along_path(to, &is_told);
    if (!is_there && chdir(to) < 0)
        return complain(words[0], to);
    variable_set("OLDPWD", from ? from : "/");
    const char *now = working_directory();
    variable_set("PWD", now ? now : to);
    if (is_told)
        puts(variable("PWD"));
    return 0;
}
