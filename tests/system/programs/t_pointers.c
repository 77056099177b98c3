/* Invalid pointers in calls of the library: EFAULT, and nothing has changed. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "kernel/abi/abi.h"
#include "libuser/mem/shm.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT = -41 };

/* The name in the library for xv6's programs. */
int xv6_wait_status(int *status);
int xv6_waitpid(int pid, int *status, int options);

/* Addresses at which none, or not all, of 16 bytes can be a program's. */
static const uint32_t bad[] = {
    0,          1,          0xfff,      0x1000,     0x8000,     STACK_LOW - 1, STACK_LOW - 16, USER_END,
    0xc0100000, 0xc0200000, 0xfffff000, 0xffffffff, 0xfffffff8, USER_END - 15, USER_END - 1};
enum { BAD = sizeof(bad) / sizeof(bad[0]) };

/* Addresses whose first byte is already not the program's. */
static bool is_bad_at_once(uint32_t address)
{
    return address < STACK_LOW || address >= USER_END;
}

static void *pointer(uint32_t address)
{
    return (void *)address;
}

static bool reads_and_writes(void)
{
    bool good = true;

    for (unsigned i = 0; i < BAD; i++)
        for (int fd = 0; fd < 3; fd++)
            good =
                FAILS(write(fd, pointer(bad[i]), 16), EFAULT) && FAILS(read(fd, pointer(bad[i]), 16), EFAULT) && good;
    /* More than there is behind the address, though fewer bytes would be valid. */
    return FAILS(write(1, pointer(USER_END - 0x1000), 0x1001), EFAULT) && good;
}

/* An access of no bytes is none. */
static bool nothing(void)
{
    return IS(write(1, NULL, 0), 0) && IS(read(0, NULL, 0), 0) && IS(write(1, pointer(USER_END), 0), 0);
}

/* Other errors of a call come first. */
static bool other_errors(void)
{
    return FAILS(write(3, NULL, 16), EBADF) && FAILS(read(-1, NULL, 16), EBADF) &&
           FAILS(write(1, NULL, 0x80000000), EINVAL);
}

static bool opens(void)
{
    uint32_t before = memory_now().segments;
    char *page = NULL;
    bool good = true;

    for (unsigned i = 0; i < BAD; i++)
        if (bad[i] != USER_END - 15) /* 4 bytes are valid there */
            good = FAILS(shm_open(SEGMENT, pointer(bad[i])), EFAULT) && good;
    good = IS(memory_now().segments, before) && FAILS(shm_close(SEGMENT), ENOENT) && good;
    return IS(shm_open(SEGMENT, &page), 0) && IS(shm_close(SEGMENT), 0) && good;
}

static int exits(void)
{
    return 5;
}

/* The child can still be waited for afterwards. */
static bool waits(void)
{
    pid_t child = child_start(exits);
    bool good = true;

    for (unsigned i = 1; i < BAD; i++)
        if (bad[i] != USER_END - 15)
            good = FAILS(wait(pointer(bad[i])), EFAULT) && FAILS(waitpid(child, pointer(bad[i]), 0), EFAULT) &&
                   IS(xv6_wait_status(pointer(bad[i])), -1) && IS(xv6_waitpid(child, pointer(bad[i]), 0), -1) && good;
    return IS(child_end(child), EXITED(5)) && good;
}

static bool programs(void)
{
    char *const arguments[] = {"t_pointers", NULL};
    bool good = true;

    for (unsigned i = 0; i < BAD; i++) {
        char *const wrong[] = {"t_pointers", pointer(bad[i]), NULL};
        if (!is_bad_at_once(bad[i]))
            continue;
        good = FAILS(execv(pointer(bad[i]), arguments), EFAULT) && good;
        if (bad[i]) /* a null list counts as an empty one */
            good = FAILS(execv("/tests/t_pointers", pointer(bad[i])), EFAULT) &&
                   FAILS(execv("/tests/t_pointers", wrong), EFAULT) && good;
    }
    return good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"read and write", reads_and_writes},
        {"of no bytes", nothing},
        {"other errors come first", other_errors},
        {"shm_open", opens},
        {"wait and waitpid, in standard and xv6 programs", waits},
        {"exec", programs},
    };
    return TAP_RUN(points);
}
