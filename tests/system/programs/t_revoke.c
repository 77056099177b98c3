/*
 * The file server takes pages back while mem does so on another CPU, with so many capabilities that the kernel needs
 * several steps: it refuses the file server's call, and the file server tries again.
 *
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLEEPERS = 60, SEGMENTS = 2, MAPPERS = 2, ROUNDS = 1000, PAGE = 4096 };

static int sleeps(void)
{
    for (;;)
        pause();
}

static int opens_segments(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        char *page = NULL;
        if (shm_open(-getpid(), &page) || shm_close(-getpid()))
            return 1;
    }
    return 9;
}

/* A page of a file is mapped, and revoked when the file is truncated. */
static int cuts_files(void)
{
    enum { READ_WRITE = 3, SHARED = 1 };
    char name[] = "/t_revoke.0";

    name[sizeof name - 2] = (char)('a' + getpid() % 26);
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || unlink(name))
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        if (ftruncate(fd, PAGE))
            return 2;
        long at = syscall(SYS_mmap2, 0, PAGE, READ_WRITE, SHARED, fd, 0);
        if (at == -1)
            return 3;
        *(volatile char *)at = 1;
        if (ftruncate(fd, 0) || syscall(SYS_munmap, at, PAGE))
            return 4;
    }
    return 9;
}

static bool both_take_back(void)
{
    pid_t sleepers[SLEEPERS], workers[SEGMENTS + MAPPERS];
    bool good = true;

    for (int i = 0; i < SLEEPERS; i++)
        sleepers[i] = child_start(sleeps);
    for (int i = 0; i < SEGMENTS + MAPPERS; i++)
        workers[i] = child_start(i < SEGMENTS ? opens_segments : cuts_files);
    for (int i = 0; i < SEGMENTS + MAPPERS; i++)
        good = IS(child_end(workers[i]), EXITED(9)) && good;
    for (int i = 0; i < SLEEPERS; i++)
        good = IS(child_kill(sleepers[i]), SIGKILL) && good;
    return good;
}

static const struct tap_point points[] = {
    {"both take memory back at once", both_take_back},
};

int main(void)
{
    return TAP_RUN(points);
}
