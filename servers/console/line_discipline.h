/*
 * Typed keys become lines: one line can be edited until it ends, ended lines wait to be read.
 *
 *      key                     does
 *      backspace, DEL          takes the last byte back
 *      ctrl-U                  takes the whole line back
 *      CR, LF, CR LF           end the line
 *      ctrl-D                  ends it without a newline; with nothing typed: end of file
 *      TAB, printable, >= 128  are typed
 *      others, ctrl-C too      are ignored
 *
 *   E1  `ended` holds the ended lines; each ends with LF, or with END_OF_FILE, which is not read
 *   E2  `units` counts those ends
 */
#pragma once

#include "servers/console/output.h"

enum { TYPED_LINE_MAX = 255, END_OF_FILE = 4 };

struct line_discipline {
    struct output *echo;
    struct ring ended;
    uint32_t units;
    uint32_t used;
    bool after_cr;
    char line[TYPED_LINE_MAX];
};

void discipline_init(struct line_discipline *discipline, struct output *echo);

/* What cannot be kept is refused with a bell; an echo for which there is no room is left out. */
void discipline_key(struct line_discipline *discipline, char key);

/* At most `max` bytes of the first ended line to `to`: the number, 0 at end of file, -1 if there is
 * no ended line. */
int32_t discipline_take(struct line_discipline *discipline, char *to, uint32_t max);
