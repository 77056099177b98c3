/*
 * The whole process server, with programs for the standard C library: they get the vdso, and begin in it, with an
 * environment; and the vdso's calls to proc.
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
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2) };

/* The archive's bytes of the vdso, and nothing behind them; then the program as any other. */
#define VDSO(n) "map " #n ": 8e8000+2345 from 42+2345 rights 5\n"
#define SEGMENTS_FOREIGN(n)                                                                                            \
    "map " #n ": 900000+2800 from 34+2100 rights 5\n"                                                                  \
    "map " #n ": 904000+2ff0 from 37+1100 rights 3\n"                                                                  \
    "finish " #n ": 907000\n"
/* The program begins in the vdso, with its own entry, its headers and how many these are. */
#define ENTRY_VDSO(n, headers) "write r" #n ": eip 8e8000 esp " #headers " ecx 900010 edx 900034\nread r" #n " fpu\n"
#define FOREIGN(n)             VDSO(n) SEGMENTS_FOREIGN(n) ENTRY_VDSO(n, 2)

/* ---------------------------------------------------------------------------------- the vdso is mapped */

static void a_foreign_program_begins_in_the_vdso(void)
{
    const struct step list[] = {
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "foreign"),
         .expected = FRAME(0) FIRST_TASK(1, "1/1", 0, 0) FOREIGN(1) RESUME(1) "reply 0: 1\n"},
        SPAWN(FRAME(1) FIRST_TASK(2, "2/2", 1, 0) GOOD(2)
                  RESUME(2) "reply 0: 2\n"), /* a program without the vdso does not */
        {.from = P2,
         STRINGS(PROC_EXEC, 1, "/bin/foreign"),
         .expected = PROGRAM("/bin/foreign") "clear 2: 18, tables 6\n" FOREIGN(2) "reply 2\n"},
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .expected = PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1\n"},
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "vdso"),
         .expected = PROGRAM("vdso") "reply 1: ENOEXEC\n"}, /* also a program of that name */
    };

    RUN(list, 1);
}

/* When a program is mapped in pieces the vdso is none of them: it is mapped once. */
static void the_vdso_is_mapped_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        WORK(NOTHING),
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "hugely"),
         .expected = PROGRAM("hugely") "clear 1: 620, tables 12\n" VDSO(
             1) "map 1: 900000+200000 from 731+200000 rights 5\n" CONTINUES},
        WORK("map 1: b00000+200000 from 1243+58100 rights 5\n" CONTINUES),
        WORK("map 1: d00000+b0000 from 0+0 rights 5\nfinish 1: db0000\n" ENTRY_VDSO(1, 1) "reply 1\n"),
    };

    RUN(list, 1);
}

static void the_vdso_may_be_refused(void)
{
    const struct step list[] = {
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "foreign"),
         .refused = "map 1: 8e8000",
         .with = -ENOMEM,
         .expected = FRAME(0) FIRST_TASK(1, "1/1", 0, 0) VDSO(1) GONE(1) "reply 0: ENOMEM\n"},
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "foreign"),
         .refused = "map 1: 900000",
         .with = -ENOMEM,
         .expected = NEXT_TASK(1, "1/2", 0, 0)
             VDSO(1) "map 1: 900000+2800 from 34+2100 rights 5\n" GONE(1) "reply 0: ENOMEM\n"},
        {.from = INIT,
         STRINGS(PROC_SPAWN, 1, "foreign"),
         .expected = NEXT_TASK(1, "1/3", 0, 0) FOREIGN(1) RESUME(1) "reply 0: 3\n"},
    };

    RUN(list, 1);
}

/* Then a program that needs the vdso is refused, and the caller continues. */
static void there_may_be_no_vdso(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "foreign"), .expected = "reply 0: ENOEXEC\n"},
        SPAWN(FRAME(0) FIRST_TASK(1, "1/2", 0, 0) GOOD(1) RESUME(1) "reply 0: 2\n"),
        {.from = BADGE(1, 2), STRINGS(PROC_EXEC, 1, "foreign"), .expected = PROGRAM("foreign") "reply 1: ENOEXEC\n"},
        {.from = BADGE(1, 2), STRINGS(PROC_EXEC, 1, "hugely"), .expected = PROGRAM("hugely") "reply 1: ENOEXEC\n"},
        CALL(BADGE(1, 2), "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    machine_lacks_vdso = true;
    RUN(list, 1);
    machine_lacks_vdso = false;
}

/* ---------------------------------------------------------------------------------- the environment */

/* The environment follows the arguments. It may be empty or missing. */
static void an_environment_follows_the_arguments(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "good\0HOME=/\0"), .expected = NULL},
        CALL(P1, "reply 1: 1 13 13 good|HOME=/||\n", PROC_ARGS, 0),
        {.from = P1,
         STRINGS(PROC_EXEC, 2, "foreign\0x\0A=b"),
         .expected = PROGRAM("foreign") "clear 1: 18, tables 6\n" FOREIGN(1) "reply 1\n"},
        CALL(P1, "reply 1: 2 14 14 foreign|x|A=b|\n", PROC_ARGS, 0),
        {.from = P1, STRINGS(PROC_EXEC, 0, "good"), .expected = "reply 1: EINVAL\n"},
        {.from = P1, STRINGS(PROC_EXEC, 4, "good\0x\0A=b"), .expected = "reply 1: EINVAL\n"},
        CALL_WITH(P1, "good\0A=b", 8, "reply 1: EINVAL\n", PROC_EXEC, 1, 8), /* its last zero byte is missing */
        CALL_WITH(P1, "good", 5, "reply 1\n", PROC_ARGS_PUT, 0, 5),
        CALL_WITH(P1, "A=b", 4, "reply 1\n", PROC_ARGS_PUT, 5, 4),
        CALL(P1, PROGRAM("good") "clear 1: 18, tables 6\n" SEGMENTS(1) ENTRY(1) "reply 1\n", PROC_EXEC, 1, 0),
        FORK(P1, NULL),
        CALL(P1, "reply 1: 1 9 9 good|A=b|\n", PROC_ARGS, 0),
        CALL(P2, "reply 2: 1 9 9 good|A=b|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
    CHECK(arguments_used() == 2);
}

/* ---------------------------------------------------------------------------------- what the vdso asks */

/* Also a parent that only adopted it. */
static void a_process_knows_its_parent(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, NULL),
        FORK(P2, NULL),
        CALL(BADGE(3, 3), "reply 3: 3 2\n", PROC_GETPID),
        CALL(P2, NULL, PROC_EXIT, 0),
        CALL(BADGE(3, 3), "reply 3: 3 1\n", PROC_GETPID),
        CALL(P1, NULL, PROC_EXIT, 0),
        CALL(BADGE(3, 3), "reply 3: 3 0\n", PROC_GETPID),
    };

    RUN(list, 1);
}

#define MISSING(name, pid, number)                                                                                     \
    "log " name " (pid " #pid "): Linux's system call " #number " is not implemented (ENOSYS)\n"

/* The log is told eight times for each process, whatever it runs. init has no program. */
static void missing_calls_are_logged(void)
{
    static struct step list[24];
    uint32_t count = 0;

    list[count++] = (struct step)SPAWN(NULL);
    list[count++] = (struct step)CALL(P1, MISSING("good", 1, 60) "reply 1\n", PROC_MISSING, 60);
    list[count++] = (struct step){.from = P1, STRINGS(PROC_EXEC, 1, "/bin/foreign"), .expected = NULL};
    for (uint32_t i = 0; i < 7; i++)
        list[count++] = (struct step)CALL(P1, MISSING("foreign", 1, 4294967295) "reply 1\n", PROC_MISSING, 0xffffffff);
    list[count++] = (struct step)CALL(P1, "reply 1\n", PROC_MISSING, 61);
    list[count++] = (struct step)FORK(P1, NULL);
    list[count++] = (struct step)CALL(P2, MISSING("foreign", 2, 62) "reply 2\n", PROC_MISSING, 62);
    list[count++] = (struct step)CALL(P1, GONE(1) RELEASE("1/1") AGAIN, PROC_EXIT, 0);
    list[count++] = (struct step)CALL(INIT, "reply 0: 1 0 0\n", PROC_WAIT, 0, 0);
    list[count++] = (struct step)SPAWN(NULL); /* in its place */
    list[count++] = (struct step)CALL(BADGE(1, 3), MISSING("good", 3, 63) "reply 1\n", PROC_MISSING, 63);
    list[count++] = (struct step)CALL(INIT, "reply 0: EPERM\n", PROC_MISSING, 64);
    run_steps(list, count, 1);
}

/* ---------------------------------------------------------------------------------- when the machine was started */

static void clock_shows_nothing(void)
{
    memset(machine_clock, 0, sizeof(machine_clock));
    machine_ticks = 250;
}

/* 2001-09-09 01:46:40: a billion seconds. */
static void clock_shows_a_date(void)
{
    static const uint8_t date[MACHINE_CLOCK_BYTES] = {0x40, 0, 0x46, 0, 0x01, 0, 0, 0x09, 0x09, 0x01, 0, 2};

    memcpy(machine_clock, date, sizeof(date));
    machine_ticks = 12345;
}

static void clock_continues(void)
{
    machine_clock[0] = 0x51; /* by more than the ticks: the clock was set */
    machine_ticks = 12445;
}

/* The clock is read again as long as it shows no date; after that never. */
static void the_clock_is_read_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        {.from = P1, .words = {{PROC_BOOT_TIME}}, .before = clock_shows_nothing, .expected = "reply 1: 0\n"},
        {.from = P1, .words = {{PROC_BOOT_TIME}}, .before = clock_shows_a_date, .expected = "reply 1: 999999877\n"},
        {.from = INIT, .words = {{PROC_BOOT_TIME}}, .before = clock_continues, .expected = "reply 0: 999999877\n"},
        {.from = P1, .words = {{PROC_BOOT_TIME}}, .before = clock_shows_nothing, .expected = "reply 1: 999999877\n"},
    };

    RUN(list, 1);
}

int main(void)
{
    a_foreign_program_begins_in_the_vdso();
    the_vdso_is_mapped_once();
    the_vdso_may_be_refused();
    there_may_be_no_vdso();
    an_environment_follows_the_arguments();
    a_process_knows_its_parent();
    missing_calls_are_logged();
    the_clock_is_read_once();
    puts("test_proc_vdso: programs for the standard C library get what they need from the process server");
}
