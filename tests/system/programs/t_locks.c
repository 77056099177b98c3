/* Locks of files between processes: fcntl for ranges, flock for whole files; who waits, and what ends the wait. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int fd, ends[2];

/* A file for all, and a pipe by which a child reports its progress. */
static bool begins(void)
{
    fd = open("/tmp/locked", O_RDWR | O_CREAT, 0644);
    return HOLDS(fd >= 0) && IS(pipe(ends), 0);
}

static bool closes(bool good)
{
    return IS(close(fd), 0) && IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && IS(unlink("/tmp/locked"), 0) && good;
}

static void sends(void)
{
    write(ends[1], "", 1);
}

static bool receives(void)
{
    char byte;

    return IS(read(ends[0], &byte, 1), 1);
}

static int range(int command, int kind, off_t start, off_t length)
{
    struct flock lock = {.l_type = (short)kind, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

    return fcntl(fd, command, &lock);
}

/* ------------------------------------------------------------------------------------- ranges */

static bool is_told(off_t at, int kind, off_t start, off_t length, pid_t pid)
{
    struct flock lock = {.l_type = F_WRLCK, .l_start = at, .l_len = 1, .l_pid = 5};

    return IS(fcntl(fd, F_GETLK, &lock), 0) && IS(lock.l_type, kind) && IS(lock.l_start, start) &&
           IS(lock.l_len, length) && IS(lock.l_pid, pid);
}

static int sees_its_parents(void)
{
    bool good = is_told(3, F_WRLCK, 0, 10, getppid()) && is_told(10, F_UNLCK, 10, 1, 5) &&
                is_told(1LL << 40, F_RDLCK, 1LL << 40, 0, getppid()) && FAILS(range(F_SETLK, F_RDLCK, 9, 1), EAGAIN) &&
                IS(range(F_SETLK, F_RDLCK, 10, 1LL << 40), 0);

    return good ? 9 : 1;
}

static int locks_all(void)
{
    return range(F_SETLK, F_WRLCK, 0, 0) == 0 ? 9 : 1;
}

static bool ranges(void)
{
    if (!begins())
        return false;
    bool good = IS(range(F_SETLK, F_WRLCK, 0, 10), 0) && IS(range(F_SETLK, F_RDLCK, 1LL << 40, 0), 0) &&
                IS(child_run(sees_its_parents), EXITED(9)) &&
                IS(range(F_SETLK, F_WRLCK, 0, 0), 0); /* the child's lock is gone */
    int other = open("/tmp/locked", O_RDONLY);
    good = IS(child_run(locks_all), EXITED(1)) && IS(close(other), 0) && IS(child_run(locks_all), EXITED(9)) && good;
    return closes(good);
}

static int unlocked_32(void)
{
    struct {
        short kind, whence;
        long start, length;
        int pid;
    } lock = {F_WRLCK, SEEK_SET, 0, 0, 0};

    return syscall(SYS_fcntl64, fd, 5, &lock) == 0 && lock.kind == F_WRLCK && lock.start == 8 && lock.length == 4 &&
                   lock.pid == getppid()
               ? 9
               : 1;
}

/* lockf, and the structure of 32 bits, which musl does not use. */
static bool other_forms(void)
{
    if (!begins())
        return false;
    bool good = IS(lseek(fd, 8, SEEK_SET), 8) && IS(lockf(fd, F_TLOCK, 4), 0) &&
                IS(child_run(unlocked_32), EXITED(9)) && IS(lockf(fd, F_TEST, 4), 0) && IS(lockf(fd, F_ULOCK, 4), 0) &&
                FAILS(range(F_SETLK, 7, 0, 1), EINVAL) && FAILS(range(F_SETLK, F_RDLCK, -1, 1), EINVAL) &&
                FAILS(fcntl(fd, F_SETLK, 16), EFAULT) && FAILS(fcntl(9, F_SETLK, &good), EBADF) &&
                FAILS(range(F_OFD_GETLK - 1, F_RDLCK, 0, 1), EINVAL);
    int other = open("/tmp/locked", O_RDONLY);
    struct flock lock = {.l_type = F_WRLCK};
    good = FAILS(fcntl(other, F_SETLK, &lock), EBADF) && FAILS(fcntl(ends[0], F_SETLK, &lock), EINVAL) &&
           IS(close(other), 0) && good;
    return closes(good);
}

/* ------------------------------------------------------------------------------------- ranges of open files */

static int another;

static int range_of(int file, int command, int kind, off_t start, off_t length)
{
    struct flock lock = {.l_type = (short)kind, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

    return fcntl(file, command, &lock);
}

/* The parent waits, through `another`, for a lock of `fd`, which it has closed. */
static int has_an_open_file(void)
{
    bool good = range_of(fd, F_OFD_SETLK, F_RDLCK, 0, 1) == 0 && range_of(another, F_OFD_SETLK, F_RDLCK, 1, 1) == -1 &&
                errno == EAGAIN;

    sends();
    usleep(20000);
    return good ? 9 : 1;
}

static bool is_refused(struct flock lock, int error)
{
    return FAILS(fcntl(fd, F_OFD_GETLK, &lock), error) && FAILS(fcntl(fd, F_OFD_SETLK, &lock), error) &&
           FAILS(fcntl(fd, F_OFD_SETLKW, &lock), error);
}

static bool open_files(void)
{
    if (!begins())
        return false;
    struct flock found = {.l_type = F_RDLCK, .l_len = 1};
    another = open("/tmp/locked", O_RDWR);
    int third = open("/tmp/locked", O_RDONLY);
    bool good = IS(range_of(fd, F_OFD_SETLK, F_WRLCK, 0, 10), 0) &&
                FAILS(range_of(another, F_OFD_SETLK, F_RDLCK, 9, 1), EAGAIN) &&
                FAILS(range(F_SETLK, F_RDLCK, 0, 1), EAGAIN) && IS(range(F_SETLK, F_WRLCK, 10, 1), 0) &&
                FAILS(range_of(fd, F_OFD_SETLK, F_RDLCK, 10, 1), EAGAIN);
    good = IS(fcntl(another, F_OFD_GETLK, &found), 0) && IS(found.l_type, F_WRLCK) && IS(found.l_len, 10) &&
           IS(found.l_pid, -1) && good;
    found = (struct flock){.l_type = F_RDLCK, .l_len = 1};
    good = IS(fcntl(another, F_GETLK, &found), 0) && IS(found.l_pid, -1) && is_refused(found, EINVAL) &&
           is_refused((struct flock){.l_type = 7}, EINVAL) && good;
    good = FAILS(range_of(third, F_OFD_SETLK, F_WRLCK, 20, 1), EBADF) &&
           FAILS(range_of(99, F_OFD_SETLK, F_RDLCK, 0, 1), EBADF) && IS(close(third), 0) && good;
    pid_t child = child_start(has_an_open_file);
    good = receives() && IS(range_of(another, F_OFD_SETLK, F_RDLCK, 0, 1), 0) && IS(close(fd), 0) &&
           FAILS(range_of(another, F_OFD_SETLK, F_RDLCK, 1, 1), EAGAIN) &&
           IS(range_of(another, F_OFD_SETLKW, F_WRLCK, 1, 1), 0) && good;
    fd = another;
    return closes(IS(child_end(child), EXITED(9)) && good);
}

/* ------------------------------------------------------------------------------------- waiting */

static int waits_for_first(void)
{
    sends();
    return range(F_SETLKW, F_RDLCK, 0, 1) == 0 ? 9 : errno;
}

static int has_first_for_ever(void)
{
    range(F_SETLK, F_WRLCK, 0, 1);
    sends();
    for (;;)
        pause();
}

static bool waits(void)
{
    if (!begins())
        return false;
    bool good = IS(range(F_SETLK, F_WRLCK, 0, 0), 0);
    pid_t first = child_start(waits_for_first), second = child_start(waits_for_first);
    good = receives() && receives() && IS(usleep(20000), 0) && IS(waitpid(first, NULL, WNOHANG), 0) &&
           IS(range(F_SETLK, F_UNLCK, 0, 0), 0) && IS(child_end(first), EXITED(9)) &&
           IS(child_end(second), EXITED(9)) && good;
    return closes(good);
}

/* Kills the process that has the lock, and one that waits for it. */
static bool kills(void)
{
    if (!begins())
        return false;
    pid_t has = child_start(has_first_for_ever);
    bool good = receives();
    pid_t first = child_start(waits_for_first), second = child_start(waits_for_first);
    good = receives() && receives() && IS(usleep(20000), 0) && IS(child_kill(first), SIGKILL) &&
           IS(child_kill(has), SIGKILL) && IS(child_end(second), EXITED(9)) && good;
    return closes(IS(range(F_SETLK, F_WRLCK, 0, 0), 0) && good);
}

static int waits_for_parents(void)
{
    bool good = range(F_SETLK, F_WRLCK, 1, 1) == 0;

    sends();
    return range(F_SETLKW, F_WRLCK, 0, 1) == 0 && good ? 9 : 1;
}

static bool circle(void)
{
    if (!begins())
        return false;
    bool good = IS(range(F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t other = child_start(waits_for_parents);
    good = receives() && IS(usleep(20000), 0) && FAILS(range(F_SETLKW, F_WRLCK, 1, 1), EDEADLK) &&
           IS(range(F_SETLK, F_UNLCK, 0, 1), 0) && IS(child_end(other), EXITED(9)) && good;
    return closes(good);
}

static void on_signal(int signal)
{
    (void)signal;
}

static int interrupted(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGALRM, &action, NULL);
    ualarm(30000, 0);
    if (range(F_SETLKW, F_RDLCK, 0, 1) != -1 || errno != EINTR)
        return 1;
    int other = open("/tmp/locked", O_RDONLY);
    ualarm(30000, 0);
    if (flock(other, LOCK_SH) != -1 || errno != EINTR)
        return 2;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    ualarm(30000, 0);
    sends();
    return range(F_SETLKW, F_RDLCK, 0, 1) ? 3 : 9;
}

static bool signals(void)
{
    if (!begins())
        return false;
    bool good = IS(range(F_SETLK, F_WRLCK, 0, 0), 0) && IS(flock(fd, LOCK_EX), 0);
    pid_t child = child_start(interrupted);
    good = receives() && IS(usleep(60000), 0) && IS(waitpid(child, NULL, WNOHANG), 0) &&
           IS(range(F_SETLK, F_UNLCK, 0, 0), 0) && IS(child_end(child), EXITED(9)) && good;
    return closes(good);
}

/* ------------------------------------------------------------------------------------- all of a file */

static int keeps_over_exec(void)
{
    range(F_SETLK, F_WRLCK, 0, 1);
    dup2(ends[0], 0);
    sends();
    child_exec("cat", "-");
}

static int flocks(void)
{
    int other = open("/tmp/locked", O_RDONLY);

    if (flock(other, LOCK_SH | LOCK_NB) != -1 || errno != EWOULDBLOCK || flock(fd, LOCK_EX) != 0)
        return 1;
    close(fd); /* the parent still has it */
    if (flock(other, LOCK_SH | LOCK_NB) != -1)
        return 2;
    sends();
    return flock(other, LOCK_SH) == 0 && flock(other, LOCK_UN) == 0 ? 9 : 3;
}

static bool files(void)
{
    if (!begins())
        return false;
    bool good = IS(flock(fd, LOCK_EX), 0);
    pid_t child = child_start(flocks);
    good = receives() && IS(usleep(20000), 0) && IS(waitpid(child, NULL, WNOHANG), 0) && IS(flock(fd, LOCK_UN), 0) &&
           IS(child_end(child), EXITED(9)) && FAILS(flock(fd, 3), EINVAL) && FAILS(flock(9, LOCK_SH), EBADF) &&
           FAILS(flock(ends[0], LOCK_SH), EINVAL) && good;
    int root = open("/", O_RDONLY | O_DIRECTORY);
    good = IS(flock(root, LOCK_EX), 0) && IS(close(root), 0) && IS(flock(1, LOCK_EX), 0) && IS(flock(1, LOCK_UN), 0) &&
           good;
    return closes(good);
}

/* The next program keeps the lock until it ends. */
static bool programs(void)
{
    if (!begins())
        return false;
    pid_t child = child_start(keeps_over_exec);
    bool good = receives() && IS(usleep(50000), 0) && FAILS(range(F_SETLK, F_RDLCK, 0, 1), EAGAIN);
    good = HOLDS(child_kill(child) == SIGKILL) && IS(range(F_SETLK, F_RDLCK, 0, 1), 0) && good;
    return closes(good);
}

int main(void)
{
    static const struct tap_point points[] = {
        {"ranges are locked, and seen by others", ranges},
        {"lockf, the small structure, and what is refused", other_forms},
        {"open files own ranges, until they are closed", open_files},
        {"a waiter continues after the unlock", waits},
        {"either may be killed", kills},
        {"a circle is refused", circle},
        {"a signal ends a wait", signals},
        {"open files are locked", files},
        {"exec keeps locks", programs},
    };

    return TAP_RUN(points);
}
