/* exec: arguments, refusals, what is kept and what is dropped. The program executes itself; its first argument says
 * what to check. */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/mem/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, MANY = 30000 };

/* Linux's ARG_MAX; and the longest argument possible beside those of execs_long(). */
enum { ALL = 131072, LONG = ALL - sizeof "/tests/t_exec" - sizeof "long" - sizeof "end" - 1 };

static char long_text[2 * ALL];

static char *long_argument(size_t length)
{
    for (size_t i = 0; i < length; i++)
        long_text[i] = (char)('a' + i % 23);
    long_text[length] = 0;
    return long_text;
}

/* ------------------------------------------------------------------------------------ arguments */

static int execs_words(void)
{
    char *const arguments[] = {"other name", "words", "", "two words", "\x01\xff", "", NULL};
    return execv("/tests/t_exec", arguments);
}

static int sees_words(int argc, char **argv)
{
    return !(argc == 6 && strcmp(argv[0], "other name") == 0 &&
             strcmp((const char *)getauxval(AT_EXECFN), "/tests/t_exec") == 0 && strcmp(argv[2], "") == 0 &&
             strcmp(argv[3], "two words") == 0 && strcmp(argv[4], "\x01\xff") == 0 && strcmp(argv[5], "") == 0 &&
             !argv[6]);
}

static bool words(void)
{
    return IS(child_run(execs_words), EXITED(0));
}

static int execs_long(void)
{
    char *const arguments[] = {"/tests/t_exec", "long", long_argument(LONG), "end", NULL}, *const none[] = {NULL};
    return execve("/tests/t_exec", arguments, none);
}

static int sees_long(int argc, char **argv)
{
    return !(argc == 4 && strcmp(argv[2], long_argument(LONG)) == 0 && strcmp(argv[3], "end") == 0);
}

static bool long_arguments(void)
{
    return IS(child_run(execs_long), EXITED(0));
}

static int execs_many(void)
{
    static char *arguments[MANY + 1] = {"/tests/t_exec", "many"};

    for (int i = 2; i < MANY; i++)
        arguments[i] = "x";
    return execv("/tests/t_exec", arguments);
}

static int sees_many(int argc, char **argv)
{
    int x = 0;

    for (int i = 2; i < argc; i++)
        x += strcmp(argv[i], "x") == 0;
    return !(argc == MANY && x == MANY - 2);
}

static bool many_arguments(void)
{
    return IS(child_run(execs_many), EXITED(0));
}

static int execs_none(void)
{
    char *const arguments[] = {NULL};
    return execv("hello", arguments) == -1 ? 1 : 2;
}

static bool no_arguments(void)
{
    return IS(child_run(execs_none), EXITED(0));
}

/* ------------------------------------------------------------------------------------- refusals */

static bool refused(const char *program, int error)
{
    char *const arguments[] = {"x", NULL};
    return FAILS(execv(program, arguments), error);
}

static bool unknown(void)
{
    return refused("nothing", ENOENT) && refused("/tests/t_exe", ENOENT) && refused("/tests/t_exec2", ENOENT) &&
           refused("", ENOENT) && refused(long_argument(200), ENOENT) && refused("bin/nothing", ENOENT) &&
           refused("nothing/t_exec", ENOENT) && refused("/tests/t_exec/t_exec", ENOTDIR) &&
           refused("/tests/t_exec/", ENOTDIR) && refused("t_exec", ENOENT) &&
           refused(long_argument(256), ENAMETOOLONG) && refused(long_argument(2000), ENAMETOOLONG);
}

/* They are in the archive, but not as programs. */
static bool servers_and_kernel_tests(void)
{
    return refused("mem", ENOENT) && refused("proc", ENOENT) && refused("file", ENOENT) && refused("init", ENOENT) &&
           refused("t_kernel_ipc", ENOENT) && refused("bench_kernel", ENOENT);
}

static bool no_programs(void)
{
    return refused("/", EACCES) && refused("bin", EACCES) && refused("/dev/console", EACCES);
}

/* By one byte, of an argument, of the environment or of the path. Strings that were put before are given back. */
static bool too_long(void)
{
    char *const arguments[] = {"/tests/t_exec", "long", long_argument(LONG + 1), "end", NULL}, *const none[] = {NULL};
    char *const fewer[] = {"/tests/t_exec", "long", long_text + 2, "end", NULL}, *const environment[] = {"", "", NULL};
    bool good = FAILS(execve("/tests/t_exec", arguments, none), E2BIG) &&
                FAILS(execve("/tests/t_exec", fewer, environment), E2BIG);

    for (int i = 0; i < 5; i++) {
        good = FAILS(execve("/tests/t_exec", arguments, (char *const *)1), EFAULT) && good;
        good = FAILS(execve("/tests/t_exec", arguments, none), E2BIG) && good;
    }
    return refused(long_argument(ALL), E2BIG) && refused(long_argument(ALL - 3000), ENAMETOOLONG) &&
           refused("nothing", ENOENT) && good && many_arguments();
}

static bool failure_changes_nothing(void)
{
    static volatile int data;
    char *page = NULL, *map = mmap(NULL, PAGE), *heap = malloc(100);

    shm_open(1, &page);
    *page = *map = *heap = 3;
    data = 4;
    bool good = refused("nothing", ENOENT) && IS(*page, 3) && IS(*map, 3) && IS(*heap, 3);
    free(heap);
    return IS(data, 4) && IS(shm_close(1), 0) && IS(munmap(map, PAGE), 0) && good;
}

/* ---------------------------------------------------------------------------------- the new one */

static int initial = 42;
static char zeroed[3 * PAGE];

#define AREA ((volatile char *)0x50000000)

static int execs_dirty(void)
{
    char *page = NULL;

    initial = 1;
    memset(zeroed, 1, sizeof(zeroed));
    memset(tally_sbrk(5 * PAGE), 1, 5 * PAGE);
    mmap((void *)AREA, PAGE);
    AREA[0] = 1;
    shm_open(1, &page);
    *page = 1;
    child_exec("/tests/t_exec", "clean");
}

static int sees_clean(void)
{
    char *page = NULL;
    int dirty = initial != 42;

    for (size_t i = 0; i < sizeof(zeroed); i++)
        dirty |= zeroed[i];
    char *heap = tally_sbrk(5 * PAGE);
    for (int i = 0; i < 5 * PAGE; i++)
        dirty |= heap[i];
    dirty |= mmap((void *)AREA, PAGE) != (void *)AREA || AREA[0];
    dirty |= memory_now().segments != 0 || shm_close(1) != -1;
    dirty |= shm_open(1, &page) != 0 || *page != 0;
    return dirty;
}

static bool begins_anew(void)
{
    return IS(child_run(execs_dirty), EXITED(0));
}

static int execs_with_fpu(void)
{
    uint16_t control = 0x0f7f;

    __asm__ volatile("fninit; fldcw %0; fldpi" : : "m"(control));
    child_exec("/tests/t_exec", "fpu");
}

static int sees_fresh_fpu(void)
{
    uint16_t control = 0, status = 0;

    __asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
    return !(control == 0x037f && status == 0);
}

static bool begins_with_a_fresh_fpu(void)
{
    return IS(child_run(execs_with_fpu), EXITED(0));
}

static int execs_pid(void)
{
    char pid[12];

    snprintf(pid, sizeof(pid), "%d", getpid());
    char *const arguments[] = {"/tests/t_exec", "pid", pid, NULL};
    if (fork() == 0)
        exit(33);
    return execv("/tests/t_exec", arguments);
}

static int sees_pid(const char *pid)
{
    int status = 0;

    return !(getpid() == atoi(pid) && wait(&status) > 0 && status == EXITED(33) && wait(&status) == -1 &&
             errno == ECHILD);
}

static bool keeps_pid_and_children(void)
{
    return IS(child_run(execs_pid), EXITED(0));
}

/* Through a program for xv6, which makes a file `made`. */
static int execs_with_mask(void)
{
    child_exec("/tests/t_xv6_calls", "mask");
}

static int sees_mask(void)
{
    struct stat made, own;
    int fd = open("own", O_CREAT | O_WRONLY, 0666);

    return !(fd >= 0 && stat("made", &made) == 0 && fstat(fd, &own) == 0 && (made.st_mode & 07777) == 0777 &&
             (own.st_mode & 07777) == 0640 && umask(0) == 0127);
}

static bool keeps_the_mask(void)
{
    mode_t mask = umask(07000 | 0127);
    bool good = IS(child_run(execs_with_mask), EXITED(0)) && IS(unlink("made"), 0) && IS(unlink("own"), 0);

    return IS(umask(mask), 0127) && IS(umask(mask), mask) && good;
}

static int execs_on(int left)
{
    char text[12];

    snprintf(text, sizeof(text), "%d", left);
    char *const arguments[] = {"/tests/t_exec", "on", text, NULL};
    return left ? execv("/tests/t_exec", arguments) : 0;
}

static int execs_hundred(void)
{
    return execs_on(100);
}

static bool again_and_again(void)
{
    return IS(child_run(execs_hundred), EXITED(0));
}

static int execs_sleeper(void)
{
    child_exec("/tests/t_exec", "sleep");
}

static bool killed_in_exec(void)
{
    bool good = true;

    for (int i = 0; i < 50; i++) {
        pid_t child = child_start(execs_sleeper);
        usleep(i % 5 ? 1 : 0);
        good = IS(child_kill(child), SIGKILL) && good;
    }
    return good;
}

static int look(int argc, char **argv)
{
    const char *what = argv[1];

    if (strcmp(what, "words") == 0)
        return sees_words(argc, argv);
    if (strcmp(what, "long") == 0)
        return sees_long(argc, argv);
    if (strcmp(what, "many") == 0)
        return sees_many(argc, argv);
    if (strcmp(what, "clean") == 0)
        return sees_clean();
    if (strcmp(what, "fpu") == 0)
        return sees_fresh_fpu();
    if (strcmp(what, "pid") == 0)
        return sees_pid(argv[2]);
    if (strcmp(what, "mask") == 0)
        return sees_mask();
    if (strcmp(what, "on") == 0)
        return execs_on(atoi(argv[2]) - 1);
    for (;;)
        sleep(1000);
}

static const struct tap_point points[] = {
    {"arguments arrive as they were, empty ones too", words},
    {"long arguments", long_arguments},
    {"many arguments", many_arguments},
    {"no arguments: the program's name is there", no_arguments},
    {"an unknown program is ENOENT", unknown},
    {"so are servers and kernel tests", servers_and_kernel_tests},
    {"directories and devices are EACCES", no_programs},
    {"too long arguments are E2BIG", too_long},
    {"a failed exec changes nothing", failure_changes_nothing},
    {"data, heap, mappings and segments begin anew", begins_anew},
    {"the FPU begins anew", begins_with_a_fresh_fpu},
    {"process id and children stay", keeps_pid_and_children},
    {"umask is kept over fork and exec, in standard and xv6 programs", keeps_the_mask},
    {"a hundred in a row", again_and_again},
    {"processes are killed in the middle", killed_in_exec},
};

int main(int argc, char **argv)
{
    return argc > 1 ? look(argc, argv) : TAP_RUN(points);
}
