/* bench_file [ROW]: the costs of files and pipes for a program that uses the C library. */
#include "programs/bench/rows.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

static const char file_name[] = "/tmp/bench";
static char page[PAGE];

static void must(int good)
{
    if (!good)
        rows_fail("bench_file");
}

/* A file of one page, open for reading and writing. */
static int make_file(void)
{
    int fd = open(file_name, O_RDWR | O_CREAT | O_TRUNC, 0644);

    must(fd >= 0 && write(fd, page, PAGE) == PAGE);
    return fd;
}

static void remove_file(int fd)
{
    must(close(fd) == 0 && unlink(file_name) == 0);
}

static void row_open_close(struct samples *samples)
{
    int fd = make_file();

    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        int opened = open(file_name, O_RDONLY), closed = close(opened);
        samples_add(samples, begin, cycles());
        must(opened >= 0 && closed == 0);
    }
    remove_file(fd);
}

static void row_read_4k(struct samples *samples)
{
    int fd = make_file();

    for (int i = 0; i < SAMPLES; i++) {
        must(lseek(fd, 0, SEEK_SET) == 0);
        uint32_t begin = cycles();
        ssize_t got = read(fd, page, PAGE);
        samples_add(samples, begin, cycles());
        must(got == PAGE);
    }
    remove_file(fd);
}

static void row_write_4k(struct samples *samples)
{
    int fd = make_file();

    for (int i = 0; i < SAMPLES; i++) {
        must(lseek(fd, 0, SEEK_SET) == 0);
        uint32_t begin = cycles();
        ssize_t put = write(fd, page, PAGE);
        samples_add(samples, begin, cycles());
        must(put == PAGE);
    }
    remove_file(fd);
}

static void row_map_file_page(struct samples *samples)
{
    int fd = make_file();

    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        samples_add(samples, begin, cycles());
        must(at != MAP_FAILED && munmap(at, PAGE) == 0);
    }
    remove_file(fd);
}

/* ----------------------------------------------------------------------------------------- pipes */

static void move(int fd, int writes, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t part = writes ? write(fd, page + done, bytes - done) : read(fd, page + done, bytes - done);
        if (part <= 0)
            _exit(part != 0);
        done += (size_t)part;
    }
}

/* A child sends back what it receives. */
static void row_there_and_back(struct samples *samples, size_t bytes)
{
    int there[2], back[2], status;

    must(pipe(there) == 0 && pipe(back) == 0);
    pid_t child = fork();
    if (child == 0) {
        must(close(there[1]) == 0 && close(back[0]) == 0);
        for (;;) {
            move(there[0], 0, bytes);
            move(back[1], 1, bytes);
        }
    }
    must(close(there[0]) == 0 && close(back[1]) == 0);
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        move(there[1], 1, bytes);
        move(back[0], 0, bytes);
        samples_add(samples, begin, cycles());
    }
    must(close(there[1]) == 0 && close(back[0]) == 0 && wait(&status) == child && status == 0);
}

static void row_pipe(struct samples *samples)
{
    row_there_and_back(samples, 1);
}

static void row_pipe_4k(struct samples *samples)
{
    row_there_and_back(samples, PAGE);
}

/* ------------------------------------------------------------------------------------- processes */

static void row_exec_file(struct samples *samples)
{
    static char *const arguments[] = {"bench_nothing", NULL};
    int fd = make_file(), status;

    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        pid_t child = fork();
        if (child == 0) {
            execv("/tests/bench_nothing", arguments);
            _exit(1);
        }
        pid_t ended = wait(&status);
        samples_add(samples, begin, cycles());
        must(child > 0 && ended == child && status == 0);
    }
    remove_file(fd);
}

int main(int argc, char **argv)
{
    static const struct row rows[] = {
        {"open_close", row_open_close},       {"read_4k", row_read_4k}, {"write_4k", row_write_4k},
        {"map_file_page", row_map_file_page}, {"pipe", row_pipe},       {"pipe_4k", row_pipe_4k},
        {"exec_file", row_exec_file},
    };

    return rows_run(rows, sizeof rows / sizeof rows[0], argc > 1 ? argv[1] : NULL);
}
