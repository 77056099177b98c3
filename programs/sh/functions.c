#include "programs/sh/functions.h"

#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/run.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

enum { CALLS_MAX = 200, STATUS_FAILED = 1 };

struct function {
    struct function *next;
    const struct node *body;
    char name[];
};

static struct function *functions;

static struct word *copy_words(const struct word *words)
{
    struct word *first = NULL, **end = &first;

    for (; words; words = words->next) {
        *end = must_allocate(NULL, sizeof **end);
        **end = (struct word){.text = must_copy(words->text)};
        end = &(*end)->next;
    }
    return first;
}

static struct redirection *copy_redirections(const struct redirection *redirections)
{
    struct redirection *first = NULL, **end = &first;

    for (; redirections; redirections = redirections->next) {
        *end = must_allocate(NULL, sizeof **end);
        **end = *redirections;
        (*end)->word = must_copy(redirections->word);
        (*end)->next = NULL;
        end = &(*end)->next;
    }
    return first;
}

/* Copies a node and those that follow by `next`. The recursion is as deep as the parser allows commands to nest; a
 * chain of `second` has a list's operators. */
static struct node *copy_nodes(const struct node *node)
{
    struct node *first = NULL, **end = &first;

    for (; node; node = node->next) {
        struct node *made = *end = must_allocate(NULL, sizeof *made);
        *made = *node;
        made->first = copy_nodes(node->first);
        made->second = copy_nodes(node->second);
        made->third = copy_nodes(node->third);
        made->assignments = copy_words(node->assignments);
        made->words = copy_words(node->words);
        made->redirections = copy_redirections(node->redirections);
        end = &made->next;
    }
    return first;
}

static struct function *find(const char *name)
{
    struct function *found = functions;

    while (found && strcmp(found->name, name) != 0)
        found = found->next;
    return found;
}

void function_define(const char *name, const struct node *body)
{
    struct function *function = find(name);

    if (!function) {
        function = must_allocate(NULL, sizeof *function + strlen(name) + 1);
        *function = (struct function){.next = functions};
        strcpy(function->name, name);
        functions = function;
    }
    function->body = copy_nodes(body);
}

void function_forget(const char *name)
{
    struct function *function = find(name);

    if (function)
        function->body = NULL;
}

const struct node *function_find(const char *name)
{
    const struct function *found = find(name);

    return found ? found->body : NULL;
}

int function_call(const struct node *body, char **words)
{
    char **arguments = shell.arguments;
    int loops = shell.loops;
    struct variable_saved *mark = variables_mark();

    if (shell.returnable == CALLS_MAX) {
        shell_complain("%s: functions are nested too deeply", words[0]);
        return STATUS_FAILED;
    }
    shell.arguments = words + 1;
    shell.loops = 0;
    shell.calls++;
    shell.returnable++;
    int status = run(body);
    shell.returnable--;
    shell.calls--;
    variables_restore(mark);
    shell.returns = false;
    shell.loops = loops;
    shell.arguments = arguments;
    return status;
}
