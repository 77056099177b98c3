/*
 * Mapped files: all processes see each other's stores; truncated pages are gone for all.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, MAPPINGS = 64, SEVERAL = 20 };

static const char name[] = "/tmp/t_map_file";
static char *shared;

/* Makes a file of so many bytes, all zero. */
static int make(int bytes)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

    return fd >= 0 && ftruncate(fd, bytes) == 0 ? fd : -1;
}

static bool remove_it(int fd)
{
    return IS(close(fd), 0) && IS(unlink(name), 0);
}

static char *map(int fd, int bytes, int protection, int flags)
{
    return mmap(NULL, (size_t)bytes, protection, flags, fd, 0);
}

/* ------------------------------------------------------------------------------- what is seen */

static bool stores_are_read(void)
{
    char text[6] = "";
    int fd = make(SEVERAL * PAGE);
    char *at = map(fd, SEVERAL * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(at != MAP_FAILED);

    for (int page = 1; page < SEVERAL; page++) {
        memcpy(at + page * PAGE - 3, "hello", 6); /* across the boundary of two pages */
        good = IS(pread(fd, text, sizeof text, page * PAGE - 3), sizeof text) && IS(strcmp(text, "hello"), 0) && good;
    }
    good = IS(pwrite(fd, "there", 6, 5 * PAGE + 7), 6) && IS(strcmp(at + 5 * PAGE + 7, "there"), 0) && good;
    return IS(munmap(at, SEVERAL * PAGE), 0) && remove_it(fd) && good;
}

static bool both_see(void)
{
    int fd = make(2 * PAGE);
    char *one = map(fd, 2 * PAGE, RW, MAP_SHARED), *other = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
    bool good = HOLDS(one != MAP_FAILED && other != MAP_FAILED && other != one + PAGE);

    one[PAGE + 1] = 'x';
    good = IS(other[1], 'x') && good;
    return IS(munmap(one, 2 * PAGE), 0) && IS(munmap(other, PAGE), 0) && remove_it(fd) && good;
}

static int stores(void)
{
    shared[PAGE + 9] = 'c';
    return 0;
}

static bool children_see(void)
{
    int fd = make(2 * PAGE);

    shared = map(fd, 2 * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(stores), EXITED(0)) && IS(shared[PAGE + 9], 'c');
    return IS(munmap(shared, 2 * PAGE), 0) && remove_it(fd) && good;
}

static int file;

/* With pages that it has not touched yet. */
static int uses_them_in_calls(void)
{
    bool good =
        pwrite(file, shared + PAGE - 3, 6, 3 * PAGE) == 6 && pread(file, shared + 2 * PAGE - 3, 6, 3 * PAGE) == 6;

    return good && memcmp(shared + 2 * PAGE - 3, "hello", 6) == 0 ? 6 : 1;
}

static int has_a_child(void)
{
    return child_run(uses_them_in_calls) == EXITED(6) ? 7 : 1;
}

static bool childrens_calls_use_it(void)
{
    file = make(4 * PAGE);
    shared = map(file, 4 * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED);

    memcpy(shared + PAGE - 3, "hello", 6);
    good = IS(child_run(has_a_child), EXITED(7)) && IS(memcmp(shared + 2 * PAGE - 3, "hello", 6), 0) &&
           IS(munmap(shared, 4 * PAGE), 0) && good;
    return remove_it(file) && good;
}

static bool anonymous_pages_are_shared(void)
{
    shared = map(-1, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
    return HOLDS(shared != MAP_FAILED) && IS(shared[PAGE + 9], 0) && IS(child_run(stores), EXITED(0)) &&
           IS(shared[PAGE + 9], 'c') && IS(munmap(shared, 2 * PAGE), 0);
}

static bool it_outlives_its_names(void)
{
    int fd = make(PAGE);
    char *at = map(fd, PAGE, RW, MAP_SHARED);
    bool good = HOLDS(at != MAP_FAILED) && remove_it(fd);

    at[0] = 'l';
    return IS(at[0], 'l') && IS(munmap(at, PAGE), 0) && good;
}

static bool private_stores_are_ones_own(void)
{
    char byte = 0;
    int fd = make(PAGE + 1);
    char *own = map(fd, PAGE + 1, RW, MAP_PRIVATE), *seen = map(fd, PAGE + 1, PROT_READ, MAP_PRIVATE);
    bool good = HOLDS(own != MAP_FAILED && seen != MAP_FAILED);

    own[PAGE] = 'p';
    good = IS(pread(fd, &byte, 1, PAGE), 1) && IS(byte, 0) && IS(seen[PAGE], 0) && good;
    return IS(munmap(own, PAGE + 1), 0) && IS(munmap(seen, PAGE + 1), 0) && remove_it(fd) && good;
}

/* A program is a file of the boot archive. */
static bool the_archive_is_mapped(void)
{
    int fd = open("/bin/hello", O_RDONLY);
    char *at = map(fd, PAGE, PROT_READ, MAP_PRIVATE), *same = map(fd, PAGE, PROT_READ, MAP_SHARED), head[PAGE];
    bool good = HOLDS(at != MAP_FAILED && same != MAP_FAILED) && IS(pread(fd, head, PAGE, 0), PAGE) &&
                IS(memcmp(at, head, PAGE), 0) && IS(memcmp(same, head, PAGE), 0);

    return IS(munmap(at, PAGE), 0) && IS(munmap(same, PAGE), 0) && IS(close(fd), 0) && good;
}

/* Its pages are the archive's until one is written. Then all shared mappings, older and newer ones, have the page that
 * is written to, as read() and write() do; private mappings have their own. */
static bool the_archive_is_written(void)
{
    static const char program[] = "/bin/false"; /* not run by any process meanwhile */
    char first = 0, byte = 0;
    int fd = open(program, O_RDWR);
    char *before = map(fd, PAGE, PROT_READ, MAP_SHARED), *own = map(fd, PAGE, RW, MAP_PRIVATE);
    bool good =
        HOLDS(before != MAP_FAILED && own != MAP_FAILED) && IS(pread(fd, &first, 1, 0), 1) && IS(before[0], first);

    own[0] = 'o';
    good = IS(pread(fd, &byte, 1, 0), 1) && IS(byte, first) && IS(before[0], first) && IS(pwrite(fd, "w", 1, 0), 1) &&
           good;
    char *after = map(fd, PAGE, RW, MAP_SHARED);
    good = HOLDS(after != MAP_FAILED) && IS(before[0], 'w') && IS(after[0], 'w') && IS(own[0], 'o') && good;
    after[0] = 's';
    good = IS(before[0], 's') && IS(own[0], 'o') && IS(pread(fd, &byte, 1, 0), 1) && IS(byte, 's') && good;
    good = IS(pwrite(fd, &first, 1, 0), 1) && IS(after[0], first) && IS(before[0], first) && good;
    return IS(munmap(before, PAGE), 0) && IS(munmap(after, PAGE), 0) && IS(munmap(own, PAGE), 0) && IS(close(fd), 0) &&
           good;
}

static bool at_an_address(void)
{
    int fd = make(PAGE);
    char *area = map(-1, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS);
    char *at = mmap(area + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
    bool good = HOLDS(area != MAP_FAILED && at == area + PAGE);

    area[0] = at[0] = area[2 * PAGE] = 'f';
    return IS(munmap(area, 3 * PAGE), 0) && remove_it(fd) && good;
}

/* Behind the second mapping there is room for a third, kept ahead; the program cannot access it. */
static int touches_behind(void)
{
    char *first = map(file, PAGE, RW, MAP_SHARED), *second = map(file, PAGE, RW, MAP_SHARED);

    return first == MAP_FAILED || second == MAP_FAILED || second[PAGE];
}

static bool behind_is_nothing(void)
{
    file = make(PAGE);
    char *first = map(file, PAGE, RW, MAP_SHARED), *second = map(file, PAGE, RW, MAP_SHARED), *behind = second + PAGE;
    bool good = HOLDS(first != MAP_FAILED && second != MAP_FAILED) && IS(child_run(touches_behind), SIGSEGV);

    good = FAILS(mprotect(behind, PAGE, PROT_READ), ENOMEM) && good;
    char *third = map(file, PAGE, RW, MAP_SHARED), *free = third + PAGE;
    good = HOLDS(mmap(free, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == free) && good;
    char *fourth = map(file, PAGE, RW, MAP_SHARED);
    *free = 'f', *fourth = 'm';
    good = IS(*free, 'f') && IS(*first, 'm') && IS(*third, 'm') && good;
    good = IS(munmap(first, PAGE), 0) && IS(munmap(second, PAGE), 0) && IS(munmap(third, 2 * PAGE), 0) &&
           IS(munmap(fourth, PAGE), 0) && good;
    return remove_it(file) && good;
}

/* ------------------------------------------------------------------------------------- its end */

static int touches_second_page(void)
{
    return ((volatile char *)shared)[PAGE];
}

/* The file is cut by another process than the one that maps it; a third one has it mapped, too. */
static int fd_of_all;

static int cuts(void)
{
    return ftruncate(fd_of_all, PAGE) != 0;
}

static bool what_is_cut_is_gone(void)
{
    fd_of_all = make(2 * PAGE);
    shared = map(fd_of_all, 2 * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(touches_second_page), EXITED(0));

    shared[PAGE] = shared[0] = 1;
    good = IS(child_run(cuts), EXITED(0)) && IS(child_run(touches_second_page), SIGBUS) && IS(shared[0], 1) && good;
    return IS(munmap(shared, 2 * PAGE), 0) && remove_it(fd_of_all) && good;
}

static bool behind_the_end_is_nothing(void)
{
    int fd = make(10);

    shared = map(fd, 2 * PAGE, PROT_READ, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(shared[9], 0) && IS(shared[PAGE - 1], 0) &&
                IS(child_run(touches_second_page), SIGBUS);
    return IS(munmap(shared, 2 * PAGE), 0) && remove_it(fd) && good;
}

static int stores_second(void)
{
    return (((volatile char *)shared)[PAGE] = 's') != 's';
}

/* By another process, and also a file that was cut before. */
static int grows(void)
{
    return ftruncate(fd_of_all, 3 * PAGE) != 0;
}

static bool it_grows(void)
{
    char byte = 0;

    fd_of_all = make(10);
    shared = map(fd_of_all, 4 * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(stores_second), SIGBUS) && IS(child_run(grows), EXITED(0));
    good = IS(child_run(stores_second), EXITED(0)) && IS(shared[PAGE], 's') && good;
    good = IS(pread(fd_of_all, &byte, 1, PAGE), 1) && IS(byte, 's') && IS(shared[2 * PAGE], 0) && good;
    good = IS(child_run(cuts), EXITED(0)) && IS(child_run(touches_second_page), SIGBUS) &&
           IS(child_run(grows), EXITED(0)) && good;
    good = IS(shared[PAGE], 0) && IS(child_run(stores_second), EXITED(0)) && IS(shared[PAGE], 's') && good;
    return IS(munmap(shared, 4 * PAGE), 0) && remove_it(fd_of_all) && good;
}

static int stores_first(void)
{
    shared[0] = 1;
    return 0;
}

static bool rights_are_kept(void)
{
    int fd = make(PAGE);

    shared = map(fd, PAGE, PROT_READ, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(stores_first), SIGSEGV);
    return IS(munmap(shared, PAGE), 0) && IS(child_run(stores_first), SIGSEGV) && remove_it(fd) && good;
}

static int touches_first(void)
{
    return ((volatile char *)shared)[0] != 0;
}

/* Up to what the descriptor allowed when the file was mapped. */
static bool rights_change(void)
{
    int fd = make(2 * PAGE), reads = open(name, O_RDONLY);

    shared = map(fd, 2 * PAGE, PROT_READ, MAP_SHARED);
    bool good = IS(child_run(stores_first), SIGSEGV) && IS(mprotect(shared, PAGE, RW), 0) &&
                IS(child_run(stores_first), EXITED(0));
    good = IS(shared[0], 1) && IS(child_run(stores_second), SIGSEGV) && IS(mprotect(shared, 2 * PAGE, PROT_READ), 0) &&
           good;
    good = IS(child_run(stores_first), SIGSEGV) && IS(mprotect(shared, PAGE, PROT_NONE), 0) &&
           IS(child_run(touches_first), SIGSEGV) && good;
    good = IS(mprotect(shared, PAGE, RW), 0) && IS(shared[0], 1) && IS(munmap(shared, 2 * PAGE), 0) && good;
    shared = map(reads, PAGE, PROT_NONE, MAP_SHARED);
    good = HOLDS(shared != MAP_FAILED) && IS(child_run(touches_first), SIGSEGV) &&
           FAILS(mprotect(shared, PAGE, RW), EACCES) && good;
    good = IS(mprotect(shared, PAGE, PROT_READ), 0) && IS(shared[0], 1) && IS(munmap(shared, PAGE), 0) &&
           IS(close(reads), 0) && good;
    return remove_it(fd) && good;
}

/* A private page that is to be written becomes a copy; a page behind the file's end becomes a page of zeros. */
static bool private_ones_become_copies(void)
{
    int fd = make(PAGE), reads = open(name, O_RDONLY);
    bool good = IS(pwrite(fd, "file", 4, 0), 4);

    shared = map(reads, 3 * PAGE, PROT_READ, MAP_PRIVATE);
    good = HOLDS(shared != MAP_FAILED) && IS(memcmp(shared, "file", 4), 0) && IS(mprotect(shared, 2 * PAGE, RW), 0) &&
           good;
    shared[0] = 'p', shared[PAGE] = 'q';
    good = IS(pwrite(fd, "late", 4, 0), 4) && IS(memcmp(shared, "pile", 4), 0) &&
           IS(mprotect(shared, PAGE, PROT_READ), 0) && good;
    return IS(munmap(shared, 3 * PAGE), 0) && IS(close(reads), 0) && remove_it(fd) && good;
}

/* mov $7, %eax; ret */
static const unsigned char code[] = {0xb8, 7, 0, 0, 0, 0xc3};

/* The executed pages are a copy: nothing is ever both writable and executable. */
static bool files_are_executed(void)
{
    int fd = make(PAGE);
    bool good = IS(pwrite(fd, code, sizeof code, 0), sizeof code);
    char *at = map(fd, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE), *later = map(fd, PAGE, RW, MAP_SHARED);
    good = HOLDS(at != MAP_FAILED) && HOLDS(later != MAP_FAILED) && IS(((int (*)(void))at)(), 7) && good;
    later[1] = 9;
    good = IS(((int (*)(void))at)(), 7) && IS(mprotect(later, PAGE, PROT_READ | PROT_EXEC), 0) &&
           IS(((int (*)(void))later)(), 9) && good;
    good = FAILS(map(fd, PAGE, RW | PROT_EXEC, MAP_PRIVATE), EACCES) && good;
    return IS(munmap(at, PAGE), 0) && IS(munmap(later, PAGE), 0) && remove_it(fd) && good;
}

static bool parts_are_unmapped(void)
{
    int fd = make(3 * PAGE);

    shared = map(fd, 3 * PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(munmap(shared + PAGE, PAGE), 0);
    shared[0] = shared[2 * PAGE] = 'k';
    good = IS(child_run(touches_second_page), SIGSEGV) && good;
    return IS(munmap(shared, 3 * PAGE), 0) && remove_it(fd) && good;
}

static int execs(void)
{
    child_exec("/bin/hello", "mapped");
}

static bool exec_drops_them(void)
{
    int fd = make(PAGE);

    shared = map(fd, PAGE, RW, MAP_SHARED);
    bool good = HOLDS(shared != MAP_FAILED) && IS(child_run(execs), EXITED(0));
    return IS(munmap(shared, PAGE), 0) && remove_it(fd) && good;
}

/* ------------------------------------------------------------------------------------- refusals */

static bool wrong_requests(void)
{
    int fd = make(PAGE), reads = open(name, O_RDONLY), writes = open(name, O_WRONLY), folder = open("/tmp", O_RDONLY),
        ends[2];
    bool good = IS(pipe(ends), 0);

    good = FAILS(map(reads, PAGE, RW, MAP_SHARED), EACCES) && FAILS(map(writes, PAGE, PROT_READ, MAP_SHARED), EACCES) &&
           good;
    good = FAILS(map(writes, PAGE, RW, MAP_PRIVATE), EACCES) && good;
    good = FAILS(map(folder, PAGE, PROT_READ, MAP_SHARED), ENODEV) &&
           FAILS(map(ends[0], PAGE, PROT_READ, MAP_SHARED), ENODEV) && good;
    good =
        FAILS(map(folder, PAGE, RW, MAP_PRIVATE), ENODEV) && FAILS(map(1, PAGE, PROT_READ, MAP_SHARED), ENODEV) && good;
    good =
        FAILS(map(99, PAGE, PROT_READ, MAP_SHARED), EBADF) && FAILS(map(fd, 0, PROT_READ, MAP_SHARED), EINVAL) && good;
    good = FAILS(map(fd, PAGE, PROT_READ, 0), EINVAL) && good;
    good = FAILS(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1LL << 32), EOVERFLOW) && good;
    good = FAILS(mmap((void *)1, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0), EINVAL) && good;
    good = IS(close(reads), 0) && IS(close(writes), 0) && IS(close(folder), 0) && IS(close(ends[0]), 0) && good;
    return IS(close(ends[1]), 0) && remove_it(fd) && good;
}

/* Adjacent mappings of one file are one. */
static bool too_many(void)
{
    static char *maps[MAPPINGS + 1];
    int fd = make(PAGE), other = open("/bin/hello", O_RDONLY), count = 0;

    while (count <= MAPPINGS && (maps[count] = map(count % 2 ? fd : other, PAGE, PROT_READ, MAP_SHARED)) != MAP_FAILED)
        count++;
    bool good = IS(count, MAPPINGS) && IS(errno, ENOMEM);
    while (count > 0)
        good = IS(munmap(maps[--count], PAGE), 0) && good;
    return IS(close(other), 0) && remove_it(fd) && good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"stored values are read", stores_are_read},
        {"two mappings are one file", both_see},
        {"children see it", children_see},
        {"children's calls use it", childrens_calls_use_it},
        {"anonymous pages are shared", anonymous_pages_are_shared},
        {"without name and descriptor", it_outlives_its_names},
        {"private mappings", private_stores_are_ones_own},
        {"files of the boot archive", the_archive_is_mapped},
        {"and copies that are written to", the_archive_is_written},
        {"at an address", at_an_address},
        {"there is nothing behind it", behind_is_nothing},
        {"truncated pages are gone for all", what_is_cut_is_gone},
        {"there is nothing behind the end", behind_the_end_is_nothing},
        {"the part by which a file grows is mapped", it_grows},
        {"read-only mappings", rights_are_kept},
        {"rights change", rights_change},
        {"private mappings become copies", private_ones_become_copies},
        {"files are executed", files_are_executed},
        {"parts are unmapped", parts_are_unmapped},
        {"exec drops them", exec_drops_them},
        {"wrong requests", wrong_requests},
        {"there are 64 at most", too_many},
    };

    return TAP_RUN(points);
}
