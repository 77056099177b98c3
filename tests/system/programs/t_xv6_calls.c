/* Calls of programs for xv6: the heap to the byte next to malloc, time, signals, files. */
#include "libuser/xv6/types.h"

#include "libuser/xv6/fcntl.h"
#include "libuser/xv6/fs.h"
#include "libuser/xv6/mmu.h"
#include "libuser/xv6/stat.h"
#include "libuser/xv6/user.h"

#include "tests/system/programs/tap.h"

#include <stddef.h>

int main(int argc, char **argv);

enum { PAGE = 4096, BLOCKS = 200, BLOCK = 140000, NOWHERE = 16 };

/* In either order; and for so many blocks that malloc asks for the heap's end again, which sbrk has moved meanwhile. */
static bool heap_beside_malloc(void)
{
    static char *blocks[BLOCKS];
    char *first = malloc(100), *start = sbrk(0);
    bool good = HOLDS(first && sbrk(10) == start && sbrk(PAGE) == start + 10);

    memset(start, 1, 10 + PAGE);
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK);
        good = HOLDS(blocks[i]) && good;
        if (blocks[i])
            memset(blocks[i], 2, BLOCK);
    }
    good = HOLDS(sbrk(0) == start + 10 + PAGE) && good;
    for (int i = 0; i < 10 + PAGE; i++)
        good = start[i] == 1 && good;
    good = HOLDS(sbrk(-10 - PAGE) == start + 10 + PAGE) && HOLDS(sbrk(0) == start) && good;
    for (int i = 0; i < BLOCKS; i++) {
        good = HOLDS(!blocks[i] || blocks[i][BLOCK - 1] == 2) && good;
        free(blocks[i]);
    }
    free(first);
    return good;
}

static bool heap_has_an_end(void)
{
    char *start = sbrk(0);

    return HOLDS(sbrk(0x3fffffff) == (char *)-1) && HOLDS(sbrk(-0x3fffffff) == (char *)-1) && HOLDS(sbrk(0) == start);
}

static bool time_passes(void)
{
    int begin = uptime();
    bool good = IS(sleep(3), 0) && HOLDS(uptime() - begin >= 3);

    return IS(sleep(0), 0) && IS(sleep(-1), 0) && good;
}

static bool others_are_ended(void)
{
    int status = 5, self = getpid(), child = fork();

    while (child == 0)
        sleep(1000);
    bool good = HOLDS(child > self) && IS(kill(child), 0) && IS(wait(&status), child) && IS(status, -1);
    return IS(kill(child), -1) && IS(kill(0), -1) && IS(kill(-1), -1) && IS(wait(&status), -1) && IS(status, -1) &&
           good;
}

static bool programs_are_run(void)
{
    char *const arguments[] = {"hello", "xv6", NULL};
    char *big[33] = {"hello"};
    int status = 5;

    if (fork() == 0) {
        exec("hello", (char **)arguments);
        exit(1);
    }
    bool good = HOLDS(wait(&status) > 0) && IS(status, 0);
    for (int i = 1; i < 32; i++)
        big[i] = "of xv6's usertests 31 arguments as long as this one must not get through: they are more than the "
                 "page of its stack. "
                 "Other programs have more room, but what they are started with is no concern of xv6's programs";
    good = IS(exec("hello", big), -1) && good;
    return IS(exec("nothing", (char **)arguments), -1) && IS(exec((char *)NOWHERE, (char **)arguments), -1) && good;
}

static bool files_are_kept(void)
{
    char byte = 'x', long_name[] = "123456789012345";
    struct stat found;
    int fd = open("a", O_CREATE | O_RDWR);
    bool good = IS(fd, 3) && IS(write(fd, &byte, 1), 1) && IS(read(fd, &byte, 1), 0) && IS(close(fd), 0);

    byte = 0;
    good =
        IS(open("a", O_RDONLY), 3) && IS(read(3, &byte, 1), 1) && IS(byte, 'x') && IS(write(3, &byte, 1), -1) && good;
    good = IS(link("a", "b"), 0) && IS(fstat(3, &found), 0) && IS(found.nlink, 2) && IS(found.type, T_FILE) && good;
    good = IS(close(3), 0) && IS(unlink("a"), 0) && IS(unlink("a"), -1) && IS(stat("b", &found), 0) &&
           IS(found.size, 1) && good;
    good = IS(open(long_name, O_CREATE | O_RDWR), 3) && IS(close(3), 0) && good;
    long_name[14] = 0; /* the part of a name that xv6 keeps */
    return IS(unlink(long_name), 0) && IS(unlink("b"), 0) && good;
}

static bool directories_are_kept(void)
{
    struct dirent entry;
    struct stat found;
    bool good = IS(mkdir("d"), 0) && IS(mkdir("d"), -1) && IS(chdir("d"), 0) && IS(mkdir("e"), 0);
    int fd = open(".", O_RDONLY);

    good = IS(fstat(fd, &found), 0) && IS(found.type, T_DIR) && IS(open(".", O_RDWR), -1) && good;
    for (int i = 0; i < 3; i++)
        good = IS(read(fd, &entry, sizeof entry), sizeof entry) && HOLDS(entry.inum != 0) && good;
    good = IS(strcmp(entry.name, "e"), 0) && IS(read(fd, &entry, sizeof entry), 0) && IS(close(fd), 0) && good;
    good = IS(unlink("."), -1) && IS(chdir(".."), 0) && IS(unlink("d"), -1) && IS(unlink("d/e"), 0) && good;
    return IS(unlink("d"), 0) && IS(chdir("d"), -1) && IS(mkdir(""), -1) && good;
}

static bool devices_and_pipes(void)
{
    int ends[2], copy;
    char byte = 'y';
    bool good = IS(mknod("tty1", 1, 1), 0) && IS(open("tty1", O_RDWR), 3) && IS(write(3, "# by a device\n", 14), 14);

    good = IS(close(3), 0) && IS(unlink("tty1"), 0) && IS(pipe(ends), 0) && IS(ends[0], 3) && IS(ends[1], 4) && good;
    copy = dup(ends[1]);
    good = IS(copy, 5) && IS(close(ends[1]), 0) && IS(write(copy, &byte, 1), 1) && IS(close(copy), 0) && good;
    return IS(read(ends[0], &byte, 1), 1) && IS(read(ends[0], &byte, 1), 0) && IS(close(ends[0]), 0) && good;
}

static bool wrong_arguments(void)
{
    char byte = 0, *nowhere = (char *)NOWHERE;
    struct stat found;
    bool good = IS(stat("a", &found), -1) && IS(fstat(3, &found), -1) && IS(close(3), -1) && IS(read(3, &byte, 1), -1);

    good = IS(write(3, &byte, 1), -1) && IS(read(0, &byte, -1), -1) && IS(write(1, nowhere, 1), -1) && good;
    good = IS(open(nowhere, 0), -1) && IS(link("a", nowhere), -1) && IS(stat(nowhere, &found), -1) && good;
    return IS(fstat(1, (struct stat *)NOWHERE), -1) && IS(fstat(1, &found), 0) && IS(found.type, T_DEV) && good;
}

static bool names_of_headers(void)
{
    uint64 large = 1;
    uint here = (uint)&large;

    return IS(large << 40 >> 39, 2) && IS(sizeof(uint8) + sizeof(uint16) + sizeof(uint32), 7) &&
           HOLDS(here < USERTOP && NULL == 0) && IS(PGROUNDUP(1), PGSIZE) && IS(PGROUNDUP(PAGE), PAGE) &&
           IS(PGROUNDDOWN(PAGE + 1), PAGE) && IS(PGROUNDDOWN((int)here) % PGSIZE, 0);
}

/* For t_exec, which checks what has become of its mask. */
static int execs_after_open(void)
{
    char *const arguments[] = {"t_exec", "mask", NULL};

    return open("made", O_CREATE | O_RDWR) < 0 ? 1 : exec("/tests/t_exec", (char **)arguments);
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"sbrk and malloc do not meet", heap_beside_malloc},
        {"the heap has two ends", heap_has_an_end},
        {"sleep and uptime", time_passes},
        {"kill", others_are_ended},
        {"exec", programs_are_run},
        {"files", files_are_kept},
        {"directories", directories_are_kept},
        {"devices and pipes", devices_and_pipes},
        {"wrong arguments", wrong_arguments},
        {"names of headers", names_of_headers},
    };
    (void)argv;
    exit(argc > 1 ? execs_after_open() : TAP_RUN(points));
}
