/* <pthread.h>: there is one thread, with variables of its own. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Thread_local int own = 5, other;

static void *never(void *argument)
{
    return argument;
}

static bool threads(void)
{
    pthread_t thread;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    return IS(pthread_create(&thread, NULL, never, NULL), ENOSYS) && IS(pthread_mutex_lock(&mutex), 0) &&
           IS(pthread_mutex_trylock(&mutex), EBUSY) && IS(pthread_mutex_unlock(&mutex), 0);
}

/* A program that names pthread_cancel() makes its waiting calls in another way. Cancelling the only thread ends the
 * process. */
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

static bool variables(void)
{
    int status = 0;

    own += other + 1;
    if (fork() == 0)
        _exit(own++ == 6);
    bool good = HOLDS(wait(&status) > 0) && IS(status, 1 << 8) && IS(own, 6);
    own = 5;
    return good;
}

static int begun;

static void begin(void)
{
    begun++;
}

static bool keys(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_key_t key;
    int value = 7;

    begun = 0;
    bool good = IS(pthread_key_create(&key, NULL), 0) && HOLDS(!pthread_getspecific(key)) &&
                IS(pthread_setspecific(key, &value), 0) && HOLDS(pthread_getspecific(key) == &value) &&
                IS(pthread_key_delete(key), 0);
    once = PTHREAD_ONCE_INIT;
    return IS(pthread_once(&once, begin), 0) && IS(pthread_once(&once, begin), 0) && IS(begun, 1) &&
           HOLDS(pthread_equal(pthread_self(), pthread_self())) && good;
}

const struct tap_point header_pthread[] = {
    {"there is one thread", threads},
    {"a thread may cancel itself", cancellation},
    {"its own variables", variables},
    {"keys, and pthread_once", keys},
    {0, 0},
};
