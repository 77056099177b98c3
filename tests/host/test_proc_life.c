/*
 * The process server, whole: how processes begin, run another program and end; what is undone when a step of that is
 * refused; on which processor they run, and which frames they are made of.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c
 * sources: servers/proc/main.c servers/proc/process.c servers/proc/life.c servers/proc/body.c
 * sources: servers/proc/pool.c servers/proc/program.c servers/proc/sleepers.c
 * sources: servers/proc/arguments.c servers/proc/limits.c servers/lib/account.c servers/proc/casualties.c servers/proc/cpus.c
 * sources: servers/archive.c servers/elf_image.c servers/fault.c servers/log.c
 * sources: tests/server/state_end.c tests/server/server_run.c
 * sources: tests/server/proc_machine.c tests/server/proc_archive.c tests/server/program_file.c tests/server/proc_steps.c
 */
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/errno.h"
#include "servers/proc/arguments.h"
#include "servers/proc/cpus.h"
#include "servers/proc/life.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

#define NEW_PIECE   "pool p0: 64\n"
#define PIECE_ENDS  "pool end p0\n"

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
        SPAWN(NEW_PIECE BODY(1, "1/1", "p0 g0", 0) GOOD(1) RESUME(1) "answer 0: 1\n"),
        SPAWN(BODY(2, "2/2", "p0 g1", 0) GOOD(2) RESUME(2) "answer 0: 2\n"),
        CALL(P1, GONE(1) RELEASE("1/1"), PROC_EXIT, 0),
        CALL(P2, GONE(2) PIECE_ENDS RELEASE("2/2"), PROC_EXIT, 0),
        /* The number of one that ended is not used again until it was waited for. */
        SPAWN(NEW_PIECE BODY(3, "3/3", "p0 g0", 0) GOOD(3) RESUME(3) "answer 0: 3\n"),
        CALL(INIT, NULL, PROC_WAIT, 1, 0),
        SPAWN(NEXT_BODY(1, "1/4", "p0 g1", 0) GOOD(1) RESUME(1) "answer 0: 4\n"),
    };

    RUN(list, 1);
}

/* The child's answer is there before it runs, then the parent gets its own. */
static void a_program_forks(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, BODY(2, "2/2", "p0 g1", 0) COPY(2, 1) RESUME(2) "answer 1: 2\n"),
        {.from = P2,
         .words = {{PROC_FORK}},
         .before = fpus_are_used,
         .expected = BODY(3, "3/3", "p0 g2", 0) COPY(3, 2) "write r3: fpu of r2\n" RESUME(3) "answer 2: 3\n"},
        CALL(P3, "answer 3: 3\n", PROC_GETPID),
    };

    RUN(list, 1);
}

/* It keeps all but what its program was, and what that had put in the FPU. */
static void another_program_is_run(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1, STRINGS(PROC_EXEC, 2, "/a/good\0x"),
         .expected = "clear 1: 18\n" SEGMENTS(1) ENTRY(1) "answer 1\n"},
        CALL(P1, "answer 1: 2 10 10 /a/good|x|\n", PROC_ARGS, 0),
        {.from = P1, STRINGS(PROC_EXEC, 1, "good"), .before = fpus_are_used,
         .expected = "clear 1: 18\n" SEGMENTS(1) ENTRY(1) "write r1: fpu as at first\nanswer 1\n"},
        CALL(P1, "answer 1: 1 5 5 good|\n", PROC_ARGS, 0),
        {.from = P1, STRINGS(PROC_EXEC, 1, "large"), .refused = "clear", .with = -ENOMEM,
         .expected = "clear 1: 1021\nanswer 1: ENOMEM\n"},
        {.from = P1, STRINGS(PROC_EXEC, 1, "none"), .expected = "answer 1: ENOENT\n"},
        CALL(P1, "answer 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* ---------------------------------------------------------------------------------- refused */

/* Lines of a spawn, and what has been done when one that begins so is refused, with the answer. */
static const struct refused {
    const char *line;
    int32_t with;
    const char *expected;
} spawns[] = {
#define MADE_TASK   NEW_PIECE TASK(1, "p0 g0")
#define UNDONE      GONE(1) PIECE_ENDS
#define MADE_BODY   NEW_PIECE BODY(1, "1/1", "p0 g0", 0)
    {"pool p0: 64", -ENOMEM, NEW_PIECE "pool p0: 8\n" BODY(1, "1/1", "p0 g0", 0) GOOD(1) RESUME(1) "answer 0: 1\n"},
    {"pool", -ENOMEM, NEW_PIECE "pool p0: 8\nanswer 0: ENOMEM\n"},
    {"task", ERR_ARG, NEW_PIECE "task t1: p0 g0+0*1\n" UNDONE "answer 0: EAGAIN\n"},
    {"donate t1", ERR_BUSY, MADE_TASK UNDONE "answer 0: EAGAIN\n"},
    {"derive", ERR_ACCOUNT, MADE_TASK HANDLER(1) UNDONE "answer 0: ENOMEM\n"},
    {"thread", ERR_ACCOUNT, MADE_TASK HANDLER(1) THREAD(1, 0) UNDONE "answer 0: ENOMEM\n"},
    {"give t1 slot 1", ERR_ACCOUNT,
     MADE_TASK HANDLER(1) THREAD(1, 0) "give t1 slot 1: 2 badge 1/1 rights 1\n" UNDONE "answer 0: ENOMEM\n"},
    {"give t1 slot 3", ERR_DEPTH, MADE_BODY UNDONE "answer 0: EAGAIN\n"},
    {"create", -ENOMEM, MADE_BODY "create 1: t1, 41\n" UNDONE "answer 0: ENOMEM\n"},
    {"map 1: 900000", -ENOMEM,
     MADE_BODY "create 1: t1, 41\nmap 1: 900000+2800 from 10+2100 rights 5\n" UNDONE "answer 0: ENOMEM\n"},
    {"finish", -ENOMEM, MADE_BODY "create 1: t1, 41\n" SEGMENTS(1) UNDONE "answer 0: ENOMEM\n"},
    {"write r1: eip", ERR_STATE,
     MADE_BODY "create 1: t1, 41\n" SEGMENTS(1) "write r1: eip 900010 esp 8efff0\n" UNDONE "answer 0: EAGAIN\n"},
    {"read r1 fpu", ERR_STATE, MADE_BODY GOOD(1) UNDONE "answer 0: EAGAIN\n"},
};

/* Afterwards it is as if nothing had been asked for, but for a number and a generation; and the handler, once made. */
static void a_spawn_may_be_refused(void)
{
    for (uint32_t i = 1; i < COUNT(spawns); i++) {
        bool has_handler = i > 4;
        const struct step list[] = {
            {.from = INIT, STRINGS(PROC_SPAWN, 1, "good"), .refused = spawns[i].line, .with = spawns[i].with,
             .times = i == 1 ? 2 : 1, .expected = spawns[i].expected},
            CALL(INIT, "answer 0: ECHILD\n", PROC_WAIT, 0, 1),
            SPAWN(has_handler ? NEW_PIECE NEXT_BODY(1, "1/2", "p0 g0", 0) GOOD(1) RESUME(1) "answer 0: 2\n"
                              : NEW_PIECE BODY(1, "1/2", "p0 g0", 0) GOOD(1) RESUME(1) "answer 0: 2\n"),
            SPAWN(BODY(2, "2/3", "p0 g1", 1) GOOD(2) RESUME(2) "answer 0: 3\n"), /* no processor was kept */
        };
        RUN(list, 2);
        CHECK(arguments_used() == 2);
    }
}

/* If there are no 64 frames in a row, a piece of one group will do. */
static void a_piece_may_be_small(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "good"), .refused = "pool", .with = -ENOMEM, .expected = spawns[0].expected},
        {.from = P1, .words = {{PROC_FORK}}, .refused = "pool", .with = -ENOMEM,
         .expected = "pool p1: 64\npool p1: 8\n" BODY(2, "2/2", "p1 g0", 0) COPY(2, 1) RESUME(2) "answer 1: 2\n"},
        CALL(P1, GONE(1) PIECE_ENDS RELEASE("1/1"), PROC_EXIT, 0),
    };

    RUN(list, 1);
}

/* proc's own account is fed with a whole group, as often as it lacks frames. */
static void an_account_is_fed(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "good"), .refused = "task", .with = ERR_ACCOUNT, .times = 2,
         .expected = NEW_PIECE "task t1: p0 g0+0*1\n" FEED("p0 g1") "task t1: p0 g0+0*1\n" FEED("p0 g2")
             TASK(1, "p0 g0") HANDLER(1) THREAD(1, 0) GIFTS(1, "1/1") GOOD(1) RESUME(1) "answer 0: 1\n"},
        CALL(P1, GONE(1) RELEASE("1/1"), PROC_EXIT, 0), /* the piece stays: frames of it are the account's */
        SPAWN(BODY(2, "2/2", "p0 g0", 0) GOOD(2) RESUME(2) "answer 0: 2\n"),
    };

    RUN(list, 1);
}

static const struct refused forks[] = {
#define TWO(cpu) BODY(2, "2/2", "p0 g1", cpu)
    {"task", ERR_ARG, "task t2: p0 g1+0*1\n" GONE(2) "answer 1: EAGAIN\n"},
    {"thread", ERR_ACCOUNT, TASK(2, "p0 g1") HANDLER(2) THREAD(2, 0) GONE(2) "answer 1: ENOMEM\n"},
    {"copy", -ENOMEM, TWO(0) "copy 1 to 2: t2, 41\n" GONE(2) "answer 1: ENOMEM\n"},
    {"read r1 registers", ERR_STATE, TWO(0) "copy 1 to 2: t2, 41\nread r1 registers\n" GONE(2) "answer 1: EAGAIN\n"},
    {"write r2", ERR_ACCOUNT,
     TWO(0) "copy 1 to 2: t2, 41\nread r1 registers\nwrite r2: as r1, with 0 and 0\n" GONE(2) "answer 1: ENOMEM\n"},
    {"read r1 fpu", ERR_STATE, TWO(0) COPY(2, 1) GONE(2) "answer 1: EAGAIN\n"},
};

static void a_fork_may_be_refused(void)
{
    for (uint32_t i = 0; i < COUNT(forks); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            {.from = P1, .words = {{PROC_FORK}}, .refused = forks[i].line, .with = forks[i].with,
             .expected = forks[i].expected},
            CALL(P1, "answer 1: ECHILD\n", PROC_WAIT, 0, 1),
            /* Young ones run beside their parent; the one that is refused is not moved from there. */
            FORK(P1, NULL),
            TICK(NULL, NOTHING), TICK(NULL, NOTHING), TICK(NULL, NOTHING),
            TICK(NULL, "move r2: priority 8 cpu 1\n"),
        };
        RUN(list, 2);
        CHECK(arguments_used() == 1);
    }
}

/* There is one reason for which it may fail when the old program is gone; then there is no process any more. */
static void an_exec_may_fail_late(void)
{
    static const char *const late[] = {"map 1: 904000", "finish", "write r1", "read r1 fpu"};

    for (uint32_t i = 0; i < COUNT(late); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            CALL_WITH(P1, "put", 4, "answer 1\n", PROC_ARGS_PUT, 0, 4),
            {.from = P1, STRINGS(PROC_EXEC, 1, "/b/good"), .refused = late[i], .with = i < 2 ? -ENOMEM : ERR_ACCOUNT},
            CALL(INIT, "answer 0: 1 0 9\n", PROC_WAIT, 0, 0),
        };
        RUN(list, 1);
        CHECK(arguments_used() == 0);
    }
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1, STRINGS(PROC_EXEC, 1, "/b/good"), .refused = "finish", .with = -ENOMEM,
         .expected = "clear 1: 18\n" SEGMENTS(1) "log good (pid 1): killed: no memory for exec\n"
             GONE(1) PIECE_ENDS RELEASE("1/1")},
    };
    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- processors */

static void each_begins_where_fewest_are(void)
{
    const struct step list[] = {
        SPAWN(NEW_PIECE BODY(1, "1/1", "p0 g0", 0) GOOD(1) RESUME(1) "answer 0: 1\n"),
        SPAWN(BODY(2, "2/2", "p0 g1", 1) GOOD(2) RESUME(2) "answer 0: 2\n"),
        SPAWN(BODY(3, "3/3", "p0 g2", 2) GOOD(3) RESUME(3) "answer 0: 3\n"),
        SPAWN(BODY(4, "4/4", "p0 g3", 0) GOOD(4) RESUME(4) "answer 0: 4\n"),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        SPAWN(BODY(5, "5/5", "p0 g1", 1) GOOD(5) RESUME(5) "answer 0: 5\n"),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        SPAWN(BODY(6, "6/6", "p0 g2", 2) GOOD(6) RESUME(6) "answer 0: 6\n"),
        SPAWN(BODY(7, "7/7", "p0 g4", 1) GOOD(7) RESUME(7) "answer 0: 7\n"),
    };

    RUN(list, 3);
}

/* Beside its parent, where that is then; then it moves, and its own children begin there. */
static void the_young_move_away(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, BODY(2, "2/2", "p0 g1", 0) COPY(2, 1) RESUME(2) "answer 1: 2\n"),
        TICK(ticks, NOTHING),
        FORK(P2, BODY(3, "3/3", "p0 g2", 0) COPY(3, 2) RESUME(3) "answer 2: 3\n"),
        TICK(ticks, NOTHING),
        {.signal = PROC_SIGNAL_CASUALTY, .expected = "casualty\n"}, /* is no tick */
        TICK(ticks, NOTHING),
        TICK(ticks, "move r2: priority 8 cpu 1\n"),
        FORK(P2, BODY(4, "4/4", "p0 g3", 1) COPY(4, 2) RESUME(4) "answer 2: 4\n"), /* its own is 3 */
        TICK(ticks, "move r3: priority 8 cpu 2\n"),
        TICK(ticks, NOTHING), TICK(ticks, NOTHING),
        TICK(ticks, "move r4: priority 8 cpu 3\n"),
        TICK(ticks, NOTHING), TICK(ticks, NOTHING), TICK(ticks, NOTHING), TICK(ticks, NOTHING),
    };

    RUN(list, 4);
}

/* Those that are young together, whichever of them ends; and one whose parent is on its own processor is not. */
static void the_young_may_end(void)
{
    const struct step list[] = {
        SPAWN(NULL), FORK(P1, NULL), FORK(P1, NULL), FORK(P1, NULL),
        FORK(P1, BODY(5, "5/5", "p0 g4", 0) COPY(5, 1) RESUME(5) "answer 1: 5\n"), /* where it belongs */
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        TICK(ticks, NOTHING), TICK(ticks, NOTHING), TICK(ticks, NOTHING),
        TICK(ticks, "move r4: priority 8 cpu 3\nmove r2: priority 8 cpu 1\n"),
        CALL(BADGE(4, 4), END(4, "4/4"), PROC_EXIT, 0), /* which was before the other one, and is no more */
        TICK(ticks, NOTHING),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        FORK(P1, BODY(6, "6/6", "p0 g1", 0) COPY(6, 1) RESUME(6) "answer 1: 6\n"),
        CALL(BADGE(6, 6), END(6, "6/6"), PROC_EXIT, 0),
        TICK(ticks, NOTHING), TICK(ticks, NOTHING), TICK(ticks, NOTHING), TICK(ticks, NOTHING),
    };

    RUN(list, 4);
}

/* It counts where it belongs, not where it is. */
static void the_young_count_elsewhere(void)
{
    const struct step list[] = {
        SPAWN(NULL), FORK(P1, NULL),
        CALL(P2, END(2, "2/2"), PROC_EXIT, 0),
        SPAWN(BODY(3, "3/3", "p0 g1", 1) GOOD(3) RESUME(3) "answer 0: 3\n"),
    };

    RUN(list, 2);
}

/* More than proc counts are not used. */
static void there_may_be_many_processors(void)
{
    static struct step list[9];

    for (uint32_t i = 0; i < 8; i++)
        list[i] = (struct step)SPAWN(NULL);
    list[8] = (struct step)SPAWN("pool p1: 64\n" BODY(9, "9/9", "p1 g0", 0) GOOD(9) RESUME(9) "answer 0: 9\n");
    run_steps(list, COUNT(list), 100);
}

/* ---------------------------------------------------------------------------------- frames */

/* Eight groups of a piece are taken before there is another, and each again when it is free. */
static void groups_are_taken_once(void)
{
    const struct step list[] = {
        SPAWN(NULL), FORK(P1, NULL), FORK(P1, NULL), FORK(P1, NULL), FORK(P1, NULL), FORK(P1, NULL), FORK(P1, NULL),
        FORK(P1, BODY(8, "8/8", "p0 g7", 0) COPY(8, 1) RESUME(8) "answer 1: 8\n"),
        FORK(P1, "pool p1: 64\n" BODY(9, "9/9", "p1 g0", 0) COPY(9, 1) RESUME(9) "answer 1: 9\n"),
        CALL(P3, END(3, "3/3"), PROC_EXIT, 0),
        FORK(P1, BODY(10, "10/10", "p0 g2", 0) COPY(10, 1) RESUME(10) "answer 1: 10\n"),
        CALL(BADGE(9, 9), GONE(9) "pool end p1\n" RELEASE("9/9"), PROC_EXIT, 0),
    };

    RUN(list, 1);
}

/* A piece that mem keeps is proc's still. */
static void a_piece_may_be_kept(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1, .words = {{PROC_EXIT}}, .refused = "pool end", .with = -ENOENT,
         .expected = GONE(1) PIECE_ENDS RELEASE("1/1")},
        SPAWN(BODY(2, "2/2", "p0 g0", 0) GOOD(2) RESUME(2) "answer 0: 2\n"),
    };

    RUN(list, 1);
}

/* As many as there can be. */
static void there_is_an_end_to_processes(void)
{
    enum { MOST = BODIES_MAX - 1 };
    static struct step list[MOST + 3];

    list[0] = (struct step)SPAWN(NULL);
    for (uint32_t i = 1; i < MOST; i++)
        list[i] = (struct step)SPAWN(NULL);
    list[MOST] = (struct step)SPAWN("answer 0: EAGAIN\n");
    list[MOST + 1] = (struct step)FORK(P1, "answer 1: EAGAIN\n");
    run_steps(list, MOST + 2, 1);
    CHECK(arguments_used() == MOST);
}

/* Small pieces leave room for large ones, in which there is a group for each process that there can be. */
static void there_is_an_end_to_small_pieces(void)
{
    enum { MOST = BODIES_MAX - 1, SMALL = PIECES_MAX - 64 };
    static struct step list[MOST + 2];

    for (uint32_t i = 0; i <= SMALL; i++) {
        list[i] = (struct step)SPAWN(NULL);
        list[i].refused = "pool";
        list[i].with = -ENOMEM;
    }
    list[SMALL + 1] = (struct step)CALL(INIT, "answer 0: ECHILD\n", PROC_WAIT, SMALL + 1, 1);
    for (uint32_t i = SMALL + 2; i <= MOST + 1; i++)
        list[i] = (struct step)SPAWN(NULL);
    run_steps(list, MOST + 2, 1);
    CHECK(arguments_used() == MOST);
}

int main(void)
{
    a_program_is_spawned();
    a_program_forks();
    another_program_is_run();
    a_spawn_may_be_refused();
    a_piece_may_be_small();
    an_account_is_fed();
    a_fork_may_be_refused();
    an_exec_may_fail_late();
    each_begins_where_fewest_are();
    the_young_move_away();
    the_young_may_end();
    the_young_count_elsewhere();
    there_may_be_many_processors();
    groups_are_taken_once();
    a_piece_may_be_kept();
    there_is_an_end_to_processes();
    there_is_an_end_to_small_pieces();
    puts("test_proc_life: processes begin and end as they are to, whatever is refused");
}
