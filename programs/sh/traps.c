#include "programs/sh/traps.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "programs/sh/pool.h"
#include "programs/sh/quotes.h"
#include "programs/sh/shell.h"
#include "programs/sh/signals.h"

enum { AT_EXIT = 0, STATUS_FAILED = 1 };

static struct {
    char *action; /* null: the default action; "": ignored */
    volatile sig_atomic_t is_due;
    bool is_running;
} traps[SIGNALS];

static volatile sig_atomic_t some_are_due;

static void came(int signal)
{
    traps[signal].is_due = true;
    some_are_due = true;
}

static bool has_action(int signal)
{
    return traps[signal].action && *traps[signal].action;
}

bool traps_has_interrupts(void)
{
    return traps[SIGINT].action;
}

int traps_due(void)
{
    for (int signal = 1; some_are_due && signal < SIGNALS; signal++)
        if (traps[signal].is_due && !traps[signal].is_running)
            return signal;
    return 0;
}

/* Collects the signals with actions; false: none has one. */
static bool find_actions(sigset_t *set)
{
    bool some = false;

    sigemptyset(set);
    for (int signal = 1; signal < SIGNALS; signal++)
        if (has_action(signal)) {
            sigaddset(set, signal);
            some = true;
        }
    return some;
}

/* Blocks them except while it waits, so that none is missed. */
bool traps_wait_for_input(int descriptor)
{
    sigset_t blocked, usual;
    fd_set input;
    bool is_interrupted = true;

    if (!find_actions(&blocked))
        return true;
    sigprocmask(SIG_BLOCK, &blocked, &usual);
    while (is_interrupted && !traps_due()) {
        FD_ZERO(&input);
        FD_SET(descriptor, &input);
        is_interrupted = pselect(descriptor + 1, &input, NULL, NULL, NULL, &usual) < 0 && errno == EINTR;
    }
    bool is_due = traps_due();
    sigprocmask(SIG_SETMASK, &usual, NULL);
    return !is_due;
}

/* Runs a copy of the action, as it may replace itself. */
static void run_action(const char *action)
{
    struct pool_mark mark = pool_mark();

    shell_run_between(pool_text(action, strlen(action)));
    pool_release(mark);
}

/* If the signal comes while its action runs, the action runs again afterwards; but not for the action's own
 * children. */
static void run_if_due(int signal)
{
    if (!traps[signal].is_due || traps[signal].is_running)
        return;
    traps[signal].is_due = false;
    if (!has_action(signal))
        return;
    traps[signal].is_running = true;
    run_action(traps[signal].action);
    traps[signal].is_running = false;
    if (signal == SIGCHLD)
        traps[signal].is_due = false;
    if (traps[signal].is_due)
        some_are_due = true;
}

void traps_run(void)
{
    while (some_are_due) {
        some_are_due = false;
        for (int signal = 1; signal < SIGNALS; signal++)
            run_if_due(signal);
    }
}

void traps_run_at_exit(void)
{
    char *action = traps[AT_EXIT].action;

    traps[AT_EXIT].action = NULL;
    if (action)
        run_action(action);
}

static void forget(int signal)
{
    free(traps[signal].action);
    traps[signal].action = NULL;
    traps[signal].is_due = false;
}

void traps_forget(void)
{
    for (int each = 0; each < SIGNALS; each++) {
        traps[each].is_running = false;
        if (!has_action(each))
            continue;
        if (each != AT_EXIT)
            signal(each, SIG_DFL);
        forget(each);
    }
}

/* If SIGCHLD were ignored, children could not be waited for; its default is to do nothing. */
static void (*handler_of(int number, const char *action))(int)
{
    if (!action || (!*action && number == SIGCHLD))
        return SIG_DFL;
    return *action ? came : SIG_IGN;
}

/* Null restores the default. */
static int set(int number, const char *action)
{
    struct sigaction handler = {.sa_handler = handler_of(number, action), .sa_flags = SA_RESTART};

    if (number == SIGINT && !action && shell.is_interactive) {
        shell_catch_interrupts();
    } else if (number != AT_EXIT && sigaction(number, &handler, NULL) < 0) {
        shell_complain("trap: %s: %s", signal_name(number), strerror(errno));
        return STATUS_FAILED;
    }
    char *copy = action ? must_copy(action) : NULL;
    forget(number);
    traps[number].action = copy;
    return 0;
}

static int set_all(char **names, const char *action)
{
    int status = 0;

    for (; *names; names++) {
        int number = signal_number(*names);
        if (number < 0 || !signal_name(number)) {
            shell_complain("trap: %s: no such signal", *names);
            status = STATUS_FAILED;
        } else {
            status |= set(number, action);
        }
    }
    return status;
}

static void print(const char *action, const char *name)
{
    fputs("trap -- ", stdout);
    quotes_print(action);
    printf(" %s\n", name);
}

static int print_all(void)
{
    for (int signal = 0; signal < SIGNALS; signal++)
        if (traps[signal].action)
            print(traps[signal].action, signal_name(signal));
    return 0;
}

static bool is_number(const char *word)
{
    return isdigit((unsigned char)*word) && !word[strspn(word, "0123456789")];
}

/* `trap ACTION NAME...`; `trap - NAME...` and `trap NUMBER...` restore the default; `trap` prints all actions. */
int run_trap(char **words)
{
    words++;
    if (*words && strcmp(*words, "--") == 0)
        words++;
    if (!*words)
        return print_all();
    if (is_number(*words))
        return set_all(words, NULL);
    if (!words[1]) {
        shell_complain("trap: missing signal");
        return STATUS_USAGE;
    }
    return set_all(words + 1, strcmp(*words, "-") == 0 ? NULL : *words);
}
