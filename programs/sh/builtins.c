#include "programs/sh/builtins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#include "programs/sh/aliases.h"
#include "programs/sh/directory.h"
#include "programs/sh/functions.h"
#include "programs/sh/getopts.h"
#include "programs/sh/jobs.h"
#include "programs/sh/kill.h"
#include "programs/sh/names.h"
#include "programs/sh/options.h"
#include "programs/sh/pool.h"
#include "programs/sh/program.h"
#include "programs/sh/read.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"
#include "programs/sh/ulimit.h"
#include "programs/sh/umask.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1 };

static int complain(const char *builtin, const char *what)
{
    shell_complain("%s: %s: %s", builtin, what, strerror(errno));
    return STATUS_FAILED;
}

/* Notes a misuse, which in a special builtin ends a script. */
static int misused(int status)
{
    shell.is_misused = true;
    return status;
}

/* Reads a number from 0 on; otherwise reports a misuse and returns -1. */
static long number(const char *builtin, const char *word)
{
    char *end;
    long value = strtol(word, &end, 10);

    if (*word && !*end && value >= 0)
        return value;
    shell_complain("%s: %s: illegal number", builtin, word);
    shell.is_misused = true;
    return -1;
}

static int run_true(char **words)
{
    (void)words;
    return 0;
}

static int run_false(char **words)
{
    (void)words;
    return STATUS_FAILED;
}

static int run_exit(char **words)
{
    long status = words[1] ? number(words[0], words[1]) : shell.status;

    shell_exit(status < 0 ? STATUS_USAGE : (int)(status & 0xff));
}

/* Handles words NAME or NAME=VALUE; calls `before` before it sets the variable, and `behind` after that. */
static int declare(char **words, void (*before)(const char *name), void (*behind)(const char *name))
{
    const char *builtin = words[0];
    int status = 0;

    while (*++words && !shell.has_failed) {
        size_t length = strcspn(*words, "=");
        if (!length || variable_name_length(*words) != length) {
            shell_complain("%s: %s: bad variable name", builtin, *words);
            status = misused(STATUS_FAILED);
            continue;
        }
        const char *name = pool_text(*words, length);
        if (before)
            before(name);
        if ((*words)[length])
            variable_assign(*words, false);
        if (behind && !shell.has_failed)
            behind(name);
    }
    return shell.has_failed ? STATUS_FAILED : status;
}

/* Without words, or with -p alone, all variables are printed. */
static bool is_listing(char **words)
{
    return !words[1] || (strcmp(words[1], "-p") == 0 && !words[2]);
}

static int run_export(char **words)
{
    if (is_listing(words)) {
        variables_print();
        return 0;
    }
    return declare(words, NULL, variable_export);
}

static int run_readonly(char **words)
{
    if (is_listing(words)) {
        variables_print_protected();
        return 0;
    }
    return declare(words, NULL, variable_protect);
}

/* Makes variables local to the function; they keep their values, unless others are given. */
static int run_local(char **words)
{
    if (shell.calls)
        return declare(words, variable_save, NULL);
    shell_complain("local: not in a function");
    return STATUS_USAGE;
}

/* Unsets variables, also with -v; functions with -f. */
static int run_unset(char **words)
{
    bool functions = words[1] && strcmp(words[1], "-f") == 0;

    if (functions || (words[1] && strcmp(words[1], "-v") == 0))
        words++;
    while (*++words && !shell.has_failed) {
        if (!variable_is_name(*words)) {
            shell_complain("unset: %s: bad variable name", *words);
            return misused(STATUS_FAILED);
        }
        functions ? function_forget(*words) : variable_unset(*words);
    }
    return shell.has_failed ? STATUS_FAILED : 0;
}

static void print_time(clock_t ticks, char end)
{
    long second = sysconf(_SC_CLK_TCK);

    printf("%ldm%ld.%02lds%c", ticks / second / 60, ticks / second % 60, ticks % second * 100 / second, end);
}

/* Prints the processor times of the shell, and those of its children: the programs', and the system's for them. */
static int run_times(char **words)
{
    struct tms used;

    (void)words;
    times(&used);
    print_time(used.tms_utime, ' ');
    print_time(used.tms_stime, '\n');
    print_time(used.tms_cutime, ' ');
    print_time(used.tms_cstime, '\n');
    return 0;
}

static int run_shift(char **words)
{
    long count = words[1] ? number(words[0], words[1]) : 1;

    if (count < 0)
        return STATUS_FAILED;
    for (char **at = shell.arguments; count && *at; at++, count--)
        shell.arguments++;
    if (!count)
        return 0;
    shell_complain("shift: can't shift that many");
    return misused(STATUS_FAILED);
}

static int leave(char **words, bool continues)
{
    long count = words[1] ? number(words[0], words[1]) : 1;

    if (count == 0)
        shell_complain("%s: 0: illegal number", words[0]);
    if (count < 1)
        return misused(STATUS_FAILED);
    shell.leaves = count < shell.loops ? (int)count : shell.loops;
    shell.continues = continues && shell.leaves;
    return 0;
}

static int run_break(char **words)
{
    return leave(words, false);
}

static int run_continue(char **words)
{
    return leave(words, true);
}

/* Returns from the function, or from the file of `.`. */
static int run_return(char **words)
{
    long status = words[1] ? number(words[0], words[1]) : shell.status;

    if (!shell.returnable)
        shell_complain("return: not in a function");
    shell.returns = shell.returnable;
    return status < 0 || !shell.returnable ? STATUS_USAGE : (int)(status & 0xff);
}

/* Waits for a process, or for %N, as `jobs` names it. */
static int wait_one(const char *word)
{
    if (*word == '%') {
        pid_t pid = jobs_process(word);
        if (pid < 0)
            shell_complain("wait: %s: no such job", word);
        return pid < 0 ? STATUS_NOT_FOUND : jobs_wait(pid);
    }
    long pid = number("wait", word);
    return pid < 0 ? STATUS_NOT_FOUND : jobs_wait((pid_t)pid);
}

static int run_wait(char **words)
{
    int status = 0;

    if (!words[1])
        return jobs_wait_all();
    while (*++words)
        status = wait_one(*words);
    return status;
}

static int run_file(char **words)
{
    const char *path = words[1] ? program_find_file(words[1]) : NULL;

    if (!words[1]) {
        shell_complain(".: filename argument required");
        return misused(STATUS_USAGE);
    }
    shell.returnable++;
    bool is_run = path && shell_run_file(path);
    shell.returnable--;
    shell.returns = false;
    return is_run ? shell.status : misused(complain(words[0], words[1]));
}

static int run_eval(char **words)
{
    struct text text = {0};

    while (*++words) {
        text_append(&text, *words);
        text_add(&text, ' ');
    }
    return shell_run_text(text_end(&text));
}

static int run_exec(char **words)
{
    if (words[1])
        program_execute(words + 1);
    return 0;
}

void bracket_to_test(char **words)
{
    size_t count = 0;

    if (!words[0] || strcmp(words[0], "[") != 0)
        return;
    while (words[count])
        count++;
    if (strcmp(words[count - 1], "]") != 0)
        return;
    words[0] = "test";
    words[count - 1] = NULL;
}

/* Only reports an error, as a correct `[` has become `test` before. */
static int run_bracket(char **words)
{
    (void)words;
    shell_complain("[: missing ]");
    return STATUS_USAGE;
}

const struct builtin *builtin_find(const char *name)
{
    static const struct builtin builtins[] = {
        {":", run_true, BUILTIN_SPECIAL},
        {".", run_file, BUILTIN_SPECIAL},
        {"[", run_bracket, BUILTIN},
        {"alias", run_alias, BUILTIN},
        {"break", run_break, BUILTIN_SPECIAL},
        {"cd", run_cd, BUILTIN},
        {"command", run_command, BUILTIN},
        {"continue", run_continue, BUILTIN_SPECIAL},
        {"eval", run_eval, BUILTIN_SPECIAL},
        {"exec", run_exec, BUILTIN_EXEC},
        {"exit", run_exit, BUILTIN_SPECIAL},
        {"export", run_export, BUILTIN_SPECIAL},
        {"false", run_false, BUILTIN},
        {"getopts", run_getopts, BUILTIN},
        {"hash", run_hash, BUILTIN},
        {"jobs", run_jobs, BUILTIN},
        {"kill", run_kill, BUILTIN},
        {"local", run_local, BUILTIN_SPECIAL},
        {"pwd", run_pwd, BUILTIN},
        {"read", run_read, BUILTIN},
        {"readonly", run_readonly, BUILTIN_SPECIAL},
        {"return", run_return, BUILTIN_SPECIAL},
        {"set", run_set, BUILTIN_SPECIAL},
        {"shift", run_shift, BUILTIN_SPECIAL},
        {"times", run_times, BUILTIN_SPECIAL},
        {"trap", run_trap, BUILTIN_SPECIAL},
        {"true", run_true, BUILTIN},
        {"type", run_type, BUILTIN},
        {"ulimit", run_ulimit, BUILTIN},
        {"umask", run_umask, BUILTIN},
        {"unalias", run_unalias, BUILTIN},
        {"unset", run_unset, BUILTIN_SPECIAL},
        {"wait", run_wait, BUILTIN},
    };

    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}
