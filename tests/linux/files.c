/* Names, descriptors, contents, mappings and pipes; see steps.h. */
#define _GNU_SOURCE
#include "tests/linux/steps.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/uio.h>

enum { FDS = 10, PAGE = 4096, BYTES = 15000, ENTRIES = 64, LONG_NAME = 299, FIFO_BYTES = 60 };

static int fds[FDS];
static char bytes[BYTES], directory[256], long_name[LONG_NAME + 1];

/* ------------------------------------------------------------------------------------- what there is */

static const char *any_path(void)
{
    static const char *const paths[] = {
        "a",  "b",  "c",    "d",   "d/a", "d/b", "d/e",    "d/e/a", "d/e/..", "d/..", "d/./a", ".", "..", "",
        "a/", "d/", "d/e/", "a/b", "x/y", "./a", "../w/a", "d//a",  "d/e/.",  "e",    "e/a",   "f", "e/", long_name};

    return paths[below(sizeof paths / sizeof *paths)];
}

static int any_slot(void)
{
    return (int)below(FDS);
}

/* The descriptor is kept in a random slot, and the one that was there is closed. Numbers of descriptors are not
 * compared. */
static void keep(int fd)
{
    int slot = any_slot();

    if (fd < 0)
        return;
    if (fds[slot] >= 0)
        close(fds[slot]);
    fds[slot] = fd;
}

static int print_and_keep(int fd)
{
    print_result(fd < 0 ? fd : 0);
    keep(fd);
    return fd;
}

static mode_t mode_of(int fd)
{
    struct stat status = {0};

    return fstat(fd, &status) ? 0 : status.st_mode;
}

static void fill(char *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (char)below(256);
}

/* Systems differ in how much a pipe holds, so less is written to one. */
static size_t any_size(int fd)
{
    size_t size = below(4) ? below(100) : below(9000);

    return S_ISFIFO(mode_of(fd)) ? size % FIFO_BYTES : size;
}

static void print_read(long count)
{
    if (count > 0)
        printf(" %08x", hash(bytes, count));
    print_result(count);
}

static void print_status(int result, const struct stat *status)
{
    if (result == 0 && !S_ISFIFO(status->st_mode))
        printf(" mode %o", status->st_mode & (S_IFMT | 07777));
    if (result == 0 && S_ISREG(status->st_mode))
        printf(" links %u size %lld", (unsigned)status->st_nlink, (long long)status->st_size);
    print_result(result);
}

/* ------------------------------------------------------------------------------------- descriptors */

static void open_one(void)
{
    static const int accesses[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
    static const int others[] = {
        0,           O_CREAT,    O_CREAT,  O_CREAT | O_EXCL, O_TRUNC, O_CREAT | O_TRUNC, O_CREAT | O_APPEND,
        O_DIRECTORY, O_NONBLOCK, O_CLOEXEC};
    const char *path = any_path();
    unsigned access = below(4), other = below(sizeof others / sizeof *others);

    printf(" %.20s access %u others %u", path, access, other);
    print_and_keep(open(path, accesses[access] | others[other], below(2) ? 0644 : 0600));
}

static void close_one(void)
{
    int slot = any_slot();

    printf(" %d", slot);
    print_result(close(fds[slot]));
    fds[slot] = -1;
}

static void dup_one(void)
{
    int slot = any_slot();

    printf(" %d", slot);
    print_and_keep(dup(fds[slot]));
}

static void dup2_one(void)
{
    int slot = any_slot(), to = any_slot();

    printf(" %d %d", slot, to);
    if (fds[to] < 0) /* dup2() would open that number */
        to = slot;
    print_result(dup2(fds[slot], fds[to]) < 0 ? -1 : 0);
}

static void pipe_one(void)
{
    int both[2], result = pipe2(both, O_NONBLOCK);

    print_result(result);
    if (result)
        return;
    keep(both[0]);
    keep(both[1]);
}

static void control_one(void)
{
    static const int flags[] = {0, O_APPEND, O_NONBLOCK, O_APPEND | O_NONBLOCK};
    int fd = fds[any_slot()], which = (int)below(4);

    printf(" %d", which);
    print_result(fcntl(fd, F_SETFL, flags[which] | (S_ISFIFO(mode_of(fd)) ? O_NONBLOCK : 0)));
    int found = fcntl(fd, F_GETFL);
    if (found >= 0)
        printf("  finds %d %d", found & O_ACCMODE, (found & O_APPEND ? 1 : 0) + (found & O_NONBLOCK ? 2 : 0));
    print_result(found < 0 ? -1 : 0);
}

static void poll_one(void)
{
    struct pollfd watched = {fds[any_slot()], POLLIN | POLLOUT, 0};
    int result = poll(&watched, 1, 0);

    printf(" 0x%x", watched.revents);
    print_result(result);
}

/* ------------------------------------------------------------------------------------- contents */

static void write_one(void)
{
    int slot = any_slot();
    size_t size = any_size(fds[slot]);

    printf(" %d %zu", slot, size);
    fill(bytes, size);
    print_result(write(fds[slot], bytes, size));
}

static void read_one(void)
{
    int slot = any_slot();
    size_t size = below(4) ? below(100) : below(12000);

    printf(" %d %zu", slot, size);
    print_read(read(fds[slot], bytes, size));
}

static void seek_one(void)
{
    static const int origins[] = {SEEK_SET, SEEK_CUR, SEEK_END, 5};
    int slot = any_slot(), origin = origins[below(4)];
    off_t offset = (off_t)below(20000) - 5000;

    printf(" %d %ld %d", slot, (long)offset, origin);
    if (S_ISDIR(mode_of(fds[slot]))) /* systems differ in the positions of entries */
        offset = 0, origin = SEEK_SET;
    print_result(lseek(fds[slot], offset, origin));
}

static void read_at(void)
{
    int slot = any_slot();
    size_t size = below(300);
    off_t offset = (off_t)below(30000) - 100;

    printf(" %d %zu %ld", slot, size, (long)offset);
    print_read(pread(fds[slot], bytes, size, offset));
}

/* With O_APPEND Linux ignores the offset, other than POSIX says, so the flag is cleared. */
static void write_at(void)
{
    int slot = any_slot(), flags = fcntl(fds[slot], F_GETFL);
    size_t size = below(300);
    off_t offset = (off_t)below(30000) - 100;

    printf(" %d %zu %ld", slot, size, (long)offset);
    fill(bytes, size);
    if (flags >= 0 && flags & O_APPEND)
        fcntl(fds[slot], F_SETFL, flags & ~O_APPEND);
    print_result(pwrite(fds[slot], bytes, size, offset));
}

static void cut_open(void)
{
    int slot = any_slot();
    off_t size = (off_t)below(20000) - 50;

    printf(" %d %ld", slot, (long)size);
    print_result(ftruncate(fds[slot], size));
}

static void cut_named(void)
{
    const char *path = any_path();
    off_t size = (off_t)below(20000) - 50;

    printf(" %.20s %ld", path, (long)size);
    print_result(truncate(path, size));
}

static void vectors(void)
{
    int slot = any_slot();
    struct iovec parts[3];

    for (int i = 0; i < 3; i++)
        parts[i] = (struct iovec){bytes + i * BYTES / 3, any_size(fds[slot]) / 3};
    printf(" %d %zu %zu %zu", slot, parts[0].iov_len, parts[1].iov_len, parts[2].iov_len);
    fill(bytes, BYTES / 3);
    if (below(2)) {
        print_result(writev(fds[slot], parts, 3));
        return;
    }
    memset(bytes, 0, BYTES);
    long count = readv(fds[slot], parts, 3);
    printf(" %08x", hash(bytes, BYTES));
    print_result(count);
}

/* Looks only at pages that exist: after the file's end there are zeros, up to the end of its last page. */
static void look_at_pages(char *at, size_t size, long there, bool writes)
{
    long end = (there + PAGE - 1) / PAGE * PAGE;

    printf(" %08x", hash(at, there));
    for (long i = there; i < end && i < (long)size; i++)
        if (at[i])
            printf(" %ld is not 0", i);
    for (int i = 0; i < 20 && writes; i++)
        at[below((uint32_t)there)] = (char)below(256);
}

static void map_one(void)
{
    int slot = any_slot(), how = below(2) ? MAP_SHARED : MAP_PRIVATE;
    bool writes = below(2);
    off_t offset = PAGE * (off_t)below(3);
    size_t size = 1 + below(9000);
    struct stat status = {0};

    printf(" %d %zu %ld how %d writes %d", slot, size, (long)offset, how, writes);
    char *at = mmap(NULL, size, PROT_READ | (writes ? PROT_WRITE : 0), how, fds[slot], offset);
    fstat(fds[slot], &status);
    long there = (long)(status.st_size - offset);
    if (at != MAP_FAILED && there > 0)
        look_at_pages(at, size, there < (long)size ? there : (long)size, writes);
    print_result(at == MAP_FAILED ? -1 : msync(at, size, MS_SYNC) + munmap(at, size));
}

/* ------------------------------------------------------------------------------------- names */

static void unlink_one(void)
{
    const char *path = any_path();

    printf(" %.20s", path);
    print_result(unlink(path));
}

static void rmdir_one(void)
{
    const char *path = any_path();

    printf(" %.20s", path);
    print_result(rmdir(path));
}

static void mkdir_one(void)
{
    const char *path = any_path();

    printf(" %.20s", path);
    print_result(mkdir(path, 0755));
}

static void rename_one(void)
{
    const char *from = any_path(), *to = any_path();

    printf(" %.20s %.20s", from, to);
    print_result(rename(from, to));
}

static void link_one(void)
{
    const char *from = any_path(), *to = any_path();

    printf(" %.20s %.20s", from, to);
    print_result(link(from, to));
}

static void stat_one(void)
{
    const char *path = any_path();
    struct stat status = {0};

    printf(" %.20s", path);
    print_status(stat(path, &status), &status);
}

static void fstat_one(void)
{
    int slot = any_slot();
    struct stat status = {0};

    printf(" %d", slot);
    print_status(fstat(fds[slot], &status), &status);
}

static void access_one(void)
{
    const char *path = any_path();
    int how = (int)below(9);

    printf(" %.20s %d", path, how);
    print_result(access(path, how));
}

/* The owner keeps all rights, as root has them on some systems anyway. */
static void chmod_one(void)
{
    const char *path = any_path();
    mode_t mode = below(01000) | 0700;

    printf(" %.20s %o", path, mode);
    print_result(chmod(path, mode));
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void list_one(void)
{
    static char names[ENTRIES][8];
    const char *path = any_path();
    unsigned count = 0;

    printf(" %.20s", path);
    DIR *opened = opendir(path);
    if (!opened) {
        print_result(-1);
        return;
    }
    for (const struct dirent *entry; count < ENTRIES && (entry = readdir(opened)); count++)
        snprintf(names[count], sizeof names[0], "%.7s", entry->d_name);
    qsort(names, count, sizeof names[0], compare);
    for (unsigned i = 0; i < count; i++)
        printf(" %s", names[i]);
    print_result(closedir(opened));
}

/* Into the directory, and back. */
static void enter_one(void)
{
    const char *path = any_path();
    char *found;

    printf(" %.20s", path);
    print_result(chdir(path));
    found = getcwd(bytes, below(2) ? BYTES : 2);
    if (found && !strncmp(found, directory, strlen(directory)))
        printf("  in %s", found + strlen(directory));
    print_result(found ? 0 : -1);
    if (chdir(directory))
        exit(4);
}

static const struct step steps[] = {
    {5, "open", open_one},      {1, "close", close_one},    {1, "dup", dup_one},     {1, "dup2", dup2_one},
    {1, "pipe", pipe_one},      {1, "fcntl", control_one},  {1, "poll", poll_one},   {3, "write", write_one},
    {3, "read", read_one},      {2, "lseek", seek_one},     {1, "pread", read_at},   {1, "pwrite", write_at},
    {1, "ftruncate", cut_open}, {1, "truncate", cut_named}, {2, "vectors", vectors}, {2, "mmap", map_one},
    {2, "unlink", unlink_one},  {1, "rmdir", rmdir_one},    {2, "mkdir", mkdir_one}, {3, "rename", rename_one},
    {1, "link", link_one},      {2, "stat", stat_one},      {1, "fstat", fstat_one}, {1, "access", access_one},
    {1, "chmod", chmod_one},    {1, "list", list_one},      {1, "chdir", enter_one}, {0, NULL, NULL},
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    memset(long_name, 'l', LONG_NAME);
    memset(fds, -1, sizeof fds);
    steps_begin();
    if (!getcwd(directory, sizeof directory))
        return 3;
    return steps_take(argc, argv, steps);
}
