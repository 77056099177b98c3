/* What all parts of the shell know. */
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum { STATUS_USAGE = 2, STATUS_CANNOT_RUN = 126, STATUS_NOT_FOUND = 127, STATUS_SIGNAL = 128 };

struct shell {
    const char *name; /* $0 */
    char **arguments; /* $1 and on, with a null behind the last */
    int status;       /* $? */
    int captured;     /* of the last $(...) in the command, else 0 */
    pid_t pid;        /* $$, also in a copy of the shell */
    pid_t background; /* $!, 0: none */
    bool is_interactive;
    bool exports_all, keeps_files, ends_at_failure, has_no_patterns, only_reads, ends_at_unset, shows_lines,
        tells;                        /* options.h */
    unsigned line;                    /* $LINENO */
    int conditions;                   /* that are being run, in each other: what fails there ends nothing */
    bool has_failed;                  /* a word could not be expanded: the command is not run */
    bool is_misused;                  /* what a builtin got makes no sense: a special one ends a script */
    volatile sig_atomic_t is_stopped; /* control-C: nothing more of the line is run */
    sigjmp_buf *volatile waits;       /* where control-C leads, too; null but during a builtin's own call that waits */
    int loops;                        /* that are being run, in each other */
    int leaves;                       /* so many of these are to be left */
    bool continues;                   /* the last of them goes on */
    int calls;                        /* of functions, in each other */
    int returnable;                   /* functions, and files of `.`, that are being run, in each other */
    bool returns;                     /* the last of them ends */
};

extern struct shell shell;

/* A line to stderr, behind "sh: ". */
__attribute__((format(printf, 1, 2))) void shell_complain(const char *format, ...);

/* A word cannot be expanded, or a variable not be set: told once, it ends a script; who types goes on with another
 * command. */
void shell_fail(const char *what, const char *why);

/* The command that is being expanded is not run; a script ends. What is wrong has been told. */
void shell_end_command(void);

/* Control-C stops what is being run. */
void shell_catch_interrupts(void);

/* As exit(), but it leaves the offset of the script's file, which a copy of the shell shares, where it is. */
_Noreturn void shell_exit(int status);

/* The text's commands; their status, which is the shell's then. */
int shell_run_text(const char *text);

/* The text's commands, behind which all goes on as before, with $? as it was, unless they end a loop or a function. */
void shell_run_between(const char *text);

/* The file's commands; false if it cannot be read, with errno. */
bool shell_run_file(const char *path);
