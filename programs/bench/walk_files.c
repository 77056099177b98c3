/* The walks of bench_walks with files. */
#include "programs/bench/walks.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

static const char name[] = WALK_FILE;
static char bytes[PAGE];

void walk_file_of(const char *path)
{
    int in = open(path, O_RDONLY), out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    must(in >= 0 && out >= 0);
    for (ssize_t got; (got = read(in, bytes, PAGE)) > 0;)
        must(write(out, bytes, (size_t)got) == got);
    must(close(in) == 0 && close(out) == 0);
}

static void read_one(void)
{
    int fd = open(name, O_RDWR | O_CREAT, 0644);

    must(fd >= 0 && write(fd, bytes, PAGE) == PAGE && lseek(fd, 0, SEEK_SET) == 0);
    walk("read");
    walk_begins();
    ssize_t got = read(fd, bytes, PAGE);
    walk_ends();
    must(got == PAGE && close(fd) == 0);
}

static void map_one(int fd)
{
    walk("map");
    walk_begins();
    char *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    walk_ends();
    must(page != MAP_FAILED);
    walk("fork of a mapping");
    walk_begins();
    pid_t child = fork();
    if (child == 0) {
        *(volatile char *)page = 1;
        _exit(0);
    }
    must(waitpid(child, 0, 0) == child);
    walk_ends();
    walk("cut");
    walk_begins();
    must(ftruncate(fd, 0) == 0);
    walk_ends();
    walk("unmap");
    walk_begins();
    must(munmap(page, PAGE) == 0);
    walk_ends();
}

static void name_and_map(void)
{
    walk("open");
    walk_begins();
    int fd = open(name, O_RDWR);
    walk_ends();
    must(fd >= 0);
    map_one(fd);
    must(write(fd, bytes, PAGE) == PAGE);
    walk("unlink");
    walk_begins();
    must(unlink(name) == 0 && close(fd) == 0);
    walk_ends();
}

/* After a few uses the pipe's ring is in our memory, and no server takes part. */
static void pipe_one(void)
{
    int pipe_ends[2];
    char byte;

    must(pipe(pipe_ends) == 0);
    walk("pipe");
    walk_begins();
    must(write(pipe_ends[1], "", 1) == 1 && read(pipe_ends[0], &byte, 1) == 1);
    walk_ends();
}

void walk_files(void)
{
    read_one();
    name_and_map();
    pipe_one();
}
