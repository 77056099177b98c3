#include "programs/sh/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

#define USUAL_PATH "/bin"

static bool is_not_there(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

static bool begins_as_program(const char *path)
{
    char first[4] = "";
    int file = open(path, O_RDONLY);

    if (file < 0)
        return true;
    ssize_t bytes = read(file, first, sizeof first);
    close(file);
    return bytes < 0 || memcmp(first, "\177ELF", sizeof first) == 0;
}

static bool is_script(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && !begins_as_program(path);
}

/* Returns, with errno, if it cannot be executed. */
static void try(const char *path, char **words, char **environment)
{
    execve(path, words, environment);
    int error = errno;
    if (error == ENOEXEC && is_script(path)) {
        shell.name = path;
        shell.arguments = words + 1;
        if (shell_run_file(path))
            shell_exit(shell.status);
    }
    errno = error;
}

static char *joined(const char *folder, size_t length, const char *name)
{
    struct text path = {0};

    text_append(&path, length ? pool_text(folder, length) : ".");
    text_add(&path, '/');
    text_append(&path, name);
    return text_end(&path);
}

/* Tries each folder in $PATH; errno is from the first that has the file but cannot run it, else ENOENT. */
static void try_path(char **words, char **environment)
{
    const char *folder = variable_or("PATH", USUAL_PATH);
    int error = ENOENT;

    for (;; folder++) {
        size_t length = strcspn(folder, ":");
        try(joined(folder, length, words[0]), words, environment);
        if (is_not_there(error))
            error = errno;
        folder += length;
        if (!*folder)
            break;
    }
    errno = error;
}

char *program_in_usual_path(const char *name)
{
    return joined(USUAL_PATH, strlen(USUAL_PATH), name);
}

static bool is_file(const char *path, int right)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, right) == 0;
}

static const char *find_along_path(const char *name, int right)
{
    const char *folder = variable_or("PATH", USUAL_PATH);

    for (; *name; folder++) {
        size_t length = strcspn(folder, ":");
        const char *path = joined(folder, length, name);
        folder += length;
        if (is_file(path, right))
            return path;
        if (!*folder)
            break;
    }
    errno = ENOENT;
    return NULL;
}

const char *program_find(const char *name)
{
    if (!strchr(name, '/'))
        return find_along_path(name, X_OK);
    return is_file(name, X_OK) ? name : NULL;
}

const char *program_find_file(const char *name)
{
    return strchr(name, '/') ? name : find_along_path(name, R_OK);
}

_Noreturn void program_execute(char **words)
{
    char **environment = variables_environment();
    bool is_path = strchr(words[0], '/');

    if (is_path)
        try(words[0], words, environment);
    else if (*words[0])
        try_path(words, environment);
    else
        errno = ENOENT;
    bool is_missing = is_not_there(errno);
    shell_complain("%s: %s", words[0], is_missing && !is_path ? "not found" : strerror(errno));
    _exit(is_missing ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}
