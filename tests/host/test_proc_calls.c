/*
 * The whole process server, call by call: the reply in each situation, and the server's calls to the kernel, mem and
 * the console meanwhile, in order.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/arguments.h"
#include "servers/proc/lifecycle.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3), STRANGER = SERVER_CALLERS - 1, FIRST_TICK = 0xfffffffe };

#define ANY 0xffffffffu

static void ticks_begin(void)
{
    machine_ticks = FIRST_TICK;
}

static void tick(void)
{
    machine_ticks++;
}

/* ---------------------------------------------------------------------------------- the start */

#define START_REST                                                                                                     \
    "derive slot 16: 2 badge 2 rights 2\nbind 6: line 0 to slot 16\n"                                                  \
    "derive slot 17: 2 badge 512 rights 1\nthread slot 18: slot 1 slot 0 priority 8 cpu 255\n"                         \
    "write slot 18: a function and a stack\nresume slot 18\n"

/* The archive is mapped, with frames for tables if the account lacks them; then ticks come. */
static void the_start(void)
{
    const struct step none[] = {SPAWN(NULL)};

    RUN(none, 1);
    CHECK(!strcmp(start_lines, "map slot 1: 40000001 from 7+0, 64\nmap slot 1: 40040001 from 7+64, 64\n"
                               "map slot 1: 40080001 from 7+128, 2\n" START_REST));
    start_archive_pages = 2 * CALL_PAGES_MAX;
    RUN(none, 1);
    CHECK(!strcmp(start_lines, "map slot 1: 40000001 from 7+0, 64\nmap slot 1: 40040001 from 7+64, 64\n" START_REST));
    start_archive_pages = MACHINE_ARCHIVE_PAGES;
}

/* ---------------------------------------------------------------------------------- who may */

static void some_are_inits_and_some_are_programs(void)
{
    const struct step list[] = {
        SPAWN(FRAME(0) FIRST_TASK(1, "1/1", 0, 0) GOOD(1) RESUME(1) "reply 0: 1\n"),
        CALL(INIT, "reply 0: EPERM\n", PROC_FORK),
        CALL(INIT, "reply 0: EPERM\n", PROC_EXIT),
        {.from = INIT, STRINGS(PROC_EXEC, 1, "good"), .expected = "reply 0: EPERM\n"},
        {.from = P1, STRINGS(PROC_SPAWN, 1, "good"), .expected = "reply 1: EPERM\n"},
        CALL(INIT, "reply 0: EINVAL\n", PROC_ARGS), /* init has no arguments */
        CALL(INIT, "reply 0: 0 0\n", PROC_GETPID),
        CALL(P1, "reply 1: ENOSYS\n", 0),
        CALL(P1, "reply 1: ENOSYS\n", PROC_CALLS_END),
        CALL(P1, "reply 1: ENOSYS\n", 0xffffffff),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
    };

    RUN(list, 1);
}

/* Calls of others are refused: of a process that has ended, whose call came late, and of a thread beside the one that
 * waits. */
static void strangers_are_refused(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        {.from = BADGE(2, 1), .caller = STRANGER, .words = {{PROC_GETPID}}, .expected = "reply 127: EAGAIN\n"},
        {.from = BADGE(1, 2), .caller = STRANGER, .words = {{PROC_GETPID}}, .expected = "reply 127: EAGAIN\n"},
        CALL(P1, NOTHING, PROC_SLEEP, 5),
        {.from = P1, .caller = STRANGER, .words = {{PROC_GETPID}}, .expected = "reply 127: EAGAIN\n"},
        CALL(INIT, NOTHING, PROC_WAIT),
        {.from = INIT, .caller = STRANGER, .words = {{PROC_GETPID}}, .expected = "reply 127: EAGAIN\n"},
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- time */

static void sleepers_wake_in_time(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        {.from = P1, .words = {{PROC_UPTIME}}, .before = ticks_begin, .expected = "reply 1: 4294967294\n"},
        CALL(P1, "reply 1\n", PROC_SLEEP, 0),
        CALL(P3, NOTHING, PROC_SLEEP, 3),
        CALL(P2, NOTHING, PROC_SLEEP, 2),
        CALL(P1, NOTHING, PROC_SLEEP, 3),
        TICK(tick, NOTHING),
        TICK(tick, "reply 2\n"),
        CALL(P2, "reply 2: 0\n", PROC_UPTIME),
        TICK(NULL, NOTHING),
        TICK(tick, "reply 1\nreply 3\n"),
        CALL(P1, "reply 1: 1\n", PROC_UPTIME),
        {.from = P1, .words = {{PROC_SLEEP, 5}}, .expected = NOTHING},
        {.signal = PROC_SIGNAL_FATAL_FAULT, .before = tick, .expected = "fatal fault\n"}, /* this is no tick */
    };

    RUN(list, 1);
}

/* Its sleep gets no reply, and later ones are not lost. */
static void a_sleeping_process_may_end(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P2, NOTHING, PROC_SLEEP, 1),
        CALL(P3, NOTHING, PROC_SLEEP, 2),
        CALL(P1, END(2, "2/2") "reply 1\n", PROC_KILL, 2, SIGNAL_KILL),
        CALL(P1, "reply 1: 2 0 9\n", PROC_WAIT, 2, 0),
        FORK(P1, NULL), /* in the entry of the first one */
        CALL(BADGE(2, 4), NOTHING, PROC_SLEEP, 3),
        TICK(tick, NOTHING),
        TICK(tick, "reply 3\n"),
        TICK(tick, "reply 2\n"),
    };

    RUN(list, 1);
}

/* Every process from a number on, in any state; init is not among them. */
static void processes_are_listed(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P2, NOTHING, PROC_SLEEP, 1000),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        CALL(P1, "reply 1: 2: 1 of 0, state 1, space 1, good\n", PROC_LIST, 0),
        CALL(P1, "reply 1: 3: 2 of 1, state 2, space 2, good\n", PROC_LIST, 2),
        CALL(P1, "reply 1: 4: 3 of 1, state 7, space 3, \n", PROC_LIST, 3),
        CALL(P1, "reply 1: ENOENT\n", PROC_LIST, 4),
        CALL(P1, "reply 1: ENOENT\n", PROC_LIST, ANY),
        CALL(INIT, "reply 0: 2: 1 of 0, state 1, space 1, good\n", PROC_LIST, 1),
    };

    RUN(list, 1);
}

/* All servers, but not again before some time has passed. */
static void servers_are_audited(void)
{
    static const char audits[] = "audit mem\naudit console\naudit files\nreply 1\n";
    const struct step list[] = {
        SPAWN(NULL),
        CALL(P1, audits, PROC_AUDIT),
        CALL(P1, "reply 1: EAGAIN\n", PROC_AUDIT),
        TICK(tick, NOTHING),
        TICK(tick, NOTHING),
        TICK(tick, NOTHING),
        CALL(P1, "reply 1: EAGAIN\n", PROC_AUDIT),
        TICK(tick, NOTHING),
        CALL(P1, audits, PROC_AUDIT),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- wait */

static void a_wait_takes_one_that_ended(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 0),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P1, "reply 1: EINVAL\n", PROC_WAIT, 0, 8),
        CALL(P1, "reply 1: EINVAL\n", PROC_WAIT, 0, 0x80000001),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, ANY - 1, 1),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 1, 1),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 4, 1),
        CALL(P2, "reply 2: ECHILD\n", PROC_WAIT, 3, 1),
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 0, 1),
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, ANY, 1),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 77),
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 3, 1),
        CALL(P1, "reply 1: 2 77 0\n", PROC_WAIT, 2, 0),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 2, 1),
        CALL(P1, STOP(3) END(3, "3/3") "reply 1\n", PROC_KILL, 3, 15),
        CALL(P1, "reply 1: 3 0 15\n", PROC_WAIT, ANY, 1),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, ANY, 1),
        CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 3, 0),
    };

    RUN(list, 1);
}

static void a_wait_gets_its_reply_at_the_end_it_waits_for(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P1, NOTHING, PROC_WAIT, 3, 0),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 5),
        CALL(P3, END(3, "3/3") "reply 1: 3 6 0\n", PROC_EXIT, 6),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 3, 0),
        CALL(P1, "reply 1: 2 5 0\n", PROC_WAIT, 0, 0),
        CALL(P1, NOTHING, PROC_WAIT, ANY, 0),
        CALL(BADGE(4, 4), END(4, "4/4") "reply 1: 4 9 0\n", PROC_EXIT, 9),
        CALL(INIT, NOTHING, PROC_WAIT, 0, 0),
        CALL(P1, GONE(1) RELEASE("1/1") "reply 0: 1 4294967295 0\n", PROC_EXIT, 0xffffffff),
        SPAWN(NEXT_TASK(1, "1/5", 0, 0) GOOD(1) RESUME(1) "reply 0: 5\n"),
    };

    RUN(list, 1);
}

/* Its children are adopted: they are forgotten when they end, and no process can wait for them. */
static void a_parent_ends_first(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        FORK(P2, NULL),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 5),
        CALL(P2, END(2, "2/2") AGAIN, PROC_EXIT, 6),
        CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 3, 0), /* no process can wait for it */
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 4, 1),
        CALL(BADGE(4, 4), END(4, "4/4"), PROC_EXIT, 7),
        CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 4, 0),
        CALL(P1, "reply 1: 2 6 0\n", PROC_WAIT, 0, 0),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- kill */

static void some_signals_do_nothing(void)
{
    static const uint32_t refused[] = {19, 20, 21, 22, 32, 0xffffffff}, ignored[] = {0, 17, 18, 23, 28};
    static struct step list[17];
    uint32_t count = 0;

    list[count++] = (struct step)SPAWN(NULL);
    for (uint32_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        list[count++] = (struct step)CALL(P1, "reply 1: EINVAL\n", PROC_KILL, 1, refused[i]);
    for (uint32_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        list[count++] = (struct step)CALL(P1, "reply 1\n", PROC_KILL, 1, ignored[i]);
    list[count++] = (struct step)CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 2, 9);
    list[count++] = (struct step)CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 2, 32);
    list[count++] = (struct step)CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 0, 9);
    list[count++] = (struct step)CALL(P1, "reply 1: ESRCH\n", PROC_KILL, ANY, 0);
    run_steps(list, count, 1);
}

/* Each signal, whose number the parent gets. */
static void each_other_signal_ends(void)
{
    for (uint32_t signal = 1; signal < 32; signal++) {
        char ends[64];
        if (strchr("\x11\x12\x13\x14\x15\x16\x17\x1c", (int)signal))
            continue;
        snprintf(ends, sizeof(ends), "reply 0: 1 0 %u\n", (unsigned)signal);
        const struct step list[] = {
            SPAWN(NULL),
            CALL(INIT, STOP(1) GONE(1) RELEASE("1/1") "reply 0\n", PROC_KILL, 1, signal),
            CALL(INIT, "reply 0\n", PROC_KILL, 1,
                 signal), /* a second time, while the process has not been waited for */
            CALL(INIT, ends, PROC_WAIT, 0, 0),
        };
        RUN(list, 1);
    }
}

static void one_may_kill_itself(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        CALL(P2, END(2, "2/2"), PROC_KILL, 2, 9),
        CALL(P1, "reply 1: 2 0 9\n", PROC_WAIT, 0, 0),
    };

    RUN(list, 1);
}

/* A child, a child of one, adopted ones; but not the parent, a sibling, init. */
static void one_may_kill_what_is_below(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        FORK(BADGE(4, 4), NULL),
        CALL(P2, "reply 2: EPERM\n", PROC_KILL, 1, 9),
        CALL(P2, "reply 2: EPERM\n", PROC_KILL, 3, 9),
        CALL(P2, "reply 2: EPERM\n", PROC_KILL, 3, 0),
        CALL(P3, "reply 3: EPERM\n", PROC_KILL, 4, 9),
        CALL(P2, "reply 2\n", PROC_KILL, 5, 0),
        CALL(BADGE(4, 4), END(4, "4/4") AGAIN, PROC_EXIT, 0),
        CALL(P3, "reply 3: EPERM\n", PROC_KILL, 5, 9),
        CALL(P2, "reply 2: ECHILD\n", PROC_WAIT, 5, 1),
        CALL(P2, STOP(5) END(5, "5/5") "reply 2\n", PROC_KILL, 5, 9),
        CALL(P2, "reply 2: 4 0 0\n", PROC_WAIT, 0, 0),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        CALL(P2, "reply 2: EPERM\n", PROC_KILL, 3, 0), /* even one that has ended belongs to its parent */
        CALL(P1, STOP(2) END(2, "2/2") "reply 1\n", PROC_KILL, 2, 9),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- limits */

#define BEGIN_FILES "files begin 1/1 at 0\ngive t1 slot 4: 9 badge 1/1 rights 1\n"

/* The file server must know the process first. */
static void a_limit_binds_what_is_forked(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        CALL(P1, "reply 1: 511 1\n", PROC_GET_LIMIT),
        CALL(INIT, "reply 0: 511 1\n", PROC_GET_LIMIT),
        CALL(INIT, "reply 0: EPERM\n", PROC_SET_LIMIT, 3),
        CALL(P1, "reply 1: EPERM\n", PROC_SET_LIMIT, 512),
        CALL(P1, "reply 1: EINVAL\n", PROC_SET_LIMIT, 0),
        {.from = P1,
         .words = {{PROC_SET_LIMIT, 2}},
         .refused = "files begin",
         .with = -ENOMEM,
         .expected = "files begin 1/1 at 0\nreply 1: ENOMEM\n"},
        {.from = P1,
         .words = {{PROC_SET_LIMIT, 2}},
         .refused = "files limit",
         .with = -EAGAIN,
         .expected = BEGIN_FILES "files limit 1/1: 2 of 511\nreply 1: EAGAIN\n"},
        CALL(P1, "reply 1: 511 1\n", PROC_GET_LIMIT),
        CALL(P1, "reply 1\n", PROC_SET_LIMIT, 511),
        CALL(P1, "files limit 1/1: 2 of 511\nreply 1\n", PROC_SET_LIMIT, 2),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        FORK(P1, NULL),
        CALL(P1, "reply 1: EAGAIN\n", PROC_FORK),
        CALL(P2, "reply 2: EAGAIN\n", PROC_FORK),
        CALL(P2, "reply 2: ENOMEM\n", PROC_SET_LIMIT, 1), /* an account costs one */
        CALL(P2, "reply 2: 2 2\n", PROC_GET_LIMIT),
        CALL(P2, END(2, "2/2") "files release 2/2\n", PROC_EXIT, 0),
        CALL(P1, "reply 1: EAGAIN\n", PROC_FORK), /* it has not been waited for */
        CALL(P1, "reply 1: 2 0 0\n", PROC_WAIT, 0, 0),
        CALL(P1, "files limit 1/1: 1 of 2\nreply 1\n", PROC_SET_LIMIT, 1),
        CALL(P1, "reply 1: EAGAIN\n", PROC_FORK),
        CALL(INIT, "reply 0: 511 2\n", PROC_GET_LIMIT),
        CALL(P1, GONE(1) RELEASE("1/1") "files release 1/1\n", PROC_EXIT, 0),
        CALL(INIT, "reply 0: 1 0 0\n", PROC_WAIT, 0, 0),
        CALL(INIT, "reply 0: 511 0\n", PROC_GET_LIMIT),
    };

    RUN(list, 1);
}

int main(void)
{
    the_start();
    some_are_inits_and_some_are_programs();
    strangers_are_refused();
    sleepers_wake_in_time();
    a_sleeping_process_may_end();
    processes_are_listed();
    servers_are_audited();
    a_wait_takes_one_that_ended();
    a_wait_gets_its_reply_at_the_end_it_waits_for();
    a_parent_ends_first();
    some_signals_do_nothing();
    each_other_signal_ends();
    one_may_kill_itself();
    one_may_kill_what_is_below();
    a_limit_binds_what_is_forked();
    puts("test_proc_calls: each call of the process server does what it should");
}
