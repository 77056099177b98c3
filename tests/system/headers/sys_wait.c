/* <sys/wait.h>: which children, how they ended, which are not waited for; and from <unistd.h> the groups by which they
 * are named. */
#define _GNU_SOURCE 1 /* pipe2 */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child_that_exits(int status)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(status);
    return pid;
}

static pid_t child_that_waits(void)
{
    pid_t pid = fork();

    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

static bool is_killed(pid_t pid)
{
    int status = 0;

    kill(pid, SIGKILL);
    return IS(waitpid(pid, &status, 0), pid) && HOLDS(WIFSIGNALED(status)) && IS(WTERMSIG(status), SIGKILL);
}

static bool statuses(void)
{
    int status = 0;
    pid_t pid = child_that_exits(7);

    return IS(waitpid(pid, &status, 0), pid) && HOLDS(WIFEXITED(status)) && IS(WEXITSTATUS(status), 7) &&
           HOLDS(!WIFSTOPPED(status)) && FAILS(waitpid(pid, &status, 0), ECHILD) && FAILS(wait(&status), ECHILD) &&
           FAILS(waitpid(-1, &status, 64), EINVAL);
}

static bool ids(void)
{
    siginfo_t info;
    pid_t pid = child_that_exits(7), other = child_that_waits();

    bool good = IS(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0) && IS(info.si_pid, pid) &&
                IS(info.si_code, CLD_EXITED) && IS(info.si_status, 7) && IS(info.si_signo, SIGCHLD) &&
                IS(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), 0) && IS(info.si_pid, pid) &&
                IS(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), 0) && IS(info.si_pid, pid) &&
                IS(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), 0) && IS(info.si_pid, 0) && IS(info.si_signo, 0);
    kill(other, SIGTERM);
    good = IS(waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED), 0) && IS(info.si_code, CLD_KILLED) &&
           IS(info.si_status, SIGTERM) && good;
    return FAILS(waitid(P_ALL, 0, &info, WEXITED), ECHILD) && FAILS(waitid(P_ALL, 0, &info, WNOHANG), EINVAL) &&
           FAILS(waitid(P_PID, 0, &info, WEXITED), EINVAL) && FAILS(waitid(9, 1, &info, WEXITED), EINVAL) &&
           FAILS(waitid(P_ALL, 0, (siginfo_t *)16, WEXITED), EFAULT) && good;
}

static bool waits_until_it_ends(void)
{
    siginfo_t info;
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        usleep(30000), _exit(3);
    return IS(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0) && IS(info.si_status, 3) &&
           IS(waitpid(pid, &status, 0), pid) && IS(status, 3 << 8);
}

static volatile int caught;

static void on_signal(int signal)
{
    caught += signal == SIGCHLD;
}

static void after_a_while(void)
{
    if (fork() == 0)
        usleep(30000), _exit(3);
}

/* wait ends with the last child. */
static bool children_are_forgotten(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NOCLDWAIT | SA_RESTART};

    signal(SIGCHLD, SIG_IGN);
    after_a_while(), after_a_while();
    bool good = FAILS(wait(NULL), ECHILD);
    caught = 0;
    sigaction(SIGCHLD, &action, NULL);
    after_a_while();
    while (!caught)
        usleep(10000);
    good = FAILS(wait(NULL), ECHILD) && good;
    signal(SIGCHLD, SIG_DFL);
    pid_t pid = child_that_exits(0);
    return IS(waitpid(pid, NULL, 0), pid) && good;
}

static bool groups(void)
{
    pid_t own = getpgrp(), first = child_that_waits(), second = child_that_waits();

    bool good = IS(getpgid(0), own) && IS(getpgid(first), own) && IS(getsid(first), getsid(0)) &&
                IS(setpgid(first, 0), 0) && IS(getpgid(first), first) && IS(setpgid(second, first), 0) &&
                IS(getpgid(second), first) && FAILS(waitpid(0, NULL, WNOHANG), ECHILD) &&
                IS(waitpid(-first, NULL, WNOHANG), 0) && IS(kill(-first, 0), 0) && IS(kill(-first, SIGTERM), 0) &&
                HOLDS(waitpid(-first, NULL, 0) > 0) && HOLDS(waitpid(-first, NULL, 0) > 0);
    return FAILS(waitpid(-first, NULL, 0), ECHILD) && FAILS(kill(-first, SIGTERM), ESRCH) && good;
}

/* In a child, which leads no group. */
static int begins_session(void)
{
    pid_t own = getpid();
    int ready[2];
    char byte;

    if (setsid() != own || getsid(0) != own || getpgrp() != own || setsid() != -1 || errno != EPERM ||
        setpgid(0, 0) != -1 || errno != EPERM)
        return 1;
    pipe(ready);
    pid_t pid = fork();
    if (pid == 0) {
        if (getsid(0) != own || getpgrp() != own || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    signal(SIGUSR1, SIG_IGN);
    if (read(ready[0], &byte, 1) != 1 || kill(0, SIGUSR1)) /* the caller, too */
        return 2;
    int status = 0;
    return waitpid(0, &status, 0) == pid && status == SIGUSR1 ? 9 : 3;
}

static bool sessions(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(begins_session());
    return IS(waitpid(pid, &status, 0), pid) && IS(status, 9 << 8);
}

static bool groups_are_refused(void)
{
    int ready[2];
    char byte;
    pid_t other;

    pipe(ready);
    pid_t waiting = child_that_waits();
    if ((other = fork()) == 0) {
        setsid();
        write(ready[1], "", 1);
        for (;;)
            pause();
    }
    read(ready[0], &byte, 1);
    bool good = FAILS(setpgid(waiting, -1), EINVAL) && FAILS(setpgid(0x7ffffff, 0), ESRCH) &&
                FAILS(setpgid(waiting, 0x7ffffff), EPERM) && FAILS(setpgid(waiting, other), EPERM) &&
                FAILS(setpgid(other, 0), EPERM) && FAILS(getpgid(0x7ffffff), ESRCH) && FAILS(getsid(0x7ffffff), ESRCH);
    close(ready[0]), close(ready[1]);
    return is_killed(waiting) && is_killed(other) && good;
}

/* Exec closes the pipe, so its end shows that the child runs another program, which waits for input. */
static bool a_child_keeps_its_group_after_exec(void)
{
    int closed[2], input[2];
    char byte;

    pipe2(closed, O_CLOEXEC), pipe2(input, O_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(input[0], 0);
        execl("cat", "cat", NULL);
        _exit(1);
    }
    close(closed[1]);
    bool good = IS(read(closed[0], &byte, 1), 0) && FAILS(setpgid(pid, 0), EACCES);
    close(closed[0]), close(input[0]), close(input[1]);
    return is_killed(pid) && good;
}

const struct tap_point header_sys_wait[] = {
    {"how a child has ended", statuses},
    {"waitid", ids},
    {"waitid waits", waits_until_it_ends},
    {"children that are forgotten", children_are_forgotten},
    {"groups", groups},
    {"sessions", sessions},
    {"invalid groups", groups_are_refused},
    {"a group of a child after exec", a_child_keeps_its_group_after_exec},
    {0, 0},
};
