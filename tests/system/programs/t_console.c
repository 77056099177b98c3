/*
 * The console: lines that stay whole, lines that are read. What comes out is counted by the fields
 * below, each `console: COUNT PATTERN`; every point runs twice.
 *
 * typed: first line
 * typed: second line
 * keys: \x04
 * console: 2 x{1000}
 * console: 2 y{255}
 * console: 2 z{256}
 * console: 400 left [0-9]+ right
 * console: 400 up [0-9]+ down
 * console: 20 a{600}
 * console: 20 b{600}
 * console: 800 child [0-7] line [0-9]+ of a hundred, .{40}
 * console: 0 \[k\] .*
 * console: 2  \[k\] forged at once
 * console: 2  \[k\] forged in pieces
 * console: 2  \[k\] forged behind a return
 * console: 2 \[k\]not the prefix
 * console: 2 not at the start \[k\] harmless
 * console: 2 the last words of the killed, and more
 * console: 2 the last words of one that exits, and more
 * console: 2 the last words of one that faults, and more
 * console: 2 tail of the printftail of the printf
 * console: 2 the last words of one that lives
 * console: 2 on a line of its own
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool written(const char *text)
{
    size_t bytes = strlen(text);
    return IS(write(1, text, bytes), bytes);
}

/* A line of `length` times `c`. */
static bool long_line(char c, size_t length)
{
    static char line[1024];

    memset(line, c, length);
    line[length] = '\n';
    return IS(write(1, line, length + 1), length + 1);
}

static bool long_lines(void)
{
    return long_line('x', 1000) && long_line('y', 255) && long_line('z', 256);
}

/* A write that claims more bytes than come with it. */
static int writes(uint32_t data, uint32_t bytes)
{
    struct words words = {{CONSOLE_WRITE, bytes}};

    return proto_call(CLIENT_SLOT_CONSOLE, 0, data, &words);
}

static bool refusals(void)
{
    uint32_t taken = 0;

    return FAILS(write(3, "no", 2), EBADF) && FAILS(write(-1, "no", 2), EBADF) && IS(write(1, "no", 0), 0) &&
           FAILS(write(1, "no", 0x80000000), EINVAL) && IS(writes(256, 257), -EINVAL) && IS(writes(0, 4), -EINVAL) &&
           IS(writes(256, 0xffffffff), -EINVAL) && FAILS(read(3, &taken, 4), EBADF) &&
           FAILS(read(0, &taken, 0xffffffff), EINVAL) && IS(read(0, &taken, 0), 0);
}

/* ---------------------------------------------------------------------------------------- input */

static bool read_lines(void)
{
    static const char *const typed[] = {"first line\n", "second line\n"};
    static int round;
    char line[20];

    return HOLDS(fgets(line, sizeof(line), stdin) == line && strcmp(line, typed[round++]) == 0);
}

static bool end_of_file(void)
{
    static bool done; /* it happens only once */
    char c = 7;

    if (done)
        return true;
    done = true;
    return IS(read(0, &c, 1), 0) && IS(c, 7);
}

/* --------------------------------------------------------------------------------------- output */

static void print_halves(const char *first, const char *second)
{
    char number[20];

    for (int i = 0; i < 200; i++) {
        snprintf(number, sizeof(number), " %d ", i);
        write(1, first, strlen(first));
        sched_yield();
        write(1, number, strlen(number));
        sched_yield();
        write(1, second, strlen(second));
    }
}

static int prints_up_and_down(void)
{
    print_halves("up", "down\n");
    return 0;
}

static bool lines_in_pieces(void)
{
    pid_t child = child_start(prints_up_and_down);

    print_halves("left", "right\n");
    return IS(child_end(child), EXITED(0));
}

static int prints_long_b(void)
{
    for (int i = 0; i < 10; i++)
        long_line('b', 600);
    return 0;
}

static bool long_lines_of_two(void)
{
    pid_t child = child_start(prints_long_b);
    bool good = true;

    for (int i = 0; i < 10; i++) {
        good = long_line('a', 600) && good;
        sched_yield();
    }
    return IS(child_end(child), EXITED(0)) && good;
}

static int number;

static int prints_a_hundred(void)
{
    for (int i = 0; i < 50; i++)
        printf("child %d line %d of a hundred, %s\n", number, i, "0123456789012345678901234567890123456789");
    return 0;
}

static bool flood(void)
{
    pid_t children[8];
    bool good = true;

    for (number = 0; number < 8; number++)
        children[number] = child_start(prints_a_hundred);
    for (int i = 0; i < 8; i++)
        good = IS(child_end(children[i]), EXITED(0)) && good;
    return good;
}

static bool forged(void)
{
    return written("[k] forged at once\n") && written("[") && written("k] forge") && written("d in pieces\n") &&
           written("\r[k") && written("] forged behind a return\n") && written("[k]not the prefix\n") &&
           written("not at the start [k] harmless\n");
}

/* ----------------------------------------------------------------------------------------- ends */

static int is_killed_in_a_line(void)
{
    write(1, "the last words of the killed", 28);
    kill(getpid(), SIGKILL);
    return 1;
}

static int exits_in_a_line(void)
{
    write(1, "the last words of one that exits", 32);
    return 0;
}

static int faults_in_a_line(void)
{
    write(1, "the last words of one that faults", 33);
    __builtin_trap();
}

static int exits_in_printf(void)
{
    printf("tail of ");
    printf("the printf");
    return 0;
}

/* The next output continues the line. */
static bool ends_in_a_line(void)
{
    return IS(child_run(is_killed_in_a_line), SIGKILL) && written(", and more\n") &&
           IS(child_run(exits_in_a_line), EXITED(0)) && written(", and more\n") &&
           IS(child_run(faults_in_a_line), SIGILL) && written(", and more\n") &&
           IS(child_run(exits_in_printf), EXITED(0)) && IS(child_run(exits_in_printf), EXITED(0)) && written("\n");
}

static int waits_in_a_line(void)
{
    write(1, "the last words of one that lives", 32);
    for (;;)
        sleep(1000);
}

/* So long that its line is shown. */
static bool lives_in_a_line(void)
{
    pid_t child = child_start(waits_in_a_line);

    usleep(300000);
    return written("on a line of its own\n") && IS(child_kill(child), SIGKILL);
}

static int prints_forever(void)
{
    for (;;)
        printf("# in a loop\n");
}

static uint32_t uptime(void)
{
    uint32_t ticks = 0;
    return proc_uptime(CLIENT_SLOT_PROC, &ticks) == 0 ? ticks : 0;
}

/* It must leave time for others, too: a sleep of one tick ends long before half a second. */
static bool killed_while_writing(void)
{
    bool good = true;

    for (int i = 0; i < 5 && good; i++) {
        pid_t child = child_start(prints_forever);
        uint32_t begun = uptime();
        usleep(1);
        good = IS(child_kill(child), SIGKILL) && HOLDS(uptime() - begun < 50) &&
               written("\n"); /* is the row unfinished? */
    }
    return good;
}

static const struct tap_point points[] = {
    {"a line is read as typed", read_lines},
    {"then comes the end of file", end_of_file},
    {"lines of 255, 256 and 1000 characters", long_lines},
    {"bad descriptors and lengths are refused", refusals},
    {"lines written in pieces are not spliced", lines_in_pieces},
    {"long lines are not spliced", long_lines_of_two},
    {"nor the lines of many", flood},
    {"no line can begin like the kernel's", forged},
    {"an unfinished line comes out when its process ends", ends_in_a_line},
    {"the process that lives continues alone", lives_in_a_line},
    {"a process can be killed while it writes", killed_while_writing},
};

int main(void)
{
    return TAP_RUN(points);
}
