/*
 * The whole process server: strings with which programs start, short and long ones, read and written.
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

#include "servers/proc/arguments.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2) };

static char many[ARGUMENTS_MAX]; /* two strings, or more */

static void arguments_are_read(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 5, "/bin/good\0one\0\0two"), .expected = "reply 0: EINVAL\n"},
        {.from = INIT, STRINGS(PROC_SPAWN, 4, "/bin/good\0one\0\0two"), .expected = NULL},
        CALL(P1, "reply 1: 4 19 19 /bin/good|one||two|\n", PROC_ARGS, 0),
        CALL(P1, "reply 1: 4 19 5 |two|\n", PROC_ARGS, 14),
        CALL(P1, "reply 1: 4 19 0\n", PROC_ARGS, 19), /* no data */
        CALL(P1, "reply 1: EINVAL\n", PROC_ARGS, 20),
        CALL(P1, "reply 1: EINVAL\n", PROC_ARGS, 0xffffffff),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* init may name a test, too. */
static void tests_are_programs(void)
{
    const struct step list[] = {
        CALL_WITH(INIT, "t_good", 7, NULL, PROC_SPAWN, 1, 7),
        CALL(P1, "reply 1: 1 7 7 t_good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
}

/* A message says no more than the data that it has, and the data is strings, at least so many. */
static void arguments_are_checked(void)
{
    const struct step list[] = {
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 1, 9),
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 1, 0xffffffff),
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 1, 4), /* no zero byte */
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 1, 0), /* none were put before */
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 2, 5),
        CALL_WITH(INIT, "good", 5, "reply 0: EINVAL\n", PROC_SPAWN, 0, 5),
        CALL_WITH(INIT, "none", 5, "reply 0: ENOENT\n", PROC_SPAWN, 1, 5),
        CALL_WITH(INIT, "good/", 6, "reply 0: ENOENT\n", PROC_SPAWN, 1, 6),
        CALL_WITH(INIT, "server", 7, "reply 0: ENOENT\n", PROC_SPAWN, 1, 7),
        CALL_WITH(INIT, "broken", 7, "reply 0: ENOEXEC\n", PROC_SPAWN, 1, 7),
        CALL_WITH(INIT, "good", 5, NULL, PROC_SPAWN, 1, 5),
        CALL_WITH(BADGE(1, 5), "broken", 7, PROGRAM("broken") "reply 1: ENOEXEC\n", PROC_EXEC, 1, 7),
        CALL_WITH(INIT, "good", 5, "reply 0: ENOSYS\n", PROC_CALLS_END, 1, 5),
    };

    RUN(list, 1);
}

/* Arguments that were put are for the next exec, and for no later one. An exec that is refused has used them up,
 * too. */
static void arguments_are_put(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        CALL_WITH(P1, "good", 5, "reply 1: EINVAL\n", PROC_ARGS_PUT, 0, 9),
        CALL_WITH(P1, "good", 5, "reply 1: EINVAL\n", PROC_ARGS_PUT, 5, 5), /* there is nothing before them */
        CALL_WITH(P1, "goodgood", 8, "reply 1\n", PROC_ARGS_PUT, 0, 8),
        CALL_WITH(P1, "bad", 4, "reply 1\n", PROC_ARGS_PUT, 0, 4), /* from the beginning again */
        CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL_WITH(P1, "more", 5, "reply 1: EINVAL\n", PROC_ARGS_PUT, 4, 5),
        CALL_WITH(P1, "more", 5, "reply 1: EINVAL\n", PROC_ARGS_PUT, 6, 5),
        CALL_WITH(P1, "more", 5, "reply 1\n", PROC_ARGS_PUT, 5, 5),
        CALL(P1, PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1\n", PROC_EXEC, 2, 0),
        CALL(P1, "reply 1: 2 10 5 more|\n", PROC_ARGS, 5),
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0), /* everything was read */
        CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 2, 0),
        CALL_WITH(P1, "none", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL(P1, PROGRAM("none") "reply 1: ENOENT\n", PROC_EXEC, 1, 0),
        CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 1, 0),
        CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 2, 0),
        CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 1, 0),
        CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL(P1, "reply 1\n", PROC_ARGS_PUT, 0, 0), /* none after all */
        CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 1, 0),
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 1);
}

/* What was put before is forgotten. */
static void arguments_are_too_long(void)
{
    static const uint32_t rows[][2] = {{ARGUMENTS_MAX - 4, 5}, {ARGUMENTS_MAX + 1, 0}, {0xffffffff, 1}};

    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct step list[] = {
            SPAWN(NULL),
            CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
            CALL_WITH(P1, "more", 5, "reply 1: E2BIG\n", PROC_ARGS_PUT, rows[i][0], rows[i][1]),
            CALL(P1, "reply 1: EINVAL\n", PROC_EXEC, 1, 0),
        };
        RUN(list, 1);
        CHECK(arguments_used() == 1);
    }
}

/* As many as are allowed, to the last byte. A program reads them 256 at a time, once. Pieces may end anywhere. */
static void arguments_are_long(void)
{
    static struct step list[ARGUMENTS_MAX / IPC_DATA_MAX + 16];
    static char all[ARGUMENTS_MAX];
    uint32_t count = 0, bytes = IPC_DATA_MAX - 56;

    memset(many, 'x', sizeof(many));
    memcpy(many, "good", 5);
    memcpy(many + 3 * ARGUMENTS_BLOCK - 3, "ab\0cd", 5);
    many[ARGUMENTS_MAX - 1] = 0;
    memcpy(all, many, sizeof all);
    list[count++] = (struct step)SPAWN(NULL);
    for (uint32_t at = 0;
         at<ARGUMENTS_MAX; at += bytes, bytes = at + IPC_DATA_MAX> ARGUMENTS_MAX ? ARGUMENTS_MAX - at : IPC_DATA_MAX)
        list[count++] = (struct step)CALL_WITH(P1, all + at, bytes, "reply 1\n", PROC_ARGS_PUT, at, bytes);
    list[count++] = (struct step)CALL(P1, "reply 1\n", PROC_ARGS_PUT, ARGUMENTS_MAX, 0);
    list[count++] = (struct step)CALL(P1, PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1\n",
                                      PROC_EXEC, 2, 0);
    list[count++] = (struct step)CALL(P1, NULL, PROC_ARGS, 3 * ARGUMENTS_BLOCK - 7);
    list[count++] = (struct step)CALL(P1, "reply 1: 2 131072 6 xxxxx|\n", PROC_ARGS, ARGUMENTS_MAX - 6);
    list[count++] = (struct step)CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0);
    list[count++] = (struct step)CALL_WITH(P1, "", 1, "reply 1: E2BIG\n", PROC_ARGS_PUT, ARGUMENTS_MAX, 1);
    run_steps(list, count, 1);
    CHECK(arguments_used() == 1);
}

/* Both sets are freed with the process. A child shares its parent's. */
static void arguments_go_with_their_process(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL_WITH(P2, "good", 5, "reply 2\n", PROC_ARGS_PUT, 0, 5),
        CALL(P1, END(1, "1/1") AGAIN, PROC_EXIT, 0),
        CALL(P2, "reply 2: 1 5 5 good|\n", PROC_ARGS, 0),
        CALL(P2, GONE(2) RELEASE("2/2"), PROC_EXIT, 0),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 0);
}

/* A long set without room is refused, and the process then has none. A set that comes with an exec always has room. */
static void arguments_have_an_end(void)
{
    enum { LAST = LIMITS_BLOCKS + 2 };
    static struct step list[3 * LAST];
    uint32_t count = 0;

    list[count++] = (struct step)SPAWN(NULL);
    for (uint32_t i = 2; i <= LAST; i++)
        list[count++] = (struct step)FORK(P1, NULL);
    for (uint32_t i = 2; i < LAST; i++)
        list[count++] = (struct step)CALL_WITH(BADGE(i, i), "good", 5, NULL, PROC_ARGS_PUT, 0, 5);
    list[count++] = (struct step)CALL_WITH(BADGE(LAST, LAST), "good", 5, "reply 66: E2BIG\n", PROC_ARGS_PUT, 0, 5);
    list[count++] = (struct step)CALL_WITH(BADGE(LAST, LAST), "", 1, "reply 66: EINVAL\n", PROC_ARGS_PUT, 1, 1);
    list[count++] = (struct step)CALL(BADGE(LAST, LAST), "reply 66: EINVAL\n", PROC_EXEC, 1, 0);
    for (uint32_t i = 2; i <= LAST; i++)
        list[count++] = (struct step)CALL_WITH(BADGE(i, i), many, IPC_DATA_MAX, NULL, PROC_EXEC, 2, IPC_DATA_MAX);
    many[IPC_DATA_MAX - 1] = 0;
    run_steps(list, count, 1);
    CHECK(arguments_used() == LAST + LIMITS_BLOCKS);
}

int main(void)
{
    arguments_are_read();
    tests_are_programs();
    arguments_are_checked();
    arguments_are_put();
    arguments_are_too_long();
    arguments_are_long();
    arguments_go_with_their_process();
    arguments_have_an_end();
    puts("test_proc_arguments: programs start with the arguments that were put");
}
