/*
 * Futexes: between processes in shared memory, and what POSIX builds on them.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "libuser/mem/shm_named.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHARED_PAGE = -43, WAIT = 0, WAKE = 1, REQUEUE = 3, CMP_REQUEUE = 4, PRIVATE = 128, ROUNDS = 200, CHILDREN = 3 };

static struct shared {
    volatile int word, other, ready, woken, counter;
    sem_t to, from;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} * shared;

static const char *file; /* a file that is mapped instead of the segment; 0: there is none; "": a file without a name */
static const char *name; /* of the segment; 0: it has a number */

static void *map_file(void)
{
    enum { RIGHTS = 3, MAP_SHARED_ = 1, MAP_ANONYMOUS_ = 0x20, PAGE = 4096 };
    int fd = *file ? open(file, O_RDWR | O_CREAT, 0600) : -1;
    long at = ftruncate(fd, PAGE) && *file
                  ? -1
                  : syscall(SYS_mmap2, 0, PAGE, RIGHTS, *file ? MAP_SHARED_ : MAP_SHARED_ | MAP_ANONYMOUS_, fd, 0);

    close(fd);
    return at == -1 ? NULL : (void *)at; /* shm.h declares another mmap */
}

static void begin(void)
{
    char *page = NULL;

    if (file)
        page = map_file();
    else if (name)
        page = shm_attach(name, sizeof *shared, SHM_CREATE, (void **)&page) ? NULL : page;
    else if (shm_open(SHARED_PAGE, &page) != 0)
        page = NULL;
    if (!page)
        exit(99);
    shared = (struct shared *)(void *)page;
    memset(shared, 0, sizeof *shared);
}

static long give_back(void)
{
    if (file)
        return syscall(SYS_munmap, shared, 4096);
    return name ? shm_detach(shared) : shm_close(SHARED_PAGE);
}

static bool end(bool good)
{
    return IS(give_back(), 0) && good;
}

static long futex(volatile int *word, int operation, int value, const struct timespec *time)
{
    return syscall(SYS_futex_time64, word, operation, value, time, &shared->other, 0);
}

static void until(volatile int *word, int value)
{
    while (*word < value)
        sched_yield();
}

/* Waits until no more are woken: all that could run have run. */
static void settle(void)
{
    usleep(30000);
}

static int waits_once(void)
{
    __atomic_fetch_add(&shared->ready, 1, __ATOMIC_SEQ_CST);
    while (futex(&shared->word, WAIT, 0, NULL) == 0 && shared->word == 0)
        ;
    __atomic_fetch_add(&shared->woken, 1, __ATOMIC_SEQ_CST);
    return 9;
}

static int wakes_own_only(void)
{
    static volatile int own;

    shared->ready = 1;
    until(&shared->word, 1);
    return futex(&own, WAKE, 10, NULL) == 0 ? 9 : 1; /* its parent waits at the same address in a page of its own */
}

static bool simple_things(void)
{
    static volatile int word = 5;
    struct timespec little = {0, 30000000}, bad = {0, 1000000000};

    begin();
    bool good = FAILS(futex(&word, WAIT, 4, NULL), EAGAIN) && FAILS(futex(&word, WAIT, 5, &little), ETIMEDOUT) &&
                FAILS(futex(&word, WAIT, 5, &bad), EINVAL) && IS(futex(&word, WAKE, 1, NULL), 0) &&
                FAILS(futex((volatile int *)((uintptr_t)&word + 1), WAIT, 5, NULL), EINVAL) &&
                FAILS(futex(&word, 77, 0, NULL), ENOSYS) && FAILS(futex((volatile int *)64, WAKE, 1, NULL), EFAULT) &&
                FAILS(futex(&word, CMP_REQUEUE, 0, NULL), EAGAIN);
    return end(good);
}

static pid_t children[CHILDREN];

static void start_waiters(void)
{
    for (int i = 0; i < CHILDREN; i++)
        children[i] = child_start(waits_once);
    until(&shared->ready, CHILDREN);
}

static bool end_waiters(void)
{
    bool good = true;

    for (int i = 0; i < CHILDREN; i++)
        good = IS(child_end(children[i]), EXITED(9)) && good;
    return good;
}

static long wake_of(volatile int *word, int count)
{
    long woken = 0, now;

    while (woken < count) {
        now = futex(word, WAKE, count - (int)woken, NULL);
        woken += now;
        if (!now)
            sched_yield(); /* they are on their way to the wait */
    }
    return woken;
}

static bool so_many_are_woken(void)
{
    begin();
    start_waiters();
    settle();
    shared->word = 1;
    bool good = IS(wake_of(&shared->word, 1), 1);
    until(&shared->woken, 1);
    settle();
    good = IS(shared->woken, 1) && IS(wake_of(&shared->word, CHILDREN - 1), CHILDREN - 1) && good;
    return end(end_waiters() && IS(futex(&shared->word, WAKE, 1, NULL), 0) && good);
}

/* One is woken, the others then wait at another word. */
static bool others_are_moved(void)
{
    begin();
    start_waiters();
    settle();
    shared->word = 1;
    long woken = syscall(SYS_futex, &shared->word, REQUEUE, 1, 10, &shared->other, 0);
    bool good = IS(woken, 1) && IS(futex(&shared->word, WAKE, 10, NULL), 0) &&
                IS(futex(&shared->other, WAKE, 10, NULL), CHILDREN - 1);
    return end(end_waiters() && good);
}

static bool the_killed_go(void)
{
    begin();
    start_waiters();
    settle();
    bool good = IS(child_kill(children[0]), SIGKILL);
    shared->word = 1;
    good = IS(futex(&shared->word, WAKE, 10, NULL), CHILDREN - 1) && good;
    children[0] = child_start(waits_once); /* it sees that it need not wait */
    return end(end_waiters() && good);
}

static bool own_words_are_own(void)
{
    static volatile int own;
    struct timespec little = {0, 200000000};

    begin();
    pid_t child = child_start(wakes_own_only);
    until(&shared->ready, 1);
    shared->word = 1;
    bool good = FAILS(futex(&own, WAIT, 0, &little), ETIMEDOUT);
    return end(IS(child_end(child), EXITED(9)) && good);
}

static void on_signal(int signal)
{
    (void)signal;
    shared->woken++;
}

static int waits_for_signal(void)
{
    struct sigaction action = {.sa_handler = on_signal}, again = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigaction(SIGUSR1, &action, NULL);
    shared->ready = 1;
    if (futex(&shared->word, WAIT, 0, NULL) != -1 || errno != EINTR)
        return 1;
    sigaction(SIGUSR1, &again, NULL);
    shared->ready = 2;
    return futex(&shared->word, WAIT, 0, NULL) == 0 ? 9 : 2;
}

static bool signals_interrupt(void)
{
    begin();
    pid_t child = child_start(waits_for_signal);
    until(&shared->ready, 1);
    settle();
    kill(child, SIGUSR1);
    until(&shared->ready, 2);
    settle();
    kill(child, SIGUSR1);
    until(&shared->woken, 2);
    return end(IS(wake_of(&shared->word, 1), 1) && IS(child_end(child), EXITED(9)));
}

/* ------------------------------------------------------------------------------------- strangers */

static int told[2], asked[2]; /* pipes, as a stranger shares no memory */

static void pass(int to)
{
    if (write(to, "", 1) != 1)
        exit(98);
}

static void await(int from)
{
    char byte;

    if (read(from, &byte, 1) != 1)
        exit(97);
}

/* It knows the address of the page, and every call of proc. */
static int interferes(void)
{
    uint32_t word = (uint32_t)&shared->word, other = (uint32_t)&shared->other, woken = 0;

    if (give_back() || proc_futex_watch(CLIENT_SLOT_PROC, word, true, &woken))
        return 1;
    pass(told[1]);
    await(asked[0]);
    if (proc_futex_wake(CLIENT_SLOT_PROC, word, 1, 10, &woken) ||
        proc_futex_requeue(CLIENT_SLOT_PROC, word, other, 1, 10))
        return 2;
    pass(told[1]);
    await(asked[0]);
    return woken <= 1 ? 9 : 3; /* the child wakes itself */
}

/* The stranger is in the queue before the child that has the page, and wakes and moves whatever it can. */
static bool strangers_change_nothing(void)
{
    begin();
    bool good = IS(pipe(told), 0) && IS(pipe(asked), 0);
    pid_t stranger = child_start(interferes);
    await(told[0]);
    pid_t child = child_start(waits_once);
    until(&shared->ready, 1);
    settle();
    pass(asked[1]);
    await(told[0]);
    shared->word = 1;
    good = IS(futex(&shared->word, WAKE, 1, NULL), 1) && good;
    settle();
    good = IS(shared->woken, 1) && good;
    pass(asked[1]);
    good = IS(child_end(stranger), EXITED(9)) && good;
    if (!shared->woken)
        kill(child, SIGKILL);
    good = IS(child_end(child), EXITED(9)) && good;
    close(told[0]), close(told[1]), close(asked[0]), close(asked[1]);
    return end(good);
}

static bool nor_in_a_file(void)
{
    file = "/t_futex.page";
    bool good = strangers_change_nothing() && IS(unlink(file), 0);
    file = "";
    good = strangers_change_nothing() && good;
    file = NULL;
    return good;
}

static bool nor_by_a_name(void)
{
    name = "t_futex";
    bool good = strangers_change_nothing();
    name = NULL;
    return good;
}

/* ---------------------------------------------------------------------------- what is built on it */

static int replies(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        sem_wait(&shared->to);
        shared->counter++;
        sem_post(&shared->from);
    }
    return 9;
}

static bool semaphores(void)
{
    struct timespec soon;

    begin();
    bool good = IS(sem_init(&shared->to, 1, 0), 0) && IS(sem_init(&shared->from, 1, 0), 0);
    pid_t child = child_start(replies);
    for (int i = 0; i < ROUNDS && good; i++)
        good = IS(sem_post(&shared->to), 0) && IS(sem_wait(&shared->from), 0) && IS(shared->counter, i + 1);
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += soon.tv_nsec < 900000000 ? 50000000 : 0;
    good = FAILS(sem_timedwait(&shared->from, &soon), ETIMEDOUT) && good;
    return end(IS(child_end(child), EXITED(9)) && good);
}

static int counts(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&shared->mutex);
        int seen = shared->counter;
        if (i % 20 == 0)
            sched_yield();
        shared->counter = seen + 1;
        pthread_cond_signal(&shared->changed);
        pthread_mutex_unlock(&shared->mutex);
    }
    return 9;
}

static bool mutexes(void)
{
    pthread_mutexattr_t of_mutex;
    pthread_condattr_t of_condition;

    begin();
    pthread_mutexattr_init(&of_mutex), pthread_mutexattr_setpshared(&of_mutex, PTHREAD_PROCESS_SHARED);
    pthread_condattr_init(&of_condition), pthread_condattr_setpshared(&of_condition, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &of_mutex), pthread_cond_init(&shared->changed, &of_condition);
    for (int i = 0; i < CHILDREN; i++)
        children[i] = child_start(counts);
    pthread_mutex_lock(&shared->mutex);
    while (shared->counter < CHILDREN * ROUNDS)
        pthread_cond_wait(&shared->changed, &shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
    return end(end_waiters() && IS(shared->counter, CHILDREN * ROUNDS));
}

static int wakes_from_elsewhere(void)
{
    struct shared *here = shared;

    shared = map_file();
    if (!shared || shared == here)
        return 1;
    until(&shared->ready, 1);
    settle();
    shared->word = 1;
    return wake_of(&shared->word, 1) == 1 ? 9 : 2;
}

static bool pages_of_a_file(void)
{
    file = "/t_futex.page";
    begin();
    pid_t child = child_start(wakes_from_elsewhere);
    bool good = IS(waits_once(), 9) && IS(child_end(child), EXITED(9));
    good = end(good) && so_many_are_woken() && others_are_moved() && semaphores() && mutexes() && IS(unlink(file), 0);
    file = NULL;
    return good;
}

static bool pages_without_a_name(void)
{
    file = "";
    bool good = so_many_are_woken() && others_are_moved() && signals_interrupt() && semaphores() && mutexes();
    file = NULL;
    return good;
}

static const struct tap_point points[] = {
    {"refused calls, and times", simple_things},
    {"the right number is woken", so_many_are_woken},
    {"others are moved", others_are_moved},
    {"a killed process no longer waits", the_killed_go},
    {"the words of a process are its own", own_words_are_own},
    {"signals interrupt", signals_interrupt},
    {"strangers wake and move no other process", strangers_change_nothing},
    {"nor in pages of a file", nor_in_a_file},
    {"nor in a segment with a name", nor_by_a_name},
    {"semaphores of two processes", semaphores},
    {"mutexes and conditions of several threads", mutexes},
    {"the same in pages of a file, wherever it is mapped", pages_of_a_file},
    {"the same in shared pages without a name", pages_without_a_name},
};

int main(void)
{
    return TAP_RUN(points);
}
