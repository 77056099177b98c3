/*
 * A naive model of the console's output and input.
 *
 *   O1  what a client writes goes out completely, once, and in order; no row has letters of two clients, unless the
 *       first has ended; no row is broken as long as clients only write
 *   O2  LF goes out as CR LF; no row begins with LOG_PREFIX
 *   O3  the screen gets what goes out, in the same order, and the lines of the log
 *   N1  input is delivered once, in order: typed lines first, then the pipe
 *
 * Each client writes letters of its own, in turn, so that a byte that goes out names its client and its position. A row
 * may be broken where it is held up (servers/console/lines.h), and where typed keys are echoed; letters are never
 * typed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/server/console_machine.h"

enum { CLIENTS = 8, READ_MAX = 256 };

extern const struct machine_sinks model_sinks;

void model_begin(void);

/* The next letter that the client writes. */
char model_letter(uint32_t client);

/* The client has written these bytes, and the write succeeded. No row is empty. */
void model_written(uint32_t client, const char *text, uint32_t bytes);

/* The client was released: another may continue its row. */
void model_ended(uint32_t client);

/* A client has read, synchronised or ended, or keys were typed: rows may be broken. */
void model_may_break(void);

/* The bytes of the client that are not out yet, and how many of these are in its last row, which has not ended. */
uint32_t model_left(uint32_t client);
uint32_t model_unfinished(uint32_t client);

/* Everything is out. Checks O3, and that every byte that is no client's letter went out as often as it was written. */
void model_check_all_out(void);
void model_follow_screen(void);
void model_logged(const char *text);

/* From now on the port's input is that of a pipe. */
void model_set_pipe(void);
bool model_is_piped(void);

/* How many keys may still be typed. tests/host/test_line_discipline.c tests what happens without room. */
uint32_t model_room(void);

/* Whether there is input for a reader that waits; and whether more of the same line follows, or more of the pipe. */
bool model_is_ready(void);
bool model_continues(void);

/* What a read of at most `max` bytes gets. */
uint32_t model_take(char *to, uint32_t max);
