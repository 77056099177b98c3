/*
 * What goes out of the port: LF becomes CR LF, and no line that comes through here begins with
 * LOG_PREFIX, which is the kernel's alone where the log shares the port. Nor does a line look so on a terminal, or
 * without its control bytes: behind such a byte, also in the midst of the prefix, and anywhere behind an escape
 * sequence (with ESC, or with a byte of 0x80 to 0x9f, which a terminal may take for one), the prefix is moved by
 * a blank. Where the cursor goes back by CR or BS, what is seen in the row's first cells is known, and the byte that
 * would make them the prefix is moved by a blank. What escape sequences make of a terminal's screen is not.
 *
 *   S1  the first `held` bytes of LOG_PREFIX were put at the start of a line and are not in the
 *       ring yet
 *   S2  `at_start` says that the next byte, behind those held, may be seen as the line's first
 *   S3  `escaped` says that the line has an escape sequence; `clean`, that a line ended last
 *   S4  `cells` are what the row shows first, and where the cursor is, before the ring's byte `followed`; if the cursor
 *       `moved` back, that is the next one to come. A row's bytes are looked at once, and seldom more than FOLLOW_MAX
 *       at a time
 */
#pragma once

#include <stdbool.h>

#include "servers/console/ring.h"

/* Bytes in the ring that `bytes` bytes of text may take: each may be a newline; what was held. */
#define OUTPUT_ROOM(bytes) (2 * (bytes) + 8)

enum { OUTPUT_HEAD = 3 }; /* cells, for the prefix without its blank */
enum { FOLLOW_MAX = 1024 };

struct output_cells {
    uint32_t column;
    char head[OUTPUT_HEAD];
};

struct output {
    struct ring ring;
    uint32_t held;
    bool at_start, escaped, clean, moved;
    struct output_cells cells;
    uint32_t followed; /* counted as the ring's head and tail */
};

void output_init(struct output *output);

/* Puts text; OUTPUT_ROOM(bytes) must be free in the ring. */
void output_put(struct output *output, const char *text, uint32_t bytes);

/* Nothing stays held: for text that must be seen though its line goes on. OUTPUT_ROOM(0) must be
 * free. */
void output_show(struct output *output);

/* Where the next byte of the ring stands in its row on a screen; nothing may be held. */
uint32_t output_column(struct output *output);

/* True if what was put ends with a whole line, or nothing was put. */
bool output_is_clean(const struct output *output);
