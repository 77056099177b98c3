/*
 * bench_walks: does each operation once that the README's tour and the pages about lives and walks in docs/ follow
 * through the system. The bench's plugin records which functions run, and scripts/test compares them with the pages.
 */
#include "programs/bench/walks.h"

#include "libuser/mem/mmap.h"
#include "libuser/mem/shm.h"
#include "programs/bench/rows.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    FIRST = 1,
    SECOND = 2,
    DEEP = 1 << 17,
    LONG = 1000 /* LONG: pages that fork copies in several steps */
};

enum { PAUSE = 1000 /* us, within which a child begins to wait */ };

static const char TRUE_PROGRAM[] = "/bin/true";
static char data[3 * PAGE] = {1}; /* of the archive, except for touched pages */
static int begin[2];              /* a pipe: the child waits for a byte */

void walk(const char *name)
{
    printf("bench: walk %s\n", name);
    fflush(stdout);
}

void must(int good)
{
    if (!good)
        rows_fail("bench_walks");
}

/* Makes a child that waits for child_release() and then calls `run`. */
static pid_t make_child(void (*run)(void))
{
    char byte;
    pid_t child = fork();

    must(child >= 0);
    if (child)
        return child;
    must(read(begin[0], &byte, 1) == 1);
    run();
    _exit(0);
}

static void child_release(void)
{
    must(write(begin[1], "", 1) == 1);
}

static void nothing(void)
{
}

static char *open_segment(int id)
{
    char *segment = 0;

    must(shm_open(id, &segment) == 0);
    return segment;
}

static void close_in_walk(const char *name, int id)
{
    walk(name);
    walk_begins();
    int result = shm_close(id);
    walk_ends();
    must(result == 0);
}

/* The first open in a process makes page tables. */
static void segments(void)
{
    char *segment = 0;

    open_segment(FIRST);
    walk("shm_open");
    walk_begins();
    int result = shm_open(SECOND, &segment);
    walk_ends();
    must(result == 0);
    close_in_walk("shm_close", SECOND);
}

/* A child has the segment open. */
static void share(void)
{
    char *segment = 0;

    walk("shm_open by another");
    walk_begins();
    int result = shm_open(SECOND, &segment);
    walk_ends();
    must(result == 0);
    close_in_walk("shm_close of another's", SECOND);
}

static void shared_segments(void)
{
    open_segment(SECOND);
    pid_t child = make_child(nothing);
    must(shm_close(SECOND) == 0);
    share();
    child_release();
    must(waitpid(child, 0, 0) == child);
}

static volatile char *page;

static void write_page(void)
{
    *page = 1;
}

static void write_in_walk(const char *name, volatile char *at)
{
    walk(name);
    walk_begins();
    *at = 1;
    walk_ends();
}

static void faults(void)
{
    write_in_walk("touch the stack", (char *)__builtin_frame_address(0) - DEEP);
    walk("mmap");
    walk_begins();
    page = mmap(0, 2 * PAGE);
    walk_ends();
    must(page != MAP_FAILED);
    write_in_walk("touch without a table", page + PAGE);
    write_in_walk("touch", page);
    write_in_walk("touch data", data + 2 * PAGE);
    pid_t child = make_child(write_page);
    walk("write a shared page");
    walk_begins();
    child_release();
    must(waitpid(child, 0, 0) == child);
    walk_ends();
    write_in_walk("write a page that was shared", page);
    walk("munmap");
    walk_begins();
    int result = munmap((void *)(uintptr_t)page, PAGE);
    walk_ends();
    must(result == 0 && munmap((void *)(uintptr_t)(page + PAGE), PAGE) == 0);
}

static void fork_exit_wait(void)
{
    walk("fork");
    walk_begins();
    pid_t child = make_child(nothing);
    walk_ends();
    usleep(PAUSE);
    walk("exit");
    walk_begins();
    child_release();
    must(waitpid(child, 0, 0) == child);
    walk_ends();
}

static void long_fork(void)
{
    volatile char *pages = mmap(0, LONG * PAGE);

    must(pages != MAP_FAILED);
    for (int i = 0; i < LONG; i++)
        pages[i * PAGE] = 1;
    walk("long fork");
    walk_begins();
    pid_t child = make_child(nothing);
    walk_ends();
    child_release();
    must(waitpid(child, 0, 0) == child && munmap((void *)(uintptr_t)pages, LONG * PAGE) == 0);
}

static const char *program;

static void execute(void)
{
    execl(program, program, (char *)0);
}

static void exec_in_walk(const char *name, const char *path)
{
    program = path;
    walk(name);
    pid_t child = make_child(execute);
    usleep(PAUSE);
    walk_begins();
    child_release();
    must(waitpid(child, 0, 0) == child);
    walk_ends();
}

static void touch_nothing(void)
{
    *(volatile char *)(uintptr_t)PAGE = 1;
}

static void end_child(int number)
{
    (void)number;
    _exit(0);
}

static void wait_for_signal(void)
{
    char byte;

    must(signal(SIGUSR1, end_child) != SIG_ERR && read(begin[0], &byte, 1) == 1);
}

static void signal_handler(void)
{
    walk("signal");
    pid_t child = make_child(wait_for_signal);
    child_release();
    usleep(PAUSE);
    walk_begins();
    must(kill(child, SIGUSR1) == 0 && waitpid(child, 0, 0) == child);
    walk_ends();
}

static void exec_kill_fault(void)
{
    exec_in_walk("exec", TRUE_PROGRAM);
    walk_file_of(TRUE_PROGRAM);
    exec_in_walk("exec of a file", WALK_FILE);
    walk("kill");
    pid_t child = make_child(nothing);
    usleep(PAUSE);
    walk_begins();
    must(kill(child, SIGKILL) == 0 && waitpid(child, 0, 0) == child);
    walk_ends();
    walk("fault");
    child = make_child(touch_nothing);
    walk_begins();
    child_release();
    must(waitpid(child, 0, 0) == child);
    walk_ends();
}

int main(void)
{
    must(pipe(begin) == 0);
    segments();
    shared_segments();
    faults();
    fork_exit_wait();
    long_fork();
    exec_kill_fault();
    signal_handler();
    walk_files();
    walk_console();
    return 0;
}
