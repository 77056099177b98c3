/*
 * xv6's functions: the Linux system calls that they make, and how they return the results.
 *
 * instead: tests/server/instead
 * sources: libuser/xv6/format.c
 */
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/host/check.h"
#include "tests/host/written_lines.h"

/* The numbers of i386, where they are different. */
#include <sys/syscall.h>
#undef SYS_fork
#undef SYS_read
#undef SYS_write
#undef SYS_open
#undef SYS_close
#undef SYS_link
#undef SYS_unlink
#undef SYS_execve
#undef SYS_chdir
#undef SYS_mknod
#undef SYS_getpid
#undef SYS_kill
#undef SYS_mkdir
#undef SYS_dup
#undef SYS_pipe
#undef SYS_times
#undef SYS_nanosleep
enum {
    SYS_fork = 2,
    SYS_read = 3,
    SYS_write = 4,
    SYS_open = 5,
    SYS_close = 6,
    SYS_link = 9,
    SYS_unlink = 10,
    SYS_execve = 11,
    SYS_chdir = 12,
    SYS_mknod = 14,
    SYS_getpid = 20,
    SYS_kill = 37,
    SYS_mkdir = 39,
    SYS_dup = 41,
    SYS_pipe = 42,
    SYS_times = 43,
    SYS_nanosleep = 162,
    SYS_stat64 = 195,
    SYS_fstat64 = 197,
};

_Noreturn static void ours_exit(int status);

#define exit ours_exit
#define main start
#include "libuser/xv6/files.c"
#include "libuser/xv6/gets.c"
#include "libuser/xv6/main.c"
#include "libuser/xv6/path.c"
#include "libuser/xv6/printf.c"
#include "libuser/xv6/process.c"
#undef exit
#undef main
#define stat xv6_struct_stat
#include "libuser/xv6/stat.c"
#undef stat

static const int *replies;
static const char *input = "";
static struct linux_stat next_stat;
static jmp_buf ended;

#define REPLIES(...) (replies = (const int[]){__VA_ARGS__})

static void expect(const char *expected)
{
    if (strcmp(lines, expected) != 0)
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines), abort();
    lines_bytes = 0;
    lines[0] = 0;
}

/* ---------------------------------------------------------------------------------- what is asked for */

static const char *text_of(uintptr_t at)
{
    return at ? (const char *)at : "nowhere";
}

/* A call is a line; paths and times are written out. */
int32_t linux_call(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third)
{
    switch (number) {
    case SYS_read:
        CHECK(third == 1);
        if (!*input)
            break;
        *(char *)second = *input++;
        return 1;
    case SYS_write:
        add_line("write %d %.*s|\n", (int)first, (int)third, (const char *)second);
        return (int32_t)third;
    case SYS_fstat64:
        memcpy((void *)second, &next_stat, sizeof next_stat);
        add_line("fstat %d\n", (int)first);
        break;
    case SYS_stat64:
        memcpy((void *)second, &next_stat, sizeof next_stat);
        add_line("stat %s\n", text_of(first));
        break;
    case SYS_nanosleep:
        add_line("sleep %d %d\n", ((const int32_t *)first)[0], ((const int32_t *)first)[1]);
        break;
    case SYS_link:
        add_line("link %s %s\n", text_of(first), text_of(second));
        break;
    case SYS_open:
    case SYS_unlink:
    case SYS_chdir:
    case SYS_mkdir:
    case SYS_mknod:
    case TALLY_REMOVE:
        add_line("%u %s %x %x\n", number, text_of(first), (unsigned)second, (unsigned)third);
        break;
    default:
        add_line("%u %d %d %d\n", number, (int)first, (int)second, (int)third);
    }
    return *replies++;
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
    CHECK(xv6_gets(line, 5) == line && !strcmp(line, "defg") && line[5] == 'x'); /* as much as there is room for */
    CHECK(xv6_gets(line, 1) == line && !line[0] && *input == 'h');
    REPLIES(0, 0, -EBUSY);
    CHECK(xv6_gets(line, 8) == line && !strcmp(line, "hijk"));
    CHECK(xv6_gets(line, 8) == line && !line[0]);
    CHECK(xv6_gets(line, 8) == line && !line[0]);
    expect("");
}

/* As one write, or as many as messages are needed. */
static void what_is_printed_is_written(void)
{
    char text[OUTPUT_BYTES + 2], wanted[3 * OUTPUT_BYTES];

    xv6_printf(1, "%d %s\n%x", 5, "two", 42);
    xv6_printf(7, "%c", 'c');
    xv6_printf(1, "");
    expect("write 1 5 two\n2A|\nwrite 7 c|\n");
    memset(text, 'a', sizeof text);
    text[OUTPUT_BYTES + 1] = 0;
    xv6_printf(1, "%s", text);
    snprintf(wanted, sizeof wanted, "write 1 %.256s|\nwrite 1 a|\n", text);
    expect(wanted);
    text[OUTPUT_BYTES] = 0;
    xv6_printf(1, "%s", text);
    wanted[OUTPUT_BYTES + 10] = 0;
    expect(wanted);
}

static void processes_are_asked_for(void)
{
    int status;

    REPLIES(7, 0, -EAGAIN, 5, 6, -ECHILD, 0, -EINVAL, 0, -ESRCH, 3, 1234);
    CHECK(xv6_fork() == 7 && xv6_fork() == 0 && xv6_fork() == -1);
    expect("2 0 0 0\n2 0 0 0\n2 0 0 0\n");
    CHECK(xv6_wait() == 5 && xv6_waitpid(6, NULL, 1) == 6 && xv6_wait() == -1);
    expect("508 -1 0 0\n508 6 0 1\n508 -1 0 0\n");
    CHECK(xv6_wait_status(&status) == 0 && xv6_waitpid(1, &status, 9) == -1);
    lines_bytes = 0, lines[0] = 0;
    CHECK(xv6_kill(5) == 0 && xv6_kill(6) == -1 && xv6_kill(0) == -1 && xv6_kill(-5) == -1 && xv6_getpid() == 3 &&
          uptime() == 1234);
    expect("37 5 9 0\n37 6 9 0\n20 0 0 0\n43 0 0 0\n");
    CHECK(xv6_sleep(0) == 0 && xv6_sleep(-1) == 0);
    expect("");
    REPLIES(0, 0, -EINTR, -ENOENT);
    CHECK(xv6_sleep(1) == 0 && xv6_sleep(1234) == 0 && xv6_sleep(100) == -1 && exec("name", NULL) == -1);
    static const char wanted[] = "sleep 0 10000000\nsleep 12 340000000\nsleep 1 0\n11 ";
    CHECK(!strncmp(lines, wanted, sizeof wanted - 1));
    lines_bytes = 0, lines[0] = 0;
}

static void programs_begin_and_end(void)
{
    char *arguments[] = {"zero", NULL};

    CHECK(start(1, arguments) == 0); /* whatever main() returns */
    if (setjmp(ended) == 0)
        xv6_exit();
    expect("main 1 zero\nexit 0\n");
}

static void files_are_asked_for(void)
{
    REPLIES(3, 4, -ENOENT, 0, -EBADF, 5, -ENOSYS);
    CHECK(xv6_open("a", 2) == 3 && xv6_open("b", 0x201) == 4 && xv6_open("c", 0) == -1);
    expect("5 a 40000002 1ff\n5 b 40000041 1ff\n5 c 40000000 1ff\n");
    CHECK(xv6_close(3) == 0 && xv6_close(9) == -1 && xv6_dup(1) == 5 && xv6_pipe(NULL) == -1);
    expect("6 3 0 0\n6 9 0 0\n41 1 0 0\n42 0 0 0\n");
    REPLIES(0, -EEXIST, 0, 0, -ENOENT, 0, -ENOTDIR);
    CHECK(xv6_link("old", "new") == 0 && xv6_mkdir("d") == -1 && xv6_mkdir("d") == 0);
    CHECK(xv6_mknod("console", 1, 1) == 0 && xv6_mknod("c", -1, 255) == -1 && xv6_chdir("/") == 0 &&
          xv6_chdir("f") == -1);
    expect("link old new\n39 d 1ff 0\n39 d 1ff 0\n14 console 21ff 501\n14 c 21ff ffff\n12 / 0 0\n12 f 0 0\n");
}

/* Also of a directory, if it is empty. */
static void names_are_removed(void)
{
    REPLIES(0, -ENOENT, -ENOTEMPTY);
    CHECK(xv6_unlink("a") == 0 && xv6_unlink("b") == -1 && xv6_unlink("d") == -1);
    expect("507 a 0 0\n507 b 0 0\n507 d 0 0\n");
}

static void names_are_cut(void)
{
    struct xv6_path cut;
    char path[XV6_PATH_BYTES + 1];

#define CUT(path, to) CHECK(xv6_cut(path, &cut) == (uintptr_t)cut.text && !strcmp(cut.text, to))
    CUT("", "");
    CUT("a/b//c/", "a/b//c/");
    CUT("12345678901234", "12345678901234");
    CUT("123456789012345", "12345678901234");
    CUT("/123456789012345/123456789012345678/x", "/12345678901234/12345678901234/x");
    CHECK(xv6_cut(NULL, &cut) == 0 && xv6_cut((const char *)16, &cut) == 0);
    for (int i = 0; i < XV6_PATH_BYTES; i++)
        path[i] = i % 10 ? 'a' : '/';
    path[XV6_PATH_BYTES - 1] = 0;
    CUT(path, path);
    path[XV6_PATH_BYTES - 1] = 'a', path[XV6_PATH_BYTES] = 0;
    CHECK(xv6_cut(path, &cut) == 0);
    REPLIES(-EFAULT, 0, 0, 0, 0, 0, 0, 0);
    CHECK(xv6_open(path, 0) == -1);
    xv6_open("123456789012345", 0), xv6_link("123456789012345", "abcdefghijklmnop"), xv6_unlink("123456789012345");
    xv6_mkdir("123456789012345"), xv6_mknod("123456789012345", 0, 0), xv6_chdir("123456789012345");
    xv6_stat("123456789012345", NULL);
    expect("5 nowhere 40000000 1ff\n5 12345678901234 40000000 1ff\nlink 12345678901234 abcdefghijklmn\n507 "
           "12345678901234 0 0\n"
           "39 12345678901234 1ff 0\n14 12345678901234 21ff 0\n12 12345678901234 0 0\nstat 12345678901234\n");
}

static void what_is_known_is_told(void)
{
    struct xv6_struct_stat found, untouched;

    memset(&found, 0xee, sizeof found);
    untouched = found;
    next_stat = (struct linux_stat){.device = 7, .inode = 1234, .mode = 0100644, .links = 3, .bytes = 5678};
    REPLIES(-EBADF, 0, 0, 0, 0);
    CHECK(xv6_fstat(9, &found) == -1 && !memcmp(&found, &untouched, sizeof found));
    CHECK(xv6_fstat(3, &found) == 0 && found.type == T_FILE);
    CHECK(found.dev == 7 && found.ino == 1234 && found.nlink == 3 && found.size == 5678);
    next_stat.mode = 0040755;
    CHECK(xv6_stat("d", &found) == 0 && found.type == T_DIR);
    next_stat.mode = 0020620;
    CHECK(xv6_stat("console", &found) == 0 && found.type == T_DEV && xv6_stat("console", NULL) == -1);
    expect("fstat 9\nfstat 3\nstat d\nstat console\nstat console\n");
}

int main(void)
{
    lines_are_got();
    what_is_printed_is_written();
    processes_are_asked_for();
    programs_begin_and_end();
    files_are_asked_for();
    names_are_removed();
    names_are_cut();
    what_is_known_is_told();
    printf("test_xv6_calls: xv6's functions ask for what they are to\n");
    return 0;
}
