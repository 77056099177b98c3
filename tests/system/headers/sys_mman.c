/* <sys/mman.h>: anonymous maps; mprotect: which accesses the pages then allow, and their contents. */
#define _GNU_SOURCE 1 /* mremap */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, OWN = MAP_PRIVATE | MAP_ANONYMOUS, RW = PROT_READ | PROT_WRITE, RX = PROT_READ | PROT_EXEC };

static sigjmp_buf back;
static volatile int code;

static void note(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    code = info->si_code;
    siglongjmp(back, 1);
}

static bool may_read(const volatile char *at)
{
    return !sigsetjmp(back, 1) && (*at, true);
}

static bool may_write(volatile char *at)
{
    return !sigsetjmp(back, 1) && (*at = 7, true);
}

static void begin(void)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &action, NULL);
}

static bool end(bool good)
{
    signal(SIGSEGV, SIG_DFL);
    return good;
}

static bool pages_are_protected(void)
{
    char *at = mmap(NULL, 4 * PAGE, RW, OWN, -1, 0);

    begin();
    memset(at, 5, 3 * PAGE); /* the last page is not touched */
    bool good = IS(mprotect(at + PAGE, 3 * PAGE, PROT_READ), 0) && HOLDS(may_write(at)) && HOLDS(may_read(at + PAGE)) &&
                HOLDS(!may_write(at + PAGE)) && IS(code, SEGV_ACCERR) && HOLDS(!may_write(at + 3 * PAGE)) &&
                HOLDS(may_read(at + 3 * PAGE)) && IS(at[PAGE], 5) && IS(at[3 * PAGE], 0);
    good = IS(mprotect(at, 2 * PAGE, PROT_NONE), 0) && HOLDS(!may_read(at)) && IS(code, SEGV_ACCERR) &&
           HOLDS(!may_read(at + PAGE)) && HOLDS(may_read(at + 2 * PAGE)) && good;
    good =
        IS(mprotect(at, 4 * PAGE, RW), 0) && IS(at[0], 7) && IS(at[PAGE], 5) && HOLDS(may_write(at + 3 * PAGE)) && good;
    return end(IS(munmap(at, 4 * PAGE), 0) && good);
}

/* Writes code, then runs it. */
static bool code_is_run(void)
{
    static const unsigned char returns_42[] = {0xb8, 42, 0, 0, 0, 0xc3};
    char *at = mmap(NULL, PAGE, RW, OWN, -1, 0);
    int (*function)(void);

    begin();
    memcpy(at, returns_42, sizeof returns_42);
    memcpy(&function, &at, sizeof function);
    bool good = HOLDS(sigsetjmp(back, 1) || (function(), false)) && IS(mprotect(at, PAGE, RX), 0) &&
                IS(function(), 42) && HOLDS(!may_write(at)) && IS(mprotect(at, PAGE, RW), 0) &&
                HOLDS(may_write(at + 1));
    return end(IS(munmap(at, PAGE), 0) && good);
}

static bool heap_and_data(void)
{
    static char data[2 * PAGE] __attribute__((aligned(PAGE))) = {1};
    char *heap = aligned_alloc(PAGE, 2 * PAGE);

    begin();
    bool good = IS(mprotect(data, PAGE, PROT_READ), 0) && HOLDS(!may_write(data)) && HOLDS(may_write(data + PAGE)) &&
                IS(mprotect(data, PAGE, RW), 0) && HOLDS(may_write(data)) && IS(mprotect(heap, PAGE, PROT_NONE), 0) &&
                HOLDS(!may_read(heap)) && IS(mprotect(heap, PAGE, RW), 0) && HOLDS(may_write(heap));
    data[0] = 1;
    free(heap);
    return end(good);
}

/* A child has its parent's pages, and each gets copies of its own. */
static bool a_fork_copies(void)
{
    char *at = mmap(NULL, 2 * PAGE, RW, OWN, -1, 0);
    int status = 0;

    begin();
    at[0] = at[PAGE] = 5;
    mprotect(at, PAGE, PROT_READ), mprotect(at + PAGE, PAGE, PROT_NONE);
    if (fork() == 0)
        _exit(!may_write(at) && !may_read(at + PAGE) && !mprotect(at, 2 * PAGE, RW) && may_write(at) && at[PAGE] == 5
                  ? 9
                  : 1);
    wait(&status);
    bool good = IS(status, 9 << 8) && HOLDS(!may_write(at)) && IS(at[0], 5) && IS(mprotect(at, 2 * PAGE, RW), 0) &&
                HOLDS(may_write(at)) && IS(at[PAGE], 5);
    return end(IS(munmap(at, 2 * PAGE), 0) && good);
}

static bool maps_begin_so(void)
{
    char *none = mmap(NULL, 9 << 20, PROT_NONE, OWN, -1, 0), *read = mmap(NULL, PAGE, PROT_READ, OWN, -1, 0);

    begin();
    bool good = HOLDS(!may_read(none)) && HOLDS(!may_read(none + (8 << 20))) && HOLDS(may_read(read)) &&
                HOLDS(!may_write(read)) && IS(mprotect(none + PAGE, PAGE, RW), 0) && HOLDS(may_write(none + PAGE)) &&
                HOLDS(!may_read(none));
    return end(IS(munmap(none, 9 << 20), 0) && IS(munmap(read, PAGE), 0) && good);
}

static bool others_are_refused(void)
{
    char *at = mmap(NULL, PAGE, RW, OWN, -1, 0), *text;
    int (*function)(void) = getpid;

    memcpy(&text, &function, sizeof text);
    text -= (uintptr_t)text % PAGE;
    bool good = FAILS(mprotect(at, PAGE, 8), EINVAL) && FAILS(mprotect(at, PAGE, RW | PROT_EXEC), EACCES) &&
                FAILS(mprotect(text, PAGE, RW), EACCES) && IS(mprotect(text, PAGE, RX), 0) &&
                FAILS(mprotect((char *)0x70000000, PAGE, RW), ENOMEM) &&
                FAILS(mprotect((char *)0x8e8000, PAGE, PROT_READ), EACCES) && IS(mprotect(at, 0, RW), 0);
    return IS(munmap(at, PAGE), 0) && FAILS(mprotect(at, PAGE, PROT_READ), ENOMEM) && good;
}

static bool maps(void)
{
    char *at = mmap(NULL, 5 * PAGE, RW, OWN, -1, 0);
    bool good = HOLDS(at != MAP_FAILED) && IS(at[5 * PAGE - 1], 0);

    memset(at, 3, 5 * PAGE);
    good = good && IS(mmap(at + PAGE, PAGE, RW, OWN | MAP_FIXED, -1, 0), at + PAGE) && IS(at[PAGE], 0) &&
           IS(at[2 * PAGE], 3) && FAILS(mmap(at, PAGE, RW, OWN | 0x100000, -1, 0), EEXIST) &&
           HOLDS(mmap(at, PAGE, RW, OWN, -1, 0) != at) && IS(munmap(at, 5 * PAGE), 0) && IS(munmap(at, PAGE), 0);
    return good && IS(munmap(at + 5 * PAGE, PAGE), 0);
}

static bool moves_maps(void)
{
    char *at = mmap(NULL, 4 * PAGE, RW, OWN, -1, 0), *behind;
    memset(at, 5, 4 * PAGE);
    bool good = IS(mremap(at, 4 * PAGE, 2 * PAGE, 0), at) && IS(at[2 * PAGE - 1], 5) &&
                IS(mremap(at, 2 * PAGE, 2 * PAGE - 1, 0), at) && IS(mremap(at, 2 * PAGE, 3 * PAGE, 0), at) &&
                IS(at[2 * PAGE], 0) &&
                HOLDS((behind = mmap(at + 3 * PAGE, PAGE, RW, OWN | 0x100000, -1, 0)) == at + 3 * PAGE) &&
                FAILS(mremap(at, 3 * PAGE, 4 * PAGE, 0), ENOMEM) && FAILS(mremap(at, 3 * PAGE, 0, 0), EINVAL) &&
                FAILS(mremap(at + 1, PAGE, PAGE, 0), EINVAL) && FAILS(mremap(at, PAGE, PAGE, 2, at), EINVAL) &&
                FAILS(mremap((char *)4096, PAGE, PAGE, 0), EFAULT);
    char *to = mremap(at, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
    return good && HOLDS(to != at && to != MAP_FAILED) && IS(to[2 * PAGE - 1], 5) && IS(to[2 * PAGE], 0) &&
           IS(munmap(to, 5 * PAGE), 0) && IS(munmap(behind, PAGE), 0);
}

static bool refuses_maps(void)
{
    return FAILS(mmap(NULL, 0, RW, OWN, -1, 0), EINVAL) && FAILS(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL) &&
           FAILS(mmap((char *)0x50000001, PAGE, RW, OWN | MAP_FIXED, -1, 0), EINVAL) &&
           FAILS(mmap(NULL, PAGE, RW, MAP_PRIVATE, 1, 0), ENODEV) &&
           FAILS(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 99, 0), EBADF) &&
           FAILS(mmap(NULL, PAGE, PROT_WRITE | PROT_EXEC, OWN, -1, 0), EACCES) &&
           FAILS(mmap(NULL, 0x7fff0000, RW, OWN, -1, 0), ENOMEM) && FAILS(munmap((char *)0x50000001, PAGE), EINVAL) &&
           FAILS(munmap((char *)0x8e8000, PAGE), EINVAL);
}

static bool locks(void)
{
    char *at = mmap(NULL, 2 * PAGE, RW, OWN, -1, 0);

    return IS(mlock(at + 5, PAGE), 0) && IS(munlock(at, PAGE), 0) && FAILS(mlock((char *)4096, PAGE), ENOMEM) &&
           FAILS(mlock(at, (size_t)-5), EINVAL) && IS(mlockall(MCL_CURRENT | MCL_FUTURE), 0) &&
           FAILS(mlockall(0), EINVAL) && FAILS(mlockall(8), EINVAL) && IS(munlockall(), 0) &&
           FAILS(syscall(SYS_mlock2, at, PAGE, 2), EINVAL) && IS(munmap(at, 2 * PAGE), 0);
}

const struct tap_point header_sys_mman[] = {
    {"anonymous maps", maps},
    {"maps of another size", moves_maps},
    {"impossible maps", refuses_maps},
    {"mlock", locks},
    {"mprotect", pages_are_protected},
    {"code that is written", code_is_run},
    {"of heap and data", heap_and_data},
    {"mprotect and fork", a_fork_copies},
    {"maps that begin so", maps_begin_so},
    {"pages that cannot be protected", others_are_refused},
    {0, 0},
};
