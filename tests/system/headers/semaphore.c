/* <semaphore.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool counts(void)
{
    const struct timespec past = {1, 0};
    sem_t semaphore;
    int value = 0;

    return IS(sem_init(&semaphore, 0, 1), 0) && IS(sem_wait(&semaphore), 0) && FAILS(sem_trywait(&semaphore), EAGAIN) &&
           FAILS(sem_timedwait(&semaphore, &past), ETIMEDOUT) && IS(sem_post(&semaphore), 0) &&
           IS(sem_getvalue(&semaphore, &value), 0) && IS(value, 1) && IS(sem_destroy(&semaphore), 0);
}

static bool between_processes(void)
{
    sem_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    sem_init(shared, 1, 0);
    if (fork() == 0)
        sem_post(shared), _exit(0);
    bool good = IS(sem_wait(shared), 0) && HOLDS(wait(NULL) > 0);
    return IS(munmap(shared, 4096), 0) && good;
}

const struct tap_point header_semaphore[] = {{"semaphores", counts}, {"between processes", between_processes}, {0, 0}};
