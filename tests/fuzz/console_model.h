/*
 * A naive model of what goes out of the console, and of what comes in.
 *
 *   O1  what a client writes goes out whole, once, in its order; no row has letters of two clients, unless the first
 *       has ended, and none is broken as long as all only write
 *   O2  LF goes out as CR LF; no row begins with LOG_PREFIX
 *   O3  what the screen is shown is what goes out, in the same order, and the log's lines
 *   N1  a byte that comes in is delivered once, in order: typed lines first, then the pipe
 *
 * Each client has letters of its own, which it writes in turn: so a byte that goes out names its client and its place.
 * Rows may be broken where a client's is held up (servers/console/lines.h) and where what is typed is echoed; nobody
 * types letters.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/server/console_machine.h"

enum { CLIENTS = 8, READ_MAX = 256 };

extern const struct machine_sinks model_sinks;

void model_begin(void);

/* The next letter of a client. */
char model_letter(uint32_t client);

/* The client has written these bytes, and they were taken. No row is empty. */
void model_written(uint32_t client, const char *text, uint32_t bytes);

/* The client was released: another may go on in its row. */
void model_ended(uint32_t client);

/* Somebody has read, synchronised, ended or typed: rows may be broken. */
void model_may_break(void);

/* Bytes of it that are not out, and of these the ones of its last row, which did not end. */
uint32_t model_left(uint32_t client);
uint32_t model_unfinished(uint32_t client);

/* All is out: O3, and what is no client's letter is as often there as it was written. */
void model_check_all_out(void);
void model_follow_screen(void);
void model_logged(const char *text);

/* From now on what the port brings is a pipe's. */
void model_set_pipe(void);
bool model_is_piped(void);

/* Keys that may still be typed: what happens without room is tests/host/test_line_discipline.c's. */
uint32_t model_room(void);

/* There is something to read for one who waits; more of the same line, or in the pipe. */
bool model_is_ready(void);
bool model_goes_on(void);

/* What a read of so many bytes gets. */
uint32_t model_take(char *to, uint32_t max);
