/*
 * init: the first task, which the kernel starts with all authority. It builds the system from the
 * manifest, starts the program that the command line names, and ends the machine with its status.
 */
#include "kernel/abi/abi.h"
#include "libuser/sys/calls.h"
#include "servers/init/frames.h"
#include "servers/init/load.h"
#include "servers/init/watch.h"
#include "servers/log.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"

#include <string.h>

/* The command line, its words each with a zero byte behind. */
static struct {
    char text[BOOT_COMMAND_MAX];
    uint32_t count, bytes;
} command;

static void command_read(const char *line)
{
    for (uint32_t i = 0; i < BOOT_COMMAND_MAX && line[i];) {
        while (i < BOOT_COMMAND_MAX && line[i] == ' ')
            i++;
        uint32_t before = command.bytes;
        while (i < BOOT_COMMAND_MAX - 1 && line[i] && line[i] != ' ')
            command.text[command.bytes++] = line[i++];
        if (command.bytes == before)
            break;
        command.text[command.bytes++] = 0;
        command.count++;
    }
}

static void command_choose(void)
{
    command_read(boot_page->command);
    if (command.count == 0)
        command_read("shm_cnt");
}

static bool is_kernel_test(const char *name)
{
    return strncmp(name, KERNEL_TEST_PREFIX, strlen(KERNEL_TEST_PREFIX)) == 0 ||
           strcmp(name, KERNEL_BENCH) == 0;
}

static void build(const char *name)
{
    const void *archive = load_archive();
    bool found = archive_find(archive, name);

    load_endpoints();
    for (uint32_t i = 0; i < SERVERS; i++)
        load_server(i, &manifest[i], manifest[i].name);
    if (found && is_kernel_test(name))
        load_server(SERVER_TEST, &manifest_test, name);
    watch_start(name);
    for (uint32_t i = 0; i < SERVERS; i++)
        load_resume(i);
    end_unless(sys_thread_schedule(BOOT_SLOT_THREAD, PRIORITY_INIT, 0), "lowering the priority");
    if (found)
        return;
    log_line(message_page, BOOT_SLOT_LOG, "init: no program named %s", name);
    watch_report(STATUS_NOT_FOUND);
}

/* The program as a child of ours; its end, when all its output has left the port. */
static uint32_t run(const char *name)
{
    uint32_t started, ended, code = 0, signal = 0;

    log_line(message_page, BOOT_SLOT_LOG, "init: starts %s", name);
    memcpy(message_page->words, command.text, command.bytes);
    int error = proc_spawn(slot_of_endpoint(SERVER_PROC), 0, command.bytes, command.count,
                           command.bytes, &started);
    if (error) {
        log_line(message_page, BOOT_SLOT_LOG, "init: %s cannot be started: %s", name,
                 strerror(-error));
        return STATUS_NOT_STARTED;
    }
    error = proc_wait(slot_of_endpoint(SERVER_PROC), 0, 0, 0, &ended, &code, &signal);
    if (!error)
        error = console_sync(slot_of_endpoint(SERVER_CONSOLE), 0);
    if (error)
        return STATUS_FAILED;
    return signal ? 128 + signal : code & 0xff;
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    (void)ebx, (void)esi, (void)edi;
    command_choose();
    build(command.text);
    if (!is_kernel_test(command.text))
        watch_report(run(command.text));
    load_resume(SERVER_TEST);
    end_unless(sys_thread_stop(BOOT_SLOT_THREAD), "stopping");
}
