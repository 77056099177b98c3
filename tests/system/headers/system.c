/* <sys/mman.h>, <sys/resource.h>, <sys/utsname.h>, <sys/random.h>, <sched.h>; variables that are a thread's own. */
#define _GNU_SOURCE 1 /* mremap */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, OWN = MAP_PRIVATE | MAP_ANONYMOUS };

static bool maps(void)
{
    char *at = mmap(NULL, 5 * PAGE, RW, OWN, -1, 0);
    bool good = HOLDS(at != MAP_FAILED) && IS(at[5 * PAGE - 1], 0);

    memset(at, 3, 5 * PAGE);
    good = good && IS(mmap(at + PAGE, PAGE, RW, OWN | MAP_FIXED, -1, 0), at + PAGE) && IS(at[PAGE], 0) &&
           IS(at[2 * PAGE], 3) && FAILS(mmap(at, PAGE, RW, OWN | 0x100000, -1, 0), EEXIST) &&
           HOLDS(mmap(at, PAGE, RW, OWN, -1, 0) != at) && IS(munmap(at, 5 * PAGE), 0) && IS(munmap(at, PAGE), 0);
    return good && IS(munmap(at + 5 * PAGE, PAGE), 0);
}

static bool moves_maps(void)
{
    char *at = mmap(NULL, 4 * PAGE, RW, OWN, -1, 0), *behind;
    memset(at, 5, 4 * PAGE);
    bool good = IS(mremap(at, 4 * PAGE, 2 * PAGE, 0), at) && IS(at[2 * PAGE - 1], 5) &&
                IS(mremap(at, 2 * PAGE, 2 * PAGE - 1, 0), at) && IS(mremap(at, 2 * PAGE, 3 * PAGE, 0), at) &&
                IS(at[2 * PAGE], 0) &&
                HOLDS((behind = mmap(at + 3 * PAGE, PAGE, RW, OWN | 0x100000, -1, 0)) == at + 3 * PAGE) &&
                FAILS(mremap(at, 3 * PAGE, 4 * PAGE, 0), ENOMEM) && FAILS(mremap(at, 3 * PAGE, 0, 0), EINVAL) &&
                FAILS(mremap(at + 1, PAGE, PAGE, 0), EINVAL) && FAILS(mremap(at, PAGE, PAGE, 2, at), EINVAL) &&
                FAILS(mremap((char *)4096, PAGE, PAGE, 0), EFAULT);
    char *to = mremap(at, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
    return good && HOLDS(to != at && to != MAP_FAILED) && IS(to[2 * PAGE - 1], 5) && IS(to[2 * PAGE], 0) &&
           IS(munmap(to, 5 * PAGE), 0) && IS(munmap(behind, PAGE), 0);
}

static bool refuses_maps(void)
{
    return FAILS(mmap(NULL, 0, RW, OWN, -1, 0), EINVAL) && FAILS(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL) &&
           FAILS(mmap((char *)0x50000001, PAGE, RW, OWN | MAP_FIXED, -1, 0), EINVAL) &&
           FAILS(mmap(NULL, PAGE, RW, MAP_PRIVATE, 1, 0), ENODEV) &&
           FAILS(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 99, 0), EBADF) &&
           FAILS(mmap(NULL, PAGE, PROT_WRITE | PROT_EXEC, OWN, -1, 0), EACCES) &&
           FAILS(mmap(NULL, 0x7fff0000, RW, OWN, -1, 0), ENOMEM) && FAILS(munmap((char *)0x50000001, PAGE), EINVAL) &&
           FAILS(munmap((char *)0x8e8000, PAGE), EINVAL);
}

static bool locks(void)
{
    char *at = mmap(NULL, 2 * PAGE, RW, OWN, -1, 0);

    return IS(mlock(at + 5, PAGE), 0) && IS(munlock(at, PAGE), 0) && FAILS(mlock((char *)4096, PAGE), ENOMEM) &&
           FAILS(mlock(at, (size_t)-5), EINVAL) && IS(mlockall(MCL_CURRENT | MCL_FUTURE), 0) && FAILS(mlockall(0), EINVAL) &&
           FAILS(mlockall(8), EINVAL) && IS(munlockall(), 0) && FAILS(syscall(SYS_mlock2, at, PAGE, 2), EINVAL) && IS(munmap(at, 2 * PAGE), 0);
}

static bool limits(void)
{
    struct rlimit limit, more;

    bool good = IS(getrlimit(RLIMIT_AS, &limit), 0) && HOLDS(limit.rlim_cur > 1 << 20) &&
                IS(getrlimit(RLIMIT_STACK, &more), 0) && IS(more.rlim_cur, 8 << 20) &&
                IS(getrlimit(RLIMIT_CORE, &more), 0) && FAILS(getrlimit(99, &more), EINVAL) &&
                FAILS(setrlimit(RLIMIT_CORE, &more), EINVAL);
    more = (struct rlimit){limit.rlim_cur + (64 << 20), limit.rlim_cur + (64 << 20)};
    return good && FAILS(setrlimit(RLIMIT_AS, &more), EPERM) &&
           FAILS(getrlimit(RLIMIT_AS, (struct rlimit *)16), EFAULT);
}

static _Thread_local int own = 5, other;

static void *never(void *argument)
{
    return argument;
}

static bool threads(void)
{
    pthread_t thread;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pid_t child = 0;
    char *words[] = {"hello", NULL};
    int status = -1;

    return IS(pthread_create(&thread, NULL, never, NULL), ENOSYS) && IS(pthread_mutex_lock(&mutex), 0) &&
           IS(pthread_mutex_trylock(&mutex), EBUSY) && IS(pthread_mutex_unlock(&mutex), 0) &&
           IS(posix_spawn(&child, "nothing", NULL, NULL, words, NULL), ENOENT) &&
           IS(posix_spawn(&child, "hello", NULL, NULL, words, NULL), 0) && IS(waitpid(child, &status, 0), child) &&
           IS(status, 0);
}

/* Where pthread_cancel() is named, calls that it may prevent go another way; prevented, the only thread's end is the process's. */
static bool cancellation(void)
{
    struct timespec no_time = {0, 0};
    int status = -1;

    if (fork() == 0) {
        if (write(1, "", 0) != 0 || write(3, "", 1) != -1 || nanosleep(&no_time, NULL) != 0)
            _exit(1);
        if (pthread_cancel(pthread_self()) == 0)
            nanosleep(&no_time, NULL);
        _exit(2);
    }
    return HOLDS(wait(&status) > 0) && IS(status, 0);
}

static bool others(void)
{
    struct utsname name;
    unsigned char bytes[64] = {0}, more[64] = {0};
    int status = 0;

    own += other + 1;
    if (fork() == 0)
        _exit(own++ == 6);
    bool good = HOLDS(wait(&status) > 0) && IS(status, 1 << 8) && IS(own, 6);
    own = 5;
    return good && IS(uname(&name), 0) && HOLDS(!strcmp(name.sysname, "Tally") && !strcmp(name.machine, "i686")) &&
           IS(getrandom(bytes, sizeof bytes, 0), sizeof bytes) && IS(getrandom(more, sizeof more, 0), sizeof more) &&
           HOLDS(memcmp(bytes, more, sizeof more) != 0) && IS(sched_yield(), 0) && IS(getuid(), 0) &&
           FAILS(uname((struct utsname *)16), EFAULT) && FAILS(getrandom((char *)16, 1, 0), EFAULT) &&
           FAILS(syscall(SYS_ptrace, 0, 0, 0, 0), ENOSYS) && FAILS(syscall(506), ENOSYS) && FAILS(syscall(4000), ENOSYS);
}

const struct tap_point header_system[] = {
    {"anonymous maps", maps},
    {"maps of another size", moves_maps},
    {"maps that there are not", refuses_maps},
    {"mlock", locks},
    {"limits", limits},
    {"there is one thread", threads},
    {"it may cancel itself", cancellation},
    {"the rest", others},
    {0, 0},
};
