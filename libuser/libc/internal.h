/*
 * What the parts of the C library know of each other.
 *
 * A program may define any function of ours itself: each family is an archive member of its own,
 * what a member offers is weak, and inside the library only reserved names (__x) carry meaning that
 * the standard does not give them.
 */
#pragma once

#include "kernel/abi/abi.h"
#include "libuser/libc/errno.h"
#include "servers/clients.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define WEAK __attribute__((weak))

/* The C result of a stub that returned 0 or -errno: `value` or -1. */
static inline int __result(int answer, int value)
{
    if (answer < 0)
        errno = -answer;
    return answer < 0 ? -1 : value;
}

/* True if not all of so many bytes there, 1 to INT32_MAX, can be a program's: what is below its stack,
 * or the kernel's, is nobody's. Other bytes may still be absent: then the access faults. */
static inline int __is_bad(const void *at, size_t bytes)
{
    return (uintptr_t)at - STACK_LOW > USER_END - STACK_LOW - bytes;
}

/* Console output, kept until a line ends or has this many bytes, so that a line is one message. */
enum { CONSOLE_LINE = 256 };

/* Adds text; what ends in a newline, and what no longer fits, is sent. 0 or -1. */
int __console_put(const char *text, size_t bytes);

/* Sends the unfinished line. 0 or -1; what could not be sent is dropped. Absent unless the program
 * prints. */
WEAK int __console_flush(void);

/* What the calls begin with that let others run, or end the program. */
static inline void __console_show(void)
{
    if (__console_flush)
        __console_flush();
}

/* Sends at most CONSOLE_LINE bytes to the console server; the number it took, or -errno. */
int __console_send(const char *text, size_t bytes);

/* Ends the process; nothing is flushed. */
_Noreturn void __exit_process(int status);

/* Runs what atexit() was given. Absent unless it was called. */
WEAK void __functions_run(void);

/* An ended child: what it gave to exit, or the signal that ended it. Each world has its own form of
 * that for its own programs, whatever the child was. */
struct __ended {
    uint32_t pid, code, signal;
};

/* Waits for a child as waitpid does: its id, 0 with WNOHANG, or -errno. */
int __wait(int pid, int options, struct __ended *ended);
