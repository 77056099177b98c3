/*
 * xv6's functions where they are not the standard library's: what they ask of that and of proc, and what they make of the
 * answers.
 *
 * instead: tests/server/instead
 * sources: libuser/xv6/format.c
 */
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <unistd.h>

#include "libuser/libc/internal.h"
#include "tests/host/check.h"
#include "tests/host/written_lines.h"

static ssize_t ours_read(int fd, void *to, size_t bytes);
static int ours_kill(int pid, int signal);
static int ours_execv(const char *path, char *const *arguments);
_Noreturn static void ours_exit(int status);

#define read  ours_read
#define kill  ours_kill
#define execv ours_execv
#define exit  ours_exit
#define main  start
#include "libuser/xv6/exec.c"
#include "libuser/xv6/gets.c"
#include "libuser/xv6/main.c"
#include "libuser/xv6/printf.c"
#include "libuser/xv6/process.c"
#undef read
#undef kill
#undef execv
#undef exit
#undef main

enum { FAILS = -ESRCH };

static int next_answer;
static uint32_t next_word;
static struct __ended next_ended;
static const char *input = "";
static jmp_buf ended;

static void expect(const char *expected)
{
    if (strcmp(lines, expected) != 0)
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines), abort();
    lines_bytes = 0;
    lines[0] = 0;
}

/* ---------------------------------------------------------------------------------- what is asked for */

int32_t system_call(uint32_t head, struct words *words)
{
    const uint32_t *w = words->w;

    CHECK(head == (SYS_ipc_call | CLIENT_SLOT_PROC << SLOT_SHIFT));
    add_line("proc %u %u %u %u\n", w[0], w[1], w[2], w[3]);
    *words = (struct words){{(uint32_t)next_answer, next_word, 0, 0}};
    return OK;
}

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    (void)head, (void)ebx, (void)esi, (void)edi, (void)result;
    abort();
}

int __console_put(const char *text, size_t length)
{
    add_line("%.*s", (int)length, text);
    return 0;
}

int __console_flush(void)
{
    add_line("flush\n");
    return 0;
}

int __wait(int pid, int options, struct __ended *child)
{
    add_line("wait %d %d\n", pid, options);
    if (next_answer > 0)
        *child = next_ended;
    return next_answer;
}

static ssize_t ours_read(int fd, void *to, size_t length)
{
    CHECK(fd == 0 && length == 1);
    if (!*input)
        return next_answer;
    *(char *)to = *input++;
    return 1;
}

static int ours_kill(int pid, int signal)
{
    add_line("kill %d %d\n", pid, signal);
    return next_answer;
}

static int ours_execv(const char *path, char *const *arguments)
{
    add_line("exec %s %s\n", path, arguments[0]);
    return next_answer;
}

_Noreturn static void ours_exit(int status)
{
    add_line("exit %d\n", status);
    longjmp(ended, 1);
}

int xv6_main(int argc, char **argv)
{
    add_line("main %d %s\n", argc, argv[0]);
    return 5;
}

/* ---------------------------------------------------------------------------------- the tests */

static void lines_are_got(void)
{
    char line[8];

    memset(line, 'x', 8);
    input = "a\nbc\rdefghijk";
    CHECK(xv6_gets(line, 8) == line && !strcmp(line, "a\n") && line[3] == 'x');
    CHECK(xv6_gets(line, 8) == line && !strcmp(line, "bc\r"));
    CHECK(xv6_gets(line, 5) == line && !strcmp(line, "defg") && line[5] == 'x'); /* what there is room for */
    CHECK(xv6_gets(line, 1) == line && !line[0] && *input == 'h');
    CHECK(xv6_gets(line, 8) == line && !strcmp(line, "hijk"));
    CHECK(xv6_gets(line, 8) == line && !line[0]);
    next_answer = -1;
    CHECK(xv6_gets(line, 8) == line && !line[0]);
}

static void the_three_are_printed_to(void)
{
    xv6_printf(-1, "lost");
    xv6_printf(3, "lost");
    expect("");
    xv6_printf(0, "%d ", 0);
    xv6_printf(1, "%s ", "one");
    xv6_printf(2, "%x\n", 0x2a);
    expect("0 one 2A\n");
}

static void children_are_waited_for(int *status)
{
    next_answer = 7, next_ended = (struct __ended){7, 1000, 0};
    CHECK(xv6_wait() == 7 && xv6_wait_status(status) == 7 && *status == 1000);
    next_answer = 1, next_ended = (struct __ended){1, (uint32_t)-1, 0};
    CHECK(xv6_waitpid(1, status, 1) == 1 && *status == -1);
    *status = 5, next_answer = 7, next_ended = (struct __ended){7, 3, 9};
    CHECK(xv6_waitpid(7, status, 0) == 7 && *status == -1);
    expect("wait -1 0\nwait -1 0\nwait 1 1\nwait 7 0\n");
    *status = 5, next_answer = 0;
    CHECK(xv6_waitpid(7, status, 1) == 0 && *status == 5);
    next_answer = FAILS;
    CHECK(xv6_wait_status(status) == -1 && errno == ESRCH && *status == 5 && xv6_wait() == -1);
    expect("wait 7 1\nwait -1 0\nwait -1 0\n");
}

/* Nothing is asked for: the child is there for a wait with a better address. */
static void a_bad_address_waits_for_nothing(void)
{
    int *last = (int *)(uintptr_t)(USER_END - sizeof(int));

    next_answer = 7;
    CHECK(xv6_wait_status((int *)(void *)((char *)last + 1)) == -1 && errno == EFAULT);
    expect("");
    next_answer = 0;
    CHECK(xv6_wait_status(last) == 0);
    expect("wait -1 0\n");
}

static void others_are_asked(void)
{
    char *arguments[] = {"zero", NULL};

    next_answer = FAILS;
    CHECK(xv6_kill(5) == FAILS && exec("path", arguments) == FAILS);
    expect("kill 5 9\nexec path zero\n");
    CHECK(xv6_sleep(0) == 0 && xv6_sleep(-1) == 0);
    expect("flush\nflush\n");
    CHECK(xv6_sleep(1) == -1 && errno == ESRCH && uptime() == -1);
    next_answer = 0, next_word = 1234;
    CHECK(xv6_sleep(20) == 0 && uptime() == 1234);
    expect("flush\nproc 5 1 0 0\nproc 7 0 0 0\nflush\nproc 5 20 0 0\nproc 7 0 0 0\n");
}

static void programs_begin_and_end(void)
{
    char *arguments[] = {"zero", NULL};

    CHECK(start(1, arguments) == 0); /* whatever its main returns */
    if (setjmp(ended) == 0)
        xv6_exit();
    expect("main 1 zero\nexit 0\n");
}

int main(void)
{
    int *own = (int *)(uintptr_t)PROGRAM_BASE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

    CHECK(mmap(own, PAGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0) == own);
    lines_are_got();
    the_three_are_printed_to();
    children_are_waited_for(own);
    a_bad_address_waits_for_nothing();
    others_are_asked();
    programs_begin_and_end();
    printf("test_xv6_calls: xv6's functions ask for what they are to\n");
    return 0;
}
