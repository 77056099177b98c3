#include "programs/sh/children.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/sh/jobs.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"

/* Lets control-C end this process from now on; a control-C that the shell caught before ends it now. */
static void end_by_interrupts(void)
{
    signal(SIGINT, SIG_DFL);
    if (shell.is_stopped)
        raise(SIGINT);
}

pid_t fork_shell(void)
{
    jobs_look();
    pid_t pid = fork();

    if (pid < 0)
        shell_complain("cannot fork: %s", strerror(errno));
    if (pid == 0) {
        if (shell.is_interactive)
            end_by_interrupts();
        traps_forget();
        jobs_forget();
        shell.is_interactive = false;
        shell.loops = 0;
    }
    return pid;
}

/* False with errno: EINTR also if control-C came just before the call, because its handler jumps here. */
static bool wait_once(pid_t pid, int *ended)
{
    sigjmp_buf stopped;

    if (sigsetjmp(stopped, 0)) {
        errno = EINTR;
        return false;
    }
    shell.waits = &stopped;
    if (shell.is_stopped)
        kill(pid, SIGINT); /* it may have come before the child became the one to wait for */
    bool has_ended = waitpid(pid, ended, 0) > 0;
    shell.waits = NULL;
    return has_ended;
}

static void look_again(int signal)
{
    (void)signal;
}

/* Blocks all signals except while it waits for one, so that none is missed. */
bool wait_for_job(pid_t pid, int *ended)
{
    struct sigaction action = {.sa_handler = look_again}, before;
    sigset_t all, usual;
    pid_t got = 0;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &usual);
    sigaction(SIGCHLD, NULL, &before);
    if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN)
        sigaction(SIGCHLD, &action, NULL);
    while (!shell.is_stopped && (got = waitpid(pid, ended, WNOHANG)) == 0 && !traps_due())
        sigsuspend(&usual);
    sigaction(SIGCHLD, &before, NULL);
    sigprocmask(SIG_SETMASK, &usual, NULL);
    return got > 0;
}

int wait_for(pid_t pid)
{
    int ended = 0;

    while (!wait_once(pid, &ended))
        if (errno != EINTR) /* the jump may have lost the status */
            return shell.is_stopped ? STATUS_SIGNAL + SIGINT : STATUS_NOT_FOUND;
    if (!WIFSIGNALED(ended))
        return WEXITSTATUS(ended);
    if (WTERMSIG(ended) == SIGINT)
        shell.is_stopped = !traps_has_interrupts();
    else if (WTERMSIG(ended) != SIGPIPE)
        shell_complain("process %d: %s", pid, strsignal(WTERMSIG(ended)));
    return STATUS_SIGNAL + WTERMSIG(ended);
}

void end_if_stopped(void)
{
    if (!shell.is_stopped || shell.is_interactive)
        return;
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
}
