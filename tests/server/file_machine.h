/*
 * The file server, whole, with its clients: a test asks one call after the other, as proc or as a process, and sees the
 * answers, its own and late ones. The server runs in a thread of its own, which waits while the test does not ask.
 *
 *   F1  between two messages all invariants hold that have a walker
 *   F2  a page that the server revokes was lent, to LOANS_MAX places at most; the page of a client is lent to it alone
 *   F3  what one message revokes is WORK_OF_MESSAGE (servers/file/pages.h) at most, the last page aside
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"

enum { MANAGER = 0, WAITS = 1 << 30 /* in place of a status: not answered yet */, MACHINE_CLIENTS = 100 };

/* Its archive: "prog", which is a program, "t_x", a test, "data" of DATA_BYTES bytes, each of which is DATA_BYTE(its
 * number), and a server that nobody sees. */
enum { DATA_BYTES = 5000, PROGRAM_BYTES = 0x1100, PROGRAM_PAGE = 1, DATA_PAGE = 5 };
#define DATA_BYTE(number) ((char)('a' + (number) % 26))

struct reply {
    int32_t status; /* WAITS: there is none */
    uint32_t w[3], items, words;
    struct item item;
    char data[IPC_DATA_MAX];
};

extern uint32_t machine_ticks;
extern bool machine_refuses_items; /* answers that have any */
extern uint32_t machine_revoked;   /* so many pages ever */
extern uint32_t machine_signals;   /* to proc, so many ever */
extern bool machine_is_fast;       /* F1 is not looked at after each call */

/* A new server with so many pages; until machine_end(), which checks that it has as many free pages as at first if no
 * client is left and the tree is as it was. */
void machine_begin(uint32_t pages);
void machine_end(void);
void machine_end_all(void); /* after the end of all clients: all pages are free again */
uint32_t machine_free_at_first(void);

/* A call of `badge`: its status or WAITS, with its results in reply_of(badge). Of a path that is too long for a message
 * there is no zero byte. */
int32_t ask(uint32_t badge, uint32_t number, uint32_t a, uint32_t b, uint32_t c);
int32_t ask_data(uint32_t badge, const void *data, uint32_t bytes, struct words words);
int32_t ask_named(uint32_t badge, const char *path, struct words words);
int32_t ask_named_two(uint32_t badge, const char *path, const char *other, struct words words);
#define ask_path(badge, path, number, a, b, c)      ask_named(badge, path, (struct words){{number, a, b, c}})
#define ask_paths(badge, path, other, number, a, b) ask_named_two(badge, path, other, (struct words){{number, a, b, 0}})

/* The manager ends a client, or tells of its exec, until all parts of that are done: 0, or an error. */
int32_t machine_ends(uint32_t badge);
int32_t machine_execs(uint32_t badge);

/* A client whose call was answered so goes on until it is settled: 0, or the error that was answered. */
int32_t machine_settles(uint32_t badge, int32_t answer);

/* The last answer, also a late one; whoever is not answered is still waiting. */
const struct reply *reply_of(uint32_t badge);

/* Its thread is gone: it hears no answer. Of the server it is released by the manager alone. */
void machine_kill(uint32_t badge);

/* Its transfer page, which it has asked for. */
char *transfer_of(uint32_t badge);

/* F1, also between two calls of a test. */
void machine_audit(void);
