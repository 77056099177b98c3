#include "programs/sh/jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "programs/sh/children.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"

struct job {
    struct job *next;
    pid_t pid;
};

static struct job *jobs;

void jobs_add(pid_t pid)
{
    struct job *job = must_allocate(NULL, sizeof *job);

    *job = (struct job){jobs, pid};
    jobs = job;
}

static void remove_at(struct job **link)
{
    struct job *job = *link;

    *link = job->next;
    free(job);
}

void jobs_forget(void)
{
    while (jobs)
        remove_at(&jobs);
}

static void tell(pid_t pid, int ended)
{
    if (WIFSIGNALED(ended))
        fprintf(stderr, "[%d] %s\n", pid, strsignal(WTERMSIG(ended)));
    else
        fprintf(stderr, "[%d] done, status %d\n", pid, WEXITSTATUS(ended));
}

void jobs_tell(void)
{
    struct job **link = &jobs;
    int ended;

    while (*link)
        if (waitpid((*link)->pid, &ended, WNOHANG) > 0) {
            tell((*link)->pid, ended);
            remove_at(link);
        } else {
            link = &(*link)->next;
        }
}

int jobs_wait(pid_t pid)
{
    struct job **link = &jobs;
    int ended = 0;

    while (*link && (*link)->pid != pid)
        link = &(*link)->next;
    if (!*link)
        return STATUS_NOT_FOUND;
    if (!wait_for_job(pid, &ended))
        return STATUS_SIGNAL + (traps_due() ? traps_due() : SIGINT);
    remove_at(link);
    return WIFSIGNALED(ended) ? STATUS_SIGNAL + WTERMSIG(ended) : WEXITSTATUS(ended);
}

int jobs_wait_all(void)
{
    while (jobs && !shell.is_stopped && !traps_due())
        jobs_wait(jobs->pid);
    return jobs && traps_due() ? STATUS_SIGNAL + traps_due() : 0;
}
