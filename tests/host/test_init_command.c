/*
 * init's command line: options for the system, limits of the program, its name and its arguments.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/init/ -servers/init/supervisor.c servers/lib/archive.c
 * sources: servers/lib/elf_image.c servers/lib/fault.c libuser/string/format.c servers/lib/log.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/init_machine.c tests/server/init_run.c
 * sources: tests/server/init_archive.c tests/server/program_file.c
 */

#pragma clang diagnostic ignored "-Wpointer-to-int-cast" /* addresses have 32 bits there */
#include "servers/init/supervisor.c"

#include <errno.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/server/init_run.h"

static void commands_are_read(void)
{
    static const struct {
        const char *command, *lines;
    } rows[] = {
        {"prog one  two ", "log init: starts prog\nspawn 3: prog|one|two|\nwait 0 0\n"},
        {"   prog", "log init: starts prog\nspawn 1: prog|\nwait 0 0\n"},
        {"prog a=b --", "log init: starts prog\nspawn 3: prog|a=b|--|\nwait 0 0\n"},
        {"-- prog -- x", "log init: starts prog\nspawn 3: prog|--|x|\nwait 0 0\n"},
        {"", "log init: no program named shm_cnt is in the boot archive\nreport 127\n"},
        {"   ", "log init: no program named shm_cnt is in the boot archive\nreport 127\n"},
        {"--", "log init: no program named shm_cnt is in the boot archive\nreport 127\n"},
        {"-- a=b prog", "log init: no program named a=b is in the boot archive\nreport 127\n"},
        {"-x prog", "log init: no program named -x is in the boot archive\nreport 127\n"},
        {"--- prog", "log init: no program named --- is in the boot archive\nreport 127\n"},
        {"mem", "log init: no program named mem is in the boot archive\nreport 127\n"}, /* it is a server */
        {"console.input=pipe prog x", "console 17\nlog init: starts prog\nspawn 2: prog|x|\nwait 0 0\n"},
        {"t_process x", "log init: starts t_process\nspawn 2: t_process|x|\nwait 0 0\n"},
        {"t_test arg", "log init: starts kernel test t_test\n"},
    };
    static const struct {
        const char *command, *line;
    } unknown[] = {
        {"a=b c=d prog", "log init: unknown option a=b\nlog init: unknown option c=d\n" ARCHIVE},
        {"console.input=pipes prog", "log init: unknown option console.input=pipes\n" ARCHIVE},
        {"console.input=pip prog", "log init: unknown option console.input=pip\n" ARCHIVE},
        {"Console.input=pipe -- prog", "log init: unknown option Console.input=pipe\n" ARCHIVE},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        run_command(rows[i].command);
        expect_in(strstr(lines_from(LOWERED), "\n") + 1, rows[i].lines);
        CHECK(!!strstr(machine_lines(), "console 17") == (rows[i].command[0] == 'c'));
    }
    for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        machine_begin();
        run_command(unknown[i].command);
        expect_in(lines_from("log init"), unknown[i].line);
        CHECK(lines_from("log init: starts prog") && !strstr(machine_lines(), "console 17"));
    }
}

/* Limits of the program. A wrong one is reported, and the program does not run. */
static void limits_are_read(void)
{
    static const struct {
        const char *command, *lines;
    } rows[] = {
        {"limit.memory=8 prog x", "log init: starts prog\nspawn 2 within 524288: prog|x|\n"},
        {"limit.processes=12 prog", "log init: starts prog\nspawn 1 within 12: prog|\n"},
        {"limit.memory=4095 limit.processes=511 -- prog", "log init: starts prog\nspawn 1 within 268370431: prog|\n"},
        {"limit.memory=1 limit.processes=1 limit.memory=2 prog",
         "log init: starts prog\nspawn 1 within 131073: prog|\n"},
        {"prog limit.memory=8", "log init: starts prog\nspawn 2: prog|limit.memory=8|\n"},
        {"limit.memor=8 limit=8 prog", "log init: starts prog\nspawn 1: prog|\n"},
    };
    static const struct {
        const char *option, *range;
    } refused[] = {
        {"limit.memory=", "4095"},    {"limit.memory=0", "4095"},   {"limit.memory=4096", "4095"},
        {"limit.memory=8M", "4095"},  {"limit.memory=-1", "4095"},  {"limit.memory=42949672970", "4095"},
        {"limit.processes=", "511"},  {"limit.processes=0", "511"}, {"limit.processes=512", "511"},
        {"limit.processes=/", "511"}, {"limit.processes=x", "511"},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        run_command(rows[i].command);
        expect_in(strstr(lines_from(LOWERED), "\n") + 1, rows[i].lines);
    }
    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char command[100], expected[160];
        snprintf(command, sizeof(command), "limit.memory=5 %s prog", refused[i].option);
        snprintf(expected, sizeof(expected), "log init: %s: not a number from 1 to %s\n" ARCHIVE, refused[i].option,
                 refused[i].range);
        machine_begin();
        run_command(command);
        expect_in(lines_from("log init"), expected);
        expect_end(LOWERED "log init: prog cannot be started: its limits are invalid\nreport 126\n");
    }
    machine_begin();
    machine.spawn = -EPERM;
    run_command("limit.memory=4095 prog");
    expect_end("log init: prog cannot be started: limit.memory or limit.processes is more than there is\nreport 126\n");
    machine_begin();
    machine.spawn = -ENOMEM;
    run_command("limit.memory=1 prog");
    expect_end("log init: prog cannot be started: out of memory, with limit.memory as a limit\nreport 126\n");
}

#define DEMO     "spawn 1: shm_cnt|\nwait 0 0\nconsole 3\n"
#define FOLLOWED "report 0 before a shell\nlog init: a shell follows; `ls /bin` lists its programs\n"
#define SHELL    "log init: starts sh\nspawn 1: sh|\nwait 0 0\nconsole 3\nreport 0 before a shell\n"

/* Without a name the program that shows shared memory runs. If the machine continues, shells follow it, without the
 * limits of the command line. */
static void there_is_a_default(void)
{
    static const struct {
        const char *command;
        int shells;
        const char *lines;
    } rows[] = {
        {" ", 0, DEMO "report 0 before a shell\n"},
        {"shm_cnt", 2, DEMO FOLLOWED SHELL SHELL},
        {"limit.memory=8 shm_cnt", 1, "spawn 1 within 524288: shm_cnt|\nwait 0 0\nconsole 3\n" FOLLOWED SHELL},
        {"shm_cnt -n", 1, "spawn 2: shm_cnt|-n|\nwait 0 0\nconsole 3\nreport 0\n"},
        {"console.input=pipe shm_cnt", 1, DEMO "report 0\n"},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        machine.damaged = 's';
        machine.shells = rows[i].shells;
        run_command(rows[i].command);
        expect_end(rows[i].lines);
    }
    machine_begin();
    machine.damaged = 's';
    machine.shells = 1;
    machine.spawn = -ENOMEM;
    run_command("shm_cnt");
    expect_end("log init: shm_cnt cannot be started: out of memory\nreport 126\n");
}

/* The line may be as long as the boot page has room for. */
static void a_command_may_be_long(void)
{
    char command[BOOT_COMMAND_MAX], expected[BOOT_COMMAND_MAX + 32] = "spawn 2: prog|";

    memset(command, 'x', sizeof(command));
    memcpy(command, "prog ", 5);
    command[BOOT_COMMAND_MAX - 1] = 0;
    strcpy(expected + strlen(expected), command + 5);
    strcat(expected, "|\nwait");
    machine_begin();
    run_command(command);
    expect_in(lines_from("spawn"), expected);
}

int main(void)
{
    commands_are_read();
    limits_are_read();
    there_is_a_default();
    a_command_may_be_long();
    puts("test_init_command: options, limits, name and arguments are read");
}
