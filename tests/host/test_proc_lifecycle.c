/*
 * The whole process server: how processes begin, exec and end; what is undone when a step is refused; on which
 * processor they run, and of which frames they are made.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/arguments.h"
#include "servers/proc/cpus.h"
#include "servers/proc/frame_pool.h"
#include "servers/proc/lifecycle.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

static void fpus_are_used(void)
{
    machine_fpu_is_used = true;
}

static void ticks(void)
{
    machine_ticks++;
}

/* ---------------------------------------------------------------------------------- begin */

static void a_program_is_spawned(void)
{
    const struct step list[] = {
        SPAWN(FRAME(0) FIRST_TASK(1, "1/1", 0, 0) GOOD(1) RESUME(1) "reply 0: 1\n"),
        SPAWN(FRAME(1) FIRST_TASK(2, "2/2", 1, 0) GOOD(2) RESUME(2) "reply 0: 2\n"),
        CALL(P1, GONE(1) RELEASE("1/1"), PROC_EXIT, 0),
        CALL(P2, GONE(2) RELEASE("2/2"), PROC_EXIT, 0),
        /* The number of a process that ended is not used again until it was waited for; its frame is. */
        SPAWN(FIRST_TASK(3, "3/3", 1, 0) GOOD(3) RESUME(3) "reply 0: 3\n"),
        CALL(INIT, NULL, PROC_WAIT, 1, 0),
        SPAWN(NEXT_TASK(1, "1/4", 0, 0) GOOD(1) RESUME(1) "reply 0: 4\n"),
    };

    RUN(list, 1);
}

/* The child gets its reply before it runs, then the parent gets its own. */
static void a_program_forks(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, FRAME(1) FORKED(2, "2/2", 1, 0, 1) RESUME(2) "reply 1: 2\n"),
        {.from = P2,
         .words = {{PROC_FORK}},
         .before = fpus_are_used,
         .expected = FRAME(2) FORKED(3, "3/3", 2, 0, 2) "write r3: fpu of r2\n" RESUME(3) "reply 2: 3\n"},
        CALL(P3, "reply 3: 3 2\n", PROC_GETPID),
    };

    RUN(list, 1);
}

/* The process keeps everything except its old program and that program's FPU state. */
static void another_program_is_run(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1,
         STRINGS(PROC_EXEC, 2, "/a/good\0x"),
         .expected = PROGRAM("/a/good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1\n"},
        CALL(P1, "reply 1: 2 10 10 /a/good|x|\n", PROC_ARGS, 0),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .before = fpus_are_used,
         .expected =
             PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "write r1: fpu as at first\nreply 1\n"},
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "large"),
         .refused = "clear",
         .with = -ENOMEM,
         .expected = PROGRAM("large") "clear 1: 1021, tables 12\nreply 1: ENOMEM\n"},
        {.from = P1, STRINGS(PROC_EXEC, 1, "none"), .expected = PROGRAM("none") "reply 1: ENOENT\n"},
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* ---------------------------------------------------------------------------------- refused */

/* A spawn that is refused: the lines before, the line that is refused, the lines after it, and the reply. */
static const struct refused {
    const char *line;
    int32_t with;
    const char *expected;
} spawns[] = {
#define MADE_TASK  FRAME(0) TASK(1, 0)
#define UNDONE     GONE(1)
#define WHOLE_TASK FRAME(0) FIRST_TASK(1, "1/1", 0, 0)
    {"frame", -ENOMEM, FRAME(0) "reply 0: ENOMEM\n"},
    {"task", ERR_ARG, MADE_TASK UNMADE(1) "reply 0: EAGAIN\n"},
    {"create", -ENOMEM, MADE_TASK CREATE(1) UNMADE(1) "reply 0: ENOMEM\n"},
    {"derive", ERR_ACCOUNT, MADE_TASK CREATE(1) HANDLER(1) UNDONE "reply 0: ENOMEM\n"},
    {"thread", ERR_ACCOUNT, MADE_TASK CREATE(1) HANDLER(1) THREAD(1, 0) UNDONE "reply 0: ENOMEM\n"},
    {"give t1 slot 1", ERR_ACCOUNT,
     MADE_TASK CREATE(1) HANDLER(1) THREAD(1, 0) "give t1 slot 1: 2 badge 1/1 rights 1\n" UNDONE "reply 0: ENOMEM\n"},
    {"give t1 slot 3", ERR_DEPTH, WHOLE_TASK UNDONE "reply 0: EAGAIN\n"},
    {"map 1: 900000", -ENOMEM, WHOLE_TASK "map 1: 900000+2800 from 10+2100 rights 5\n" UNDONE "reply 0: ENOMEM\n"},
    {"finish", -ENOMEM, WHOLE_TASK SEGMENTS(1) UNDONE "reply 0: ENOMEM\n"},
    {"write r1: eip", ERR_STATE, WHOLE_TASK SEGMENTS(1) "write r1: eip 900010 esp 8e7ff0\n" UNDONE "reply 0: EAGAIN\n"},
    {"read r1 fpu", ERR_STATE, WHOLE_TASK GOOD(1) UNDONE "reply 0: EAGAIN\n"},
};

/* Afterwards it is as if there had been no spawn, except for a number, a generation, a frame that is kept, and the
 * handler once it is made. */
static void a_spawn_may_be_refused(void)
{
    for (uint32_t i = 0; i < COUNT(spawns); i++) {
        const char *next = i == 0  ? FRAME(0) FIRST_TASK(1, "1/2", 0, 0) GOOD(1) RESUME(1) "reply 0: 2\n"
                           : i < 4 ? FIRST_TASK(1, "1/2", 0, 0) GOOD(1) RESUME(1) "reply 0: 2\n"
                                   : NEXT_TASK(1, "1/2", 0, 0) GOOD(1) RESUME(1) "reply 0: 2\n";
        const struct step list[] = {
            {.from = INIT,
             STRINGS(PROC_SPAWN, 1, "good"),
             .refused = spawns[i].line,
             .with = spawns[i].with,
             .expected = spawns[i].expected},
            CALL(INIT, "reply 0: ECHILD\n", PROC_WAIT, 0, 1),
            SPAWN(next),
            SPAWN(FRAME(1) FIRST_TASK(2, "2/3", 1, 1) GOOD(2)
                      RESUME(2) "reply 0: 3\n"), /* the processor was not kept */
        };
        RUN(list, 2);
        CHECK(arguments_used() == 2);
    }
}

/* With limits of its own the process begins in accounts of its own, or not at all. What others have is unchanged. */
#define LIMITED(memory, processes)                                                                                     \
    .from = INIT, .words = {{PROC_SPAWN, 1, sizeof("good"), (memory) << 16 | (processes)}}, .text = "good",            \
    .bytes = sizeof("good")
static void a_spawn_may_have_limits(void)
{
    const struct step list[] = {
        {LIMITED(8, 2),
         .expected = FRAME(0) FIRST_TASK(1, "1/1", 0, 0) "limit 1: 2048\n" GOOD(1) RESUME(1) "reply 0: 1\n"},
        CALL(P1, "reply 1: 2 1\n", PROC_GET_LIMIT),
        CALL(INIT, "reply 0: 511 3\n", PROC_GET_LIMIT),
        FORK(P1, FRAME(1) FORKED(2, "2/2", 1, 0, 1) RESUME(2) "reply 1: 2\n"),
        FORK(P1, "reply 1: EAGAIN\n"),
    };
    const struct step of_memory[] = {
        {LIMITED(8, 0),
         .expected = FRAME(0) FIRST_TASK(1, "1/1", 0, 0) "limit 1: 2048\n" GOOD(1) RESUME(1) "reply 0: 1\n"},
        CALL(P1, "reply 1: 511 1\n", PROC_GET_LIMIT),
    };
    const struct step refused[] = {
        {LIMITED(8, 5), .refused = "limit", .with = -EPERM,
         .expected = WHOLE_TASK "limit 1: 2048\n" UNDONE "reply 0: EPERM\n"},
        CALL(INIT, "reply 0: 511 0\n", PROC_GET_LIMIT),
        {LIMITED(8, 512), .expected = NEXT_TASK(1, "1/2", 0, 0) UNDONE "reply 0: EPERM\n"},
        CALL(INIT, "reply 0: 511 0\n", PROC_GET_LIMIT),
        {LIMITED(0, 511), .expected = NEXT_TASK(1, "1/3", 0, 0) GOOD(1) RESUME(1) "reply 0: 3\n"},
    };

    RUN(list, 1);
    RUN(of_memory, 1);
    RUN(refused, 1);
}

static const struct refused forks[] = {
#define TWO_TASK FRAME(1) TASK(2, 1)
#define TWO      TWO_TASK COPY(2, 1) HANDLER(2) THREAD(2, 0) GIFTS(2, "2/2")
    {"frame", -ENOMEM, FRAME(1) "reply 1: ENOMEM\n"},
    {"task", ERR_ARG, TWO_TASK UNMADE(2) "reply 1: EAGAIN\n"},
    {"copy", -ENOMEM, TWO_TASK COPY(2, 1) UNMADE(2) "reply 1: ENOMEM\n"},
    {"thread", ERR_ACCOUNT, TWO_TASK COPY(2, 1) HANDLER(2) THREAD(2, 0) GONE(2) "reply 1: ENOMEM\n"},
    {"read r1 registers", ERR_STATE, TWO "read r1 registers\n" GONE(2) "reply 1: EAGAIN\n"},
    {"write r2", ERR_ACCOUNT, TWO "read r1 registers\nwrite r2: as r1, with 0 and 0\n" GONE(2) "reply 1: ENOMEM\n"},
    {"read r1 fpu", ERR_STATE, TWO LIKE(2, 1) GONE(2) "reply 1: EAGAIN\n"},
};

static void a_fork_may_be_refused(void)
{
    for (uint32_t i = 0; i < COUNT(forks); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            {.from = P1,
             .words = {{PROC_FORK}},
             .refused = forks[i].line,
             .with = forks[i].with,
             .expected = forks[i].expected},
            CALL(P1, "reply 1: ECHILD\n", PROC_WAIT, 0, 1),
            /* Young processes run beside their parent. The one whose move is refused stays there. */
            FORK(P1, NULL),
            TICK(NULL, NOTHING),
            TICK(NULL, NOTHING),
            TICK(NULL, NOTHING),
            TICK(NULL, "move r2: priority 8 cpu 1\n"),
        };
        RUN(list, 2);
        CHECK(arguments_used() == 1);
    }
}

/* For one reason an exec may fail after the old program is gone: then the process ends. */
static void an_exec_may_fail_late(void)
{
    static const char *const late[] = {"map 1: 904000", "finish", "write r1", "read r1 fpu"};

    for (uint32_t i = 0; i < COUNT(late); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            CALL_WITH(P1, "put", 4, "reply 1\n", PROC_ARGS_PUT, 0, 4),
            {.from = P1, STRINGS(PROC_EXEC, 1, "/b/good"), .refused = late[i], .with = i < 2 ? -ENOMEM : ERR_ACCOUNT},
            CALL(INIT, "reply 0: 1 0 9\n", PROC_WAIT, 0, 0),
        };
        RUN(list, 1);
        CHECK(arguments_used() == 0);
    }
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "/b/good"),
         .refused = "finish",
         .with = -ENOMEM,
         .expected = PROGRAM("/b/good") "clear 1: 18, tables 6\n" SEGMENTS(
             1) "log good (pid 1): killed: no memory for exec\n" GONE(1) RELEASE("1/1")},
    };
    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- processors */

static void each_begins_where_fewest_are(void)
{
    const struct step list[] = {
        SPAWN(FRAME(0) FIRST_TASK(1, "1/1", 0, 0) GOOD(1) RESUME(1) "reply 0: 1\n"),
        SPAWN(FRAME(1) FIRST_TASK(2, "2/2", 1, 1) GOOD(2) RESUME(2) "reply 0: 2\n"),
        SPAWN(FRAME(2) FIRST_TASK(3, "3/3", 2, 2) GOOD(3) RESUME(3) "reply 0: 3\n"),
        SPAWN(FRAME(3) FIRST_TASK(4, "4/4", 3, 0) GOOD(4) RESUME(4) "reply 0: 4\n"),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        SPAWN(FIRST_TASK(5, "5/5", 1, 1) GOOD(5) RESUME(5) "reply 0: 5\n"),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        SPAWN(FIRST_TASK(6, "6/6", 2, 2) GOOD(6) RESUME(6) "reply 0: 6\n"),
        SPAWN(FRAME(4) FIRST_TASK(7, "7/7", 4, 1) GOOD(7) RESUME(7) "reply 0: 7\n"),
    };

    RUN(list, 3);
}

/* A child begins beside its parent, wherever that is. When it moves, its own children begin there. */
static void the_young_move_away(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, FRAME(1) FORKED(2, "2/2", 1, 0, 1) RESUME(2) "reply 1: 2\n"),
        TICK(ticks, NOTHING),
        FORK(P2, FRAME(2) FORKED(3, "3/3", 2, 0, 2) RESUME(3) "reply 2: 3\n"),
        TICK(ticks, NOTHING),
        {.signal = PROC_SIGNAL_FATAL_FAULT, .expected = "fatal fault\n"}, /* this is no tick */
        TICK(ticks, NOTHING),
        TICK(ticks, "move r2: priority 8 cpu 1\n"),
        FORK(P2, FRAME(3) FORKED(4, "4/4", 3, 1, 2) RESUME(4) "reply 2: 4\n"), /* its own is 3 */
        TICK(ticks, "move r3: priority 8 cpu 2\n"),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, "move r4: priority 8 cpu 3\n"),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
    };

    RUN(list, 4);
}

/* Several are young at the same time, and any of them may end. A child whose parent is on its own processor is not
 * young. */
static void the_young_may_end(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, NULL),
        FORK(P1, FRAME(4) FORKED(5, "5/5", 4, 0, 1) RESUME(5) "reply 1: 5\n"), /* where it belongs */
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, "move r4: priority 8 cpu 3\nmove r2: priority 8 cpu 1\n"),
        CALL(BADGE(4, 4), END(4, "4/4"), PROC_EXIT, 0), /* it was before the other one, and is gone */
        TICK(ticks, NOTHING),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        FORK(P1, FORKED(6, "6/6", 1, 0, 1) RESUME(6) "reply 1: 6\n"),
        CALL(BADGE(6, 6), END(6, "6/6"), PROC_EXIT, 0),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
        TICK(ticks, NOTHING),
    };

    RUN(list, 4);
}

/* It counts where it belongs, not where it is. */
static void the_young_count_elsewhere(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        SPAWN(FIRST_TASK(3, "3/3", 1, 1) GOOD(3) RESUME(3) "reply 0: 3\n"),
    };

    RUN(list, 2);
}

/* Processors beyond those that proc counts are not used. */
static void there_may_be_many_processors(void)
{
    static struct step list[9];

    for (uint32_t i = 0; i < 8; i++)
        list[i] = (struct step)SPAWN(NULL);
    list[8] = (struct step)SPAWN(FRAME(8) FIRST_TASK(9, "9/9", 8, 0) GOOD(9) RESUME(9) "reply 0: 9\n");
    run_steps(list, COUNT(list), 100);
}

/* ---------------------------------------------------------------------------------- frames */

/* So many free frames are kept, and taken first. The others go back to mem, each by its number there. */
static void frames_are_kept(void)
{
    static struct step list[FRAMES_CACHED * 3 + 10];
    uint32_t count = 0;

    for (uint32_t i = 0; i < FRAMES_CACHED + 2; i++)
        list[count++] = (struct step)SPAWN(NULL);
    for (uint32_t i = 1; i <= FRAMES_CACHED; i++)
        list[count++] = (struct step)CALL(BADGE(i, i), NULL, PROC_EXIT, 0);
    list[count++] = (struct step)CALL(BADGE(9, 9), GONE(9) "frame end f8\n" RELEASE("9/9"), PROC_EXIT, 0);
    list[count++] = (struct step){.from = BADGE(10, 10),
                                  .words = {{PROC_EXIT}},
                                  .refused = "frame end",
                                  .with = -ENOENT,
                                  .expected = GONE(10) "frame end f9\n" RELEASE("10/10")};
    list[count++] = (struct step)SPAWN(FIRST_TASK(11, "11/11", 7, 0) GOOD(11) RESUME(11) "reply 0: 11\n");
    for (uint32_t i = 1; i < FRAMES_CACHED; i++)
        list[count++] = (struct step)SPAWN(NULL);
    list[count++] = (struct step)SPAWN(FRAME(8) FIRST_TASK(19, "19/19", 8, 0) GOOD(19) RESUME(19) "reply 0: 19\n");
    list[count++] = (struct step)SPAWN(FRAME(10) FIRST_TASK(20, "20/20", 10, 0) GOOD(20)
                                           RESUME(20) "reply 0: 20\n"); /* mem has kept 9 */
    run_steps(list, count, 1);
}

/* As many processes as possible. */
static void there_is_an_end_to_processes(void)
{
    enum { MOST = TASKS_MAX - 1 };
    static struct step list[MOST + 3];

    list[0] = (struct step)SPAWN(NULL);
    for (uint32_t i = 1; i < MOST; i++)
        list[i] = (struct step)SPAWN(NULL);
    list[MOST] = (struct step)SPAWN("reply 0: EAGAIN\n");
    list[MOST + 1] = (struct step)FORK(P1, "reply 1: EAGAIN\n");
    run_steps(list, MOST + 2, 1);
    CHECK(arguments_used() == MOST);
}

int main(void)
{
    a_program_is_spawned();
    a_program_forks();
    another_program_is_run();
    a_spawn_may_be_refused();
    a_spawn_may_have_limits();
    a_fork_may_be_refused();
    an_exec_may_fail_late();
    each_begins_where_fewest_are();
    the_young_move_away();
    the_young_may_end();
    the_young_count_elsewhere();
    there_may_be_many_processors();
    frames_are_kept();
    there_is_an_end_to_processes();
    puts("test_proc_lifecycle: processes begin and end as they are to, whatever is refused");
}
