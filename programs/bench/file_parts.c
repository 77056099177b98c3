/* Parts of bench_server that keep the file server busy: open and mapped files, lent pages, locks. */
#include "programs/bench/parts.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <errno.h>
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

/* An unlinked file, of which the server has lent all pages. */
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
    execv("/tests/bench_nothing", arguments);
    check(false, "exec");
}

/* A process ends, or executes a program, with more open and mapped than the server takes back at once. */
void part_files(void)
{
    part("files_end");
    child_run(keep_files);
    part("files_exec");
    child_run(exec_with_files);
}

/* Truncates a file that many have mapped; the file goes with its last mapping. */
void part_cut(void)
{
    enum { MAPPERS = 300, PAGES = 8 };
    static pid_t mappers[MAPPERS];
    int fd = open("/tmp/part", O_RDWR | O_CREAT, 0600);

    check(fd >= 0 && unlink("/tmp/part") == 0 && ftruncate(fd, 2 * PAGES * PAGE) == 0, "a file");
    char *at = map(fd, 2 * PAGES);
    for (unsigned i = 0; i < MAPPERS; i++)
        mappers[i] = child_start(sleep_long);
    part("cut_file");
    check(ftruncate(fd, PAGES * PAGE) == 0, "ftruncate");
    part("cut_end");
    check(close(fd) == 0 && munmap(at, 2 * PAGES * PAGE) == 0, "munmap of a file");
    for (unsigned i = 0; i < MAPPERS; i++)
        check(kill(mappers[i], SIGKILL) == 0, "kill");
    for (unsigned i = 0; i < MAPPERS; i++)
        child_wait(mappers[i], SIGKILL);
}

/* Reserves a range of addresses for that many pages of files. */
static uint32_t reserve(uint32_t pages)
{
    uint32_t at = 0;
    int status;

    do
        status = mem_reserve(CLIENT_SLOT_MEM, 0, pages * PAGE, 3, &at);
    while (status == MEM_MORE);
    check(status == 0, "a range");
    return at;
}

/* Maps each page of a file at as many addresses; only the server is told to unmap them. */
static void lend_often(uint32_t fd, uint32_t pages, uint32_t times)
{
    uint32_t at = reserve(times * pages), granted = 0;
    int status = 0;

    for (uint32_t i = 0; !status && i < times * pages; i++) {
        uint32_t to = at + i * PAGE;
        status = file_map(CLIENT_SLOT_FILE, ipc_window(to, 1), fd, true, 1, i % pages, to, 3, &granted);
        if (!status)
            status = file_unmap(CLIENT_SLOT_FILE, to, 1);
    }
    check(status == 0, "pages at many addresses");
}

/* An unlinked file. */
static int lent_file(uint32_t pages, uint32_t times)
{
    int fd = open("/tmp/part", O_RDWR | O_CREAT, 0600);

    check(fd >= 0 && unlink("/tmp/part") == 0 && ftruncate(fd, (off_t)pages * PAGE) == 0, "a file");
    lend_often((uint32_t)fd, pages, times);
    return fd;
}

static void lend_and_end(void)
{
    enum { PAGES = 8, MOST = 512, TOO_MANY = 600 };

    part("lent_often");
    int fd = lent_file(PAGES, TOO_MANY), other = lent_file(PAGES, MOST);
    part("lent_cut");
    check(ftruncate(fd, 2 * PAGE) == 0, "ftruncate");
    part("lent_close");
    check(close(other) == 0, "close");
    part("lent_end");
}

/* Attaches the most rings of pipes, each at the most addresses. */
static void attach_and_end(void)
{
    enum { PIPES = 60, ADDRESSES = 64, RING_PAGES = 3, RING = RING_PAGES * PAGE };
    uint32_t writes;
    int fds[2], status = 0;

    for (uint32_t i = 0; !status && i < PIPES; i++) {
        uint32_t at = reserve(ADDRESSES * RING_PAGES), end = at + ADDRESSES * RING;
        check(pipe(fds) == 0, "pipe");
        for (; !status && at < end; at += RING)
            status = file_pipe_attach(CLIENT_SLOT_FILE, ipc_window(at, RING_PAGES), (uint32_t)fds[0], at, &writes);
    }
    check(status == 0, "rings at many addresses");
    part("rings_end");
}

/* Reserves the largest range that mem keeps for another server's pages, and ends. */
static void reserve_and_end(void)
{
    enum { MOST = 14336 };
    uint32_t at = 0;

    part("reserve");
    (void)reserve(MOST);
    part("reserve_end");
    check(mem_reserve(CLIENT_SLOT_MEM, 0, (MOST + 1) * PAGE, 3, &at) == -ENOMEM, "no larger range");
}

/* A page stays mapped at as many addresses as one revocation can handle, if nothing is unmapped. */
void part_lent(void)
{
    child_run(lend_and_end);
    child_run(attach_and_end);
    child_run(reserve_and_end);
}

/* the most locks of a file, less one */
enum { LOCKS = 255, LOCK_FILES = 40 };

static void lock(int fd, short kind, off_t first, off_t bytes)
{
    struct flock range = {.l_type = kind, .l_whence = SEEK_SET, .l_start = first, .l_len = bytes};

    check(fcntl(fd, F_SETLK, &range) == 0, "a lock");
}

static int locked_file(void)
{
    int fd = open("/tmp/part", O_RDWR | O_CREAT, 0600);

    check(fd >= 0 && unlink("/tmp/part") == 0, "a file");
    for (unsigned i = 0; i < LOCKS; i++)
        lock(fd, F_WRLCK, 2 * i, 1);
    return fd;
}

/* Changes the kind of all locks, and back to one kind; then splits that lock. */
static void lock_and_end(void)
{
    part("locks_replaced");
    int fd = locked_file();
    lock(fd, F_RDLCK, 0, 0);
    part("locks_merged");
    lock(fd, F_UNLCK, 0, 0);
    check(close(fd) == 0, "close");
    fd = locked_file();
    lock(fd, F_WRLCK, 0, 0);
    part("locks_split");
    for (unsigned i = 0; i < LOCKS; i++)
        lock(fd, F_UNLCK, 2 * i, 1);
    for (unsigned i = 1; i < LOCK_FILES; i++)
        (void)locked_file();
    part("locks_end");
}

static int fd_of_all;

static void wait_for_lock(void)
{
    struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

    check(fcntl(fd_of_all, F_SETLKW, &range) == 0, "a lock that others wait for");
}

/* A process ends with many locks, and many processes wait for one. */
void part_locks(void)
{
    child_run(lock_and_end);
    fd_of_all = open("/tmp/part", O_RDWR | O_CREAT, 0600);
    check(fd_of_all >= 0 && unlink("/tmp/part") == 0, "a file");
    lock(fd_of_all, F_WRLCK, 0, 0);
    crowd_start(wait_for_lock);
    part("locks_free");
    check(close(fd_of_all) == 0, "close");
    crowd_wait(0);
}
