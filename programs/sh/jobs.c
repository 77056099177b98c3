#include "programs/sh/jobs.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "programs/sh/children.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"

enum { STATUS_FAILED = 1 };

struct job {
    struct job *next; /* the next younger one */
    unsigned number;
    pid_t pid;
    bool has_ended, is_told; /* is_told: its end has been reported */
    int ended;               /* if it has ended: its status from waitpid() */
    char *text;
};

static struct job *jobs;
static bool are_of_parent;

static void remove_at(struct job **link)
{
    struct job *job = *link;

    *link = job->next;
    free(job->text);
    free(job);
}

unsigned jobs_add(pid_t pid, const char *text)
{
    struct job *job = must_allocate(NULL, sizeof *job), **end = &jobs;
    unsigned number = 1;

    while (are_of_parent && jobs)
        remove_at(&jobs);
    are_of_parent = false;
    for (; *end; end = &(*end)->next)
        number = (*end)->number + 1;
    *job = (struct job){.number = number, .pid = pid, .text = must_copy(text)};
    *end = job;
    return number;
}

void jobs_forget(void)
{
    are_of_parent = true;
}

static void look_at(struct job *job)
{
    if (!are_of_parent && !job->has_ended && waitpid(job->pid, &job->ended, WNOHANG) > 0)
        job->has_ended = true;
}

void jobs_look(void)
{
    for (struct job *job = jobs; job; job = job->next)
        look_at(job);
}

/* ----------------------------------------------------------------------------------------- writing */

/* + for the last job, - for the one before. */
static char marker_of(const struct job *job)
{
    return !job->next ? '+' : !job->next->next ? '-' : ' ';
}

static void print_state(FILE *file, const struct job *job)
{
    if (!job->has_ended)
        fputs("Running", file);
    else if (WIFSIGNALED(job->ended))
        fputs(strsignal(WTERMSIG(job->ended)), file);
    else if (WEXITSTATUS(job->ended))
        fprintf(file, "Done(%d)", WEXITSTATUS(job->ended));
    else
        fputs("Done", file);
}

/* `form` is 0, or one of the letters of `jobs`. */
static void print(FILE *file, struct job *job, char form)
{
    if (form == 'p') {
        fprintf(file, "%d\n", job->pid);
        return;
    }
    fprintf(file, "[%u] %c ", job->number, marker_of(job));
    if (form == 'l')
        fprintf(file, "%d ", job->pid);
    print_state(file, job);
    fprintf(file, " %s\n", job->text);
    job->is_told = job->has_ended;
}

static void remove_told(void)
{
    struct job **link = &jobs;

    while (*link)
        if ((*link)->is_told)
            remove_at(link);
        else
            link = &(*link)->next;
}

void jobs_tell(void)
{
    jobs_look();
    for (struct job *job = jobs; job; job = job->next)
        if (job->has_ended)
            print(stderr, job, 0);
    remove_told();
}

/* ---------------------------------------------------------------------------------------- by name */

static bool has_marker(const struct job *job, char marker)
{
    return marker_of(job) == marker || (marker == '%' && !job->next);
}

static bool is_named(const struct job *job, const char *name)
{
    if (isdigit((unsigned char)*name))
        return (unsigned long)job->number == strtoul(name, NULL, 10);
    if (!*name || strcmp(name, "%") == 0 || strcmp(name, "+") == 0 || strcmp(name, "-") == 0)
        return has_marker(job, *name ? *name : '%');
    return *name == '?' ? strstr(job->text, name + 1) != NULL : strncmp(job->text, name, strlen(name)) == 0;
}

/* Null: no job, or several. */
static struct job *find(const char *name)
{
    struct job *found = NULL;

    for (struct job *job = jobs; job && *name == '%'; job = job->next)
        if (is_named(job, name + 1)) {
            if (found)
                return NULL;
            found = job;
        }
    return found;
}

pid_t jobs_process(const char *name)
{
    const struct job *job = find(name);

    return job ? job->pid : -1;
}

static bool print_named(const char *name, char form)
{
    struct job *job = find(name);

    if (job)
        print(stdout, job, form);
    else
        shell_complain("jobs: %s: no such job", name);
    return job;
}

int run_jobs(char **words)
{
    char form = 0;
    bool good = true;

    for (words++; *words && (strcmp(*words, "-l") == 0 || strcmp(*words, "-p") == 0); words++)
        form = (*words)[1];
    if (*words && **words == '-') {
        shell_complain("jobs: %s: unknown option", *words);
        return STATUS_USAGE;
    }
    jobs_look();
    for (struct job *job = *words ? NULL : jobs; job; job = job->next)
        print(stdout, job, form);
    for (; *words; words++)
        good &= print_named(*words, form);
    remove_told();
    return good ? 0 : STATUS_FAILED;
}

/* ---------------------------------------------------------------------------------------- waiting */

int jobs_wait(pid_t pid)
{
    struct job **link = &jobs;

    while (*link && (*link)->pid != pid)
        link = &(*link)->next;
    if (!*link || are_of_parent)
        return STATUS_NOT_FOUND;
    if (!(*link)->has_ended && !wait_for_job(pid, &(*link)->ended))
        return STATUS_SIGNAL + (traps_due() ? traps_due() : SIGINT);
    int ended = (*link)->ended;
    remove_at(link);
    return WIFSIGNALED(ended) ? STATUS_SIGNAL + WTERMSIG(ended) : WEXITSTATUS(ended);
}

int jobs_wait_all(void)
{
    while (jobs && !are_of_parent && !shell.is_stopped && !traps_due())
        jobs_wait(jobs->pid);
    return jobs && traps_due() ? STATUS_SIGNAL + traps_due() : 0;
}
