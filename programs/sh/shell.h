/* The shell's common state and functions. */
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum { STATUS_USAGE = 2, STATUS_CANNOT_RUN = 126, STATUS_NOT_FOUND = 127, STATUS_SIGNAL = 128 };

struct shell {
    const char *name; /* $0 */
    char **arguments; /* $1 and on, ended by a null */
    int status;       /* $? */
    int captured;     /* the status of the last $(...) in the command, else 0 */
    pid_t pid;        /* $$, also in a copy of the shell */
    pid_t background; /* $!, 0: none */
    bool is_interactive;
    bool exports_all, keeps_files, ends_at_failure, has_no_patterns, only_reads, ends_at_unset, shows_lines,
        tells;       /* options.h */
    unsigned line;   /* $LINENO */
    int conditions;  /* number of nested conditions that are running: failures there do not end the shell */
    bool has_failed; /* a word could not be expanded: the command is not run */
    bool is_misused; /* a builtin had wrong words: in a special builtin that ends a script */
    volatile sig_atomic_t is_stopped; /* control-C: the rest of the line is not run */
    sigjmp_buf *volatile waits;       /* control-C also jumps here; null except during a builtin's own waiting call */
    int loops;                        /* number of nested loops that are running */
    int leaves;                       /* number of these to leave */
    bool continues;                   /* the last of them continues */
    int calls;                        /* number of nested calls of functions */
    int returnable;                   /* number of nested functions, and files of `.`, that are running */
    bool returns;                     /* the innermost of them ends */
};

extern struct shell shell;

/* Prints a line to stderr, after "sh: ". */
__attribute__((format(printf, 1, 2))) void shell_complain(const char *format, ...);

/* Reports that a word cannot be expanded or a variable cannot be set, once; ends a script, but at a terminal only the
 * command. */
void shell_fail(const char *what, const char *why);

/* Ends a script, or the command that is being expanded, after an error was reported. */
void shell_end_command(void);

/* From now on control-C stops the current commands. */
void shell_catch_interrupts(void);

/* Like exit(), but does not change the offset of the script's file, which copies of the shell share. */
_Noreturn void shell_exit(int status);

/* Runs the text's commands; returns their status, which is also $?. */
int shell_run_text(const char *text);

/* Runs the text's commands, and restores $? after them, unless they end a loop or a function. */
void shell_run_between(const char *text);

/* Runs the file's commands; false, with errno, if it cannot be read. */
bool shell_run_file(const char *path);
