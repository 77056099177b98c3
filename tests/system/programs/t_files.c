/* Files: opening, reading and writing them, and that all their pages come back. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, LARGE = 20000 };

static char bytes[LARGE], got[LARGE];

static void fill(void)
{
    for (uint32_t i = 0; i < LARGE; i++)
        bytes[i] = (char)(i * 7 + i / 251);
}

static uint32_t pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

static off_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) ? -1 : status.st_size;
}

/* ------------------------------------------------------------------------------------- open */

static bool files_are_opened(void)
{
    int fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0640);
    struct stat status;
    bool good = IS(fd, 3) && FAILS(open("new", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);

    good = good && IS(write(fd, "hello", 5), 5) && IS(fstat(fd, &status), 0) && IS(status.st_mode, S_IFREG | 0640) &&
           IS(status.st_size, 5) && IS(status.st_nlink, 1);
    good = good && IS(close(fd), 0) && IS(open("new", O_RDONLY | O_TRUNC), 3) && IS(close(3), 0);
    good = good && IS(open("new", O_WRONLY | O_TRUNC), 3) && IS(size_of("new"), 0) && FAILS(read(3, got, 1), EBADF) &&
           IS(close(3), 0);
    good = good && IS(open("new", O_RDONLY), 3) && FAILS(write(3, "x", 1), EBADF) && IS(close(3), 0);
    return good && IS(unlink("new"), 0) && FAILS(open("new", O_RDONLY), ENOENT);
}

static bool opening_fails(void)
{
    char name[300];
    bool good = FAILS(open("/bin", O_RDWR), EISDIR) && FAILS(open("/bin", O_RDONLY | O_CREAT, 0600), EISDIR);

    memset(name, 'n', sizeof name);
    name[256] = 0;
    good = FAILS(open(name, O_RDONLY), ENAMETOOLONG) && good;
    good = FAILS(open("/dev/null/x", O_RDONLY), ENOTDIR) && FAILS(open("/dev/null", O_RDONLY | O_DIRECTORY), ENOTDIR) &&
           good;
    good = FAILS(open("", O_RDONLY), ENOENT) && FAILS(open("none/x", O_RDWR | O_CREAT, 0600), ENOENT) && good;
    good = FAILS(openat(77, "x", O_RDONLY), EBADF) && FAILS(openat(0, "x", O_RDONLY), ENOTDIR) && good;
    return FAILS(open("new/", O_RDWR | O_CREAT, 0600), EISDIR) && FAILS(open((const char *)1, O_RDONLY), EFAULT) &&
           good;
}

/* ------------------------------------------------------------------------------------- bytes */

static bool is_there(int fd, off_t offset, uint32_t length)
{
    memset(got, 0, sizeof got);
    return IS(pread(fd, got, length, offset), length) && IS(memcmp(got, bytes + offset, length), 0);
}

static bool bytes_are_kept(void)
{
    int fd = open("new", O_RDWR | O_CREAT, 0600);
    bool good = IS(write(fd, bytes, LARGE), LARGE) && IS(lseek(fd, 0, SEEK_CUR), LARGE) && IS(read(fd, got, 10), 0);

    for (uint32_t length = 1; good && length < LARGE; length = length * 3 + 1)
        for (off_t offset = 0; good && offset + length <= LARGE; offset += 1777)
            good = is_there(fd, offset, length);
    good = good && IS(lseek(fd, -5, SEEK_END), LARGE - 5) && IS(read(fd, got, 100), 5) &&
           IS(lseek(fd, 3, SEEK_SET), 3) && IS(lseek(fd, 4, SEEK_CUR), 7) && IS(read(fd, got, 1), 1) &&
           IS(got[0], bytes[7]);
    good = good && IS(pwrite(fd, "X", 1, 5000), 1) && IS(pread(fd, got, 1, 5000), 1) && IS(got[0], 'X') &&
           IS(lseek(fd, 0, SEEK_CUR), 8);
    good = good && IS(pread(fd, got, 10, LARGE), 0) && IS(pread(fd, got, 10, LARGE - 1), 1);
    return IS(close(fd), 0) && IS(unlink("new"), 0) && good;
}

static bool places_are_scattered(void)
{
    int fd = open("new", O_RDWR | O_CREAT, 0600);
    struct iovec out[] = {{bytes, 1000}, {NULL, 0}, {bytes + 1000, 9000}}, in[] = {{got, 5}, {got + 5, 9995}};
    bool good = IS(writev(fd, out, 3), 10000) && IS(lseek(fd, 0, SEEK_SET), 0) && IS(readv(fd, in, 2), 10000);

    return IS(memcmp(got, bytes, 10000), 0) && IS(close(fd), 0) && IS(unlink("new"), 0) && good;
}

static bool appends_go_to_the_end(void)
{
    int fd = open("new", O_RDWR | O_CREAT | O_APPEND, 0600), other = open("new", O_WRONLY);
    bool good = IS(write(fd, "one", 3), 3) && IS(write(other, "ONETWO", 6), 6) && IS(lseek(fd, 0, SEEK_SET), 0) &&
                IS(write(fd, "three", 5), 5) && IS(pread(fd, got, 20, 0), 11) && IS(memcmp(got, "ONETWOthree", 11), 0);

    good = good && IS(fcntl(other, F_SETFL, O_APPEND), 0) && IS(write(other, "!", 1), 1) && IS(size_of("new"), 12);
    return IS(close(fd), 0) && IS(close(other), 0) && IS(unlink("new"), 0) && good;
}

static bool sizes_change(void)
{
    int fd = open("new", O_RDWR | O_CREAT, 0600);
    bool good = IS(write(fd, bytes, LARGE), LARGE) && IS(ftruncate(fd, 5000), 0) && IS(size_of("new"), 5000) &&
                IS(truncate("new", 9000), 0) && IS(pread(fd, got, LARGE, 0), 9000) && IS(memcmp(got, bytes, 5000), 0);

    for (uint32_t i = 5000; good && i < 9000; i++)
        good = IS(got[i], 0);
    good = good && FAILS(ftruncate(fd, -1), EINVAL) && FAILS(ftruncate(0, 0), EINVAL) &&
           FAILS(ftruncate(77, 0), EBADF) && FAILS(truncate("none", 0), ENOENT) && FAILS(truncate("/bin", 0), EISDIR) &&
           FAILS(truncate("new", 1LL << 32), EFBIG);
    return IS(close(fd), 0) && IS(unlink("new"), 0) && good;
}

static bool holes_are_zeros(void)
{
    uint32_t free = pages_free();
    int fd = open("new", O_RDWR | O_CREAT, 0600);
    bool good =
        IS(pwrite(fd, "end", 3, 50000000), 3) && IS(size_of("new"), 50000003) && HOLDS(free - pages_free() < 12);

    memset(got, 1, sizeof got);
    good = good && IS(pread(fd, got, LARGE, 25000000), LARGE) && IS(got[0], 0) && IS(got[LARGE - 1], 0);
    good = good && FAILS(pwrite(fd, "x", 1, 0x7fffffff), EFBIG) && FAILS(lseek(fd, -1, SEEK_SET), EINVAL) &&
           FAILS(lseek(fd, 0, 9), EINVAL);
    return IS(close(fd), 0) && IS(unlink("new"), 0) && good && IS(pages_free(), free);
}

static bool descriptors_are_looked_at(void)
{
    return FAILS(read(77, got, 1), EBADF) && FAILS(write(77, got, 1), EBADF) && FAILS(read(77, got, 0), EBADF) &&
           FAILS(lseek(77, 0, SEEK_SET), EBADF) && FAILS(close(77), EBADF) && FAILS(pread(77, got, 1, 0), EBADF) &&
           FAILS(fsync(77), EBADF) && FAILS(lseek(1, 0, SEEK_SET), ESPIPE) && FAILS(close(-1), EBADF) &&
           FAILS(read(open("/bin", O_RDONLY), got, 1), EISDIR) && IS(close(3), 0) && FAILS(write(3, got, 1), EBADF);
}

/* ------------------------------------------------------------------------------------- lives */

static bool a_file_lives_while_it_is_open(void)
{
    uint32_t free = pages_free();
    int fd = open("new", O_RDWR | O_CREAT, 0600);
    struct stat status;
    bool good = IS(write(fd, bytes, LARGE), LARGE) && IS(unlink("new"), 0) && FAILS(open("new", O_RDONLY), ENOENT);

    good = good && is_there(fd, 100, 10000) && IS(fstat(fd, &status), 0) && IS(status.st_nlink, 0) &&
           HOLDS(pages_free() < free);
    return IS(close(fd), 0) && good && IS(pages_free(), free);
}

static int writes_until_there_is_none(void)
{
    int fd = open("large", O_WRONLY | O_CREAT, 0600);
    ssize_t written;

    while ((written = write(fd, bytes, LARGE)) == LARGE)
        ;
    return written >= 0 && write(fd, bytes, PAGE) == -1 && errno == ENOSPC ? 7 : 1;
}

/* Others can still do what needs no space; and everything comes back. */
static bool space_is_used_up(void)
{
    uint32_t free = pages_free();
    bool good = IS(child_run(writes_until_there_is_none), EXITED(7)) && HOLDS(pages_free() < free / 3);
    int fd = open("large", O_RDWR);

    good = good && HOLDS(fd >= 0) && is_there(fd, 0, 100) && IS(pwrite(fd, "x", 1, 50), 1);
    good = IS(unlink("large"), 0) && IS(close(fd), 0) && good;
    return IS(pages_free(), free) && good;
}

static int dies(void)
{
    int fd = open("left", O_RDWR | O_CREAT, 0600);

    if (fd < 0 || write(fd, bytes, LARGE) != LARGE || unlink("left"))
        return 1;
    *(volatile int *)1 = 1;
    return 0;
}

static bool an_end_gives_back_all(void)
{
    uint32_t free = pages_free();

    return IS(child_run(dies), SIGSEGV) && IS(pages_free(), free);
}

static bool the_archives_files_are_there(void)
{
    struct stat status, other;
    int fd = open("/tests/t_files", O_RDONLY);
    bool good = IS(read(fd, got, 4), 4) && IS(memcmp(got, "\177ELF", 4), 0) && IS(fstat(fd, &status), 0) &&
                IS(status.st_mode, S_IFREG | 0755);

    good = good && IS(stat("/tests/t_files", &other), 0) && IS(other.st_ino, status.st_ino);
    return IS(close(fd), 0) && good && IS(access("/tests/t_files", X_OK), 0) && FAILS(access("none", F_OK), ENOENT) &&
           FAILS(access("/bin", 8), EINVAL);
}

static bool devices_are_there(void)
{
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY), terminal = open("/dev/tty", O_RDWR),
        full = open("/dev/full", O_RDWR);
    bool good = IS(write(null, bytes, LARGE), LARGE) && IS(read(null, got, 5), 0) &&
                IS(read(zero, got, LARGE), LARGE) && IS(got[LARGE - 1], 0) && FAILS(write(full, bytes, 1), ENOSPC) &&
                IS(read(full, got, LARGE), LARGE) && IS(isatty(terminal), 1) &&
                FAILS(lseek(terminal, 0, SEEK_SET), ESPIPE) && IS(isatty(null), 0);

    return IS(write(terminal, "", 0), 0) && IS(close(null), 0) && IS(close(zero), 0) && IS(close(full), 0) &&
           IS(close(terminal), 0) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"files are opened as their flags say", files_are_opened},
        {"opening fails with the right error", opening_fails},
        {"bytes are kept at their offsets", bytes_are_kept},
        {"several areas in one call", places_are_scattered},
        {"appending goes to the end", appends_go_to_the_end},
        {"sizes change", sizes_change},
        {"holes are zeros, and take no pages", holes_are_zeros},
        {"closed descriptors are EBADF", descriptors_are_looked_at},
        {"a file without a name lives while it is open", a_file_lives_while_it_is_open},
        {"all space may be used up, and comes back", space_is_used_up},
        {"the end of a process gives everything back", an_end_gives_back_all},
        {"the archive's files are there", the_archives_files_are_there},
        {"devices exist", devices_are_there},
    };

    fill();
    return TAP_RUN(points);
}
