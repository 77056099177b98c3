/*
 * What the C library makes of its functions: the messages that it sends to servers, and what it makes of the answers;
 * input through its buffer; memory that is allocated again.
 *
 * instead: tests/server/instead
 * sources: libuser/libc/heap.c
 */
#include <unistd.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/console.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"
#include "tests/host/check.h"
#include "tests/host/written_lines.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#undef stdin
#undef stdout
#undef stderr
#undef BUFSIZ
#define BUFSIZ 256
#define FILE   struct __file
#define stdin  (&__stdin)
#define stdout (&__stdout)
#define stderr (&__stderr)

struct __file;
extern struct __file __stdin, __stdout, __stderr;
static void *ours_sbrk(ptrdiff_t more);

#define OURS(type, name, ...) type ours_##name(__VA_ARGS__);
OURS(ssize_t, read, int, void *, size_t)
OURS(ssize_t, write, int, const void *, size_t)
OURS(int, isatty, int)
OURS(int, fgetc, FILE *)
OURS(int, getc, FILE *) OURS(int, getchar, void)
OURS(int, ungetc, int, FILE *)
OURS(char *, fgets, char *, int, FILE *)
OURS(size_t, fread, void *, size_t, size_t, FILE *)
OURS(int, fflush, FILE *)
OURS(int, feof, FILE *) OURS(int, ferror, FILE *)
OURS(void, clearerr, FILE *)
OURS(int, fileno, FILE *)
OURS(int, fputs, const char *, FILE *) OURS(int, puts, const char *)
OURS(int, fputc, int, FILE *)
OURS(int, putc, int, FILE *) OURS(int, putchar, int)
OURS(size_t, fwrite, const void *, size_t, size_t, FILE *)
OURS(void *, malloc, size_t)
OURS(void *, calloc, size_t, size_t)
OURS(void, free, void *)
OURS(void *, realloc, void *, size_t)
OURS(pid_t, waitpid, pid_t, int *, int) OURS(pid_t, wait, int *)
OURS(unsigned, sleep, unsigned) OURS(int, usleep, unsigned)
OURS(pid_t, fork, void) OURS(int, kill, pid_t, int)
OURS(int, execv, const char *, char *const *) OURS(int, execvp, const char *, char *const *)

#define read     ours_read
#define write    ours_write
#define isatty   ours_isatty
#define fgetc    ours_fgetc
#define getc     ours_getc
#define getchar  ours_getchar
#define ungetc   ours_ungetc
#define fgets    ours_fgets
#define fread    ours_fread
#define fflush   ours_fflush
#define feof     ours_feof
#define ferror   ours_ferror
#define clearerr ours_clearerr
#define fileno   ours_fileno
#define fputs    ours_fputs
#define puts     ours_puts
#define fputc    ours_fputc
#define putc     ours_putc
#define putchar  ours_putchar
#define fwrite   ours_fwrite
#define sbrk     ours_sbrk
#define malloc   ours_malloc
#define calloc   ours_calloc
#define free     ours_free
#define realloc  ours_realloc
#define waitpid  ours_waitpid
#define wait     ours_wait
#define sleep    ours_sleep
#define usleep   ours_usleep
#define fork     ours_fork
#define kill     ours_kill
#define execv    ours_execv
#define execvp   ours_execvp
#pragma clang diagnostic ignored "-Wshorten-64-to-32" /* it is a library for 32 bits */
#include "libuser/libc/exec.c"
#include "libuser/libc/file.c"
#include "libuser/libc/fork.c"
#include "libuser/libc/kill.c"
#include "libuser/libc/malloc.c"
#include "libuser/libc/puts.c"
#include "libuser/libc/read_write.c"
#include "libuser/libc/sleep.c"
#include "libuser/libc/wait.c"

static char *program; /* pages that a program could have */

/* The buffer is not where a program's could be. */
static ssize_t buffer_read(int fd, void *to, size_t bytes)
{
    ssize_t got = read(fd, program, bytes);

    if (got > 0)
        memcpy(to, program, (size_t)got);
    return got;
}
#undef read
#define read buffer_read
#include "libuser/libc/gets.c"
#undef read
#define read ours_read

/* From here on these are the host's: CHECK() writes to it. */
#undef FILE
#undef stderr
#define stderr stderr
#define ERRORS (&__stderr)

enum { ANSWERS_MAX = 8, ARENA = 1 << 16, PROGRAM_PAGES = 8 };

/* ---------------------------------------------------------------------------------- the servers */

/* An answer: words 1 to 3 of one that is good, and the data of a read. */
struct answer {
    int status;
    uint32_t words[3];
    const char *data;
};

static struct answer next_answers[ANSWERS_MAX];
static const struct answer *answers;

/* A call is a line: server, its words, its data with a bar for each zero byte. */
int32_t system_call(uint32_t head, struct words *words)
{
    static const char *const servers[] = {[CLIENT_SLOT_PROC] = "proc", [CLIENT_SLOT_CONSOLE] = "console"};
    const uint32_t *w = words->w;
    uint32_t data = head & IPC_EXTENDED ? message_page->tag * 4 : 0;
    const char *text = (const char *)message_page->words;

    CHECK((head & CALL_NUMBER) == SYS_ipc_call && head >> SLOT_SHIFT <= CLIENT_SLOT_CONSOLE && servers[head >> SLOT_SHIFT]);
    add_line("%s %u %d %d %d", servers[head >> SLOT_SHIFT], w[0], (int)w[1], (int)w[2], (int)w[3]);
    for (uint32_t i = 0; i < data; i++)
        add_line(i ? "%c" : " %c", text[i] ? text[i] : '|');
    add_line("\n");
    memset(message_page, 0xee, sizeof(*message_page));
    *words = (struct words){{(uint32_t)answers->status, answers->words[0], answers->words[1], answers->words[2]}};
    if (answers->data)
        memcpy(message_page->words, answers->data, strlen(answers->data));
    answers++;
    return OK;
}

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    (void)head, (void)ebx, (void)esi, (void)edi, (void)result;
    abort();
}

int __console_put(const char *text, size_t length)
{
    add_line("put %.*s\n", (int)length, text);
    return answers && answers->status ? (answers++, -1) : 0;
}

int __console_flush(void)
{
    add_line("flush\n");
    return answers && answers->status == -EBUSY ? -1 : 0;
}

int __console_send(const char *text, size_t length)
{
    size_t most = length < 256 ? length : 256;

    add_line("send %u %.*s\n", (unsigned)length, most < 8 ? (int)most : 8, text);
    return (answers++)->status;
}

static void forget_lines(void)
{
    lines_bytes = 0;
    lines[0] = 0;
}

static void expect(const char *expected)
{
    if (strcmp(lines, expected) != 0)
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines), abort();
    forget_lines();
}

#define ANSWERS(...)                                                                                                \
    (memcpy(next_answers, &(const struct answer[ANSWERS_MAX]){__VA_ARGS__}, sizeof(next_answers)), answers = next_answers)

/* ---------------------------------------------------------------------------------- memory */

static _Alignas(16) char arena[ARENA];
static size_t arena_used;

static void *ours_sbrk(ptrdiff_t more)
{
    if ((size_t)more > ARENA - arena_used)
        return (void *)-1;
    arena_used += (size_t)more;
    return arena + arena_used - more;
}

static void memory_is_given_back(void)
{
    char *old = malloc(100), *between = malloc(100);

    memset(old, 'a', 100);
    char *moved = realloc(old, 1000);
    CHECK(moved != old && moved[0] == 'a' && moved[99] == 'a');
    CHECK(malloc(100) == old); /* where it was */
    CHECK(realloc(moved, 900) == moved && !realloc(moved, ARENA) && errno == ENOMEM && moved[99] == 'a');
    CHECK(realloc(NULL, 10) && calloc(1, 10));
    free(between);
    free(NULL);
    memset(moved, 'b', 900);
    free(moved);
    char *zeros = calloc(9, 100);
    for (int i = 0; i < 900; i++)
        CHECK(zeros[i] == 0);
    errno = 0;
    CHECK(!calloc(SIZE_MAX / 2 + 1, 2) && !calloc(3, SIZE_MAX / 2) && !malloc(ARENA) && errno == ENOMEM);
}

/* ---------------------------------------------------------------------------------- read, write */

static void bytes_are_read(void)
{
    ANSWERS({0, {4, 0}, "abcd"});
    CHECK(read(0, program, 10) == 4 && !memcmp(program, "abcd", 4));
    expect("flush\nconsole 2 10 1 0\n");
    ANSWERS({0, {4, 1}, "abcd"}, {0, {2, 1}, "ef"}, {0, {4, 1}, "ghij"}); /* until all is there */
    CHECK(read(2, program, 10) == 10 && !memcmp(program, "abcdefghij", 10));
    expect("flush\nconsole 2 10 1 0\nconsole 2 6 0 0\nconsole 2 4 0 0\n");
    ANSWERS({0, {9, 0}, "abcdefghi"}); /* more than was asked for */
    program[4] = 'x';
    CHECK(read(0, program, 4) == 4 && program[4] == 'x');
    ANSWERS({0, {2, 1}, "ab"}, {-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(read(0, program, 400) == 2 && read(0, program, 4) == -1 && errno == EBUSY);
    expect("flush\nconsole 2 4 1 0\nflush\nconsole 2 256 1 0\nconsole 2 256 0 0\nflush\nconsole 2 4 1 0\n");
    ANSWERS({0, {0, 0}, NULL});
    CHECK(read(0, program, 4) == 0);
    expect("flush\nconsole 2 4 1 0\n");
}

static void bytes_are_written(void)
{
    ANSWERS({256, {0}, NULL}, {3, {0}, NULL}, {41, {0}, NULL});
    memset(program, 'w', 300);
    memcpy(program + 256, "next", 4);
    memcpy(program + 259, "last", 4);
    CHECK(write(1, program, 300) == 300);
    expect("flush\nsend 300 wwwwwwww\nsend 44 nexlastw\nsend 41 lastwwww\n");
    ANSWERS({1, {0}, NULL}, {0, {0}, NULL}); /* nothing more */
    CHECK(write(1, program, 2) == 1);
    expect("flush\nsend 2 ww\nsend 1 w\n");
    ANSWERS({256, {0}, NULL}, {-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(write(0, program, 300) == 256 && write(2, program, 300) == -1 && errno == EBUSY);
    expect("flush\nsend 300 wwwwwwww\nsend 44 nexlastw\nflush\nsend 300 wwwwwwww\n");
}

static void some_are_refused_at_once(void)
{
    char *const nowhere[] = {(char *)STACK_LOW - 1, (char *)(uintptr_t)USER_END, NULL, (char *)(uintptr_t)USER_END - 1};

    for (unsigned i = 0; i < 4; i++) {
        CHECK(read(0, nowhere[i], 2) == -1 && errno == EFAULT);
        CHECK(write(1, nowhere[i], 2) == -1 && errno == EFAULT);
        CHECK(waitpid(0, (int *)(void *)nowhere[i], 0) == -1 && errno == EFAULT);
        i += i == 1;
    }
    CHECK(read(0, (char *)(uintptr_t)USER_END - 3, 4) == -1 && errno == EFAULT);
    CHECK(read(-1, program, 1) == -1 && errno == EBADF && read(3, program, 1) == -1 && errno == EBADF);
    CHECK(write(-1, program, 1) == -1 && errno == EBADF && write(3, program, 1) == -1 && errno == EBADF);
    CHECK(read(0, program, 1u << 31) == -1 && errno == EINVAL && write(1, program, 1u << 31) == -1 && errno == EINVAL);
    CHECK(read(0, NULL, 0) == 0 && write(1, NULL, 0) == 0);
    forget_lines();
    CHECK(!isatty(-1) && errno == EBADF && !isatty(3) && errno == EBADF && isatty(1) && isatty(2));
    expect("");
    ANSWERS({0, {0}, NULL}, {0, {1}, NULL}, {-EINVAL, {0}, NULL});
    CHECK(isatty(0) && !isatty(0) && errno == ENOTTY && !isatty(0));
    expect("console 4 0 0 0\nconsole 4 0 0 0\nconsole 4 0 0 0\n");
}

/* ---------------------------------------------------------------------------------- input */

#define INPUT(text) {0, {sizeof(text) - 1, 0}, text}
#define END         {0, {0}, NULL}

static void lines_are_read(void)
{
    char line[8];

    memset(line, 'x', 8);
    ANSWERS(INPUT("one\ntwo"), INPUT("and more\n"), END, INPUT("again"));
    CHECK(fgets(line, 8, stdin) == line && !strcmp(line, "one\n") && line[5] == 'x');
    CHECK(fgets(line, 8, stdin) == line && !strcmp(line, "twoand ")); /* as much as there is room for */
    CHECK(fgets(line, 1, stdin) == line && !line[0] && !fgets(line, 0, stdin) && !fgets(line, -1, stdin));
    CHECK(getchar() == 'm' && getc(stdin) == 'o' && fgetc(stdin) == 'r');
    CHECK(fgets(line, 8, stdin) && !strcmp(line, "e\n") && !feof(stdin));
    CHECK(!fgets(line, 8, stdin) && feof(stdin) && !ferror(stdin) && !strcmp(line, "e\n"));
    CHECK(getchar() == EOF); /* without another read */
    clearerr(stdin);
    CHECK(!feof(stdin) && fgets(line, 4, stdin) && !strcmp(line, "aga"));
    ANSWERS(END);
    CHECK(fgets(line, 8, stdin) && !strcmp(line, "in") && feof(stdin));
    clearerr(stdin);
    ANSWERS(INPUT("in"), {-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(!fgets(line, 8, stdin) && ferror(stdin) && !feof(stdin) && getchar() == EOF);
    ANSWERS(INPUT("s"));
    CHECK(getchar() == 's' && ferror(stdin)); /* until it is cleared */
    clearerr(stdin);
    CHECK(!ferror(stdin));
    forget_lines();
}

static void a_byte_may_be_put_back(void)
{
    ANSWERS(INPUT("\xff" "b"), END);
    CHECK(getchar() == 0xff && ungetc('x', stdin) == 'x' && ungetc(0x1fe, stdin) == 0xfe && ungetc('z', stdin) == EOF);
    CHECK(getchar() == 0xfe && getchar() == 'x' && getchar() == 'b' && getchar() == EOF && feof(stdin));
    CHECK(ungetc(EOF, stdin) == EOF && feof(stdin));
    CHECK(ungetc('e', stdin) == 'e' && !feof(stdin) && getchar() == 'e');
    ANSWERS(END);
    CHECK(getchar() == EOF); /* it asks anew */
    clearerr(stdin);
    forget_lines();
}

static void whole_items_are_read(void)
{
    char items[16] = {0};

    ANSWERS(INPUT("abcdefgh"), END);
    CHECK(fread(items, 3, 4, stdin) == 2 && !memcmp(items, "abcdefgh", 8) && feof(stdin));
    clearerr(stdin);
    ANSWERS(INPUT("abcd"));
    CHECK(fread(items, 0, 4, stdin) == 0 && fread(items, 2, 0, stdin) == 0 && fread(items, 2, 2, stdin) == 2);
    CHECK(fileno(stdin) == 0 && fileno(stdout) == 1 && fileno(ERRORS) == 2);
    forget_lines();
}

/* ---------------------------------------------------------------------------------- output */

static void output_goes_through_the_line(void)
{
    answers = NULL;
    CHECK(puts("text") >= 0 && putchar('c') == 'c' && putc(0x1e9, stdout) == 0xe9 && fputs("to", ERRORS) >= 0);
    CHECK(fwrite("items", 2, 2, stdout) == 2 && fwrite("", 0, 2, stdout) == 0 && fflush(stdout) == 0);
    CHECK(fwrite("", SIZE_MAX, 2, stdout) == 0);
    expect("put text\nput \n\nput c\nput \xe9\nput to\nflush\nput item\nput \nflush\n");
    ANSWERS({-EINVAL, {0}, NULL});
    CHECK(!ferror(stdout) && fputs("no", stdout) == EOF && ferror(stdout));
    ANSWERS({-EINVAL, {0}, NULL});
    CHECK(puts("no") == EOF);
    ANSWERS({-EINVAL, {0}, NULL});
    CHECK(fputc('n', stdout) == EOF);
    ANSWERS({-EINVAL, {0}, NULL});
    CHECK(fwrite("no", 1, 2, stdout) == 0);
    expect("put no\nput no\nput n\nput no\n"); /* and no end of the line after the failed text */
    clearerr(stdout);
    ANSWERS({-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(fflush(stdout) == EOF && ferror(stdout) && fflush(NULL) == EOF && !ferror(ERRORS));
    clearerr(stdout);
    expect("flush\nflush\n");
}

/* ---------------------------------------------------------------------------------- processes */

static void children_are_waited_for(void)
{
    int *status = (int *)(void *)program;

    ANSWERS({0, {7, 0x1234, 0}, NULL}, {0, {7, 3, 9}, NULL}, {0, {0, 0, 0}, NULL}, {-ECHILD, {1, 1, 1}, NULL}, {0, {8}, NULL});
    CHECK(wait(status) == 7 && *status == 0x3400);
    CHECK(waitpid(7, status, WUNTRACED | WCONTINUED) == 7 && *status == 9);
    CHECK(waitpid(0, status, WNOHANG) == 0 && *status == 9);
    CHECK(waitpid(-5, status, 0) == -1 && errno == ECHILD && *status == 9 && wait(NULL) == 8);
    expect("flush\nproc 3 -1 0 0\nflush\nproc 3 7 0 0\nflush\nproc 3 0 1 0\nflush\nproc 3 -5 0 0\nflush\nproc 3 -1 0 0\n");
    CHECK(waitpid(1, status, 4) == -1 && errno == EINVAL && waitpid(1, status, -1) == -1);
    expect("");
}

static void others_are_asked(void)
{
    ANSWERS({0, {9}, NULL}, {-EAGAIN, {1}, NULL}, {0, {0}, NULL}, {0, {0}, NULL}, {-ESRCH, {0}, NULL});
    CHECK(fork() == 9 && fork() == -1 && errno == EAGAIN && fork() == 0 && kill(5, 9) == 0 && kill(-5, 0) == -1);
    expect("flush\nproc 1 0 0 0\nflush\nproc 1 0 0 0\nflush\nproc 1 0 0 0\nflush\nproc 4 5 9 0\nflush\nproc 4 -5 0 0\n");
    ANSWERS({0, {0}, NULL}, {-EINTR, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL});
    CHECK(sleep(3) == 0 && sleep(4) == 4 && sleep(0xffffffff) == 0);
    CHECK(usleep(20000) == 0 && usleep(20001) == 0 && usleep(0) == 0);
    expect("flush\nproc 5 300 0 0\nflush\nproc 5 400 0 0\nflush\nproc 5 2147483600 0 0\n"
           "flush\nproc 5 2 0 0\nflush\nproc 5 3 0 0\nflush\nproc 5 0 0 0\n");
}

/* What a program gives is in its own memory. */
static char **program_strings(const char *const *texts, uint32_t count)
{
    char **strings = (char **)(void *)program, *text = program + PAGE_SIZE;

    for (uint32_t i = 0; i < count; i++) {
        strings[i] = texts[i] ? text : NULL;
        text = texts[i] ? stpcpy(text, texts[i]) + 1 : text;
    }
    return strings;
}

static void programs_are_run(void)
{
    static const char *const texts[] = {"path", "zero", "one", "", NULL};
    char **strings = program_strings(texts, 5);

    ANSWERS({-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL});
    CHECK(execv(strings[0], strings + 1) == -1 && errno == ENOENT && execvp(strings[0], strings + 4) == -1);
    expect("flush\nproc 8 3 10 0 path|one||\xee\xee\nflush\nproc 8 1 5 0 path|\xee\xee\xee\n");
    CHECK(execv(NULL, strings) == -1 && errno == EFAULT);
    CHECK(execv(strings[0], NULL) == -1 && errno == EFAULT);
    expect("flush\nflush\n");
}

/* In pieces of 256 bytes; 256 are one message's. */
static void long_arguments_go_in_pieces(void)
{
    static char text[600], piece_1[257], piece_2[257];
    const char *const texts[] = {"good", "", text, NULL};

    memset(text, 'a', 599);
    char **strings = program_strings(texts, 4);
    memset(piece_1, 'a', 256), memcpy(piece_1, "good|", 5);
    memset(piece_2, 'a', 256);
    ANSWERS({0, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL}, {-ENOENT, {0}, NULL});
    CHECK(execv(strings[0], strings + 1) == -1 && errno == ENOENT);
    CHECK(strstr(lines, piece_1) && strstr(lines, piece_2) && !strncmp(lines, "flush\nproc 10 0 256 0 good|a", 28));
    CHECK(strstr(lines, "\nproc 10 256 256 0 aaa"));
    CHECK(strstr(lines, "\nproc 10 512 93 0 ") && !strcmp(strrchr(lines, 'p'), "proc 8 2 0 0\n"));
    forget_lines();
    ANSWERS({0, {0}, NULL}, {-E2BIG, {0}, NULL}, {0, {0}, NULL});
    CHECK(execv(strings[0], strings + 1) == -1 && errno == E2BIG); /* and no more is said */
    CHECK(answers->status == 0);
    text[250] = 0;
    forget_lines();
    strings = program_strings(texts, 4);
    ANSWERS({-ENOENT, {0}, NULL});
    CHECK(execv(strings[0], strings + 1) == -1 && !strncmp(lines, "flush\nproc 8 2 256 0 good|a", 26));
    forget_lines();
}

int main(void)
{
    void *page = (void *)MESSAGE_PAGE, *own = (void *)(uintptr_t)PROGRAM_BASE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

    CHECK(mmap(page, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0) == page);
    program = mmap(own, PROGRAM_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
    CHECK(program == own);
    memory_is_given_back();
    bytes_are_read();
    bytes_are_written();
    some_are_refused_at_once();
    lines_are_read();
    a_byte_may_be_put_back();
    whole_items_are_read();
    output_goes_through_the_line();
    children_are_waited_for();
    others_are_asked();
    programs_are_run();
    long_arguments_go_in_pieces();
    printf("test_libc_calls: the library asks for what it is to\n");
}
