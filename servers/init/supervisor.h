/*
 * The supervisor: init's second thread, with a priority above all servers. It receives on init's endpoint,
 * so it gets a server's fault at once, whatever the main thread waits for. It alone ends the machine.
 *
 *      TAG_FAULT, badge 1 + index     that server faulted; except for the screen's, the machine ends
 *      a call, word 0 = status,       the program ended (from the main thread or a kernel test);
 *              word 1 = enum report     gets a reply only if the machine continues
 */
#pragma once

#include "servers/init/shutdown.h"

enum { PRIORITY_SUPERVISOR = 26 };

enum report { REPORT_LAST, REPORT_SHELL_FOLLOWS };

/* Starts the thread. `program` is the program's name in the last log line; its text may change until then. */
void supervisor_start(const char *program);

/* Tells the supervisor; does not return. */
_Noreturn void supervisor_report(uint32_t status);

/* The same, but returns if there is no exit device, so that nobody outside waits for the machine's end. scripts/bench
 * counts boot_done up to its call. */
__attribute__((noinline)) void supervisor_report_before_shell(uint32_t status);
