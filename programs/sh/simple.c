#include "programs/sh/simple.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "programs/sh/builtins.h"
#include "programs/sh/children.h"
#include "programs/sh/expand.h"
#include "programs/sh/functions.h"
#include "programs/sh/pool.h"
#include "programs/sh/program.h"
#include "programs/sh/redirect.h"
#include "programs/sh/shell.h"
#include "programs/sh/trace.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1 };

/* What becomes of variables that are set before a command: they stay in the shell, they are exported, too, or they are
 * exported only while it runs. */
enum scope { STAYS, IS_EXPORTED, IS_FOR_COMMAND };

/* A command to run. */
struct command {
    const struct node *node;
    char **words;
    const struct builtin *builtin;
    const struct node *function;
    bool is_special; /* a special builtin, without `command` before it */
};

/* Expands and sets them one after the other, as each may use those before it. */
static void assign(const struct node *node, enum scope scope, struct trace *trace)
{
    for (const struct word *word = node->assignments; word && !shell.has_failed; word = word->next) {
        size_t length = strcspn(word->text, "=");
        const char *name = pool_text(word->text, length), *value = expand_value(word->text + length + 1);
        if (shell.has_failed)
            return;
        if (scope == IS_FOR_COMMAND)
            variable_save(name);
        variable_set(name, value);
        if (scope != STAYS)
            variable_export(name);
        trace_assignment(trace, name, value);
    }
}

/* Expands everything in the shell itself, before the program runs; false: an error. */
static bool prepare(const struct command *command, enum scope scope, struct redirection **redirections)
{
    struct trace trace = trace_begin();

    *redirections = redirections_expand(command->node->redirections);
    if (!shell.has_failed)
        assign(command->node, scope, &trace);
    trace_end(&trace, command->words);
    return !shell.has_failed;
}

/* Executes the program in place of the shell. */
static _Noreturn void become(const struct command *command, const struct redirection *redirections)
{
    if (!redirections_apply(redirections, NULL))
        _exit(STATUS_FAILED);
    program_execute(command->words);
}

static int run_program(const struct command *command)
{
    struct variable_saved *mark = variables_mark();
    struct redirection *redirections;
    bool is_ready = prepare(command, IS_FOR_COMMAND, &redirections);
    pid_t pid = is_ready ? fork_shell() : -1;

    if (pid == 0)
        become(command, redirections);
    variables_restore(mark);
    if (!is_ready)
        return STATUS_FAILED;
    return pid < 0 ? STATUS_CANNOT_RUN : wait_for(pid);
}

static int call_builtin(const struct command *command)
{
    int status = command->builtin->run(command->words);

    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    shell_complain("%s: %s", command->words[0], strerror(errno));
    clearerr(stdout);
    return STATUS_FAILED;
}

static int run_builtin(const struct command *command)
{
    struct redirections_saved *saved = NULL;
    struct variable_saved *mark = variables_mark();
    struct trace trace = trace_begin();
    int status = STATUS_FAILED;
    bool is_exec = command->builtin->kind == BUILTIN_EXEC;

    shell.is_misused = !redirections_apply(redirections_expand(command->node->redirections), &saved);
    bool is_redirected = !shell.is_misused;
    if (is_redirected)
        assign(command->node,
               !command->is_special           ? IS_FOR_COMMAND
               : is_exec && command->words[1] ? IS_EXPORTED
                                              : STAYS,
               &trace);
    trace_end(&trace, command->words);
    if (is_redirected && !shell.has_failed)
        status = call_builtin(command);
    is_exec &&is_redirected ? redirections_keep(saved) : redirections_undo(saved);
    if (command->is_special && shell.is_misused && !shell.is_interactive)
        shell_exit(status);
    shell.is_misused = false;
    if (!command->is_special)
        variables_restore(mark);
    return status;
}

/* A command without words: makes the redirections, which may create files, and sets the variables. */
static int run_assignments(const struct node *node)
{
    static char *no_words[] = {NULL};
    struct redirections_saved *saved = NULL;
    struct trace trace = trace_begin();
    bool is_redirected = redirections_apply(redirections_expand(node->redirections), &saved);

    redirections_undo(saved);
    if (is_redirected)
        assign(node, STAYS, &trace);
    trace_end(&trace, no_words);
    return !is_redirected || shell.has_failed ? STATUS_FAILED : shell.captured;
}

static int run_call(const struct command *command)
{
    struct redirections_saved *saved = NULL;
    struct variable_saved *mark = variables_mark();
    struct trace trace = trace_begin();
    int status = STATUS_FAILED;
    bool is_redirected = redirections_apply(redirections_expand(command->node->redirections), &saved);

    if (is_redirected)
        assign(command->node, IS_FOR_COMMAND, &trace);
    trace_end(&trace, command->words);
    if (is_redirected && !shell.has_failed)
        status = function_call(command->function, command->words);
    variables_restore(mark);
    redirections_undo(saved);
    return status;
}

/* The words after `command`; null: there is no `command`, or it only prints names' meanings. */
static char **behind_command(char **words)
{
    bool has_path = false;

    if (!words[0] || strcmp(words[0], "command") != 0)
        return NULL;
    for (words++; *words && **words == '-'; words++) {
        if (strcmp(*words, "--") == 0)
            return words[1] ? words + 1 : NULL;
        if (strcmp(*words, "-p") != 0)
            return NULL;
        has_path = true;
    }
    if (has_path && words[0] && !builtin_find(words[0]) && !strchr(words[0], '/'))
        words[0] = program_in_usual_path(words[0]);
    return words[0] ? words : NULL;
}

static struct command command_of(const struct node *node, char **words)
{
    struct command command = {.node = node, .words = words};
    char **rest;
    bool is_plain = true;

    if (!words[0])
        return command;
    command.builtin = builtin_find(words[0]);
    command.function = command.builtin && command.builtin->kind != BUILTIN ? NULL : function_find(words[0]);
    for (; !command.function && (rest = behind_command(command.words)); is_plain = false)
        command.words = rest;
    command.builtin = builtin_find(command.words[0]);
    command.is_special = is_plain && command.builtin && command.builtin->kind != BUILTIN;
    return command;
}

static int run_expanded(const struct command *command)
{
    if (shell.has_failed)
        return STATUS_FAILED;
    if (shell.is_stopped)
        return STATUS_SIGNAL + SIGINT;
    if (command->function)
        return run_call(command);
    if (command->builtin)
        return run_builtin(command);
    return command->words[0] ? run_program(command) : run_assignments(command->node);
}

static struct command expanded(const struct node *node)
{
    shell.captured = 0;
    shell.has_failed = false;
    char **words = expand_words(node->words);
    bracket_to_test(words);
    return command_of(node, words);
}

int simple_run(const struct node *node)
{
    struct command command = expanded(node);

    return run_expanded(&command);
}

_Noreturn void simple_become(const struct node *node)
{
    shell.line = node->line;
    struct command command = expanded(node);

    struct redirection *redirections;

    if (!shell.has_failed && command.words[0] && !command.builtin && !command.function) {
        if (!prepare(&command, IS_EXPORTED, &redirections))
            shell_exit(STATUS_FAILED);
        become(&command, redirections);
    }
    int status = run_expanded(&command);
    end_if_stopped();
    shell_exit(status);
}
