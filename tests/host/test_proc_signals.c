/*
 * The whole process server: signals, how they interrupt processes, which of them stay pending, and how long.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <errno.h>
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3), USER_1 = 10, USER_2 = 12, TERM = 15, CHILD = 17 };
#define BIT(signal) (1u << ((signal)-1))

#define DIVERTED(n)                                                                                                    \
    "stop r" #n "\nread r" #n " registers\nread r" #n " registers\ndivert r" #n ": 8e8010\nresume r" #n "\n"
#define NOT_DIVERTED(n)            "stop r" #n "\nread r" #n " registers\nresume r" #n "\n"
#define SIGNALS(badge, lines, ...) CALL(badge, lines, PROC_SIGNALS, __VA_ARGS__)
#define SEND(to, signal, lines)    CALL(INIT, lines, PROC_KILL, to, signal)
#define TAKE(badge, lines, mask)   CALL(badge, lines, PROC_SIGNAL_TAKE, mask)
#define ASKS(badge, lines)         CALL(badge, lines, PROC_INTERRUPTED)

/* Two processes of init's; both catch a signal. */
#define TWO                                                                                                            \
    SPAWN(NULL), SPAWN(NULL), SIGNALS(P1, NULL, BIT(USER_1), 0, 0), SIGNALS(P2, NULL, BIT(USER_1) | BIT(CHILD), 0, 0)

static void tick_at_5(void)
{
    machine_ticks = 5;
}

static void is_in_call(void)
{
    machine_is_in_call = true;
}

static void awaits_console(void)
{
    machine_is_in_call = machine_awaits_console = true;
}

static void awaits_no_more(void)
{
    machine_awaits_console = false;
    machine_ticks = 6;
}

/* ---------------------------------------------------------------------------------- who runs */

/* Once, until it has asked where it was, and has taken everything that is due. */
static void a_running_process_is_diverted(void)
{
    const struct step list[] = {
        TWO,
        ASKS(P1, "reply 1: EINVAL\n"),
        SEND(1, USER_1, DIVERTED(1) "reply 0\n"),
        SEND(1, USER_1, "reply 0\n"),
        CALL(P1, "reply 1: EINTR\n", PROC_FORK),
        CALL(P1, "reply 1: EINTR\n", PROC_EXEC, 1, 5),
        ASKS(P1, "reply 1: 4105 0 512\n"), /* 0x1009 */
        ASKS(P1, "reply 1: EINVAL\n"),
        SEND(1, USER_1, "reply 0\n"),
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 0\n", 0),
        SEND(1, USER_1, "reply 0\n"),
        TAKE(P1, "reply 1: 0 512 0\n", BIT(USER_1)),
        SEND(1, USER_1, DIVERTED(1) "reply 0\n"),
        ASKS(P1, "reply 1: 4105 0 512\n"),
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 0\n", 0),
        TAKE(P1, "reply 1: 0 0 0\n", 0),
        SEND(1, USER_1, DIVERTED(1) "reply 0\n"),
    };

    RUN(list, 1);
}

/* A process in a call is diverted when mem or the console has replied, or at a tick. */
static void a_call_is_done_before_its_process_is_diverted(void)
{
    const struct step list[] = {
        TWO,
        {.from = INIT,
         .words = {{PROC_KILL, 1, USER_1}},
         .before = is_in_call,
         .expected = "stop r1\nread r1 registers\ninfo\ninterrupt 1/1\nread r1 registers\ndivert r1: 8e8010\nresume "
                     "r1\nreply 0\n"},
        {.from = INIT,
         .words = {{PROC_KILL, 2, USER_1}},
         .before = awaits_console,
         .expected = "stop r2\nread r2 registers\ninfo\ninterrupt 2/2\nresume r2\nreply 0\n"},
        TICK(tick_at_5, "stop r2\nread r2 registers\ninfo\ninterrupt 2/2\nresume r2\n"),
        TICK(awaits_no_more,
             "stop r2\nread r2 registers\ninfo\ninterrupt 2/2\nread r2 registers\ndivert r2: 8e8010\nresume r2\n"),
        TICK(tick_at_5, NOTHING),
    };

    RUN(list, 1);
}

static void a_busy_thread_is_diverted_later(void)
{
    const struct step list[] = {
        TWO,
        {.from = INIT,
         .words = {{PROC_KILL, 1, USER_1}},
         .refused = "read r1",
         .with = ERR_STATE,
         .expected = NOT_DIVERTED(1) "reply 0\n"},
        CALL(P1, "reply 1: left 7\n", PROC_SLEEP, 7), /* it does not wait while a signal is due */
        TICK(tick_at_5, DIVERTED(1)),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- who waits */

static void a_waiting_process_gets_its_reply(void)
{
    const struct step list[] = {
        TWO,
        CALL(P1, NOTHING, PROC_SLEEP, 7),
        TICK(tick_at_5, NOTHING),
        SEND(1, USER_1, "reply 1: left 2\nreply 0\n"),
        CALL(P1, "reply 1: left 9\n", PROC_SLEEP, 9),
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 0\n", 0),
        CALL(P1, NOTHING, PROC_SLEEP, 9),
        SEND(1, USER_2, GONE(1) RELEASE("1/1") "reply 0\n"),
    };

    RUN(list, 1);
}

static void a_wait_for_a_child_gets_its_reply(void)
{
    const struct step list[] = {
        TWO, FORK(P2, NULL), /* process 3, with the same sets */
        CALL(P2, NOTHING, PROC_WAIT, 0, 0), SEND(2, USER_1, "reply 2: EINTR\nreply 0\n"),
        CALL(P2, "reply 2: EINTR\n", PROC_WAIT, 0, 0), CALL(P2, "reply 2: 0 0 0\n", PROC_WAIT, 0, 1),
        SEND(3, USER_1, DIVERTED(3) "reply 0\n"), TAKE(P2, "read r2 fpu\nreply 2: 10 0 0\n", 0),
        CALL(P2, NOTHING, PROC_WAIT, 0, 0),
        /* The child's end is the result; then there is a signal. */
        CALL(P3, GONE(3) RELEASE("3/3") "reply 2: 3 7 0\n" DIVERTED(2), PROC_EXIT, 7),
        ASKS(P2, "reply 2: 8201 0 65536\n"), TAKE(P2, "read r2 fpu\nreply 2: 65553 7 3\n", 0), /* 17, code 1 */
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- sets */

static void blocked_ones_wait(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", BIT(USER_1), 0, BIT(USER_1) | BIT(TERM) | BIT(20) | BIT(9) | BIT(CHILD)),
        SEND(1, USER_1, "reply 0\n"),
        SEND(1, TERM, "reply 0\n"),
        SEND(1, 20, "reply 0\n"),
        SEND(1, CHILD, "reply 0\n"),
        CALL(P1, NOTHING, PROC_SLEEP, 7), /* not a signal that it looks for */
        SEND(1, TERM, "reply 0\n"),
        TICK(awaits_no_more, NOTHING),
    };
    const struct step next[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", BIT(USER_1), 0, BIT(USER_1) | BIT(TERM) | BIT(20) | BIT(CHILD)),
        SEND(1, USER_1, "reply 0\n"),
        SEND(1, 20, "reply 0\n"),
        SEND(1, CHILD, "reply 0\n"),
        SEND(1, TERM, "reply 0\n"),
        TAKE(P1, "reply 1: 0 606720 0\n", 0),
        SIGNALS(P1, "reply 1: 512\n", BIT(USER_1), 0, BIT(TERM)), /* the others are ignored, or would stop it */
        SEND(1, USER_1, "reply 0\n"),                             /* it has just been diverted */
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 0\n", 0),
        TAKE(P1, "reply 1: 0 16384 0\n", 0),
        SIGNALS(P1, GONE(1) RELEASE("1/1"), BIT(USER_1), 0, 0),
        CALL(INIT, "reply 0: 1 0 15\n", PROC_WAIT, UINT32_MAX, 1),
    };

    RUN(list, 1);
    RUN(next, 1);
}

static void ignored_ones_do_nothing(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", 0, BIT(TERM) | BIT(20) | BIT(9), 0),
        SEND(1, TERM, "reply 0\n"),
        SEND(1, 20, "reply 0\n"),
        SEND(1, 21, "reply 0: EINVAL\n"),
        CALL(P1, "reply 1\n", PROC_KILL, 1, TERM),
        /* A pending signal is forgotten when it is ignored, also by default. */
        SIGNALS(P1, "reply 1: 0\n", BIT(CHILD), 0, BIT(TERM) | BIT(CHILD)),
        SEND(1, TERM, "reply 0\n"),
        SEND(1, CHILD, "reply 0\n"),
        SIGNALS(P1, "reply 1: 0\n", 0, BIT(TERM) | BIT(9), BIT(TERM) | BIT(CHILD)),
        TAKE(P1, "reply 1: 0 0 0\n", 0),
        SEND(1, 9, STOP(1) GONE(1) RELEASE("1/1") "reply 0\n"),
    };

    RUN(list, 1);
}

/* A blocked signal stays pending even if it is ignored by default. It is dropped when ignoring it is chosen, but not
 * when something else is. */
static void ignored_ones_wait(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", 0, BIT(TERM), BIT(TERM) | BIT(USER_2)),
        SEND(1, TERM, "reply 0\n"),
        SEND(1, USER_2, "reply 0\n"),
        SIGNALS(P1, "reply 1: 0\n", BIT(USER_1), BIT(TERM), BIT(TERM) | BIT(USER_2)),
        TAKE(P1, "reply 1: 0 18432 0\n", 0), /* both are pending */
        SIGNALS(P1, "reply 1: 0\n", BIT(USER_1), BIT(TERM) | BIT(USER_2), BIT(USER_2)),
        TAKE(P1, "reply 1: 0 0 0\n", 0),
    };

    RUN(list, 1);
}

/* Four pending signals keep their values, whatever was dropped before. */
static void values_are_kept(void)
{
    enum { FIRST = 1, ALL = 0x1f };
    const struct step list[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", ALL, 0, ALL),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST + 1, 50),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST, 51),
        SIGNALS(P1, "reply 1: 0\n", 0, ALL, ALL),
        SIGNALS(P1, "reply 1: 0\n", ALL, 0, ALL),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST, 52),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST + 2, 53),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST + 3, 54),
        CALL(INIT, NULL, PROC_QUEUE, 1, FIRST + 4, 55),
        CALL(P1, "reply 1: 4294901765 55 0\n", PROC_SIGNAL_TAKE, 0, BIT(FIRST + 4)),
        CALL(P1, "reply 1: 4294901764 54 0\n", PROC_SIGNAL_TAKE, 0, ALL), /* that of an illegal instruction first */
        CALL(P1, "reply 1: 4294901761 52 0\n", PROC_SIGNAL_TAKE, 0, ALL),
    };

    RUN(list, 1);
}

/* If two unblocked signals would each end the process, that of a fault does. */
static void faults_come_first(void)
{
    enum { ILLEGAL = 4 };
    const struct step list[] = {
        TWO,
        SIGNALS(P1, "reply 1: 0\n", 0, 0, BIT(ILLEGAL) | BIT(1)),
        SEND(1, 1, "reply 0\n"),
        SEND(1, ILLEGAL, "reply 0\n"),
        SIGNALS(P1, NULL, 0, 0, 0),
        CALL(INIT, "reply 0: 1 0 4\n", PROC_WAIT, 1, 0),
    };

    RUN(list, 1);
}

static void a_sender_to_itself_continues(void)
{
    const struct step list[] = {
        TWO,
        CALL(P1, "reply 1\n", PROC_KILL, 1, USER_1, 1),
        TAKE(P1, "read r1 fpu\nreply 1: 4294574090 0 1\n", 0), /* 10, code -6 */
        CALL(P1, "reply 1\n", PROC_KILL, 1, USER_1, 0),
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 1\n", 0),
        CALL(P1, "reply 1\n", PROC_QUEUE, 1, USER_1, 77),
        CALL(INIT, NULL, PROC_QUEUE, 1, USER_1, 78),            /* it is pending already */
        TAKE(P1, "read r1 fpu\nreply 1: 4294901770 77 1\n", 0), /* 10, code -1 */
        CALL(P1, "reply 1: ESRCH\n", PROC_QUEUE, 9, USER_1, 77),
        CALL(P1, "reply 1: EPERM\n", PROC_QUEUE, 2, USER_1, 77),
        CALL(P1, "reply 1: EINVAL\n", PROC_QUEUE, 1, 32, 77),
        CALL(P1, GONE(1) RELEASE("1/1"), PROC_KILL, 1, USER_2),
        SIGNALS(INIT, "reply 0: EPERM\n", 1, 1, 1),
        TAKE(INIT, "reply 0: EPERM\n", 0),
        ASKS(INIT, "reply 0: EINVAL\n"),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- exec */

static void exec_keeps_some(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, NULL, BIT(USER_1), BIT(1), BIT(USER_2) | BIT(TERM)),
        SEND(1, TERM, "reply 0\n"),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .expected =
             PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1: ignored 1, blocked 4800\n"},
        TAKE(P1, "reply 1: 0 16384 0\n", 0),
        SEND(1, USER_1, STOP(1) GONE(1) RELEASE("1/1") "reply 0\n"), /* it is no longer caught */
        /* A signal that was caught ends the new program. */
        {.from = INIT, .words = {{PROC_KILL, 2, USER_1}}, .refused = "read r2", .with = ERR_STATE, .expected = NULL},
        {.from = P2,
         STRINGS(PROC_EXEC, 1, "good"),
         .expected = PROGRAM("good") "clear 2: 18, tables 6\n" SEGMENTS(2) ENTRY(2) GONE(2) RELEASE("2/2")},
    };

    RUN(list, 1);
}

/* A signal that does nothing by default stays pending, too, as long as it is blocked. */
static void exec_keeps_what_was_caught(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, NULL, BIT(CHILD), 0, BIT(CHILD)),
        SEND(1, CHILD, "reply 0\n"),
        {.from = P1, STRINGS(PROC_EXEC, 1, "good"), .expected = NULL},
        TAKE(P1, "reply 1: 0 65536 0\n", 0),
    };

    RUN(list, 1);
}

/* The new program waits for its children, whatever the old one has said. */
static void exec_remembers_children(void)
{
    const struct step list[] = {
        TWO,
        SIGNALS(P1, NULL, 0, 1u << 31, 0),
        {.from = P1, STRINGS(PROC_EXEC, 1, "good"), .expected = NULL},
        FORK(P1, NULL),
        CALL(P3, NULL, PROC_EXIT, 7),
        CALL(P1, "reply 1: 3 7 0\n", PROC_WAIT, (uint32_t)-1, 0),
    };

    RUN(list, 1);
}

/* The old program was diverted; the new one is not. */
static void exec_ends_a_diversion(void)
{
    const struct step list[] = {
        TWO,
        SEND(1, USER_1, DIVERTED(1) "reply 0\n"),
        ASKS(P1, "reply 1: 4105 0 512\n"),
        TAKE(P1, "read r1 fpu\nreply 1: 10 0 0\n", 0),
        {.from = P1, STRINGS(PROC_EXEC, 1, "good"), .expected = NULL},
        SIGNALS(P1, NULL, BIT(USER_1), 0, 0),
        SEND(1, USER_1, DIVERTED(1) "reply 0\n"),
    };

    RUN(list, 1);
}

/* Signals to a process in a fork or exec arrive when that is done. */
static void long_calls_are_not_interrupted(void)
{
    const struct step list[] = {
        TWO,        IN_PARTS("copy", 1, P1, NULL, PROC_FORK), SEND(1, USER_1, "reply 0\n"),
        WORK(NULL), ASKS(P1, "reply 1: 4105 0 512\n"),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- alarms */

static void tick_at_21(void)
{
    machine_ticks = 21;
}

static void tick_at_22(void)
{
    machine_ticks = 22;
}

#define ALARM(badge, lines, ...) CALL(badge, lines, PROC_ALARM, __VA_ARGS__)

static void alarms_ring(void)
{
    const struct step list[] = {
        TWO,
        ALARM(INIT, "reply 0: EPERM\n", 1, 1),
        CALL(INIT, "reply 0: EPERM\n", PROC_ALARM_LEFT),
        ALARM(P1, "reply 1: 0 0\n", 5, 3), /* at 5, 8 */
        ALARM(P2, "reply 2: 0 0\n", 20, 0),
        ALARM(P2, "reply 2: 20 0\n", 5, 0),          /* replaces it */
        CALL(P1, "reply 1: 5 3\n", PROC_ALARM_LEFT), /* only asked */
        SIGNALS(P1, NULL, 1 << 13, 0, 0),
        TICK(tick_at_5,
             DIVERTED(1) STOP(2) GONE(2) RELEASE("2/2")),   /* of those at the same tick the one set first is first */
        TAKE(P1, "read r1 fpu\nreply 1: 8388622 0 0\n", 0), /* 14, code 128 */
        ASKS(P1, "reply 1: 4105 0 0\n"),
        TAKE(P1, "reply 1: 0 0 0\n", 0),
        CALL(P1, "reply 1: 3 3\n", PROC_ALARM_LEFT),
        TICK(tick_at_21, DIVERTED(1)), /* late, and once */
        ALARM(P1, "reply 1: 3 3\n", 0, 7),
        ALARM(P1, "reply 1: 0 0\n", 1, 0),
        CALL(P1, GONE(1) RELEASE("1/1"), PROC_EXIT, 0),
        TICK(tick_at_22, NOTHING),
    };

    RUN(list, 1);
}

static void are_in_call(void)
{
    machine_ticks = 7;
    machine_is_in_call = machine_awaits_console = true;
}

static void tick_at_8(void)
{
    machine_ticks = 8;
}

/* And takes what is due. */
#define HEARS(badge) ASKS(badge, NULL), TAKE(badge, NULL, 0), TAKE(badge, NULL, 0)

#define MISSED(n) "stop r" #n "\nread r" #n " registers\ninfo\ninterrupt " #n "/" #n "\nresume r" #n "\n"

/* Four with each message, or an end. Processes that could not be interrupted come after the alarms. */
static void alarms_ring_in_parts(void)
{
    const struct step list[] = {
        TWO,
        WORK(NOTHING),
        SIGNALS(P1, NULL, 1 << 13, 0, 0),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        ALARM(P1, NULL, 5, 2, 0),
        ALARM(P3, NULL, 5, 0, 0),
        ALARM(P2, NULL, 5, 0, 0),
        ALARM(BADGE(4, 4), NULL, 5, 2, 0),
        ALARM(BADGE(5, 5), NULL, 5, 2, 0),
        ALARM(BADGE(6, 6), NULL, 5, 2, 0),
        ALARM(BADGE(7, 7), NULL, 5, 2, 0),
        TICK(tick_at_5, DIVERTED(1) DIVERTED(3) STOP(2) GONE(2) RELEASE("2/2") CONTINUES),
        CALL(P3, "reply 3: 5\n", PROC_UPTIME),
        WORK(DIVERTED(4) DIVERTED(5) DIVERTED(6) DIVERTED(7)),
        HEARS(P1),
        HEARS(BADGE(4, 4)),
        HEARS(BADGE(5, 5)),
        HEARS(BADGE(6, 6)),
        HEARS(BADGE(7, 7)),
        TICK(are_in_call, MISSED(1) MISSED(4) MISSED(5) MISSED(6) CONTINUES),
        WORK(MISSED(7)),
        TICK(tick_at_8, MISSED(1) MISSED(4) MISSED(5) CONTINUES), /* process 3 is due, but was interrupted */
        WORK(MISSED(6) MISSED(7)),
    };

    RUN(list, 1);
}

int main(void)
{
    alarms_ring();
    alarms_ring_in_parts();
    a_running_process_is_diverted();
    a_call_is_done_before_its_process_is_diverted();
    a_busy_thread_is_diverted_later();
    a_waiting_process_gets_its_reply();
    a_wait_for_a_child_gets_its_reply();
    blocked_ones_wait();
    ignored_ones_do_nothing();
    ignored_ones_wait();
    values_are_kept();
    faults_come_first();
    a_sender_to_itself_continues();
    exec_keeps_some();
    exec_keeps_what_was_caught();
    exec_remembers_children();
    exec_ends_a_diversion();
    long_calls_are_not_interrupted();
    puts("test_proc_signals: each signal is caught, stays pending, or has its default effect");
}
