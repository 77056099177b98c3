/*
 * The whole process server: the end of large processes, and of many at once, in steps with others served in between.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <string.h>

#include "servers/lib/fault.h"
#include "servers/proc/arguments.h"
#include "servers/proto/mem_types.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

/* ---------------------------------------------------------------------------------- one */

/* What others see of the process disappears at once. Its number and its share of the account stay until its parent has
 * been told, which happens when everything is freed. */
static void an_end_continues(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        WORK(NOTHING),
        CALL_WITH(P2, "put", 4, "reply 2\n", PROC_ARGS_PUT, 0, 4),
        IN_PARTS("end", 2, P2, "end 2\n" RELEASE("2/2") AGAIN CONTINUES, PROC_EXIT, 7),
        STRAY_CALL(P2),
        CALL(P1, "reply 1\n", PROC_KILL, 2, 0),
        CALL(P1, "reply 1\n", PROC_KILL, 2, 9), /* it ends as it has begun to */
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 2, 1),
        CALL(P1, "reply 1\n", PROC_KILL, 3, 0), /* it has adopted that one */
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 3, 1),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        WORK("end 2\n" CONTINUES),
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 0, 1),
        FORK(P1,
             FRAME(3) FORKED(4, "4/4", 3, 0, 1) RESUME(4) "reply 1: 4\n"), /* not in its place, nor with its frame */
        CALL(P1, NOTHING, PROC_WAIT, 2, 0),
        WORK(END(2, "2/2") "reply 1: 2 7 0\n"),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 2, 1),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        FORK(P1, TASK(2, 1) COPY(2, 1) THREAD(2, 0) GIFTS(2, "2/5") LIKE(2, 1) RESUME(2) "reply 1: 5\n"),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* A process that runs is stopped before the first part. One that waits does not run. */
static void a_running_process_is_stopped(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P3, NOTHING, PROC_SLEEP, 5),
        IN_PARTS("end", 2, P1, STOP(2) "end 2\n" RELEASE("2/2") "reply 1\n", PROC_KILL, 2, 9),
        CALL(P1, "end 3\n" RELEASE("3/3") "reply 1\n", PROC_KILL, 3, 9),
        TICK(NULL, NOTHING),
        WORK(END(2, "2/2") CONTINUES),
        WORK(END(3, "3/3")),
    };

    RUN(list, 1);
}

/* Its wait for a child, or its own exit, gets no reply: the thread is only still there. */
static void an_ending_process_gets_no_reply(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        CALL(P2, NOTHING, PROC_WAIT, 0, 0),
        IN_PARTS("end", 2, P3, "end 3\n" RELEASE("3/3"), PROC_KILL, 3, 9),
        CALL(P1, "end 2\n" RELEASE("2/2") AGAIN "reply 1\n", PROC_KILL, 2, 9),
        WORK(END(3, "3/3") CONTINUES),
        WORK(END(2, "2/2")),
        CALL(P1, "reply 1: 2 0 9\n", PROC_WAIT, 0, 0),
    };

    RUN(list, 1);
}

/* The child is adopted while its end continues, and then forgotten. */
static void a_parent_ends_while_its_child_does(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        IN_PARTS("end", 2, P3, "end 3\n" RELEASE("3/3"), PROC_EXIT, 7),
        CALL(P2, "end 2\n" RELEASE("2/2") AGAIN, PROC_EXIT, 8),
        CALL(P1, "reply 1\n", PROC_KILL, 3, 0),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        WORK(END(3, "3/3") CONTINUES),
        CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 3, 0),
        CALL(INIT, "reply 0: 511 2\n", PROC_GET_LIMIT),
        CALL(P1, NOTHING, PROC_WAIT, 0, 0),
        WORK(END(2, "2/2") "reply 1: 2 8 0\n"),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 0),
        CALL(INIT, "reply 0: 511 1\n", PROC_GET_LIMIT),
    };

    RUN(list, 1);
}

/* A parent that already waits, for this child or for any, gets its reply when everything is freed, and once. */
static void a_wait_gets_its_reply_after_the_last_part(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P1, NOTHING, PROC_WAIT, 0, 0),
        IN_PARTS("end", 1, P2, "end 2\n" RELEASE("2/2"), PROC_EXIT, 7),
        STRAY_CALL(P1),
        CALL(P3, END(3, "3/3") "reply 1: 3 1 0\n", PROC_EXIT, 1), /* a later end that is shorter */
        CALL(P1, NOTHING, PROC_WAIT, 2, 0),
        WORK(END(2, "2/2") "reply 1: 2 7 0\n"),
    };

    RUN(list, 1);
}

/* The ending process is in the account until it was waited for. */
static void an_end_is_charged(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        CALL(P1, NULL, PROC_SET_LIMIT, 2),
        FORK(P1, NULL),
        IN_PARTS("end", 1, P2, "end 2\n" RELEASE("2/2") "files release 2/2\n", PROC_EXIT, 7),
        CALL(P1, "reply 1: EAGAIN\n", PROC_FORK),
        WORK(END(2, "2/2")),
        CALL(P1, "reply 1: EAGAIN\n", PROC_FORK),
        CALL(P1, "reply 1: 2 7 0\n", PROC_WAIT, 0, 1),
        FORK(P1, NULL),
        CALL(P1, "reply 1: 2 2\n", PROC_GET_LIMIT),
    };

    RUN(list, 1);
}

/* A process that has ended has left its processor to the next one. */
static void an_end_gives_its_processor(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        SPAWN(NULL),
        IN_PARTS("end", 1, P2, "end 2\n" RELEASE("2/2"), PROC_EXIT, 7),
        SPAWN(FRAME(2) FIRST_TASK(3, "3/3", 2, 1) GOOD(3) RESUME(3) "reply 0: 3\n"),
        WORK(END(2, "2/2")),
        SPAWN(FIRST_TASK(4, "4/4", 1, 0) GOOD(4) RESUME(4) "reply 0: 4\n"),
    };

    RUN(list, 2);
}

/* ---------------------------------------------------------------------------------- many at once */

static const struct machine_fatal_fault five[] = {
#define DIES(n)                                                                                                        \
    {                                                                                                                  \
        n, 0x10, (uint32_t)VECTOR_BREAKPOINT << 16                                                                     \
    }
    DIES(2), DIES(3), DIES(4), DIES(5), DIES(6),
};

static void five_fault(void)
{
    machine_fatal_faults = five;
    machine_fatal_faults_count = COUNT(five);
}

#define DIED(n, badge, eip)                                                                                            \
    "fatal fault\nread r" #n " registers\nlog good (pid " #n "): killed: breakpoint at eip 0x" eip "\n" END(n, badge)

/* One is reported with the signal, each other one with a step. */
static void five_fault_at_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        {.signal = PROC_SIGNAL_FATAL_FAULT, .before = five_fault, .expected = DIED(2, "2/2", "2009") CONTINUES},
        CALL(P1, "reply 1: 2 0 5\n", PROC_WAIT, 0, 1),
        WORK(DIED(3, "3/3", "3009") CONTINUES),
        CALL(P1, STOP(5) END(5, "5/5") "reply 1\n", PROC_KILL, 5, 15),
        {.from = PROCESSES_MAX,
         .caller = WORKER,
         .in_parts = "end",
         .parts = 1,
         .expected =
             "fatal fault\nread r4 registers\nlog good (pid 4): killed: breakpoint at eip 0x4009\nend 4\n" RELEASE(
                 "4/4") CONTINUES},
        WORK(END(4, "4/4") CONTINUES),
        WORK("fatal fault\n" CONTINUES), /* killed meanwhile */
        WORK(DIED(6, "6/6", "6009") CONTINUES),
        WORK("fatal fault\n"),
    };

    RUN(list, 1);
}

static void all_are_due(void)
{
    machine_ticks = 5;
}

/* 32 with each message. None is lost, none gets two replies. */
static void a_hundred_wake_at_once(void)
{
    enum { SLEEPERS = 100, IN_ONE = 32, FIRST = 2 };
    static struct step list[2 * SLEEPERS + 16];
    static char woken[4][IN_ONE * 16];
    uint32_t n = 0, length[4] = {0};

    for (uint32_t i = 0; i < SLEEPERS; i++) {
        char *to = woken[i / IN_ONE];
        length[i / IN_ONE] += (uint32_t)sprintf(to + length[i / IN_ONE], "reply %u\n", (unsigned)(i + FIRST));
    }
    for (uint32_t i = 0; i < 2; i++)
        strcat(woken[i], CONTINUES);
    list[n++] = (struct step)SPAWN(NULL);
    list[n++] = (struct step)WORK(NOTHING);
    for (uint32_t i = 0; i < SLEEPERS; i++)
        list[n++] = (struct step)FORK(P1, NULL);
    for (uint32_t i = 0; i < SLEEPERS; i++)
        list[n++] = (struct step)CALL(BADGE(FIRST + i, FIRST + i), NOTHING, PROC_SLEEP, 5);
    list[n++] = (struct step)TICK(all_are_due, woken[0]);
    list[n++] = (struct step)CALL(P1, "reply 1: 5\n", PROC_UPTIME);
    list[n++] = (struct step)WORK(woken[1]);
    list[n++] = (struct step)TICK(NULL, woken[2]); /* the next step is nevertheless on its way */
    list[n++] = (struct step)WORK(woken[3]);
    run_steps(list, n, 1);
}

int main(void)
{
    an_end_continues();
    a_running_process_is_stopped();
    an_ending_process_gets_no_reply();
    a_parent_ends_while_its_child_does();
    a_wait_gets_its_reply_after_the_last_part();
    an_end_is_charged();
    an_end_gives_its_processor();
    five_fault_at_once();
    a_hundred_wake_at_once();
    puts("test_proc_ends: ends take steps, and are reported when they are complete");
}
