/*
 * init: the first task, which the kernel starts with all authority. It builds the system from the
 * manifest, starts the program that the command line names, and ends the machine with its status.
 */
#include "kernel/abi/abi.h"
#include "libuser/sys/calls.h"
#include "servers/init/end.h"
#include "servers/init/frames.h"
#include "servers/init/load.h"
#include "servers/init/screen.h"
#include "servers/init/watch.h"
#include "servers/log.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"
#include "servers/version.h"

#include <string.h>

/* At the other end of the first serial port is no terminal (servers/console/pipe_input.h). */
#define OPTION_PIPE "console.input=pipe"

/* The program that the command line names, and its arguments, each with a zero byte behind. */
static struct {
    char text[BOOT_COMMAND_MAX];
    uint32_t count, bytes;
    enum archive_kind kind;
    bool input_is_pipe;
} command;

/* What stands between blanks from *at on; false at the end of the line. */
static bool next_word(const char **at, const char **word, uint32_t *bytes)
{
    *at += strspn(*at, " ");
    *word = *at;
    *bytes = (uint32_t)strcspn(*at, " ");
    *at += *bytes;
    return *bytes > 0;
}

static void command_add(const char *word, uint32_t bytes)
{
    memcpy(command.text + command.bytes, word, bytes);
    command.bytes += bytes + 1;
    command.count++;
}

/* A word is not a string: its end is the next blank. */
static void option(const char *word, uint32_t bytes)
{
    if (bytes == strlen(OPTION_PIPE) && memcmp(word, OPTION_PIPE, bytes) == 0)
        command.input_is_pipe = true;
    else
        log_line(message_page, BOOT_SLOT_LOG, "init: unknown option %.*s", (int)bytes, word);
}

/* Words with a `=` before the program's name are options for the system; a `--` ends them, too. */
static void command_read(const char *line)
{
    const char *word;
    uint32_t bytes;
    bool more = next_word(&line, &word, &bytes);

    for (; more && memchr(word, '=', bytes); more = next_word(&line, &word, &bytes))
        option(word, bytes);
    if (more && bytes == 2 && memcmp(word, "--", 2) == 0)
        more = next_word(&line, &word, &bytes);
    for (; more; more = next_word(&line, &word, &bytes))
        command_add(word, bytes);
    if (command.count == 0)
        command_add("shm_cnt", 7);
}

/* A program comes before a kernel test of its name. */
static bool command_find(const void *archive)
{
    command.kind = archive_find(archive, ARCHIVE_PROGRAM, command.text) ? ARCHIVE_PROGRAM
                                                                        : ARCHIVE_KERNEL_TEST;
    return archive_find(archive, command.kind, command.text);
}

static void build(void)
{
    bool found = command_find(load_archive());
    const uint32_t servers = screen_is_there() ? SERVERS : SERVER_SCREEN;

    load_endpoints();
    for (uint32_t i = 0; i < servers; i++)
        load_server(i, &manifest[i], manifest[i].name);
    if (found && command.kind == ARCHIVE_KERNEL_TEST)
        load_server(SERVER_TEST, &manifest_test, command.text);
    watch_start(command.text);
    for (uint32_t i = 0; i < servers; i++)
        load_resume(i);
    end_unless(sys_thread_schedule(BOOT_SLOT_THREAD, PRIORITY_INIT, 0), "lowering the priority");
    if (command.input_is_pipe && console_input_pipe(slot_of_endpoint(SERVER_CONSOLE), 0))
        end_machine(STATUS_FAILED);
    if (found)
        return;
    log_line(message_page, BOOT_SLOT_LOG, "init: no program named %s", command.text);
    watch_report(STATUS_NOT_FOUND);
}

/* The program as a child of ours; its end, when all its output has left the port. */
static uint32_t run(void)
{
    uint32_t started, ended, code = 0, signal = 0;

    log_line(message_page, BOOT_SLOT_LOG, "init: starts %s", command.text);
    memcpy(message_page->words, command.text, command.bytes);
    int error = proc_spawn(slot_of_endpoint(SERVER_PROC), 0, command.bytes, command.count,
                           command.bytes, &started);
    if (error) {
        log_line(message_page, BOOT_SLOT_LOG, "init: %s cannot be started: %s", command.text,
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
    log_line(message_page, BOOT_SLOT_LOG, "tally: version %s", TALLY_VERSION);
    command_read(boot_page->command);
    build();
    if (command.kind == ARCHIVE_PROGRAM)
        watch_report(run());
    log_line(message_page, BOOT_SLOT_LOG, "init: starts kernel test %s", command.text);
    load_resume(SERVER_TEST);
    end_unless(sys_thread_stop(BOOT_SLOT_THREAD), "stopping");
}
