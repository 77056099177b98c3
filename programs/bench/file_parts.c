#include "programs/bench/parts.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE };

static char *map(int fd, unsigned pages)
{
    char *at = mmap(0, pages * PAGE, RW, MAP_SHARED, fd, 0);

    check(at != MAP_FAILED, "mmap of a file");
    return at;
}

/* A file without a name; the server has lent all of its pages. */
static void keep_file(bool stays_mapped)
{
    enum { PAGES = 8 };
    int fd = open("/tmp/part", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    check(fd >= 0 && unlink("/tmp/part") == 0 && ftruncate(fd, PAGES * PAGE) == 0, "a file");
    char *at = map(fd, PAGES);
    check(stays_mapped || munmap(at, PAGES * PAGE) == 0, "munmap of a file");
}

static void keep_files(void)
{
    enum { FILES = 125, MAPPED = 60 };

    for (unsigned i = 0; i < FILES; i++)
        keep_file(i < MAPPED);
}

static void exec_with_files(void)
{
    char *const arguments[] = {"bench_nothing", 0};

    keep_files();
    execv("/bin/bench_nothing", arguments);
    check(false, "exec");
}

/* Who ends, and who executes another program, has more open and mapped than can be taken back at once. */
void part_files(void)
{
    part("files_end");
    in_child(keep_files);
    part("files_exec");
    in_child(exec_with_files);
}

/* A file becomes shorter that many have mapped; one that many have mapped goes with the last of them. */
void part_cut(void)
{
    enum { MAPPERS = 300, PAGES = 8 };
    static pid_t mappers[MAPPERS];
    int fd = open("/tmp/part", O_RDWR | O_CREAT, 0600);

    check(fd >= 0 && unlink("/tmp/part") == 0 && ftruncate(fd, 2 * PAGES * PAGE) == 0, "a file");
    char *at = map(fd, 2 * PAGES);
    for (unsigned i = 0; i < MAPPERS; i++)
        mappers[i] = child_begins(sleep_long);
    part("cut_file");
    check(ftruncate(fd, PAGES * PAGE) == 0, "ftruncate");
    part("cut_end");
    check(close(fd) == 0 && munmap(at, 2 * PAGES * PAGE) == 0, "munmap of a file");
    for (unsigned i = 0; i < MAPPERS; i++)
        check(kill(mappers[i], SIGKILL) == 0, "kill");
    for (unsigned i = 0; i < MAPPERS; i++)
        child_ends(mappers[i], SIGKILL);
}
