#include "programs/sh/trace.h"

#include <fcntl.h>
#include <unistd.h>

#include "programs/sh/expand.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

enum { FIRST_SAVED = 10 };

struct trace trace_begin(void)
{
    return (struct trace){.descriptor = shell.tells ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, FIRST_SAVED) : -1};
}

/* Expands $PS4; commands in it are not traced. */
static const char *prefix(void)
{
    const struct shell before = shell;

    shell.tells = false;
    const char *text = expand_text(variable_or("PS4", "+ "));
    shell.tells = true;
    shell.captured = before.captured;
    return text;
}

static void add(struct trace *trace, const char *word)
{
    if (!trace->line.used)
        text_append(&trace->line, prefix());
    else
        text_add(&trace->line, ' ');
    text_append(&trace->line, word);
}

void trace_assignment(struct trace *trace, const char *name, const char *value)
{
    if (trace->descriptor < 0)
        return;
    add(trace, name);
    text_add(&trace->line, '=');
    text_append(&trace->line, value);
}

void trace_end(struct trace *trace, char **words)
{
    if (trace->descriptor < 0)
        return;
    for (; *words; words++)
        add(trace, *words);
    if (trace->line.used) {
        text_add(&trace->line, '\n');
        write(trace->descriptor, trace->line.at, trace->line.used);
    }
    close(trace->descriptor);
}
