/*
 * Each party of a pipe, an exec, a mapping and a segment is killed at many moments of their interaction: the others
 * see what was done until then, and an end; all memory is back, and the servers' audit finds no error.
 *
 *     t_killed [MOMENTS]
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "libuser/ipc/ipc.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, STEP = 16000, SEGMENT = -77, READ_WRITE = 3, SHARED = 1, GOOD = 3 };

static const char program[] = "/tmp/t_killed", name[] = "/tmp/t_killed.mapped";
static unsigned char bytes[3 * PAGE];
static int ends[2], mapped_fd, moments = 5;

/* A little later each time; with one processor others run in between. */
static void moment(int number)
{
    if (number % 2)
        usleep(1);
    for (volatile int left = number * STEP; left > 0; left--)
        ;
}

static uint32_t file_pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

static bool is_audited(void)
{
    int error;

    while ((error = proc_audit(CLIENT_SLOT_PROC)) == -EAGAIN)
        usleep(10000);
    return IS(error, 0);
}

/* Repeats the round at each moment without losing memory, apart from what the first round takes. */
static bool at_each_moment(bool (*round)(int number))
{
    bool good = round(0);
    uint32_t pages = file_pages_free();

    for (int number = 1; good && number < moments; number++)
        good = round(number);
    return IS(file_pages_free(), pages) && is_audited() && good;
}

/* ------------------------------------------------------------------------------------------ pipes */

static unsigned char byte_of(uint32_t count)
{
    return (unsigned char)(count * 3 + count / 251);
}

/* In pieces of many sizes, for ever. */
static int writes(void)
{
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    for (uint32_t count = 0, size = 1;; size = size * 5 % 4099) {
        for (uint32_t i = 0; i < size; i++)
            bytes[i] = byte_of(count + i);
        ssize_t now = write(ends[1], bytes, size);
        if (now < 0)
            return errno == EPIPE ? GOOD : 1;
        count += (uint32_t)now;
    }
}

static int reads(void)
{
    close(ends[1]);
    for (uint32_t count = 0, size = 1;; size = size * 7 % 4099) {
        ssize_t now = read(ends[0], bytes, size);
        if (now <= 0)
            return now == 0 ? GOOD : 1;
        for (ssize_t i = 0; i < now; i++)
            if (bytes[i] != byte_of(count++))
                return 2;
    }
}

static bool pipe_round(int number, bool kills_writer)
{
    bool good = IS(pipe(ends), 0);
    pid_t writer = child_start(writes), reader = child_start(reads);

    good = IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
    moment(number);
    good = IS(child_kill(kills_writer ? writer : reader), SIGKILL) && good;
    return IS(child_end(kills_writer ? reader : writer), EXITED(GOOD)) && good;
}

static bool writer_round(int number)
{
    return pipe_round(number, true);
}

static bool reader_round(int number)
{
    return pipe_round(number, false);
}

static bool writers(void)
{
    return at_each_moment(writer_round);
}

static bool readers(void)
{
    return at_each_moment(reader_round);
}

/* ------------------------------------------------------------------------------------------- exec */

/* From the archive and from a file, again and again. */
static int executes(void)
{
    child_exec("/tests/t_killed", "on");
}

static int parent_of_one(void)
{
    child_start(executes);
    for (;;)
        pause();
}

static bool exec_round(int number)
{
    pid_t child = child_start(executes);

    moment(number);
    return IS(child_kill(child), SIGKILL);
}

/* Its own child continues to exec, and is ended by the process that adopts it. */
static bool parent_round(int number)
{
    uint32_t free = memory_now().free;
    pid_t child = child_start(parent_of_one);

    moment(number);
    bool good = IS(child_kill(child), SIGKILL);
    while (kill(child + 1, SIGKILL) == 0)
        usleep(1);
    for (int i = 0; i < 50 && memory_now().free != free; i++)
        usleep(10000);
    return IS(memory_now().free, free) && good;
}

/* The file is removed while it is executed. */
static bool program_round(int number)
{
    int in = open("/tests/t_killed", O_RDONLY), out = open(program, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    ssize_t now;

    while ((now = read(in, bytes, sizeof bytes)) > 0 && write(out, bytes, (size_t)now) == now)
        continue;
    bool good = IS(close(in), 0) && IS(close(out), 0) && IS(now, 0);
    pid_t child = child_start(executes);
    moment(number);
    good = IS(number % 3 ? 0 : truncate(program, 100), 0) && IS(unlink(program), 0) && good;
    return IS(child_kill(child), SIGKILL) && good;
}

static bool executors(void)
{
    return at_each_moment(exec_round);
}

static bool their_parents(void)
{
    return at_each_moment(parent_round);
}

static bool their_programs(void)
{
    return at_each_moment(program_round);
}

/* --------------------------------------------------------------------------------------- mappings */

static int maps(void)
{
    for (;;) {
        long at = syscall(SYS_mmap2, 0, 2 * PAGE, READ_WRITE, SHARED, mapped_fd, 0);
        if (at == -1)
            return 1;
        *(volatile char *)at = 1;
        syscall(SYS_munmap, at, 2 * PAGE);
    }
}

static int cuts(void)
{
    for (;;)
        if (ftruncate(mapped_fd, PAGE) || ftruncate(mapped_fd, 3 * PAGE))
            return 1;
}

/* A third process has the file mapped, too: its page stays. */
static bool map_round(int number)
{
    mapped_fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    bool good = IS(ftruncate(mapped_fd, 3 * PAGE), 0);
    long at = syscall(SYS_mmap2, 0, PAGE, READ_WRITE, SHARED, mapped_fd, 0);

    ((volatile char *)at)[9] = 'k';
    pid_t mapper = child_start(maps), cutter = child_start(cuts);
    moment(number);
    good = IS(child_kill(number % 2 ? mapper : cutter), SIGKILL) && good;
    moment(moments - number);
    good = IS(child_kill(number % 2 ? cutter : mapper), SIGKILL) && IS(((volatile char *)at)[9], 'k') && good;
    return IS(syscall(SYS_munmap, at, PAGE), 0) && IS(close(mapped_fd), 0) && IS(unlink(name), 0) && good;
}

static bool mappers(void)
{
    return at_each_moment(map_round);
}

/* --------------------------------------------------------------------------------------- segments */

static int opens(void)
{
    char *page = NULL;

    for (int i = 0;; i++) {
        if (shm_open(SEGMENT - i % 2, &page))
            return 1;
        if (i % 3 && shm_close(SEGMENT - i % 2))
            return 2;
    }
}

static bool segment_round(int number)
{
    uint32_t segments = memory_now().segments;
    pid_t one = child_start(opens), other = child_start(opens);

    moment(number);
    bool good = IS(child_kill(one), SIGKILL);
    moment(moments - number);
    return IS(child_kill(other), SIGKILL) && IS(memory_now().segments, segments) && good;
}

static bool openers(void)
{
    return at_each_moment(segment_round);
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"a process that writes to a pipe", writers},
        {"a process that reads from a pipe", readers},
        {"a process that execs", executors},
        {"the parent of one", their_parents},
        {"the program's file", their_programs},
        {"a process that maps a file, and one that truncates it", mappers},
        {"a process that opens segments", openers},
    };

    if (argc > 1 && strcmp(argv[1], "on") == 0) {
        (void)execl(program, program, "on", NULL); /* if the file exists */
        child_exec("/tests/t_killed", "on");
    }
    moments = argc > 1 ? atoi(argv[1]) : moments;
    return TAP_RUN(points);
}
