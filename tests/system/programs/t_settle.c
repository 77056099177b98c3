/*
 * Who pays for pages of a removed file that processes have mapped: the last process that had the file, and no other.
 * Time counts instructions here, so that waiting times can be measured.
 *
 * run: --icount
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PAGE = 4096, MUCH = 2000, SOME = 300, FILES = 200, FEW = 8, AT_LAST = 800 };

static char bytes[PAGE];
static int ends[2];

static uint64_t now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint32_t pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

/* It has a transfer page, and ends. */
static int is_honest(void)
{
    int fd = open("/dev/zero", O_RDONLY);

    return read(fd, bytes, sizeof bytes) == sizeof bytes ? 3 : 1;
}

static int executes(void)
{
    (void)is_honest();
    child_exec("/tests/t_settle", "x");
}

static uint64_t cost_of(int (*piece)(void), int status)
{
    uint64_t begun = now();

    return IS(child_run(piece), status) ? now() - begun : 0;
}

/* It has mapped so many pages of a file without a name, and tells the server, but not mem, that it has none any more.
 * Returns the status of the last call. */
static int has_had(uint32_t pages)
{
    uint32_t at = 0, granted = 0, fd = 0;
    int status;

    do
        status = mem_reserve(CLIENT_SLOT_MEM, 0, pages * PAGE, 3, &at);
    while (status == MEM_MORE);
    if (status || file_unnamed(CLIENT_SLOT_FILE, pages * PAGE, &fd))
        return -1;
    for (uint32_t page = 0; page < pages; page += granted) {
        uint32_t to = at + page * PAGE;
        if (file_map(CLIENT_SLOT_FILE, ipc_window(to, pages - page), fd, true, pages - page, page, to, 3, &granted))
            return -1;
    }
    return file_close(CLIENT_SLOT_FILE, fd) ? -1 : file_unmap(CLIENT_SLOT_FILE, at, pages);
}

/* Thousands of pages, of large and of small files. It does not settle. */
static int owes_much(void)
{
    if (has_had(MUCH) < 0)
        return 1;
    for (uint32_t i = 0; i < FILES; i++)
        if (has_had(FEW) < 0)
            return 2;
    if (has_had(AT_LAST) != FILE_MORE)
        return 3;
    (void)!write(ends[1], "", 1);
    for (;;)
        pause();
}

/* Meanwhile others end and exec as fast as without it; its own end takes longer. */
static bool others_do_not_wait(void)
{
    uint32_t free = pages_free();
    bool good = IS(pipe(ends), 0);
    uint64_t first = cost_of(is_honest, EXITED(3)), end = cost_of(is_honest, EXITED(3)),
             exec = cost_of(executes, EXITED(5));

    pid_t child = child_start(owes_much);
    good = IS(read(ends[0], bytes, 1), 1) && good;
    good = HOLDS(cost_of(is_honest, EXITED(3)) < end + end / 2) &&
           HOLDS(cost_of(executes, EXITED(5)) < exec + exec / 2) && good;
    uint64_t begun = now();
    good = IS(child_kill(child), SIGKILL) && HOLDS(now() - begun > 10 * end) && good;
    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && IS(pages_free(), free) && HOLDS(first && end && exec) &&
           good;
}

/* A call that loses a file returns when its pages are free. */
static int loses_files(void)
{
    uint32_t free = pages_free();
    int fd = open("/tmp/file", O_RDWR | O_CREAT, 0600), other = open("/tmp/other", O_RDWR | O_CREAT, 0600);

    bool good = IS(ftruncate(fd, SOME * PAGE), 0) && IS(ftruncate(other, SOME * PAGE), 0);
    char *at = mmap(NULL, SOME * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *there = mmap(NULL, SOME * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
    good = HOLDS(at != MAP_FAILED && there != MAP_FAILED) && HOLDS(pages_free() <= free - 2 * SOME) && good;
    at[0] = there[0] = 'x';
    good = IS(unlink("/tmp/file"), 0) && IS(munmap(at, SOME * PAGE), 0) && IS(*there, 'x') && IS(close(fd), 0) && good;
    good = HOLDS(pages_free() > free - 2 * SOME && pages_free() <= free - SOME) && good;
    good = IS(close(other), 0) && IS(munmap(there, SOME * PAGE), 0) && IS(unlink("/tmp/other"), 0) && good;
    return IS(pages_free(), free) && good ? 3 : 1;
}

/* In a process of its own, as ranges for mappings are reserved ahead. */
static bool calls_settle(void)
{
    return IS(child_run(loses_files), EXITED(3));
}

/* With an argument it is the program that is executed. */
int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"others do not wait for pages that one owes", others_do_not_wait},
        {"a call that loses a file returns when its pages are free", calls_settle},
    };

    (void)argv;
    if (argc > 1)
        return 5;
    (void)is_honest();
    return TAP_RUN(points);
}
