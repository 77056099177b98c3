/*
 * sh [-aCefnuvx] [-o OPTION] [-c TEXT [NAME] | -s | FILE] [ARGUMENT...]: the shell. It runs the commands in the text,
 * in the file, or in its standard input: docs/shell.md. At a terminal, lines can be edited. -s: reads standard input
 * although there are arguments.
 *
 * Exit status: that of the last command; 2 for a syntax error; 126 if a program cannot be run, 127 if it does not
 * exist.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs/sh/jobs.h"
#include "programs/sh/options.h"
#include "programs/sh/parameters.h"
#include "programs/sh/parser.h"
#include "programs/sh/pool.h"
#include "programs/sh/run.h"
#include "programs/sh/shell.h"
#include "programs/sh/source.h"
#include "programs/sh/traps.h"
#include "programs/sh/variables.h"

enum { FIRST_OWN = 10 };

extern char **environ;

struct shell shell = {.name = "sh", .line = 1};

void shell_fail(const char *what, const char *why)
{
    if (!shell.has_failed)
        shell_complain("%s: %s", what, why);
    shell_end_command();
}

void shell_end_command(void)
{
    shell.has_failed = true;
    if (!shell.is_interactive)
        shell_exit(STATUS_USAGE);
}

void shell_exit(int status)
{
    shell.status = status;
    traps_run_at_exit();
    fflush(stdout);
    _exit(status);
}

/* Prints the message in one write, so that other output cannot split it. */
void shell_complain(const char *format, ...)
{
    char line[512];
    va_list arguments;
    int used = snprintf(line, sizeof line, "sh: ");

    va_start(arguments, format);
    used += vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    va_end(arguments);
    if (used > (int)sizeof line - 2)
        used = sizeof line - 2;
    line[used] = '\n';
    fwrite(line, 1, (size_t)used + 1, stderr);
}

/* Drops the rest of a line that is no command. */
static void forget_line(struct source *source)
{
    shell.status = source->is_abandoned ? STATUS_SIGNAL + SIGINT : STATUS_USAGE;
    shell.is_misused = !source->is_abandoned;
    source->at = "";
    source->has_ended = source->is_abandoned = false;
    if (!shell.is_misused && traps_has_interrupts()) { /* as if the key had just been pressed */
        raise(SIGINT);
        traps_run();
    }
}

/* False: the source has ended. A syntax error ends a script; at a terminal the shell continues with the next line. */
static bool run_next(struct source *source)
{
    struct pool_mark mark = pool_mark();
    struct node *node;
    enum parsed parsed = parse_line(source, &node);

    if (source->is_abandoned)
        parsed = PARSED_WRONG;
    if (parsed == PARSED_COMMAND)
        run(node);
    else if (parsed == PARSED_WRONG)
        forget_line(source);
    if (shell.is_stopped)
        shell.status = STATUS_SIGNAL + SIGINT;
    pool_release(mark);
    return parsed != PARSED_END && (parsed != PARSED_WRONG || source->is_typed);
}

static void run_source(struct source *source)
{
    while (run_next(source) && !shell.leaves && !shell.returns) {
        if (!source->is_typed && shell.is_stopped)
            break;
        shell.is_stopped = false;
        if (source->is_typed)
            jobs_tell();
    }
    source_close(source);
}

int shell_run_text(const char *text)
{
    struct source source = source_string(text);

    shell.status = 0;
    run_source(&source);
    return shell.status;
}

void shell_run_between(const char *text)
{
    struct source source = source_string(text);
    const struct shell before = shell;

    shell.leaves = 0;
    shell.returns = false;
    run_source(&source);
    if (shell.returns)
        return;
    shell.status = before.status;
    shell.returns = before.returns;
    if (shell.leaves && !shell.returns)
        return;
    shell.leaves = before.leaves;
    shell.continues = before.continues;
}

/* Uses a descriptor above those that redirections name. */
static FILE *open_script(const char *path)
{
    int named = open(path, O_RDONLY | O_CLOEXEC);

    if (named < 0)
        return NULL;
    int own = fcntl(named, F_DUPFD_CLOEXEC, FIRST_OWN);
    FILE *file = own < 0 ? NULL : fdopen(own, "r");
    close(named);
    return file;
}

bool shell_run_file(const char *path)
{
    FILE *file = open_script(path);

    if (!file)
        return false;
    struct source source = source_file(file);
    shell.status = 0;
    run_source(&source);
    return true;
}

static void caught(int number)
{
    sigjmp_buf *waits = shell.waits;

    (void)number;
    shell.is_stopped = true;
    shell.waits = NULL;
    if (waits)
        siglongjmp(*waits, 1);
}

/* The signal also ends calls that wait. */
void shell_catch_interrupts(void)
{
    const struct sigaction action = {.sa_handler = caught, .sa_flags = SA_NODEFER}; /* it may jump out */

    sigaction(SIGINT, &action, NULL);
}

static void run_input(void)
{
    struct source source = source_input(isatty(STDIN_FILENO));

    shell.is_interactive = source.is_typed;
    if (source.is_typed)
        shell_catch_interrupts();
    run_source(&source);
    if (source.is_typed)
        fputs("\n", stderr);
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: sh [-aCefnuvx] [-o option]... [-c text [name] | -s | file] [argument...]\n");
    exit(STATUS_USAGE);
}

static void run_script(char **words)
{
    shell.name = words[0];
    shell.arguments = words + 1;
    if (shell_run_file(words[0]))
        return;
    shell_complain("%s: %s", words[0], strerror(errno));
    exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* True if the word's last option letter is `last`; then sets the options of options.h before it. */
static bool take_last_letter(const char *word, char last)
{
    size_t length = strlen(word);

    if (length < 2 || word[0] != '-' || word[length - 1] != last)
        return false;
    char *others[] = {pool_text(word, length - 1), NULL};
    return length == 2 || options_take(others);
}

static void run_text(char **words)
{
    if (words[0] && strcmp(words[0], "--") == 0)
        words++;
    if (!words[0])
        usage();
    if (words[1])
        shell.name = words[1];
    shell.arguments = words[1] ? words + 2 : words + 1;
    shell_run_text(words[0]);
}

static void run_words(char **words)
{
    size_t count;

    while (words[0] && (count = options_take(words)))
        words += count;
    if (words[0] && take_last_letter(words[0], 'c')) {
        words++;
        while (words[0] && (count = options_take(words)))
            words += count;
        run_text(words);
        return;
    }
    bool reads_input = words[0] && take_last_letter(words[0], 's');
    words += reads_input;
    if (words[0] && (strcmp(words[0], "--") == 0 || strcmp(words[0], "-") == 0))
        words++;
    else if (words[0] && words[0][0] == '-')
        usage();
    if (words[0] && !reads_input) {
        run_script(words);
        return;
    }
    shell.arguments = words;
    run_input();
}

/* Sets variables that are not in the environment. */
static void set_variables(void)
{
    char *path = getcwd(NULL, 0);

    variable_set("IFS", " \t\n");
    variable_set("OPTIND", "1");
    variable_set("PPID", parameter_number(getppid()));
    variable_set("PS4", variable_or("PS4", "+ "));
    variable_set("PWD", path ? path : "/");
    free(path);
    if (!variable("PATH")) { /* other programs look for it */
        variable_set("PATH", "/bin");
        variable_export("PATH");
    }
}

int main(int argc, char **argv)
{
    char **words = argv + (argc > 0);

    signal(SIGCHLD, SIG_DFL); /* if it is ignored, children cannot be waited for */
    shell.pid = getpid();
    shell.arguments = words;
    variables_init(environ);
    set_variables();
    run_words(words);
    traps_run_at_exit();
    return shell.status;
}
