/*
 * The whole process server: futexes, and which waiters are woken.
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

enum {
    P1 = BADGE(1, 1),
    P2 = BADGE(2, 2),
    P3 = BADGE(3, 3),
    OWN = 0,
    SHARED = 1,
    HERE = 0xa0001000,
    THERE = 0xa0002000,
    MAPPED = MACHINE_MAPPINGS
};

#define WATCH(badge, lines, ...)    CALL(badge, lines, PROC_FUTEX_WATCH, __VA_ARGS__)
#define POLL(badge, lines, console) CALL(badge, lines, PROC_POLL_WATCH, console)
#define ENDS(badge, lines)          CALL(badge, lines, PROC_WATCH_END)
#define WAITS(badge, lines, ...)    CALL(badge, lines, PROC_FUTEX_WAIT, __VA_ARGS__)
#define WAKE(badge, lines, ...)     CALL(badge, lines, PROC_FUTEX_WAKE, __VA_ARGS__)
#define REQUEUE(badge, ...)         CALL(badge, NULL, PROC_FUTEX_REQUEUE, __VA_ARGS__)
#define THREE                       SPAWN(NULL), SPAWN(NULL), SPAWN(NULL)

static void tick_at_5(void)
{
    machine_ticks = 5;
}

/* In the order in which they began to watch. One that is woken before it waits does not wait. */
static void so_many_are_woken(void)
{
    const struct step list[] = {
        THREE,
        WATCH(P2, "reply 2: 0\n", HERE, SHARED),
        WATCH(P1, "reply 1: 0\n", HERE, SHARED),
        WAITS(P1, NOTHING, 9),
        WAKE(P3, "reply 3: 1\n", HERE, 1, 1),
        WAITS(P2, "reply 2: 0 1\n", 9),
        WAKE(P3, "reply 1: 0 1\nreply 3: 1\n", HERE, 1, 7),
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        WATCH(P2, "reply 2: 0\n", HERE, SHARED),
        WAKE(P3, "reply 3: 0\n", HERE, 1, 0),
        WAKE(P3, "reply 3: 1\n", HERE, 1, 1),
        ENDS(P2, "reply 2: 1\n"), /* it has been woken */
        ENDS(P2, "reply 2: 0\n"),
        WAITS(P2, "reply 2: 0 0\n", 9), /* it watches nothing */
    };

    RUN(list, 1);
}

static void words_are_told_apart(void)
{
    const struct step list[] = {
        THREE,
        WATCH(P1, NULL, HERE, OWN),
        WATCH(P2, NULL, HERE, OWN),
        WATCH(P3, NULL, HERE, SHARED),
        WAKE(P1, "reply 1: 1\n", HERE, 0, 7),
        WAKE(P1, "reply 1: 0\n", THERE, 1, 7),
        WAKE(P1, "reply 1: 1\n", HERE, 1, 7),
        WATCH(P3, "reply 3: 1\n", HERE, SHARED),
        REQUEUE(P1, HERE, THERE, 1 | 0 << 1),
        WAKE(P1, "reply 1: 0\n", THERE, 1, 7),
        REQUEUE(P1, HERE, THERE, 1 | 1 << 1),
        WAKE(P1, "reply 1: 1\n", THERE, 1, 7),
        WATCH(INIT, "reply 0: EPERM\n", HERE, OWN),
        POLL(INIT, "reply 0: EPERM\n", 0),
        ENDS(INIT, "reply 0: EPERM\n"),
        WAITS(INIT, "reply 0: EPERM\n", 1),
        WAKE(INIT, "reply 0: EPERM\n", HERE, 1, 1),
        CALL(INIT, "reply 0: EPERM\n", PROC_FUTEX_REQUEUE, 1, 1, 1),
    };

    RUN(list, 1);
}

static void p2_is_a_stranger(void)
{
    machine_stranger = 2;
}

static void there_are_no_strangers(void)
{
    machine_stranger = 0;
}

/* It watches, wakes and moves only at words of its own. */
static void strangers_change_nothing(void)
{
    const struct step list[] = {
        THREE,
        {.from = P2, .words = {{PROC_FUTEX_WATCH, HERE, SHARED}}, .before = p2_is_a_stranger},
        WAITS(P2, NOTHING, 5),
        WATCH(P1, NULL, HERE, SHARED),
        WAITS(P1, NOTHING, 9),
        WAKE(P3, "reply 1: 0 1\nreply 3: 1\n", HERE, 1, 7),
        TICK(tick_at_5, "reply 2: 0 0\n"), /* it was not woken */
    };
    const struct step moves[] = {
        THREE,
        WATCH(P1, NULL, HERE, SHARED),
        WAITS(P1, NOTHING, 9),
        {.from = P2, .words = {{PROC_FUTEX_WAKE, HERE, 1, 7}}, .before = p2_is_a_stranger, .expected = "reply 2: 0\n"},
        REQUEUE(P2, HERE, THERE, 1 | 7 << 1),
        WATCH(P2, NULL, THERE, SHARED),
        REQUEUE(P2, THERE, HERE, 1 | 7 << 1),
        WAKE(P3, "reply 1: 0 1\nreply 3: 1\n", HERE, 1, 7),
        WAKE(P2, "reply 2: 1\n", HERE, 0, 7), /* itself */
        {.from = P2, .words = {{PROC_FUTEX_WATCH, HERE, SHARED}}, .before = there_are_no_strangers},
        WAKE(P3, "reply 3: 1\n", HERE, 1, 7),
    };

    RUN(list, 1);
    RUN(moves, 1);
}

/* Each process has the file mapped at another address. One without the file has only words of its own. */
static void pages_of_files_are_shared(void)
{
    const struct step list[] = {
        THREE,
        CALL(P1, NULL, PROC_FILES),
        CALL(P2, NULL, PROC_FILES),
        WATCH(P1, NULL, MAPPED + 8, SHARED),
        WAITS(P1, NOTHING, 9),
        WAKE(P2, "reply 2: 0\n", 2 * MAPPED + 8, 0, 7),
        WAKE(P2, "reply 2: 0\n", 2 * MAPPED + 4, 1, 7),
        WAKE(P3, "reply 3: 0\n", MAPPED + 8, 1, 7),
        WAKE(P2, "reply 2: 0\n", MAPPED + 8, 1, 7),
        WAKE(P2, "reply 1: 0 1\nreply 2: 1\n", 2 * MAPPED + 8, 1, 7),
        WATCH(P1, NULL, MAPPED + 8, SHARED),
        REQUEUE(P2, 2 * MAPPED + 8, HERE, 1 | 1 << 1),
        WAKE(P3, "reply 3: 1\n", HERE, 1, 7),
    };

    RUN(list, 1);
}

/* A process that no longer waits is not woken. */
static void others_are_not_woken(void)
{
    const struct step list[] = {
        THREE,
        WATCH(P1, NULL, HERE, SHARED),
        WAITS(P1, NOTHING, 5),
        TICK(tick_at_5, "reply 1: 0 0\n"), /* its time is over */
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        CALL(P1, NULL, PROC_SIGNALS, 1, 0, 0),
        WATCH(P1, NULL, HERE, SHARED),
        WAITS(P1, NOTHING, 5),
        CALL(INIT, "reply 1: 5 0\nreply 0\n", PROC_KILL, 1, 1), /* or a signal comes */
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        WATCH(P1, NULL, HERE, SHARED),
        WAITS(P1, "reply 1: 5 0\n", 5),
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        WATCH(P2, NULL, HERE, SHARED),
        WAITS(P2, NOTHING, 5),
        CALL(INIT, GONE(2) RELEASE("2/2") "reply 0\n", PROC_KILL, 2, 9),
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        WATCH(P3, NULL, HERE, SHARED),
        WAITS(P3, "reply 3: 0 0\n", 0),
        WAKE(P1, "reply 1: 0\n", HERE, 1, 7),
    };

    RUN(list, 1);
}

/* As many as possible with one call, and the others with the next. Those that watch another word stay. */
static void many_are_woken_in_parts(void)
{
    enum { FIRST = 2, MORE = 2, LAST = FIRST + FUTEX_WOKEN_MAX + MORE - 1 };
    static struct step list[3 * LAST + 8];
    uint32_t n = 0;

    list[n++] = (struct step)SPAWN(NULL);
    for (uint32_t i = FIRST; i <= LAST + 1; i++)
        list[n++] = (struct step)FORK(P1, NULL);
    list[n++] = (struct step)WATCH(BADGE(LAST + 1, LAST + 1), NULL, THERE, SHARED);
    for (uint32_t i = FIRST; i <= LAST; i++) {
        list[n++] = (struct step)WATCH(BADGE(i, i), NULL, HERE, SHARED);
        list[n++] = (struct step)WAITS(BADGE(i, i), NOTHING, 9);
    }
    list[n++] = (struct step)WAKE(P1, NULL, HERE, 1, LAST);
    list[n++] = (struct step)WAKE(P1, "reply 34: 0 1\nreply 35: 0 1\nreply 1: 2\n", HERE, 1, LAST);
    list[n++] = (struct step)WAKE(P1, "reply 1: 1\n", THERE, 1, LAST);
    run_steps(list, n, 1);
}

static void p1_has_event(void)
{
    machine_file_event = P1;
}

static void p2_has_event(void)
{
    machine_file_event = P2;
}

static void nobody_has_event(void)
{
    machine_file_event = 0;
}

static void more_have_events(void)
{
    machine_has_more_events = true;
    machine_file_event = P1;
}

static void p2_has_the_last(void)
{
    machine_has_more_events = false;
    machine_file_event = P2;
}

static void console_has_input(void)
{
    machine_has_input = true;
}

#define FILE_EVENTS_OF(who, lines)                                                                                     \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_FILE, .before = who##_has_event, .expected = "file events\n" lines                       \
    }
#define INPUT(lines)                                                                                                   \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_CONSOLE, .before = console_has_input, .expected = "events\n" lines                       \
    }

/* By the file server or the console; not by a word, nor by an event of an earlier poll. */
static void a_polling_process_is_woken(void)
{
    const struct step list[] = {
        THREE,
        POLL(P1, NULL, 0),
        POLL(P2, NULL, 1),
        POLL(P3, NULL, 1),
        WAITS(P1, NOTHING, 9),
        WAITS(P2, NOTHING, 9),
        WAKE(P3, "reply 3: 0\n", HERE, 1, 7),
        WAKE(P3, "reply 3: 0\n", 0, 1, 7),
        FILE_EVENTS_OF(nobody, ""),
        FILE_EVENTS_OF(p1, "reply 1: 0 1\n"),
        FILE_EVENTS_OF(p1, ""),
        INPUT("reply 2: 0 1\n"),
        WAITS(P3, "reply 3: 0 1\n", 9), /* it did not wait yet */
        INPUT(""),
        POLL(P2, NULL, 1),
        WAITS(P2, NOTHING, 9),
        FILE_EVENTS_OF(p2, "reply 2: 0 1\n"),
        POLL(P1, NULL, 0),
        WATCH(P1, NULL, HERE, OWN),
        WAITS(P1, NOTHING, 9),
        FILE_EVENTS_OF(p1, ""), /* of its earlier poll */
    };

    RUN(list, 1);
}

/* One process with each message; others are served in between. Another signal does not begin it twice. */
static void events_of_many_are_handled(void)
{
    const struct step list[] = {
        THREE,
        WORK(NOTHING),
        POLL(P1, NULL, 0),
        WAITS(P1, NOTHING, 9),
        POLL(P2, NULL, 0),
        WAITS(P2, NOTHING, 9),
        {.signal = PROC_SIGNAL_FILE, .before = more_have_events, .expected = "file events\nreply 1: 0 1\n" CONTINUES},
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
        {.signal = PROC_SIGNAL_FILE, .expected = "file events\n"},
        WORK("file events\n" CONTINUES),
        {.from = PROCESSES_MAX, .caller = WORKER, .before = p2_has_the_last, .expected = "file events\nreply 2: 0 1\n"},
    };

    RUN(list, 1);
}

/* Those that wait for input are woken in parts, too. */
static void many_pollers_are_woken(void)
{
    enum { FIRST = 1, MORE = 3, LAST = FIRST + FUTEX_WOKEN_MAX + MORE - 1 };
    static struct step list[3 * LAST + 8];
    uint32_t n = 0;

    for (uint32_t i = FIRST; i <= LAST; i++)
        list[n++] = (struct step)SPAWN(NULL);
    for (uint32_t i = FIRST; i <= LAST; i++) {
        list[n++] = (struct step)POLL(BADGE(i, i), NULL, 1);
        list[n++] = (struct step)WAITS(BADGE(i, i), NOTHING, 9);
    }
    list[n++] = (struct step){.signal = PROC_SIGNAL_CONSOLE, .before = console_has_input};
    list[n++] = (struct step)POLL(P1, NULL, 1); /* it polls again: this input is not for it */
    list[n++] = (struct step)WAITS(P1, NOTHING, 9);
    list[n++] = (struct step)WORK("reply 33: 0 1\nreply 34: 0 1\nreply 35: 0 1\n");
    list[n++] = (struct step)INPUT("reply 1: 0 1\n");
    run_steps(list, n, 1);
}

int main(void)
{
    a_polling_process_is_woken();
    events_of_many_are_handled();
    many_pollers_are_woken();
    many_are_woken_in_parts();
    so_many_are_woken();
    words_are_told_apart();
    strangers_change_nothing();
    pages_of_files_are_shared();
    others_are_not_woken();
    puts("test_proc_futex: only the waiters at a word are woken");
}
