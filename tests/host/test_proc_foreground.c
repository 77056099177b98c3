/*
 * The whole process server: which process is in the foreground and may read typed input, when the console must ask
 * about its waiters again, and that the console gets ticks as long as it wants them.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3), P4 = BADGE(4, 4), STRANGER = BADGE(9, 9) };

static void p1_reads(void)
{
    machine_reader = P1;
}

static void p2_reads(void)
{
    machine_reader = P2;
}

static void new_p2_reads(void)
{
    machine_reader = BADGE(2, 4);
}

static void p3_reads(void)
{
    machine_reader = P3;
}

static void p4_reads(void)
{
    machine_reader = P4;
}

static void stranger_reads(void)
{
    machine_reader = STRANGER;
}

static void nobody_reads(void)
{
    machine_reader = 0;
}

/* The process reads, the console asks, and proc tells it so. */
#define READS(who, lines)                                                                                              \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_CONSOLE, .before = who##_reads, .expected = "events\n" lines                             \
    }
#define IS_FOREGROUND(n)        "foreground " n "\n"
#define BEGINS(n)               "foreground " n ", again\n" /* at its first read, if it has children */
#define WAIT(badge, lines, pid) CALL(badge, lines, PROC_WAIT, pid, 0)
#define EXEC(badge, lines)                                                                                             \
    {                                                                                                                  \
        .from = badge, STRINGS(PROC_EXEC, 1, "good"), .expected = lines                                                \
    }
#define SEES_EXEC(n) PROGRAM("good") "clear " #n ": 18, tables 6\n"

static void a_program_is_in_foreground(void)
{
    static const struct step list[] = {
        SPAWN(NULL),         READS(p1, IS_FOREGROUND("1/1")), READS(p1, IS_FOREGROUND("1/1")), READS(nobody, ""),
        READS(stranger, ""), /* it has ended meanwhile */
    };

    RUN(list, 1);
}

/* They are in the foreground as long as their parent has read nothing. At its first read the console must ask again. */
static void children_of_one_that_does_not_read_are_in_foreground(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        READS(p3, IS_FOREGROUND("3/3")),
        READS(p2, BEGINS("2/2")),
        READS(p3, ""),
        READS(p1, BEGINS("1/1")),
        READS(p2, ""),
        READS(p1, IS_FOREGROUND("1/1")),
    };

    RUN(list, 1);
}

/* A child counts as having read, like its parent, until its next exec. */
static void a_shell_has_its_input_for_itself(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        READS(p1, IS_FOREGROUND("1/1")),
        FORK(P1, NULL), /* a command */
        EXEC(P2, SEES_EXEC(2) AGAIN SEGMENTS(2) ENTRY(2) "reply 2\n"),
        READS(p2, ""),
        WAIT(P1, AGAIN, 2),
        READS(p2, IS_FOREGROUND("2/2")),
        CALL(P2, END(2, "2/2") AGAIN "reply 1: 2 0 0\n", PROC_EXIT, 0),
        READS(p1, IS_FOREGROUND("1/1")),
    };

    RUN(list, 1);
}

/* `cmd &` of xv6's shell: a child forks the command and ends. The command is not in the foreground, neither before that
 * nor after it. */
static void a_command_in_the_background_is_not(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        READS(p1, IS_FOREGROUND("1/1")),
        FORK(P1, NULL),
        WAIT(P1, AGAIN, 0),
        FORK(P2, NULL),
        EXEC(P3, SEES_EXEC(3) AGAIN SEGMENTS(3) ENTRY(3) "reply 3\n"),
        READS(p3, ""),
        CALL(P2, END(2, "2/2") AGAIN AGAIN "reply 1: 2 0 0\n", PROC_EXIT, 0),
        READS(p3, ""),
        FORK(P1, NULL), /* the next command */
        WAIT(P1, AGAIN, 0),
        READS(p3, ""),
        READS(new_p2, IS_FOREGROUND("2/4")), /* it is a copy of a process that has read */
    };

    RUN(list, 1);
}

/* Of several children those are in the foreground that are waited for, and those that these wait for. */
static void an_awaited_child_is_in_foreground(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        READS(p1, IS_FOREGROUND("1/1")),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        WAIT(P1, AGAIN, 2),
        READS(p3, ""),
        READS(p2, IS_FOREGROUND("2/2")),
        READS(p4, ""),
        WAIT(P2, AGAIN, 0),
        READS(p4, IS_FOREGROUND("4/4")),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0), /* no process waits for it, nor for one that does */
        READS(p4, IS_FOREGROUND("4/4")),
    };

    RUN(list, 1);
}

/* Even if the parent has read nothing: its children are adopted. */
static void adopted_children_are_not_in_foreground(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        READS(p3, IS_FOREGROUND("3/3")),
        CALL(P2, END(2, "2/2") AGAIN, PROC_EXIT, 0),
        READS(p3, ""),
        READS(p1, IS_FOREGROUND("1/1")),
    };

    RUN(list, 1);
}

static void control_c_is_typed(void)
{
    machine_interrupts = true;
}

#define CONTROL_C(lines)                                                                                               \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_CONSOLE, .before = control_c_is_typed, .expected = lines                                 \
    }
#define KEYS(badge, keys, lines) CALL(badge, lines, PROC_KEYS, keys)

/* Only for a process in the foreground, and not for its next program. */
static void keys_are_for_the_foreground(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        KEYS(INIT, 1, "reply 0: EPERM\n"),
        KEYS(P1, 1, "keys 1/1\nreply 1\n"), /* it need not have read */
        READS(p1, IS_FOREGROUND("1/1")),
        FORK(P1, NULL),
        KEYS(P2, 1, "reply 2: EPERM\n"),
        EXEC(P2, SEES_EXEC(2) AGAIN SEGMENTS(2) ENTRY(2) "reply 2\n"), /* its parent keeps its keys */
        WAIT(P1, AGAIN, 2),
        KEYS(P2, 1, "keys 2/2\nreply 2\n"),
        KEYS(P2, 0, "keys 2/2 no more\nreply 2\n"),
        KEYS(P2, 1, "keys 2/2\nreply 2\n"),
        EXEC(P2, SEES_EXEC(2) "keys 2/2 no more\n" SEGMENTS(2) ENTRY(2) "reply 2\n"),
        EXEC(P2, SEES_EXEC(2) SEGMENTS(2) ENTRY(2) "reply 2\n"),
    };

    RUN(list, 1);
}

/* The process in the foreground ends, even if it waits, and no other: neither one in the background nor one that has
 * ended. */
static void control_c_ends_the_foreground(void)
{
    static const struct step shell[] = {
        SPAWN(NULL),
        READS(p1, IS_FOREGROUND("1/1")),
        CALL(P1, "reply 1: 0\n", PROC_SIGNALS, 2, 0, 0), /* it catches SIGINT, as bit 1 */
        FORK(P1, NULL),
        FORK(P1, NULL),
        EXEC(P2, NULL),
        EXEC(P3, NULL),
        FORK(P2, NULL),
        READS(nobody, ""),
        WAIT(P1, AGAIN, 3),
        CONTROL_C(NULL),
        WORK(NULL),
        CALL(P2, "reply 2: 2 1\n", PROC_GETPID), /* these are still there */
        CALL(P4, "reply 4: 4 2\n", PROC_GETPID),
        CALL(P1, "reply 1: 3 0 2\n", PROC_WAIT, 3, 0),
    };

    RUN(shell, 1);
}

#define DIVERTED(n)                                                                                                    \
    "stop r" #n "\nread r" #n " registers\nread r" #n " registers\ndivert r" #n ": 8e8010\nresume r" #n "\n"
#define ENDS(n, badge) STOP(n) GONE(n) RELEASE(badge)

/* The process that was forked last ends, too, as its parent may be about to wait for it; but not once the parent has
 * waited for others. */
static void control_c_ends_a_new_child(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        READS(p1, IS_FOREGROUND("1/1")),
        CALL(P1, "reply 1: 0\n", PROC_SIGNALS, 2, 0, 0),
        FORK(P1, NULL),
        EXEC(P2, NULL),
        FORK(P2, NULL),
        READS(nobody, ""),
        CONTROL_C("events\n" DIVERTED(1) ENDS(2, "2/2") AGAIN CONTINUES),
        WORK(ENDS(3, "3/3") CONTINUES),
        WORK(NOTHING),
        CALL(P1, "reply 1: 2 0 2\n", PROC_WAIT, 2, 0),
        CALL(P1, "read r1 fpu\nreply 1: 8388610 0 0\n", PROC_SIGNAL_TAKE, 0),
        CALL(P1, NULL, PROC_INTERRUPTED),
        CALL(P1, "reply 1: 0 0 0\n", PROC_SIGNAL_TAKE, 0),
        FORK(P1, NULL), /* process 2, with badge 4 */
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 0, WAIT_NO_HANG),
        CONTROL_C("events\n" DIVERTED(1)),
        CALL(BADGE(2, 4), "reply 2: 4 1\n", PROC_GETPID),
    };

    RUN(list, 1);
}

/* One process ends with each message. A process that forks meanwhile does not escape, nor does the child. */
static void control_c_comes_in_parts(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P4, "reply 4: 0\n", PROC_SIGNALS, 2, 0, 0),
        IN_PARTS("copy", 1, P3, NULL, PROC_FORK), /* process 5 */
        CONTROL_C("events\n" STOP(1) GONE(1) RELEASE("1/1") AGAIN),
        WORK(NULL), /* the fork */
        WORK(ENDS(2, "2/2") CONTINUES),
        WORK(ENDS(3, "3/3") AGAIN CONTINUES),
        WORK(DIVERTED(4) ENDS(5, "5/5") CONTINUES),
        WORK(NOTHING),
    };
    static const struct step other[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P4, "reply 4: 0\n", PROC_SIGNALS, 2, 0, 0),
        CONTROL_C("events\n" ENDS(1, "1/1") AGAIN CONTINUES),
        FORK(P3, END(3, "3/3")),
        FORK(P4, NULL), /* it catches the signal, and so does process 3 now */
        WORK(ENDS(2, "2/2") CONTINUES),
        WORK(DIVERTED(3) DIVERTED(4) CONTINUES),
        WORK(NOTHING),
        CALL(P4, "read r4 fpu\nreply 4: 8388610 0 0\n", PROC_SIGNAL_TAKE, 0), /* 2, code 128 */
    };

    RUN(list, 1);
    RUN(other, 1);
}

static void ticks_are_wanted(void)
{
    machine_wants_ticks = true;
    machine_ticks = 5;
}

static void no_more(void)
{
    machine_wants_ticks = false;
    machine_ticks++;
}

static void the_console_has_ticks_while_it_wants_them(void)
{
    static const struct step list[] = {
        SPAWN(NULL),
        TICK(NULL, NOTHING),
        {.signal = PROC_SIGNAL_CONSOLE, .before = ticks_are_wanted, .expected = "events\n"},
        TICK(NULL, "tick 5\n"),
        TICK(no_more, "tick 6\n"),
        TICK(NULL, NOTHING),
    };

    RUN(list, 1);
}

static void more_is_due(void)
{
    machine_console_is_due = true;
    machine_reader = P1;
}

static void nothing_is_due(void)
{
    machine_console_is_due = false;
    machine_reader = P2;
}

/* By the thread of long work, so that others are served in between. Another signal does not begin it twice. */
static void what_is_due_at_the_console_is_asked_for(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        {.signal = PROC_SIGNAL_CONSOLE, .before = more_is_due, .expected = "events\n" BEGINS("1/1") CONTINUES},
        {.signal = PROC_SIGNAL_CONSOLE, .expected = "events\n" IS_FOREGROUND("1/1")},
        WORK("events and a part\n" IS_FOREGROUND("1/1") CONTINUES),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
        {.from = PROCESSES_MAX, .caller = WORKER, .before = nothing_is_due, .expected = "events and a part\n"},
        READS(p1, IS_FOREGROUND("1/1")),
    };

    RUN(list, 1);
}

int main(void)
{
    a_program_is_in_foreground();
    children_of_one_that_does_not_read_are_in_foreground();
    a_shell_has_its_input_for_itself();
    a_command_in_the_background_is_not();
    an_awaited_child_is_in_foreground();
    adopted_children_are_not_in_foreground();
    keys_are_for_the_foreground();
    control_c_ends_the_foreground();
    control_c_ends_a_new_child();
    control_c_comes_in_parts();
    the_console_has_ticks_while_it_wants_them();
    what_is_due_at_the_console_is_asked_for();
    puts("test_proc_foreground: input goes to the foreground");
}
