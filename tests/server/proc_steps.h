/*
 * Tables of messages to the process server, each with the lines that it must cause: the server's calls
 * (proc_machine.h), and its replies: `reply 3: 5` with the call's results or `reply 3: EINVAL`, to the process with
 * index 3.
 */
#pragma once

#include "servers/proc/process.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/server/proc_machine.h"

struct step {
    uint32_t from; /* the sender's badge: BADGE(), INIT */
    struct words words;
    const char *expected; /* NULL: any lines */
    const char *text;     /* the data, `bytes` long; NULL: zeros */
    uint32_t bytes;
    uint32_t caller;     /* 0: the index in the badge */
    uint32_t signal;     /* instead of a call */
    const char *refused; /* the following as in proc_machine.h: */
    int32_t with;
    uint32_t times;       /* 0: once */
    const char *in_parts; /* so many of the lines that begin so, in this step and later ones */
    uint32_t parts;
    void (*before)(void); /* changes the machine */
};

enum { WORKER = SERVER_CALLERS - 2 };

#define INIT                     0
#define BADGE(index, generation) ((index) | (generation) << 12)

/* A step that must cause nothing. */
#define NOTHING ""

#define CALL(badge, lines, ...)                                                                                        \
    {                                                                                                                  \
        .from = badge, .words = {{__VA_ARGS__}}, .expected = lines                                                     \
    }
#define CALL_WITH(badge, data, length, lines, ...)                                                                     \
    {                                                                                                                  \
        .from = badge, .words = {{__VA_ARGS__}}, .text = data, .bytes = length, .expected = lines                      \
    }
#define TICK(set, lines)                                                                                               \
    {                                                                                                                  \
        .signal = PROC_SIGNAL_TICK, .before = set, .expected = lines                                                   \
    }
/* A call that is done in so many parts before the last. */
#define IN_PARTS(what, n, badge, lines, ...)                                                                           \
    {                                                                                                                  \
        .from = badge, .words = {{__VA_ARGS__}}, .in_parts = what, .parts = n, .expected = lines                       \
    }
/* Sent as a caller beside a process that waits or has ended. */
#define STRAY_CALL(badge)                                                                                              \
    {                                                                                                                  \
        .from = badge, .caller = SERVER_CALLERS - 1, .words = {{PROC_GETPID}}, .expected = "reply 127: EAGAIN\n"       \
    }
/* The call of the thread that drives long work. CONTINUES is the reply to it. */
#define WORK(lines)                                                                                                    \
    {                                                                                                                  \
        .from = PROCESSES_MAX, .caller = WORKER, .expected = lines                                                     \
    }
#define WORK_REFUSED(line, result, lines)                                                                              \
    {                                                                                                                  \
        .from = PROCESSES_MAX, .caller = WORKER, .refused = line, .with = result, .expected = lines                    \
    }
#define CONTINUES                   "reply 126\n"
#define STRINGS(number, argc, argv) .words = {{number, argc, sizeof(argv)}}, .text = argv, .bytes = sizeof(argv)
#define SPAWN(lines)                                                                                                   \
    {                                                                                                                  \
        .from = INIT, STRINGS(PROC_SPAWN, 1, "good"), .expected = lines                                                \
    }
#define FORK(badge, lines) CALL(badge, lines, PROC_FORK)

/* Sends all steps to a server that starts on a machine with so many processors. The calls of its start are not
 * compared. */
void run_steps(const struct step *steps, uint32_t count, uint32_t cpus);
#define RUN(steps, cpus) run_steps(steps, sizeof(steps) / sizeof((steps)[0]), cpus)

/* The pages of the archive, and the lines of the last start. */
extern uint32_t start_archive_pages;
extern char start_lines[1 << 10];

/* ---- what is expected; `n` is an index, `badge` as "1/1", `k` a frame's number ---- */

#define FRAME(k)        "frame f" #k "\n"
#define TASK(n, k)      "task t" #n ": f" #k "\n"
#define CREATE(n)       "create " #n ": t" #n ", 51\n"
#define COPY(n, parent) "copy " #parent " to " #n ": t" #n ", 51\n"
#define HANDLER(n)      "derive h" #n ": 4 badge " #n " rights 1\n"
#define THREAD(n, cpu)  "thread r" #n ": t" #n " h" #n " priority 8 cpu " #cpu "\n"
#define GIFTS(n, badge)                                                                                                \
    "give t" #n " slot 1: 2 badge " badge " rights 1\n"                                                                \
    "give t" #n " slot 2: mem space " #n " rights 1\n"                                                                 \
    "give t" #n " slot 3: 5 badge " badge " rights 1\n"
#define FIRST_TASK(n, badge, k, cpu) TASK(n, k) CREATE(n) HANDLER(n) THREAD(n, cpu) GIFTS(n, badge)
#define NEXT_TASK(n, badge, k, cpu)  TASK(n, k) CREATE(n) THREAD(n, cpu) GIFTS(n, badge)
#define FORKED(n, badge, k, cpu, parent)                                                                               \
    TASK(n, k) COPY(n, parent) HANDLER(n) THREAD(n, cpu) GIFTS(n, badge) LIKE(n, parent)
#define SEGMENTS(n)                                                                                                    \
    "map " #n ": 900000+2800 from 10+2100 rights 5\n"                                                                  \
    "map " #n ": 904000+2ff0 from 13+1100 rights 3\n"                                                                  \
    "finish " #n ": 907000\n"
#define ENTRY(n) "write r" #n ": eip 900010 esp 8e7ff0\nread r" #n " fpu\n"
#define GOOD(n)  SEGMENTS(n) ENTRY(n)
#define LIKE(n, parent)                                                                                                \
    "read r" #parent " registers\nwrite r" #n ": as r" #parent ", with 0 and 0\nread r" #parent " fpu\n"
#define RESUME(n)      "resume r" #n "\n"
#define GONE(n)        "end " #n "\n"
#define UNMADE(n)      GONE(n) "destroy t" #n "\n" /* mem had no space for it */
#define STOP(n)        "stop r" #n "\n"
#define RELEASE(badge) "release " badge "\n"
#define END(n, badge)  GONE(n) RELEASE(badge)
#define PROGRAM(path)  "program " path " of nobody\n" /* for a process without files */
#define AGAIN          "foreground none, again\n"     /* the foreground may have changed: the console asks again */
