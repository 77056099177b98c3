/*
 * The whole file server, with its clients. A test makes one call after the other, as proc or as a process, and sees the
 * replies, also late ones. The server runs in a thread of its own, which waits between the test's calls.
 *
 *   F1  between two messages all invariants hold that have a walker
 *   F2  a page that the server revokes was lent, at most LOANS_MAX times; a client's page is lent to it alone
 *   F3  one message revokes at most WORK_OF_MESSAGE (servers/file/pages.h), apart from the last page
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"

enum { MANAGER = 0, WAITS = 1 << 30 /* in place of a status: no reply yet */, MACHINE_CLIENTS = 100 };

/* The archive: "prog", which is a program, "t_x", a test, "data" of DATA_BYTES bytes, each DATA_BYTE(its index), and a
 * server, which is not visible to clients. */
enum { DATA_BYTES = 5000, PROGRAM_BYTES = 0x1100, PROGRAM_PAGE = 1, DATA_PAGE = 5 };
#define DATA_BYTE(number) ((char)('a' + (number) % 26))

struct reply {
    int32_t status; /* WAITS: there was no reply */
    uint32_t w[3], items, words;
    struct item item;
    char data[IPC_DATA_MAX];
};

extern uint32_t machine_ticks;
extern bool machine_refuses_items; /* for replies with items: they are refused */
extern uint32_t machine_revoked;   /* how many pages in total */
extern uint32_t machine_signals;   /* to proc, so many ever */
extern bool machine_is_fast;       /* F1 is not checked after each call */

/* Starts a new server with so many pages. machine_end() checks that as many pages are free as at the start, if no
 * client is left and the tree is the same. */
void machine_begin(uint32_t pages);
void machine_end(void);
void machine_end_all(void); /* after all clients have ended: all pages must be free again */
uint32_t machine_free_at_first(void);

/* A call of the client `badge`: returns its status or WAITS; its results are in reply_of(badge). If a path is too long
 * for a message, it has no zero byte. */
int32_t ask(uint32_t badge, uint32_t number, uint32_t a, uint32_t b, uint32_t c);
int32_t ask_data(uint32_t badge, const void *data, uint32_t bytes, struct words words);
int32_t ask_named(uint32_t badge, const char *path, struct words words);
int32_t ask_named_two(uint32_t badge, const char *path, const char *other, struct words words);
#define ask_path(badge, path, number, a, b, c)      ask_named(badge, path, (struct words){{number, a, b, c}})
#define ask_paths(badge, path, other, number, a, b) ask_named_two(badge, path, other, (struct words){{number, a, b, 0}})

/* The manager reports the client's end or exec until every part of that is done: 0, or an error. */
int32_t machine_ends(uint32_t badge);
int32_t machine_execs(uint32_t badge);

/* Repeats a client's call that returned `status` until it is settled: 0, or the error. */
int32_t machine_settles(uint32_t badge, int32_t status);

/* The last reply to the client, also a late one; its status is WAITS while the client still waits. */
const struct reply *reply_of(uint32_t badge);

/* The client's thread is gone: it gets no reply. Only the manager releases it from the server. */
void machine_kill(uint32_t badge);

/* The client's transfer page, which it has asked for. */
char *transfer_of(uint32_t badge);

/* Checks F1 between two calls of a test. */
void machine_audit(void);
