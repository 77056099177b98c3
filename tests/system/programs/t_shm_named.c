/*
 * Named segments: who has them, their contents, and when they end; each error; rights.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm_named.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* As in <sys/mman.h>, which a file cannot include together with shm_named.h. */
int mprotect(void *address, size_t length, int protection);
int posix_shm_unlink(const char *name) __asm__("shm_unlink");

enum { PAGE = PAGE_SIZE, PAGES = 2000, BYTES = PAGES * PAGE, READ_WRITE = 3, CREATE = SHM_CREATE | SHM_EXCLUSIVE };
#define NOBODYS ((void *)0x1230)

static const char name[] = "t_shm_named";
static char *shared;

/* A segment that must be made. */
static char *made(const char *of, size_t bytes, int flags)
{
    void *at = NULL;

    if (shm_attach(of, bytes, CREATE | flags, &at) != 0)
        exit(99);
    return at;
}

/* A segment that exists. */
static char *attached(int flags)
{
    void *at = NULL;

    if (shm_attach(name, 0, flags, &at) != 0)
        exit(98);
    return at;
}

static uint32_t holders(void)
{
    struct shm_status status;

    return shm_status(name, &status) ? 0 : status.holders;
}

static bool fails(const char *of, size_t bytes, int flags, int error)
{
    void *at = NOBODYS;

    return FAILS(shm_attach(of, bytes, flags, &at), error) && HOLDS(at == NOBODYS);
}

/* ---------------------------------------------------------------------------------------- contents */

static bool begins_zeroed_each_time(void)
{
    bool good = true;

    for (int round = 0; round < 2; round++) {
        char *at = made(name, BYTES, 0);
        uint32_t sum = 0;
        for (int page = 0; page < PAGES; page += 7) {
            for (int i = 0; i < PAGE; i += 64)
                sum |= *(uint32_t *)(void *)(at + page * PAGE + i);
            memset(at + page * PAGE, 0xff, PAGE);
        }
        good = IS(sum, 0) && IS(shm_detach(at), 0) && good;
    }
    return good;
}

static int stores(void)
{
    char *at = attached(0);
    bool good = at == shared && at[0] == 'p' && at[BYTES - 1] == 'q' && holders() == 2;

    at[PAGE] = 'c';
    return good && shm_detach(at) == 0 && holders() == 1 ? 0 : 1;
}

static bool another_process_sees(void)
{
    shared = made(name, BYTES, 0);
    shared[0] = 'p';
    shared[BYTES - 1] = 'q';
    int (*const piece)(void) = stores;
    bool good = IS(holders(), 1);

    pid_t child = fork();
    if (child == 0)
        exit(shm_detach(shared) == 0 ? piece() : 2);
    good = IS(child_end(child), EXITED(0)) && IS(shared[PAGE], 'c') && IS(holders(), 1) && good;
    return IS(shm_detach(shared), 0) && good;
}

static bool pages_come_when_they_are_touched(void)
{
    struct memory before = memory_now();
    char *at = made(name, BYTES, 0);
    struct memory during = memory_now();
    bool good = HOLDS(before.free - during.free < 8) && IS(during.segments - before.segments, 1);

    for (int page = 0; page < 100; page++)
        at[page * PAGE] = 1;
    uint32_t taken = during.free - memory_now().free;
    good = HOLDS(taken >= 100 && taken < 104) && good;
    good = IS(shm_detach(at), 0) && IS(memory_now().segments, before.segments) && good;
    return good;
}

static bool attached_twice(void)
{
    char *first = made(name, PAGE, 0), *second = attached(0);

    first[0] = 'x';
    bool good = HOLDS(first == second) && IS(holders(), 1) && IS(shm_detach(first), 0) && IS(first[0], 'x');
    return IS(shm_detach(first), 0) && FAILS(shm_detach(first), EINVAL) && good;
}

static int touches(void)
{
    return shared[PAGE];
}

static bool a_touch_after_the_last_detach_or_beside_kills(void)
{
    shared = made(name, 2 * PAGE, 0);
    shared[PAGE] = 0;
    bool good = IS(child_run(touches), EXITED(0)) && IS(shm_detach(shared), 0) && IS(child_run(touches), SIGSEGV);
    char *one = made(name, PAGE, 0);

    shared = one;
    good = IS(child_run(touches), SIGSEGV) && good;
    return IS(shm_detach(one), 0) && good;
}

/* ------------------------------------------------------------------------------------------ holders */

static int waits(void)
{
    shared[0] = 1;
    for (;;)
        pause();
}

static bool holders_are_counted(void)
{
    shared = made(name, BYTES, 0);
    pid_t child = child_start(waits);
    bool good = IS(holders(), 2);

    flag_await((volatile uint32_t *)(void *)shared, 1);
    good = IS(child_kill(child), SIGKILL) && IS(holders(), 1) && good;
    good = IS(child_run(touches), EXITED(0)) && IS(holders(), 1) && good;
    return IS(shm_detach(shared), 0) && IS(holders(), 0) && good;
}

static int execs(void)
{
    child_exec("true", "");
}

static bool exec_drops_it(void)
{
    shared = made(name, BYTES, 0);
    shared[0] = 1;
    bool good = IS(child_run(execs), EXITED(0)) && IS(holders(), 1);

    return IS(shm_detach(shared), 0) && good;
}

static int makes_and_ends(void)
{
    made(name, BYTES, 0)[PAGE] = 1;
    return 0;
}

static int makes_and_faults(void)
{
    made(name, BYTES, 0)[PAGE] = 1;
    return *(volatile char *)0;
}

static bool it_goes_with_the_last_holder(void)
{
    return IS(child_run(makes_and_ends), EXITED(0)) && IS(holders(), 0) && IS(child_run(makes_and_faults), SIGSEGV) &&
           IS(holders(), 0) && fails(name, 0, 0, ENOENT);
}

static bool unlinked_it_lives_until_the_last_detach(void)
{
    char *at = made(name, PAGE, 0);

    at[0] = 'o';
    bool good =
        IS(shm_unlink(name), 0) && FAILS(shm_unlink(name), ENOENT) && IS(at[0], 'o') && fails(name, 0, 0, ENOENT);
    char *another = made(name, PAGE, 0);
    good = HOLDS(another != at) && IS(another[0], 0) && IS(at[0], 'o') && good;
    return IS(shm_detach(at), 0) && IS(shm_detach(another), 0) && good;
}

/* ------------------------------------------------------------------------------------------- rights */

static int stores_into_it(void)
{
    shared[PAGE] = 'w';
    return 0;
}

static int stores_untouched(void)
{
    shared[0] = 'w';
    return 0;
}

/* By any call: attach again to write, mprotect, through another window. */
static int raises(void)
{
    struct words protect = {{MEM_PROTECT, (uint32_t)shared, 2 * PAGE, READ_WRITE}};
    void *at = NULL;
    uint32_t rest, address;

    if (shm_attach(name, 0, 0, &at) == 0 || errno != EACCES || shm_attach(name, PAGE, SHM_CREATE, &at) == 0 ||
        errno != EACCES)
        return 1;
    for (int page = 0; page < 3; page++) /* the last page has not been touched */
        if (mprotect(shared + page * PAGE, PAGE, READ_WRITE) == 0 || errno != EACCES)
            return 2;
    if (ipc_call(CLIENT_SLOT_MEM, ipc_window((uint32_t)shared, 2), &protect) || (int32_t)protect.w[0] != -EACCES)
        return 3;
    if (mem_mmap(CLIENT_SLOT_MEM, (uint32_t)shared, PAGE, &address) >= 0 ||
        mem_reserve(CLIENT_SLOT_MEM, (uint32_t)shared, PAGE, READ_WRITE, &address) >= 0)
        return 4;
    if (mem_munmap(CLIENT_SLOT_MEM, (uint32_t)shared, PAGE, &rest) != -EINVAL || shm_unlink(name) == 0 ||
        errno != EACCES)
        return 5;
    return shared[PAGE] == 'r' ? stores_into_it() : 6;
}

static int reads_alone(void)
{
    if (shm_detach(shared) != 0 || fails(name, 0, 0, EACCES) == false)
        return 1;
    shared = attached(SHM_READ_ONLY);
    return shared[PAGE] != 'r' || child_run(stores_into_it) != SIGSEGV || child_run(stores_untouched) != SIGSEGV ||
           child_run(raises) != SIGSEGV;
}

static bool a_read_only_segment_cannot_be_written(void)
{
    struct shm_status status;

    shared = made(name, 3 * PAGE, SHM_OTHERS_READ);
    shared[PAGE] = 'r';
    bool good = IS(child_run(reads_alone), EXITED(0)) && IS(shared[0], 0) && IS(shared[PAGE], 'r');
    good = IS(child_run(stores_into_it), EXITED(0)) && IS(shared[PAGE], 'w') &&
           good; /* a child that inherits it may write, too */
    good = IS(shm_status(name, &status), 0) && IS(status.rights, 1) && IS(status.pages, 3) && good;
    return IS(shm_unlink(name), 0) && IS(shm_detach(shared), 0) && good;
}

static int asks_to_read(void)
{
    shared = attached(SHM_READ_ONLY);
    return child_run(raises) == EXITED(1) || child_run(stores_into_it) != SIGSEGV;
}

/* Others may write, but a process that asked to read may not. */
static bool attached_to_read_is_read_only(void)
{
    char *at = made(name, 2 * PAGE, 0);

    pid_t child = fork();
    if (child == 0)
        exit(shm_detach(at) == 0 ? asks_to_read() : 3);
    bool good = IS(child_end(child), EXITED(0)) && IS(at[PAGE], 0);
    return IS(shm_detach(at), 0) && good;
}

/* ------------------------------------------------------------------------------------------- errors */

static bool attach_errors(void)
{
    char longest[SHM_NAME_BYTES + 1];
    struct shm_status status;

    memset(longest, 'n', sizeof longest);
    longest[SHM_NAME_BYTES] = 0;
    bool good = fails(longest, PAGE, SHM_CREATE, ENAMETOOLONG) && FAILS(shm_unlink(longest), ENAMETOOLONG) &&
                FAILS(shm_status(longest, &status), ENAMETOOLONG);
    longest[SHM_NAME_BYTES - 1] = 0;
    char *at = made(longest, PAGE, 0);
    good = IS(shm_detach(at), 0) && good;

    at = made(name, PAGE, 0);
    good = fails(name, PAGE, CREATE, EEXIST) && fails(name, PAGE + 1, 0, EINVAL) &&
           fails(name, 2 * PAGE, SHM_CREATE, EINVAL) && good;
    good = fails("", PAGE, SHM_CREATE, EINVAL) && fails("t_none", PAGE, SHM_CREATE | 16, EINVAL) &&
           fails("t_none", PAGE, SHM_EXCLUSIVE, EINVAL) && fails("t_none", PAGE, SHM_OTHERS_READ, EINVAL) && good;
    good = fails("t_none", 0, SHM_CREATE, EINVAL) && fails("t_none", 0x20001000, SHM_CREATE, EINVAL) &&
           fails("t_none", PAGE, SHM_READ_ONLY, ENOENT) && fails("t_none", 0x20000000, SHM_CREATE, ENFILE) &&
           fails("t_none", 0x10000000, SHM_CREATE, ENOMEM) && good;
    good = fails(NULL, PAGE, SHM_CREATE, EFAULT) && FAILS(shm_attach(name, 0, 0, NULL), EFAULT) &&
           FAILS(shm_unlink(NULL), EFAULT) && FAILS(shm_status(name, NULL), EFAULT) &&
           FAILS(shm_status(NULL, &status), EFAULT) && good;
    good = FAILS(shm_detach(at + PAGE), EINVAL) && FAILS(shm_detach(at + 1), EINVAL) &&
           FAILS(shm_detach(NULL), EINVAL) && FAILS(shm_detach(&at), EINVAL) &&
           FAILS(shm_status("t_none", &status), ENOENT) && FAILS(shm_unlink("t_none"), ENOENT) &&
           FAILS(shm_unlink(""), EINVAL) && FAILS(shm_status("", &status), EINVAL) && good;
    return FAILS(posix_shm_unlink(name), ENOENT) && IS(shm_detach(at), 0) && good;
}

static uint32_t times_listed(const struct listed_segment *wanted)
{
    uint32_t next = 0, times = 0;

    while (mem_shm_list(CLIENT_SLOT_MEM, next, &next) == 0)
        times += !memcmp(message_page->words, wanted, sizeof *wanted);
    return times;
}

static bool it_is_listed(void)
{
    struct listed_segment wanted = {{3, 1, 1}, 0, "t_shm_named"};
    char *at = made(name, 3 * PAGE, SHM_OTHERS_READ);
    bool good = IS(times_listed(&wanted), 1);

    at[0] = at[2 * PAGE] = 1;
    wanted.frames = 2;
    good = IS(times_listed(&wanted), 1) && IS(shm_unlink(name), 0) && good;
    memset(wanted.name, 0, sizeof wanted.name);
    return IS(times_listed(&wanted), 1) && IS(shm_detach(at), 0) && IS(times_listed(&wanted), 0) && good;
}

/* ------------------------------------------------------------------------------------------- limits */

static char *of_number(int i)
{
    static char text[8];

    memcpy(text, "t_n", 3);
    text[3] = (char)('0' + i / 100);
    text[4] = (char)('0' + i / 10 % 10);
    text[5] = (char)('0' + i % 10);
    return text;
}

static int has_one_too_many(void)
{
    return fails("t_none", PAGE, SHM_CREATE, EMFILE) ? 0 : 1;
}

static int lowers_the_limit(void)
{
    return shm_limit(SHM_ATTACHED_MAX + 1) == 0 || errno != EPERM || shm_limit(1) == 0 || errno != EINVAL ||
           shm_limit(2) != 0 || shm_limit(3) == 0 || errno != EPERM || has_one_too_many() ||
           child_run(has_one_too_many) != EXITED(0);
}

static bool limits_of_a_process(void)
{
    char *at[SHM_ATTACHED_MAX];
    bool good = true;

    for (int i = 0; i < SHM_ATTACHED_MAX; i++)
        at[i] = made(of_number(i), PAGE, 0);
    good = IS(has_one_too_many(), 0) && IS(child_run(has_one_too_many), EXITED(0)) && good;
    for (int i = 2; i < SHM_ATTACHED_MAX; i++)
        good = IS(shm_detach(at[i]), 0) && good;
    good = IS(child_run(lowers_the_limit), EXITED(0)) && good;
    return IS(shm_detach(at[0]), 0) && IS(shm_detach(at[1]), 0) && good;
}

enum { CHILDREN = SHM_SEGMENTS_MAX / (SHM_ATTACHED_MAX - 1) + 1, LETTER = 4, IS_FULL = 5 };

/* One beside those that it makes is inherited. */
static int has_as_many_as_it_may(void)
{
    for (int i = 1; i < SHM_ATTACHED_MAX && !shared[IS_FULL]; i++) {
        char one[8] = "";
        void *at;
        memcpy(one, of_number(i), 6);
        one[6] = shared[LETTER];
        if (shm_attach(one, PAGE, CREATE, &at))
            shared[IS_FULL] = errno == ENFILE ? 1 : 2;
    }
    return waits();
}

static bool limits_of_all(void)
{
    pid_t children[CHILDREN];
    int count = 0;

    shared = made(name, PAGE, 0);
    for (; count < CHILDREN && !shared[IS_FULL]; count++) {
        shared[0] = 0;
        shared[LETTER] = (char)('A' + count);
        children[count] = child_start(has_as_many_as_it_may);
        flag_await((volatile uint32_t *)(void *)shared, 1);
    }
    bool good = IS(shared[IS_FULL], 1) && IS(count, CHILDREN) && fails("t_none", PAGE, SHM_CREATE, ENFILE);
    while (count--)
        good = IS(child_kill(children[count]), SIGKILL) && good;
    return IS(shm_detach(shared), 0) && IS(shm_detach(made("t_none", PAGE, 0)), 0) && good;
}

static int is_short_of_memory(void)
{
    const struct rlimit limit = {400 * PAGE, 400 * PAGE};

    if (setrlimit(RLIMIT_AS, &limit))
        return 1;
    if (!fails("t_none", BYTES, SHM_CREATE, ENOMEM))
        return 2;
    char *at = made("t_small", 100 * PAGE, 0);
    return at[99 * PAGE] == 0 && shm_detach(at) == 0 ? 0 : 3;
}

static bool memory_is_bounded_by_the_limit(void)
{
    return IS(child_run(is_short_of_memory), EXITED(0));
}

int main(void)
{
    static const struct tap_point points[] = {
        {"a segment begins zeroed, each time", begins_zeroed_each_time},
        {"another process that attaches it sees what is stored", another_process_sees},
        {"pages appear when they are touched", pages_come_when_they_are_touched},
        {"attached twice it is detached twice", attached_twice},
        {"a touch after the last detach, or behind it, kills", a_touch_after_the_last_detach_or_beside_kills},
        {"holders are counted after fork, exit and kill", holders_are_counted},
        {"exec drops it", exec_drops_it},
        {"it ends with the last holder", it_goes_with_the_last_holder},
        {"unlinked, it lives until the last detach", unlinked_it_lives_until_the_last_detach},
        {"a process with a read-only segment cannot write, by any call", a_read_only_segment_cannot_be_written},
        {"a process that attached to read cannot write", attached_to_read_is_read_only},
        {"each error", attach_errors},
        {"it is listed", it_is_listed},
        {"the number of attached segments is limited, and can be lowered", limits_of_a_process},
        {"the number of segments that all processes attach is limited", limits_of_all},
        {"memory is bounded by RLIMIT_AS", memory_is_bounded_by_the_limit},
    };
    return TAP_RUN(points);
}
