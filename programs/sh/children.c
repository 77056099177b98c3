#include "programs/sh/children.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/sh/jobs.h"
#include "programs/sh/shell.h"

/* From here on control-C ends it; one that came before, and was caught, does so now. */
static void end_by_interrupts(void)
{
    signal(SIGINT, SIG_DFL);
    if (shell.is_stopped)
        raise(SIGINT);
}

pid_t fork_shell(void)
{
    pid_t pid = fork();

    if (pid < 0)
        shell_complain("cannot fork: %s", strerror(errno));
    if (pid == 0) {
        if (shell.is_interactive)
            end_by_interrupts();
        jobs_forget();
        shell.is_interactive = false;
        shell.loops = 0;
    }
    return pid;
}

/* Control-C may have come before the child was the one that is waited for. */
static void pass_on(pid_t pid)
{
    kill(pid, SIGINT);
}

/* False with errno, which is EINTR also if the signal came just before the call: its handler jumps. */
static bool wait_once(pid_t pid, void (*if_stopped)(pid_t pid), int *ended)
{
    sigjmp_buf stopped;

    if (sigsetjmp(stopped, 0)) {
        errno = EINTR;
        return false;
    }
    shell.waits = &stopped;
    if (shell.is_stopped && if_stopped)
        if_stopped(pid);
    bool has_ended = waitpid(pid, ended, 0) > 0;
    shell.waits = NULL;
    return has_ended;
}

bool wait_for_job(pid_t pid, int *ended)
{
    while (!shell.is_stopped)
        if (wait_once(pid, NULL, ended))
            return true;
        else if (errno != EINTR)
            return false;
    return false;
}

int wait_for(pid_t pid)
{
    int ended = 0;

    while (!wait_once(pid, pass_on, &ended))
        if (errno != EINTR) /* the jump may have lost the status */
            return shell.is_stopped ? STATUS_SIGNAL + SIGINT : STATUS_NOT_FOUND;
    if (!WIFSIGNALED(ended))
        return WEXITSTATUS(ended);
    if (WTERMSIG(ended) == SIGINT)
        shell.is_stopped = true;
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
