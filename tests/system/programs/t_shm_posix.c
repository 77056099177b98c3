/*
 * POSIX's shared memory and named semaphores, of <sys/mman.h> and <semaphore.h>: files of /dev/shm. The assignment's
 * shm_open is another function of another header, and both are in this program.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As in libuser/mem/shm.h, which a file cannot include together with <sys/mman.h>. */
int assigned_shm_open(int id, char **pointer) __asm__("tally_shm_open");
int shm_close(int id);

enum { PAGE = 4096, PAGES = 70, BYTES = PAGES * PAGE, RW = PROT_READ | PROT_WRITE, ROUNDS = 20 };

static const char name[] = "/t_shm_posix";
static char *shared;
static sem_t *go, *done;

static int make(void)
{
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

    return fd >= 0 && ftruncate(fd, BYTES) == 0 ? fd : -1;
}

static char *map(int fd, int protection)
{
    return mmap(NULL, BYTES, protection, MAP_SHARED, fd, 0);
}

static bool unmap(void *at, int fd)
{
    return IS(munmap(at, BYTES), 0) && IS(close(fd), 0);
}

/* -------------------------------------------------------------------------------------- shm_open */

static int opens_and_stores(void)
{
    int fd = shm_open(name, O_RDWR, 0);
    char *at = map(fd, RW);

    if (at == MAP_FAILED || at[BYTES - 1] != 'p')
        return 1;
    at[PAGE] = 'c';
    return 0;
}

static bool another_process_sees(void)
{
    int fd = make();
    char *at = map(fd, RW);
    bool good = HOLDS(at != MAP_FAILED) && IS(at[0] | at[BYTES - 1], 0);

    at[BYTES - 1] = 'p';
    good = IS(child_run(opens_and_stores), EXITED(0)) && IS(at[PAGE], 'c') && good;
    return unmap(at, fd) && IS(shm_unlink(name), 0) && good;
}

static bool it_stays_without_holders(void)
{
    int fd = make();
    struct stat status;
    bool good = IS(pwrite(fd, "k", 1, PAGE), 1) && IS(close(fd), 0);

    fd = shm_open(name, O_RDONLY, 0);
    char *at = map(fd, PROT_READ);
    good =
        HOLDS(at != MAP_FAILED) && IS(at[PAGE], 'k') && IS(fstat(fd, &status), 0) && IS(status.st_size, BYTES) && good;
    return unmap(at, fd) && IS(shm_unlink(name), 0) && good;
}

static bool unlinked_it_lives_until_the_last_close(void)
{
    int fd = make(), other;
    char *at = map(fd, RW);
    bool good = HOLDS(at != MAP_FAILED) && IS(shm_unlink(name), 0) && FAILS(shm_unlink(name), ENOENT);

    at[0] = 'o';
    other = make();
    char *another = map(other, RW);
    good = IS(another[0], 0) && IS(at[0], 'o') && good;
    return unmap(at, fd) && unmap(another, other) && IS(shm_unlink(name), 0) && good;
}

static bool open_errors(void)
{
    char long_name[NAME_MAX + 3];

    memset(long_name, 'n', sizeof long_name);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = 0;
    int fd = make();
    bool good = HOLDS(fd >= 0) && FAILS(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST) &&
                FAILS(shm_open("/t_none", O_RDWR, 0), ENOENT) &&
                FAILS(shm_open("/a/b", O_RDWR | O_CREAT, 0600), EINVAL) && FAILS(shm_open("/..", O_RDWR, 0), EINVAL) &&
                FAILS(shm_open(long_name, O_RDWR, 0), ENAMETOOLONG) && FAILS(shm_unlink("/t_none"), ENOENT) &&
                FAILS(shm_unlink("/a/b"), EINVAL);
    return IS(fcntl(fd, F_GETFD), FD_CLOEXEC) && IS(close(fd), 0) && IS(shm_unlink(name), 0) && good;
}

/* ------------------------------------------------------------------------------------- read-only */

static int stores(void)
{
    shared[PAGE] = 'x';
    return 0;
}

static bool who_may_read_cannot_write(void)
{
    int fd = make(), reads = shm_open(name, O_RDONLY, 0);

    shared = map(reads, PROT_READ);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(stores), SIGSEGV) && IS(shared[PAGE], 0);
    good = FAILS(mprotect(shared, BYTES, RW), EACCES) && IS(child_run(stores), SIGSEGV) && good;
    good = FAILS((ptrdiff_t)map(reads, RW), EACCES) && FAILS(ftruncate(reads, 0), EINVAL) &&
           FAILS(write(reads, "x", 1), EBADF) && good;
    return unmap(shared, reads) && IS(close(fd), 0) && IS(shm_unlink(name), 0) && good;
}

static bool what_is_cut_is_gone(void)
{
    int fd = make();

    shared = map(fd, RW);
    shared[PAGE] = 'x';
    bool good = IS(ftruncate(fd, PAGE), 0) && IS(child_run(stores), SIGBUS);
    return unmap(shared, fd) && IS(shm_unlink(name), 0) && good;
}

/* ---------------------------------------------------------------------------------------- others */

static bool the_assignments_is_another(void)
{
    char *page = NULL;
    int fd = make();
    char *at = map(fd, RW);
    bool good = IS(assigned_shm_open(1, &page), 0) && HOLDS(page != at);

    page[0] = 'a';
    at[0] = 'b';
    good = IS(page[0], 'a') && IS(shm_close(1), 0) && good;
    return unmap(at, fd) && IS(shm_unlink(name), 0) && good;
}

static int replies(void)
{
    for (int i = 0; i < ROUNDS; i++)
        if (sem_wait(go) || sem_post(done))
            return 1;
    return 0;
}

static bool named_semaphores(void)
{
    go = sem_open("/t_go", O_CREAT | O_EXCL, 0600, 0);
    done = sem_open("/t_done", O_CREAT | O_EXCL, 0600, 0);
    bool good = HOLDS(go != SEM_FAILED && done != SEM_FAILED) &&
                HOLDS(sem_open("/t_go", O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED) && IS(errno, EEXIST) &&
                HOLDS(sem_open("/t_none", 0) == SEM_FAILED) && IS(errno, ENOENT);
    pid_t child = good ? child_start(replies) : -1;

    for (int i = 0; good && i < ROUNDS; i++)
        good = IS(sem_post(go), 0) && IS(sem_wait(done), 0);
    good = good && IS(child_end(child), EXITED(0));
    return IS(sem_close(go), 0) && IS(sem_close(done), 0) && IS(sem_unlink("/t_go"), 0) &&
           IS(sem_unlink("/t_done"), 0) && FAILS(sem_unlink("/t_go"), ENOENT) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"another process that opens it sees what is stored", another_process_sees},
        {"it stays when no process has it open", it_stays_without_holders},
        {"unlinked, it lives until the last close", unlinked_it_lives_until_the_last_close},
        {"each error of shm_open and shm_unlink", open_errors},
        {"a file opened to read cannot be written through its mapping", who_may_read_cannot_write},
        {"a touch of what was cut off is SIGBUS", what_is_cut_is_gone},
        {"the assignment's shm_open in the same program", the_assignments_is_another},
        {"named semaphores", named_semaphores},
    };
    return TAP_RUN(points);
}
