/*
 * The whole process server: fork and exec of large processes in steps, with others served in between; and what happens
 * if they are killed half way, or refused.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <string.h>

#include "servers/proc/arguments.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

#define FORK_IN_PARTS(badge, n, lines) IN_PARTS("copy", n, badge, lines, PROC_FORK)
#define EXEC(badge, program, lines)                                                                                    \
    {                                                                                                                  \
        .from = badge, STRINGS(PROC_EXEC, 1, program), .expected = PROGRAM(program) lines                              \
    }

#define COPY_MORE(n, parent)        "copy more of " #parent " to " #n "\n"
#define REST(n, badge, cpu, parent) HANDLER(n) THREAD(n, cpu) GIFTS(n, badge) LIKE(n, parent) RESUME(n)

/* ---------------------------------------------------------------------------------- the thread */

/* The thread gets its reply when there is work, and each of its calls does one step. */
static void the_thread_waits_for_work(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        IN_PARTS("end", 3, P2, "end 2\n" RELEASE("2/2") CONTINUES, PROC_EXIT, 0),
        WORK("end 2\n" CONTINUES),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
        WORK("end 2\n" CONTINUES),
        WORK(END(2, "2/2")),
        IN_PARTS("end", 1, P3, "end 3\n" RELEASE("3/3") CONTINUES, PROC_EXIT, 0),
        WORK(END(3, "3/3")),
        CALL(P1, "reply 1: ENOSYS\n", 0),
        CALL(INIT, "reply 0: ENOSYS\n", 0),
    };

    RUN(list, 1);
}

/* The end of a task with many tables is left to the thread, as it takes the kernel long. */
static void the_thread_ends_a_task(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        IN_PARTS("end", 2, P2, "end 2\n" RELEASE("2/2") CONTINUES, PROC_EXIT, 0),
        WORK_REFUSED("end 2", MEM_TASK, "end 2\nreply 126: ends t2\n"),
        WORK("end 2\n" CONTINUES),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
        WORK(END(2, "2/2")),
        FORK(P1, NULL),
        {.from = P3,
         .words = {{PROC_EXIT}},
         .refused = "end 3",
         .with = MEM_TASK,
         .expected = "end 3\n" RELEASE("3/3") CONTINUES},
        WORK(END(3, "3/3")),
    };

    RUN(list, 1);
}

/* Work that begins before the thread's first call is not lost. */
static void the_thread_may_be_late(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        IN_PARTS("end", 1, P2, "end 2\n" RELEASE("2/2"), PROC_EXIT, 0),
        WORK(END(2, "2/2")),
    };

    RUN(list, 1);
}

/* A step each, in turn. */
static void several_go_on_at_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        IN_PARTS("end", 4, P2, "end 2\n" RELEASE("2/2") CONTINUES, PROC_EXIT, 0),
        CALL(P3, "end 3\n" RELEASE("3/3"), PROC_EXIT, 0),
        WORK("end 2\n" CONTINUES),
        WORK("end 3\n" CONTINUES),
        WORK(END(2, "2/2") CONTINUES),
        WORK(END(3, "3/3")),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- fork */

/* Until the child is complete only the account knows of it. */
static void a_fork_continues(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        FORK_IN_PARTS(P1, 2, FRAME(1) TASK(2, 1) COPY(2, 1) CONTINUES),
        STRAY_CALL(P1),
        STRAY_CALL(P2),
        CALL(INIT, "reply 0: ESRCH\n", PROC_KILL, 2, 9),
        CALL(INIT, "reply 0: ESRCH\n", PROC_KILL, 2, 0),
        CALL(INIT, "reply 0: 511 2\n", PROC_GET_LIMIT),
        WORK(COPY_MORE(2, 1) CONTINUES),
        CALL(INIT, "reply 0: 0 0 0\n", PROC_WAIT, 0, 1),
        WORK(COPY_MORE(2, 1) REST(2, "2/2", 0, 1) "reply 1: 2\n"),
        CALL(P2, "reply 2: 2 1\n", PROC_GETPID),
        CALL(P2, "reply 2: 1 5 5 good|\n", PROC_ARGS, 0),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
        FORK(P1, FRAME(2) FORKED(3, "3/3", 2, 0, 1) RESUME(3) "reply 1: 3\n"),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* The parent is young itself and moves meanwhile: the child begins beside it. */
static void a_fork_continues_elsewhere(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK_IN_PARTS(P2, 1, NULL),
        TICK(NULL, NOTHING),
        TICK(NULL, NOTHING),
        TICK(NULL, NOTHING),
        TICK(NULL, "move r2: priority 8 cpu 1\n"),
        WORK(COPY_MORE(3, 2) REST(3, "3/3", 1, 2) "reply 2: 3\n"),
        TICK(NULL, NOTHING),
        TICK(NULL, NOTHING),
        TICK(NULL, NOTHING),
        TICK(NULL, "move r3: priority 8 cpu 2\n"),
    };

    RUN(list, 3);
}

/* In a later part, or after the last one. Everything of the child is gone when its parent gets its reply. */
static void a_fork_may_fail_late(void)
{
    static const struct {
        const char *line;
        int32_t with;
        const char *lines, *reply;
    } late[] = {
        {"copy more", -ENOMEM, COPY_MORE(2, 1), "reply 1: ENOMEM\n"},
        {"thread", ERR_ACCOUNT, COPY_MORE(2, 1) HANDLER(2) THREAD(2, 0), "reply 1: ENOMEM\n"},
        {"give t2 slot 1", ERR_DEPTH, COPY_MORE(2, 1) HANDLER(2) THREAD(2, 0) "give t2 slot 1: 2 badge 2/2 rights 1\n",
         "reply 1: EAGAIN\n"},
    };

    for (uint32_t i = 0; i < COUNT(late); i++) {
        char at_once[512], first[512], last[64];
        snprintf(at_once, sizeof(at_once), "%s" GONE(2) "%s", late[i].lines, late[i].reply);
        snprintf(first, sizeof(first), "%s" GONE(2) CONTINUES, late[i].lines);
        snprintf(last, sizeof(last), GONE(2) "%s", late[i].reply);
        const struct step list[] =
            {
                SPAWN(NULL),
                FORK_IN_PARTS(P1, 1, NULL),
                WORK_REFUSED(late[i].line, late[i].with, at_once),
                CALL(INIT, "reply 0: 511 1\n", PROC_GET_LIMIT),
                CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 1),
            },
                          in_parts[] = {
                              SPAWN(NULL),
                              FORK_IN_PARTS(P1, 1, NULL),
                              {.from = PROCESSES_MAX,
                               .caller = WORKER,
                               .refused = late[i].line,
                               .with = late[i].with,
                               .in_parts = "end",
                               .parts = 2,
                               .expected = first},
                              STRAY_CALL(P1),
                              CALL(INIT, "reply 0: ESRCH\n", PROC_KILL, 2, 9),
                              CALL(INIT, "reply 0: 511 2\n", PROC_GET_LIMIT),
                              WORK(GONE(2) CONTINUES),
                              WORK(last),
                              CALL(INIT, "reply 0: 511 1\n", PROC_GET_LIMIT),
                              CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 1),
                              FORK(P1, NULL),
                              TICK(NULL, NOTHING),
                              TICK(NULL, NOTHING),
                              TICK(NULL, NOTHING),
                              TICK(NULL, "move r2: priority 8 cpu 1\n"), /* the processor was not kept */
                          };
        RUN(list, 1);
        RUN(in_parts, 2);
        CHECK(arguments_used() == 1);
    }
}

/* At the first message; and the child's end is long. */
static void a_fork_may_fail_at_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        {.from = P1,
         .words = {{PROC_FORK}},
         .refused = "give t2 slot 3",
         .with = ERR_ACCOUNT,
         .in_parts = "end",
         .parts = 1,
         .expected = FRAME(1) TASK(2, 1) COPY(2, 1) HANDLER(2) THREAD(2, 0) GIFTS(2, "2/2") GONE(2) CONTINUES},
        STRAY_CALL(P1),
        WORK(GONE(2) "reply 1: ENOMEM\n"),
        CALL(P1, "reply 1: 1 0\n", PROC_GETPID),
    };

    RUN(list, 1);
}

/* Then the child is not completed, and no process waits for it; its parent's end takes its own time. */
static void a_parent_is_killed_in_the_middle_of_fork(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        WORK(NOTHING),
        FORK_IN_PARTS(P2, 1, FRAME(2) TASK(3, 2) COPY(3, 2) CONTINUES),
        IN_PARTS("end", 2, P1, "end 2\n" RELEASE("2/2") AGAIN "reply 1\n", PROC_KILL, 2, 9),
        CALL(P1, NOTHING, PROC_WAIT, 0, 0),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        WORK("end 3\n" CONTINUES),
        WORK(END(2, "2/2") "reply 1: 2 0 9\n" CONTINUES),
        CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 1), /* it never had one */
        CALL(P1, "reply 1: ESRCH\n", PROC_KILL, 3, 0),
        CALL(INIT, "reply 0: 511 2\n", PROC_GET_LIMIT),
        WORK("end 3\n"),
        CALL(INIT, "reply 0: 511 1\n", PROC_GET_LIMIT),
        FORK(P1, NULL), /* in its place */
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 4, 1),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* The child is gone before its parent. The parent's own parent waits, but not for this child. */
static void the_adopting_parent_is_not_told(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK_IN_PARTS(P2, 1, NULL),
        CALL(P1, NOTHING, PROC_WAIT, 0, 0),
        IN_PARTS("end", 1, INIT, "end 2\n" RELEASE("2/2") AGAIN "reply 0\n", PROC_KILL, 2, 9),
        WORK("end 3\n" CONTINUES),
        STRAY_CALL(P1),
        WORK(END(2, "2/2") "reply 1: 2 0 9\n"),
    };

    RUN(list, 1);
}

/* While a fork that failed is being undone. */
static void a_parent_is_killed_behind_a_failed_fork(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK_IN_PARTS(P1, 1, NULL),
        {.from = PROCESSES_MAX,
         .caller = WORKER,
         .refused = "copy more",
         .with = -ENOMEM,
         .in_parts = "end",
         .parts = 1,
         .expected = COPY_MORE(2, 1) GONE(2) CONTINUES},
        CALL(INIT, GONE(1) RELEASE("1/1") AGAIN "reply 0\n", PROC_KILL, 1, 9),
        WORK(GONE(2)),
        CALL(INIT, "reply 0: 1 0 9\n", PROC_WAIT, 0, 0),
        CALL(INIT, "reply 0: 511 0\n", PROC_GET_LIMIT),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- exec */

#define LARGE_1(n) "map " #n ": 900000+2800 from 18+2100 rights 5\nmap " #n ": 904000+1fd000 from 21+1100 rights 3\n"
#define LARGE_2(n) "map " #n ": b01000+1eaff0 from 0+0 rights 3\nfinish " #n ": cec000\n"

/* First the old program is cleared, then the new one is mapped, and then it runs. */
static void an_exec_continues(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        {.from = P1,
         STRINGS(PROC_EXEC, 2, "large\0x"),
         .in_parts = "clear",
         .parts = 2,
         .expected = PROGRAM("large") "clear 1: 1021, tables 12\n" CONTINUES},
        STRAY_CALL(P1),
        CALL(INIT, "reply 0\n", PROC_KILL, 1, 0),
        WORK("clear 1: 1021, tables 12\n" CONTINUES),
        WORK("clear 1: 1021, tables 12\n" CONTINUES),
        CALL(INIT, "reply 0: 0 0\n", PROC_GETPID),
        WORK(LARGE_1(1) CONTINUES),
        CALL(INIT, "reply 0: 0 0 0\n", PROC_WAIT, 0, 1),
        WORK(LARGE_2(1) ENTRY(1) "reply 1\n"),
        CALL(P1, "reply 1: 2 8 8 large|x|\n", PROC_ARGS, 0),
        EXEC(P1, "large", "clear 1: 1021, tables 12\n" LARGE_1(1) CONTINUES), /* from the first page on again */
        WORK(LARGE_2(1) ENTRY(1) "reply 1\n"),
        FORK(P1, NULL),
        EXEC(P2, "good", "clear 2: 18, tables 6\n" SEGMENTS(2) ENTRY(2) "reply 2\n"),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 2);
}

/* Each piece has its own part of the file; there is none behind the file's end. */
static void a_file_is_mapped_in_pieces(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        EXEC(P1, "huge", "clear 1: 620, tables 12\nmap 1: 900000+200000 from 130+200000 rights 5\n"),
        WORK("map 1: b00000+200000 from 642+58100 rights 5\n" CONTINUES),
        WORK("map 1: d00000+b0000 from 0+0 rights 5\nfinish 1: db0000\n" ENTRY(1) "reply 1\n"),
    };

    RUN(list, 1);
}

/* init waits while its new process is made, and no other process does. */
static void a_spawn_does_all_at_once(void)
{
    const struct step list[] = {
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "large"),
         .expected = FRAME(0) FIRST_TASK(1, "1/1", 0, 0) LARGE_1(1) LARGE_2(1) ENTRY(1) RESUME(1) "reply 0: 1\n"},
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "good"),
         .refused = "finish",
         .with = -ENOMEM,
         .in_parts = "end",
         .parts = 2,
         .expected = FRAME(1) FIRST_TASK(2, "2/2", 1, 0) SEGMENTS(2) GONE(2) GONE(2) GONE(2) "reply 0: ENOMEM\n"},
        SPAWN(NEXT_TASK(2, "2/3", 1, 0) GOOD(2) RESUME(2) "reply 0: 3\n"),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 2);
}

/* After the first part only the kernel can refuse the new program: then the process ends. */
static void an_exec_may_fail_late(void)
{
    static const char *const late[] = {"map 1: b01000", "finish", "write r1", "read r1 fpu"};

    for (uint32_t i = 0; i < COUNT(late); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            CALL_WITH(P1, "put", 4, "reply 1\n", PROC_ARGS_PUT, 0, 4),
            EXEC(P1, "large", "clear 1: 1021, tables 12\n" LARGE_1(1)),
            WORK_REFUSED(late[i], i < 2 ? -ENOMEM : ERR_ACCOUNT, NULL),
            CALL(INIT, "reply 0: 1 0 9\n", PROC_WAIT, 0, 0),
        };
        RUN(list, 1);
        CHECK(arguments_used() == 0);
    }
    const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        EXEC(P1, "large", "clear 1: 1021, tables 12\n" LARGE_1(1) CONTINUES),
        {.from = PROCESSES_MAX,
         .caller = WORKER,
         .refused = "finish",
         .with = -ENOMEM,
         .in_parts = "end",
         .parts = 1,
         .expected = LARGE_2(1) "log large (pid 1): killed: no memory for exec\nend 1\n" RELEASE("1/1") CONTINUES},
        CALL(INIT, NOTHING, PROC_WAIT, 0, 0),
        WORK(GONE(1) RELEASE("1/1") "reply 0: 1 0 9\n"),
    };
    RUN(list, 1);
}

/* In each of its steps: the exec turns into the end. */
static void a_process_is_killed_during_exec(void)
{
    const struct step clearing[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .in_parts = "clear",
         .parts = 2,
         .expected = PROGRAM("good") "clear 1: 18, tables 6\n" CONTINUES},
        WORK("clear 1: 18, tables 6\n" CONTINUES),
        CALL(INIT, RELEASE("1/1") "reply 0\n", PROC_KILL, 1, 15),
        CALL(INIT, "reply 0\n", PROC_KILL, 1, 9),
        CALL(INIT, NOTHING, PROC_WAIT, 1, 0),
        WORK(GONE(1) RELEASE("1/1") "reply 0: 1 0 15\n"),
    };
    const struct step loading[] = {
        SPAWN(NULL),
        EXEC(P1, "large", "clear 1: 1021, tables 12\n" LARGE_1(1)),
        IN_PARTS("end", 1, INIT, RELEASE("1/1") "reply 0\n", PROC_KILL, 1, 15),
        CALL(INIT, "reply 0: 0 0 0\n", PROC_WAIT, 1, 1),
        WORK(GONE(1) CONTINUES),
        CALL(INIT, "reply 0: 0 0 0\n", PROC_WAIT, 1, 1),
        WORK(GONE(1) RELEASE("1/1")),
        CALL(INIT, "reply 0: 1 0 15\n", PROC_WAIT, 1, 1),
    };

    RUN(clearing, 1);
    CHECK(arguments_used() == 0);
    RUN(loading, 1);
    CHECK(arguments_used() == 0);
}

int main(void)
{
    the_thread_waits_for_work();
    the_thread_ends_a_task();
    the_thread_may_be_late();
    several_go_on_at_once();
    a_fork_continues();
    a_fork_continues_elsewhere();
    a_fork_may_fail_late();
    a_fork_may_fail_at_once();
    a_parent_is_killed_in_the_middle_of_fork();
    the_adopting_parent_is_not_told();
    a_parent_is_killed_behind_a_failed_fork();
    an_exec_continues();
    a_file_is_mapped_in_pieces();
    a_spawn_does_all_at_once();
    an_exec_may_fail_late();
    a_process_is_killed_during_exec();
    puts("test_proc_work: fork and exec take steps, with the result of a single one");
}
