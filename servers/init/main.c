/*
 * init: the first task, which the kernel starts with all authority. It builds the system from the
 * manifest, starts the program that the command line names, and ends the machine with its status.
 */
#include "kernel/abi/abi.h"
#include "libuser/sys/calls.h"
#include "servers/init/command.h"
#include "servers/init/frames.h"
#include "servers/init/load.h"
#include "servers/init/screen.h"
#include "servers/init/shutdown.h"
#include "servers/init/supervisor.h"
#include "servers/lib/log.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"
#include "servers/version.h"

#include <errno.h>
#include <string.h>

static struct command command;
static bool is_kernel_test;

static void set_command(const char *line)
{
    command = (struct command){.limits = {MANIFEST_MEMORY, MANIFEST_PROCESSES}};
    command_read(&command, line);
}

/* A program takes precedence over a kernel test of the same name. */
static bool command_find(const void *archive)
{
    bool is_program = archive_find_program(archive, command.text);

    is_kernel_test = !is_program && archive_find(archive, ARCHIVE_KERNEL_TEST, command.text);
    return is_program || is_kernel_test;
}

static void build(void)
{
    bool found = command_find(load_archive());
    const uint32_t servers = screen_is_there() ? SERVERS : SERVER_SCREEN;
    _Static_assert(SERVER_SCREEN == SERVERS - 1, "the one that is left out without a screen is the last one");

    load_endpoints();
    for (uint32_t i = 0; i < servers; i++)
        load_server(i, &manifest[i], manifest[i].name);
    if (is_kernel_test)
        load_server(SERVER_TEST, &manifest_test, command.text);
    supervisor_start(command.text);
    load_memory();
    for (uint32_t i = 0; i < servers; i++)
        load_resume(i);
    end_unless(sys_thread_schedule(BOOT_SLOT_THREAD, PRIORITY_INIT, 0), "lowering the priority");
    if (command.input_is_pipe && console_input_pipe(slot_of_endpoint(SERVER_CONSOLE)))
        end_machine(STATUS_FAILED);
    if (found)
        return;
    log_line(message_page, BOOT_SLOT_LOG, "init: no program named %s is in the boot archive", command.text);
    supervisor_report(STATUS_NOT_FOUND);
}

_Noreturn static void not_started(const char *why)
{
    log_line(message_page, BOOT_SLOT_LOG, "init: %s cannot be started: %s", command.text, why);
    supervisor_report(STATUS_NOT_STARTED);
}

static int spawn(uint32_t *started)
{
    memcpy(message_page->words, command.text, command.bytes);
    return proc_spawn(slot_of_endpoint(SERVER_PROC), command.count, command.bytes, command.limits.processes,
                      command.limits.memory, started);
}

static const char *why_not(int error)
{
    if (error == -EPERM)
        return "limit.memory or limit.processes is more than there is";
    if (error != -ENOMEM)
        return "the process server refuses it";
    return command.limits.memory ? "out of memory, with limit.memory as a limit" : "out of memory";
}

/* Runs the program as our child; returns its status when all its output has left the port. */
static uint32_t run(void)
{
    uint32_t started, ended, code = 0, signal = 0;

    if (command.is_refused)
        not_started("its limits are invalid");
    log_line(message_page, BOOT_SLOT_LOG, "init: starts %s", command.text);
    int error = spawn(&started);
    if (error)
        not_started(why_not(error));
    error = proc_wait(slot_of_endpoint(SERVER_PROC), 0, 0, &ended, &code, &signal);
    if (!error)
        error = console_sync(slot_of_endpoint(SERVER_CONSOLE));
    if (error)
        return STATUS_FAILED;
    return signal ? 128 + signal : code & 0xff;
}

/* A machine booted without a command runs the demo, then a shell, and a new shell whenever one ends. */
_Noreturn static void run_all(void)
{
    if (!command.is_demo)
        supervisor_report(run());
    supervisor_report_before_shell(run());
    log_line(message_page, BOOT_SLOT_LOG, "init: a shell follows; `ls /bin` lists its programs");
    for (;;) {
        set_command("sh");
        supervisor_report_before_shell(run());
    }
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    (void)ebx, (void)esi, (void)edi;
    log_line(message_page, BOOT_SLOT_LOG, "tally: version %s", TALLY_VERSION);
    set_command(boot_page->command);
    build();
    if (!is_kernel_test)
        run_all();
    log_line(message_page, BOOT_SLOT_LOG, "init: starts kernel test %s", command.text);
    load_resume(SERVER_TEST);
    end_unless(sys_thread_stop(BOOT_SLOT_THREAD), "stopping");
}
