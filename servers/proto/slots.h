/*
 * The slots of the capability tables of servers and programs, on which both sides of a protocol agree.
 */
#pragma once

#include <stdint.h>

/* Every process: endpoint capabilities with the right to call, whose badge names the process. It gets the file server's
 * from proc on request (files). */
enum { CLIENT_SLOT_PROC = 1, CLIENT_SLOT_MEM = 2, CLIENT_SLOT_CONSOLE = 3, CLIENT_SLOT_FILE = 4, CLIENT_SLOTS_END };

/* The pages of libuser/vdso, which implement a program's Linux calls, are between the stack and the message page, and
 * can be read and run. A program that uses them begins there. The library finds the program's entry in ecx, the address
 * of its program headers in edx and their number in esp; the reply to exec is in the other registers. */
enum { VDSO_BASE = 0x8e8000, VDSO_END = 0x8f8000 };
enum { PROGRAM_HEADERS = 0xffff, PROGRAM_HAS_FILES = 0x10000 }; /* in esp, too: the file server knows the process */

/* A thread interrupted by a signal continues here: servers/proc/signals.h. */
enum { VDSO_INTERRUPTED = VDSO_BASE + 16 };

/* A thread that made a Linux call by `int $0x80` continues here. */
enum { VDSO_CALLED = VDSO_BASE + 32 };

/* The console's events. */
enum { CONSOLE_EVENT_INTERRUPT = 1, CONSOLE_EVENT_INPUT = 2, CONSOLE_EVENT_DUE = 4 };

/* Every server; servers/init/manifest.c has its other capabilities. */
enum { SERVER_SLOT_TASK = 1, SERVER_SLOT_ENDPOINT = 2, SERVER_SLOT_LOG = 3 };

/* Frames counted in one call. */
enum { MEM_LISTED = 4096 };

/* Ticks are 32 bits and wrap. No call waits longer than this, 124 days, so two ticks can be compared. */
enum { TICKS_MAX = 0x3fffffff };

/* The most processes woken in one call to proc. */
enum { FUTEX_WOKEN_MAX = 32 };

/* The word `wait` or `interrupted` of a call to console or to the file server; `lock` has it in its command.
 * WAIT_ALLOWED: the call may wait, as a call with `interrupted` always may. WAIT_INTERRUPTED: a signal came before the
 * call was sent; if it cannot be done at once, it fails with EINTR. */
enum { WAIT_ALLOWED = 1, WAIT_INTERRUPTED = 2 };

/* Options of proc's call `wait`. */
enum wait_option { WAIT_NO_HANG = 1, WAIT_PEEK = 2, WAIT_GROUP = 4 };

/* mem's statuses, instead of 0, when a part of a long call is done: servers/proto/mem.proto. */
enum { MEM_MORE = 1, MEM_TASK = 2 };

enum { MEM_SLOT_MEMORY = 4, MEM_SLOT_ARCHIVE = 5, MEM_SLOT_FATAL_FAULT = 6, MEM_SLOT_FILES = 7 };

enum {
    CONSOLE_SLOT_PORTS = 4,
    CONSOLE_SLOT_IRQ = 5,
    CONSOLE_SLOT_KEYBOARD_DATA = 6,
    CONSOLE_SLOT_KEYBOARD_STATUS = 7,
    CONSOLE_SLOT_KEYBOARD_IRQ = 8,
    /* If there is a screen: */
    CONSOLE_SLOT_SCREEN = 9, /* the endpoint of the screen's server */
    CONSOLE_SLOT_SCREEN_RING = 10,
    CONSOLE_SLOT_LOG_PAGE = 11,
    CONSOLE_SLOT_LOG_IRQ = 12,

    CONSOLE_SLOT_PROC = 13, /* to signal events: PROC_SIGNAL_CONSOLE */
};

enum {
    FILE_SLOT_MEMORY = 4,
    FILE_SLOT_ARCHIVE = 5,
    FILE_SLOT_TICK = 6,
    FILE_SLOT_PROC = 7 /* to signal events: PROC_SIGNAL_FILE */
};

enum { SCREEN_SLOT_FRAMES = 4, SCREEN_SLOT_RING = 5, SCREEN_SLOT_PORTS = 6 };

enum {
    PROC_SLOT_MEM = 4,
    PROC_SLOT_CONSOLE = 5,
    PROC_SLOT_TICK = 6,
    PROC_SLOT_ARCHIVE = 7,
    PROC_SLOT_CLOCK = 8, /* ports of the real-time clock */
    PROC_SLOT_FILE = 9,
};

/* A kernel test (tests/system/kernel/t_kernel_*), which init starts like a server. */
enum {
    TEST_SLOT_MEMORY = 4, /* TEST_FRAMES free frames, with all rights */
    TEST_SLOT_PORTS = 5,
    TEST_SLOT_IRQS = 6,
    TEST_SLOT_MEM = 7,
    TEST_SLOT_RTC = 8,  /* ports of the real-time clock, whose interrupt nobody else uses */
    TEST_SLOT_INIT = 9, /* a call with word 0 = status ends the machine */
    TEST_SLOT_LOG_PAGE = 14,
    TEST_SLOT_SCREEN = 15,
};
enum { TEST_FRAMES = 4096 };

/* A server's entry; init sets the registers. */
void server_main(uint32_t ebx, uint32_t esi, uint32_t edi);

/* Bits of signals to proc's endpoint. */
enum proc_signal { PROC_SIGNAL_FATAL_FAULT = 1, PROC_SIGNAL_TICK = 2, PROC_SIGNAL_CONSOLE = 4, PROC_SIGNAL_FILE = 8 };

/* Priorities: servers above their clients. */
enum {
    PRIORITY_MEM = 24,
    PRIORITY_CONSOLE = 22,
    PRIORITY_FILE = 21,
    PRIORITY_PROC = 20,
    PRIORITY_INIT = 18,
    PRIORITY_PROGRAM = 8,
    PRIORITY_SCREEN = PRIORITY_PROGRAM, /* no client waits for it */
};
