/*
 * Output to the port: LF becomes CR LF, and no line of a program begins with LOG_PREFIX, which only the kernel
 * may use if the log shares the port. A line must not look like that on a terminal either, or with its control bytes
 * removed. So the prefix is moved by a blank after a control byte, also one inside the prefix, and anywhere after an
 * escape sequence (ESC, or a byte of 0x80 to 0x9f, which a terminal may take for one). If CR or BS moves the cursor
 * back, the contents of the row's first cells are tracked, and a byte that would complete the prefix is moved by a
 * blank. The effect of escape sequences on a terminal's screen is not tracked.
 *
 *   S1  the first `held` bytes of LOG_PREFIX were written at the start of a line and are not in the
 *       ring yet
 *   S2  `at_start` says that the next byte, after those held, may be seen as the line's first
 *   S3  `escaped` says that the line has an escape sequence; `clean`, that a line ended last
 *   S4  `cells` are the row's first cells, and the cursor's position, before the ring's byte `followed`; if the cursor
 *       `moved` back, that is the next byte to come. A row's bytes are read once, and seldom more than FOLLOW_MAX at
 *       a time
 */
#pragma once

#include <stdbool.h>

#include "servers/console/ring.h"

/* The most bytes in the ring for `bytes` bytes of text: each may be a newline, and there are held bytes. */
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
    uint32_t followed; /* counted like the ring's head and tail */
};

void output_init(struct output *output);

/* Puts text; OUTPUT_ROOM(bytes) must be free in the ring. */
void output_put(struct output *output, const char *text, uint32_t bytes);

/* Puts the held bytes, for text that must be shown before its line ends. OUTPUT_ROOM(0) must be
 * free. */
void output_show(struct output *output);

/* The column of the ring's next byte on a screen; no bytes may be held. */
uint32_t output_column(struct output *output);

/* True if the text so far ends with a whole line, or there was none. */
bool output_is_clean(const struct output *output);
