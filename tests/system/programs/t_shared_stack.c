/*
 * A stack in pages of a file that a child has not been granted yet: a fault or a signal there needs no stack.
 *
 * run: --smp 1
 * run: --smp 4
 */
#include "kernel/abi/abi.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/signal_board.h"
#include "tests/system/programs/tap.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 40, BYTES = PAGES * PAGE };

static char *shared;

static bool in_child(int (*piece)(void), int status)
{
    shared = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return HOLDS(shared != MAP_FAILED) && IS(child_run(piece), EXITED(status)) && IS(munmap(shared, BYTES), 0);
}

static void run_there(void (*function)(void))
{
    __asm__ volatile("mov %%esp, %%ebx; mov %0, %%esp; call *%1; mov %%ebx, %%esp"
                     :
                     : "r"(shared + BYTES), "r"(function)
                     : "eax", "ebx", "ecx", "edx", "memory", "cc");
}

/* ---------------------------------------------------------------------------------- faults */

static int sum;

static void adds(void)
{
    volatile char array[20 * PAGE];

    for (int page = 0; page < 20; page++)
        array[page * PAGE] = (char)page;
    for (int page = 0; page < 20; page++)
        sum += array[page * PAGE];
    if (getppid() > 0 && write(-1, "", 1) < 0) /* calls use the stack, too */
        sum += 10;
}

static int runs_there(void)
{
    run_there(adds);
    return sum;
}

static bool a_child_has_it_as_stack(void)
{
    return in_child(runs_there, 200);
}

/* Each access is a first touch, with flags set, and another stack pointer. */
static bool touches(char *at, uint32_t stack)
{
    uint32_t a = 0xa, b = 0xb, d = 0xd, s = (uint32_t)at, flags, after = stack;

    __asm__ volatile("mov %%esp, %%edi; mov %%ecx, %%esp; stc\n"
                     "movb $1, (%%esi); mov %%esp, %%ecx; mov %%edi, %%esp; mov $0, %%edi; adc $0, %%edi"
                     : "+a"(a), "+b"(b), "+c"(after), "+d"(d), "+S"(s), "=&D"(flags)
                     :
                     : "cc", "memory");
    return a == 0xa && b == 0xb && d == 0xd && s == (uint32_t)at && flags == 1 && after == stack;
}

static int needs_none(void)
{
    bool good = true;

    for (char *at = shared; at < shared + BYTES; at += PAGE)
        good = touches(at, 0x123) && good;
    return good ? 5 : 1;
}

static bool a_fault_needs_no_stack(void)
{
    return in_child(needs_none, 5);
}

/* ---------------------------------------------------------------------------------- signals */

/* Its stack pointer is in a page that is not granted yet, until it has handled a signal. */
static int spins_there(void)
{
    for (int n = 1; n <= 6; n++)
        __asm__ volatile("mov %%esp, %%ebx; mov %0, %%esp\n"
                         "movl %2, %1\n"
                         "1: cmpl %2, %3; jb 1b; mov %%ebx, %%esp"
                         :
                         : "r"(shared + BYTES - 5 * n * PAGE + 700), "m"(board[READY]), "r"(n), "m"(board[CAUGHT])
                         : "ebx", "memory", "cc");
    return 6;
}

static bool with_a_child(bool (*check)(void))
{
    shared = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good = HOLDS(shared != MAP_FAILED) && check();
    return IS(munmap(shared, BYTES), 0) && good;
}

static bool each_is_caught(void)
{
    return signal_when_ready(spins_there, 6, EXITED(6));
}

static bool a_frame_is_made_there(void)
{
    return with_a_child(each_is_caught);
}

/* The library's own stacks, in the message page: whether it has used the outer one; and no last words. */
enum { LEVELS = 2, LEVEL_WORDS = 100, STACK_WORDS = 87, ROOM = 8 };
static const volatile uint32_t *const levels = (const volatile uint32_t *)(MESSAGE_PAGE + PAGE / 2);

static bool was_interrupted(void)
{
    return levels[STACK_WORDS - 1];
}

static bool has_room(void)
{
    uint32_t used = 0;

    for (int level = 0; level < LEVELS; level++)
        for (int word = 0; word < ROOM; word++)
            used |= levels[level * LEVEL_WORDS + word];
    return !used;
}

enum { GRANDCHILD = ON_STACK, TIMES = 12, SIGNALS = 100 };

static int runs_and_touches(void)
{
    bool good = true;

    board[GRANDCHILD] = (uint32_t)getpid();
    run_there(adds);
    for (char *at = shared; at < shared + BYTES / 3; at += PAGE)
        good = touches(at, (uint32_t)at + 2 * PAGE) && good;
    return sum == 200 && good && was_interrupted() && has_room() ? 7 : 8;
}

/* Its children touch pages for the first time, until all have handled many signals, which come as fast as possible, and
 * one has come while it ran itself. */
static int has_many(void)
{
    board[READY] = 1;
    for (int times = 0; times < TIMES || board[CAUGHT] < SIGNALS || !was_interrupted(); times++)
        if (!in_child(runs_and_touches, 7))
            return 1;
    return has_room() ? 4 : 3;
}

static bool both_at_once(void)
{
    int status = 0;

    signal_board_open();
    signal_catch(SIGUSR1, SA_RESTART);
    pid_t child = child_start(has_many);
    flag_await(&board[READY], 1);
    while (waitpid(child, &status, WNOHANG) == 0) {
        kill(child, SIGUSR1);
        if (board[GRANDCHILD])
            kill((pid_t)board[GRANDCHILD], SIGUSR1);
        sched_yield();
    }
    return signal_board_close(IS(status, EXITED(4)));
}

int main(void)
{
    static const struct tap_point points[] = {
        {"a child has it as its stack", a_child_has_it_as_stack},
        {"a fault there needs no stack", a_fault_needs_no_stack},
        {"a handler's frame is made there", a_frame_is_made_there},
        {"faults and signals at once", both_at_once},
    };

    return TAP_RUN(points);
}
