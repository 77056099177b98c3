/* bench_process [ROW]: what processes cost that do nothing, from fork to the end of wait. */
#include "libuser/mem/shm.h"
#include "programs/bench/rows.h"

#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT = 1 };

static void nothing(void)
{
}

static void execute(void)
{
    static char *const arguments[] = {"bench_nothing", 0};

    execv(arguments[0], arguments);
    _exit(1);
}

static void share(void)
{
    char *page;

    if (shm_open(SEGMENT, &page) != 0)
        _exit(1);
}

static void children(struct samples *samples, void (*child)(void))
{
    for (int i = 0; i < SAMPLES; i++) {
        int status = 1;
        uint32_t begin = cycles();
        pid_t pid = fork();
        if (pid == 0) {
            child();
            _exit(0);
        }
        pid_t ended = wait(&status);
        samples_add(samples, begin, cycles());
        if (pid < 0 || ended != pid || status != 0)
            rows_fail("bench_process");
    }
}

static void row_fork(struct samples *samples)
{
    children(samples, nothing);
}

static void row_fork_exec(struct samples *samples)
{
    children(samples, execute);
}

static void row_fork_shm(struct samples *samples)
{
    children(samples, share);
}

int main(int argc, char **argv)
{
    static const struct row rows[] = {
        {"fork", row_fork},
        {"fork_exec", row_fork_exec},
        {"fork_shm", row_fork_shm},
    };

    return rows_run(rows, sizeof(rows) / sizeof(rows[0]), argc > 1 ? argv[1] : 0);
}
