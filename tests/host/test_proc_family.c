/*
 * The whole process server: groups, sessions, waiting for children in these, and waiting for signals.
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
enum { NO_HANG = 1, PEEK = 2, OF_GROUP = 4 };
#define BIT(signal)                     (1u << ((signal)-1))
#define GROUP(badge, lines, pid)        CALL(badge, lines, PROC_GROUP, pid)
#define SET(badge, lines, pid, group)   CALL(badge, lines, PROC_SET_GROUP, pid, group)
#define SESSION(badge, lines)           CALL(badge, lines, PROC_BEGIN_SESSION)
#define AWAIT(badge, lines, ticks, set) CALL(badge, lines, PROC_SIGNAL_AWAIT, ticks, set)
#define SEND(to, signal, lines)         CALL(INIT, lines, PROC_KILL, to, signal)

static void tick_at_5(void)
{
    machine_ticks = 5;
}

/* A process that init starts leads a session; its children begin in its group. */
static void groups_are_set(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        GROUP(P1, "reply 1: 1 1\n", 0),
        GROUP(P1, "reply 1: 1 1\n", 3),
        GROUP(P1, "reply 1: ESRCH\n", 4),
        SET(P1, "reply 1: EINVAL\n", 2, 0x80000000),
        SET(P1, "reply 1: ESRCH\n", 4, 0),
        SET(P2, "reply 2: ESRCH\n", 3, 0), /* not its child */
        SET(P1, "reply 1: EPERM\n", 0, 0), /* it leads a session */
        SET(P1, "reply 1: EPERM\n", 3, 2), /* no such group */
        SET(INIT, "reply 0: EPERM\n", 0, 0),
        GROUP(P1, "reply 1: 1 1\n", 2),
        SET(P1, "reply 1\n", 2, 0),
        SET(P1, "reply 1\n", 3, 2),
        GROUP(P3, "reply 3: 2 1\n", 0),
        SET(P3, "reply 3\n", 0, 1),
        GROUP(P1, "reply 1: 1 1\n", 3),
        CALL_WITH(P3, "good", 5, NULL, PROC_EXEC, 1, 5),
        SET(P1, "reply 1: EACCES\n", 3, 2),
        SET(P3, "reply 3\n", 0, 0), /* it may move itself */
    };

    RUN(list, 1);
}

static void sessions_begin(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        SESSION(INIT, "reply 0: EPERM\n"),
        SESSION(P1, "reply 1: EPERM\n"), /* it leads a group */
        SESSION(P2, "reply 2: 2\n"),
        GROUP(P1, "reply 1: 2 2\n", 2),
        SESSION(P2, "reply 2: EPERM\n"),
        SET(P1, "reply 1: EPERM\n", 2, 1), /* out of another session */
        SET(P1, "reply 1: EPERM\n", 3, 2), /* into another session */
        SET(P1, "reply 1\n", 3, 0),
        SESSION(P3, "reply 3: EPERM\n"),
    };

    RUN(list, 1);
}

/* A wait that only looks leaves the child to the next wait. */
static void children_are_waited_for_by_group(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        SET(P1, "reply 1\n", 3, 0),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, (uint32_t)-2, NO_HANG),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 2, OF_GROUP | NO_HANG),
        CALL(P1, NOTHING, PROC_WAIT, (uint32_t)-3, PEEK),
        SEND(2, TERM, NULL),
        CALL(P3, END(3, "3/3") "reply 1: 3 7 0\n", PROC_EXIT, 7),
        CALL(P1, "reply 1: 3 7 0\n", PROC_WAIT, 3, OF_GROUP | PEEK),
        CALL(P1, "reply 1: 2 0 15\n", PROC_WAIT, 0, 0),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 0),
        CALL(P1, "reply 1: 3 7 0\n", PROC_WAIT, (uint32_t)-3, 0),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, (uint32_t)-1, 0),
    };

    RUN(list, 1);
}

/* A parent that ignores its children's ends gets its reply when the last has ended: it has none. */
static void children_are_forgotten(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        CALL(P1, NULL, PROC_SIGNALS, 0, 1u << 31, 0),
        CALL(P1, NOTHING, PROC_WAIT, (uint32_t)-1, 0),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 7),
        CALL(P3, END(3, "3/3") "reply 1: ECHILD\n", PROC_EXIT, 7),
    };

    RUN(list, 1);
}

static void signals_are_awaited(void)
{
    const uint32_t both = BIT(USER_1) | BIT(USER_2);
    const struct step list[] = {
        SPAWN(NULL),
        CALL(P1, NULL, PROC_SIGNALS, BIT(CHILD), 0, both),
        AWAIT(INIT, "reply 0: EPERM\n", 5, both),
        AWAIT(P1, "reply 1: 0\n", 0, both),
        AWAIT(P1, NOTHING, 5, BIT(USER_1)),
        SEND(1, USER_2, "reply 0\n"),
        SEND(1, USER_1, "reply 1: 5\nreply 0\n"),
        AWAIT(P1, "reply 1: 5\n", 5, both), /* the signal is pending */
        CALL(P1, "reply 1: 10 0 0\n", PROC_SIGNAL_TAKE, 0, BIT(USER_1)),
        CALL(P1, "reply 1: 0 2048 0\n", PROC_SIGNAL_TAKE, 0, BIT(USER_1)),
        AWAIT(P1, NOTHING, 5, BIT(USER_1)),
        TICK(tick_at_5, "reply 1: 0\n"),
        CALL(P1, NOTHING, PROC_SLEEP, 5), /* it no longer waits for one */
        SEND(1, USER_1, "reply 0\n"),
        SEND(1, CHILD, "reply 1: left 5\nreply 0\n"),
    };

    RUN(list, 1);
}

int main(void)
{
    groups_are_set();
    sessions_begin();
    children_are_waited_for_by_group();
    children_are_forgotten();
    signals_are_awaited();
    puts("test_proc_family: groups are as they were set, and waits for children and signals end as they should");
}
