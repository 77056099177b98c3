#include "programs/sh/run.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/sh/children.h"
#include "programs/sh/expand.h"
#include "programs/sh/functions.h"
#include "programs/sh/jobs.h"
#include "programs/sh/pool.h"
#include "programs/sh/redirect.h"
#include "programs/sh/shell.h"
#include "programs/sh/simple.h"
#include "programs/sh/traps.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1, NOT_FORKED = -1 };

static bool is_over(void)
{
    return shell.is_stopped || shell.leaves || shell.returns;
}

/* Runs it, and ends this process. */
static _Noreturn void run_and_exit(const struct node *node)
{
    if (node->kind == NODE_SIMPLE)
        simple_become(node);
    shell_exit(run(node));
}

/* --------------------------------------------------------------------------------------- pipelines */

static void move(int from, int to)
{
    if (from < 0 || from == to)
        return;
    dup2(from, to);
    close(from);
}

/* Starts a command of a pipeline, which reads `input` and writes ends[1]; -1 leaves the shell's own. */
static pid_t start(const struct node *node, int input, const int ends[2])
{
    pid_t pid = fork_shell();

    if (pid != 0)
        return pid;
    if (ends[0] >= 0)
        close(ends[0]);
    move(input, STDIN_FILENO);
    move(ends[1], STDOUT_FILENO);
    run_and_exit(node);
}

/* Stores the processes in `pids`; returns the number started. */
static size_t start_all(const struct node *node, pid_t *pids)
{
    int input = -1, ends[2];
    size_t count = 0;

    for (; node; node = node->next) {
        ends[0] = ends[1] = -1;
        if (node->next && pipe(ends) < 0)
            shell_complain("cannot make a pipe: %s", strerror(errno));
        pid_t pid = node->next && ends[0] < 0 ? NOT_FORKED : start(node, input, ends);
        if (input >= 0)
            close(input);
        if (ends[1] >= 0)
            close(ends[1]);
        input = ends[0];
        if (pid == NOT_FORKED)
            break;
        pids[count++] = pid;
    }
    if (input >= 0)
        close(input);
    return count;
}

/* Waits for each in turn, as the one waited for is in the foreground and may read the terminal; the first one begins.
 */
static int run_pipeline(const struct node *node)
{
    size_t length = 0;
    int status = STATUS_CANNOT_RUN;

    for (const struct node *each = node->first; each; each = each->next)
        length++;
    pid_t *pids = pool_take(length * sizeof *pids);
    size_t count = start_all(node->first, pids);
    for (size_t i = 0; i < count; i++) {
        int ended = wait_for(pids[i]);
        if (i == length - 1)
            status = ended;
    }
    return status;
}

static int run_background(const struct node *node)
{
    pid_t pid = fork_shell();

    if (pid == 0) {
        signal(SIGINT, SIG_IGN);
        move(open("/dev/null", O_RDONLY), STDIN_FILENO);
        run_and_exit(node->first);
    }
    if (pid < 0)
        return STATUS_CANNOT_RUN;
    unsigned number = jobs_add(pid, tree_text(node->first));
    shell.background = pid;
    if (shell.is_interactive)
        fprintf(stderr, "[%u] %d\n", number, pid);
    return 0;
}

static int run_subshell(const struct node *node)
{
    pid_t pid = fork_shell();

    if (pid == 0)
        shell_exit(run(node->first));
    return pid < 0 ? STATUS_CANNOT_RUN : wait_for(pid);
}

/* ------------------------------------------------------------------------------ lists, loops, if */

static int run_list(const struct node *node)
{
    int status = 0;

    for (const struct node *each = node->first; each && !is_over(); each = each->next)
        status = run(each);
    return status;
}

/* A failure in a condition does not end the shell (-e). */
static int run_condition(const struct node *node)
{
    shell.conditions++;
    int status = run(node);
    shell.conditions--;
    return status;
}

static bool is_and_or(const struct node *node)
{
    return node->kind == NODE_AND || node->kind == NODE_OR;
}

/* From left to right in a loop, so that many operators need no more stack. */
static int run_and_or(const struct node *node)
{
    int status = run_condition(node->first);

    for (; is_and_or(node) && !is_over(); node = node->second)
        if ((status == 0) == (node->kind == NODE_AND))
            status = is_and_or(node->second) ? run_condition(node->second->first) : run(node->second);
    return status;
}

static int run_not(const struct node *node)
{
    int status = run_condition(node->first);

    return shell.returns ? status : !status;
}

static int run_group(const struct node *node)
{
    return run(node->first);
}

static int run_if(const struct node *node)
{
    for (; node && node->kind == NODE_IF; node = node->third) {
        int status = run_condition(node->first);
        if (is_over())
            return status;
        if (status == 0)
            return run(node->second);
    }
    return node ? run(node) : 0;
}

/* After a turn of a loop: true if it was the last one. */
static bool leaves_loop(void)
{
    if (shell.is_stopped || shell.returns || !shell.leaves)
        return shell.is_stopped || shell.returns;
    shell.leaves--;
    bool continues = shell.leaves == 0 && shell.continues;
    if (shell.leaves == 0)
        shell.continues = false;
    return !continues;
}

static int run_while(const struct node *node)
{
    int status = 0;

    shell.loops++;
    do {
        int condition = run_condition(node->first);
        if (is_over())
            status = condition; /* the status of `break`, `continue` or `return` is the loop's */
        else if ((condition == 0) == (node->kind == NODE_WHILE))
            status = run(node->second);
        else
            break;
    } while (!leaves_loop());
    shell.loops--;
    return status;
}

static int run_for(const struct node *node)
{
    shell.has_failed = false;
    char **values = node->has_values ? expand_words(node->words->next) : shell.arguments;
    int status = 0;

    if (shell.has_failed)
        return STATUS_FAILED;
    shell.loops++;
    for (; *values; values++) {
        variable_set(node->words->text, *values);
        status = run(node->second);
        if (leaves_loop())
            break;
    }
    shell.loops--;
    return status;
}

static bool matches(const struct word *patterns, const char *value)
{
    for (; patterns && !shell.has_failed; patterns = patterns->next)
        if (fnmatch(expand_pattern(patterns->text), value, 0) == 0)
            return true;
    return false;
}

static int run_case(const struct node *node)
{
    shell.has_failed = false;
    const char *value = expand_word(node->words->text);

    for (const struct node *item = node->first; item && !shell.has_failed; item = item->next)
        if (matches(item->words, value))
            return item->first ? run(item->first) : 0;
    return shell.has_failed ? STATUS_FAILED : 0;
}

static int run_function(const struct node *node)
{
    function_define(node->words->text, node->first);
    return 0;
}

/* -------------------------------------------------------------------------------------------- all */

/* Runs compound commands, whose redirections apply to everything in them. */
static int run_redirected(int (*run_node)(const struct node *node), const struct node *node)
{
    struct redirections_saved *saved = NULL;
    int status = redirections_apply(redirections_expand(node->redirections), &saved) ? run_node(node) : STATUS_FAILED;

    redirections_undo(saved);
    return status;
}

static bool ends_at_failure(const struct node *node)
{
    bool is_command = node->kind == NODE_SIMPLE || node->kind == NODE_PIPELINE || node->kind == NODE_SUBSHELL;

    return shell.ends_at_failure && shell.status && is_command && !shell.conditions;
}

/* Frees the pool after each command, so that an endless loop does not grow it. */
int run(const struct node *node)
{
    static int (*const kinds[NODE_KINDS])(const struct node *node) = {
        [NODE_SIMPLE] = simple_run,
        [NODE_PIPELINE] = run_pipeline,
        [NODE_LIST] = run_list,
        [NODE_AND] = run_and_or,
        [NODE_OR] = run_and_or,
        [NODE_NOT] = run_not,
        [NODE_BACKGROUND] = run_background,
        [NODE_SUBSHELL] = run_subshell,
        [NODE_GROUP] = run_group,
        [NODE_IF] = run_if,
        [NODE_WHILE] = run_while,
        [NODE_UNTIL] = run_while,
        [NODE_FOR] = run_for,
        [NODE_CASE] = run_case,
        [NODE_FUNCTION] = run_function,
    };
    struct pool_mark mark = pool_mark();

    if (shell.only_reads && !shell.is_interactive)
        return 0;
    shell.line = node->line;
    if (node->kind == NODE_SIMPLE || !node->redirections)
        shell.status = kinds[node->kind](node);
    else
        shell.status = run_redirected(kinds[node->kind], node);
    pool_release(mark);
    end_if_stopped();
    traps_run();
    if (ends_at_failure(node))
        shell_exit(shell.status);
    return shell.status;
}

static void read_all(int from, struct text *text)
{
    char piece[512];
    ssize_t bytes;

    while ((bytes = read(from, piece, sizeof piece)) > 0)
        for (ssize_t i = 0; i < bytes; i++)
            if (piece[i])
                text_add(text, piece[i]);
}

char *run_captured(const char *commands)
{
    struct text text = {0};
    int ends[2];

    if (pipe(ends) < 0) {
        shell_complain("cannot make a pipe: %s", strerror(errno));
        return text_end(&text);
    }
    pid_t pid = fork_shell();
    if (pid == 0) {
        close(ends[0]);
        move(ends[1], STDOUT_FILENO);
        shell_exit(shell_run_text(commands));
    }
    close(ends[1]);
    read_all(ends[0], &text);
    close(ends[0]);
    shell.captured = pid < 0 ? STATUS_CANNOT_RUN : wait_for(pid);
    return text_end(&text);
}
