#include "programs/sh/builtins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>

#include "programs/sh/aliases.h"
#include "programs/sh/functions.h"
#include "programs/sh/getopts.h"
#include "programs/sh/jobs.h"
#include "programs/sh/kill.h"
#include "programs/sh/options.h"
#include "programs/sh/pool.h"
#include "programs/sh/program.h"
#include "programs/sh/run.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1 };

static int complain(const char *builtin, const char *what)
{
    shell_complain("%s: %s: %s", builtin, what, strerror(errno));
    return STATUS_FAILED;
}

/* The word is to be a number from 0 on; -1, told: it is none. */
static long number(const char *builtin, const char *word)
{
    char *end;
    long value = strtol(word, &end, 10);

    if (*word && !*end && value >= 0)
        return value;
    shell_complain("%s: %s: not a number", builtin, word);
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

static char *working_directory(void)
{
    char *path = getcwd(NULL, 0), *copy = path ? pool_text(path, strlen(path)) : NULL;

    free(path);
    return copy;
}

static int run_pwd(char **words)
{
    const char *path = working_directory();

    if (!path)
        return complain(words[0], ".");
    puts(path);
    return 0;
}

static int run_cd(char **words)
{
    bool back = words[1] && strcmp(words[1], "-") == 0;
    const char *named = back ? variable_or("OLDPWD", "/") : words[1] ? words[1] : variable_or("HOME", "/");
    const char *to = pool_text(named, strlen(named)); /* which may be the value that is replaced below */
    const char *from = working_directory();

    if (chdir(to) < 0)
        return complain(words[0], to);
    variable_set("OLDPWD", from ? from : "/");
    const char *now = working_directory();
    variable_set("PWD", now ? now : to);
    if (back)
        puts(variable("PWD"));
    return 0;
}

static int run_exit(char **words)
{
    long status = words[1] ? number(words[0], words[1]) : shell.status;

    shell_exit(status < 0 ? STATUS_USAGE : (int)(status & 0xff));
}

/* Words as NAME or NAME=VALUE: before one is set, and behind it. */
static int declare(char **words, void (*before)(const char *name), void (*behind)(const char *name))
{
    const char *builtin = words[0];
    int status = 0;

    while (*++words && !shell.has_failed) {
        size_t length = strcspn(*words, "=");
        if (!length || variable_name_length(*words) != length) {
            shell_complain("%s: %s: not a name", builtin, *words);
            status = STATUS_FAILED;
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

/* Without words, or with -p, all are written. */
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

/* Until the function ends; the value is the one before, unless there is another. */
static int run_local(char **words)
{
    if (shell.calls)
        return declare(words, variable_save, NULL);
    shell_complain("local: not in a function");
    return STATUS_USAGE;
}

/* Variables, as with -v; functions with -f. */
static int run_unset(char **words)
{
    bool functions = words[1] && strcmp(words[1], "-f") == 0;

    if (functions || (words[1] && strcmp(words[1], "-v") == 0))
        words++;
    while (*++words && !shell.has_failed)
        functions ? function_forget(*words) : variable_unset(*words);
    return shell.has_failed ? STATUS_FAILED : 0;
}

static void print_time(clock_t ticks, char end)
{
    long second = sysconf(_SC_CLK_TCK);

    printf("%ldm%ld.%02lds%c", ticks / second / 60, ticks / second % 60, ticks % second * 100 / second, end);
}

/* The shell's, and its children's: the programs', and the system's for them. */
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
    shell_complain("shift: there are not so many arguments");
    return STATUS_FAILED;
}

static int leave(char **words, bool continues)
{
    long count = words[1] ? number(words[0], words[1]) : 1;

    if (count < 1)
        return STATUS_FAILED;
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

/* Behind the function, or the file of `.`, that it is in. */
static int run_return(char **words)
{
    long status = words[1] ? number(words[0], words[1]) : shell.status;

    if (!shell.returnable)
        shell_complain("return: not in a function");
    shell.returns = shell.returnable;
    return status < 0 || !shell.returnable ? STATUS_USAGE : (int)(status & 0xff);
}

static int run_wait(char **words)
{
    int status = 0;

    if (!words[1])
        return jobs_wait_all();
    while (*++words) {
        long pid = number("wait", *words);
        status = pid < 0 ? STATUS_NOT_FOUND : jobs_wait((pid_t)pid);
    }
    return status;
}

static int run_file(char **words)
{
    if (!words[1]) {
        shell_complain(".: a file is missing");
        return STATUS_USAGE;
    }
    shell.returnable++;
    bool is_run = shell_run_file(words[1]);
    shell.returnable--;
    shell.returns = false;
    return is_run ? shell.status : complain(words[0], words[1]);
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

/* ------------------------------------------------------------------------------------------- read */

/* A signal just before the call would not end it: its handler jumps. */
static bool read_byte(char *c)
{
    sigjmp_buf stopped;

    if (sigsetjmp(stopped, 0))
        return false;
    shell.waits = &stopped;
    bool is_read = !shell.is_stopped && read(STDIN_FILENO, c, 1) == 1;
    shell.waits = NULL;
    return is_read;
}

/* A line without its end, of which nothing more is read; a backslash takes the next byte's meaning, unless `raw`. */
static bool read_line(struct text *line, bool raw)
{
    char c;
    bool some = false;

    while (read_byte(&c)) {
        some = true;
        if (c == '\n')
            return true;
        if (c == '\\' && !raw) {
            if (!read_byte(&c))
                break;
            if (c == '\n')
                continue;
        }
        text_add(line, c);
    }
    return some && line->used;
}

/* The last name gets all the rest. */
static void split(char *line, char **names)
{
    const char *separators = variable_or("IFS", " \t\n");

    for (; *names; names++) {
        line += strspn(line, separators);
        char *end = names[1] ? line + strcspn(line, separators) : line + strlen(line);
        while (!names[1] && end > line && strchr(separators, end[-1]))
            end--;
        variable_set(*names, pool_text(line, (size_t)(end - line)));
        line = *end ? end + 1 : end;
    }
}

static int run_read(char **words)
{
    bool raw = words[1] && strcmp(words[1], "-r") == 0;
    struct text line = {0};

    words += 1 + raw;
    for (char **name = words; *name; name++)
        if (!variable_is_name(*name)) {
            shell_complain("read: %s: not a name", *name);
            return STATUS_USAGE;
        }
    bool more = read_line(&line, raw);
    split(text_end(&line), words);
    return more ? 0 : STATUS_FAILED;
}

/* --------------------------------------------------------------------------------- umask, type, command */

/* Octal, as POSIX has it without -S. */
static int run_umask(char **words)
{
    mode_t mask = umask(0);
    char *end;

    umask(mask);
    if (!words[1])
        return printf("%04o\n", (unsigned)mask) < 0;
    unsigned long value = strtoul(words[1], &end, 8);
    if (*end || !*words[1] || value > 0777) {
        shell_complain("umask: %s: not a mask", words[1]);
        return STATUS_FAILED;
    }
    umask((mode_t)value);
    return 0;
}

static bool is_word_of_syntax(const char *name)
{
    static const char *const words[] = {"!",     "{",     "}",  "if",   "then", "elif", "else", "fi",
                                        "while", "until", "do", "done", "for",  "in",   "case", "esac"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* Null: it is none of the shell's. */
static const char *kind_of(const char *name)
{
    if (is_word_of_syntax(name))
        return "a word of the syntax";
    return function_find(name) ? "a function" : builtin_find(name) ? "a builtin" : NULL;
}

/* What each name is; with `in_words` as `type` says it, else as `command -v`, which is silent of what is not there. */
static int tell_all(char **names, bool in_words)
{
    int status = 0;

    for (; *names; names++) {
        const char *kind = kind_of(*names), *path = kind ? NULL : program_find(*names);
        if (in_words && (kind || path))
            printf("%s is %s\n", *names, kind ? kind : path);
        else if (kind || path)
            puts(kind ? *names : path);
        else if (in_words)
            shell_complain("type: %s: not found", *names);
        if (!kind && !path)
            status = STATUS_FAILED;
    }
    return status;
}

static int run_type(char **words)
{
    return tell_all(words + 1, true);
}

/* It passes over functions. */
static int run_command(char **words)
{
    if (!words[1])
        return 0;
    if (strcmp(words[1], "-v") == 0 || strcmp(words[1], "-V") == 0)
        return tell_all(words + 2, words[1][1] == 'V');
    const struct builtin *builtin = builtin_find(words[1]);
    return builtin ? builtin->run(words + 1) : run_child(words + 1);
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

/* What is not `test` by then. */
static int run_bracket(char **words)
{
    (void)words;
    shell_complain("[: a ] is missing");
    return STATUS_USAGE;
}

const struct builtin *builtin_find(const char *name)
{
    static const struct builtin builtins[] = {
        {":", run_true, false},
        {".", run_file, false},
        {"[", run_bracket, false},
        {"alias", run_alias, false},
        {"break", run_break, false},
        {"cd", run_cd, false},
        {"command", run_command, false},
        {"continue", run_continue, false},
        {"eval", run_eval, false},
        {"exec", run_exec, true},
        {"exit", run_exit, false},
        {"export", run_export, false},
        {"false", run_false, false},
        {"getopts", run_getopts, false},
        {"kill", run_kill, false},
        {"local", run_local, false},
        {"pwd", run_pwd, false},
        {"read", run_read, false},
        {"readonly", run_readonly, false},
        {"return", run_return, false},
        {"set", run_set, false},
        {"shift", run_shift, false},
        {"times", run_times, false},
        {"trap", run_trap, false},
        {"true", run_true, false},
        {"type", run_type, false},
        {"umask", run_umask, false},
        {"unalias", run_unalias, false},
        {"unset", run_unset, false},
        {"wait", run_wait, false},
    };

    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}
