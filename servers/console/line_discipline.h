/*
 * Typed keys become lines: one line can be edited until it ends, ended lines wait to be read.
 *
 *      key                     does
 *      backspace, DEL          erases the last character
 *      ctrl-W                  erases the last word: letters, digits, _ and what is behind them
 *      ctrl-U                  erases the line
 *      ctrl-R                  shows the line again
 *      CR, LF, CR LF           end the line
 *      ctrl-D                  ends it without a newline; with nothing typed: end of file
 *      ctrl-C                  drops all that was typed and not read yet, and interrupts who is in front
 *      ctrl-\ Q S V Z          are ignored: Unix has them for signals, flow control, quoting
 *      others                  are typed; control characters are shown as ^X
 *
 *      bytes, counted from the first that was ever typed:
 *
 *              read              ended              edit          at most TYPED_BYTES on
 *      ... free | ended lines    | the edited line  | free ...
 *
 * For a program that edits itself keys are read as they come, and nothing is shown; CR, LF, CR LF are one LF. What was typed before it
 * asked for that goes to it, and what it has not read in the end is typed then.
 *
 *   E1  each ended line ends with LF, or with END_OF_FILE, which is not read; where keys are read nothing is ended
 *   E2  `units` counts those ends
 *   E3  typing leaves room for the edited line's end
 */
#pragma once

#include "servers/console/output.h"

enum { TYPED_BYTES = 8192 /* a power of two */, END_OF_FILE = 4 };

/* How far has been read. */
struct discipline_position {
    uint32_t read, units;
    bool in_line; /* the first line was read in part */
};

struct line_discipline {
    struct output *echo;
    struct discipline_position position;
    uint32_t ended, edit;
    uint32_t column; /* of the screen, where the edited line begins */
    bool after_cr;
    bool gives_keys;
    bool interrupts; /* control-C was typed; whoever sees to it clears this */
    char bytes[TYPED_BYTES];
};

void discipline_init(struct line_discipline *discipline, struct output *echo);

/* What cannot be kept is refused with a bell; an echo for which there is no room is left out. */
void discipline_key(struct line_discipline *discipline, char key);

/* Keys or lines from now on. */
void discipline_give_keys(struct line_discipline *discipline, bool keys);

/* True if a read has something, or has more of what it has got a part of. */
bool discipline_is_ready(const struct line_discipline *discipline);
bool discipline_goes_on(const struct line_discipline *discipline);

/* False if keys should wait where they are until somebody has read. With no ended line it is true: a
 * line that is too long can be erased. */
bool discipline_has_room(const struct line_discipline *discipline);

/* At most `max` bytes of the first ended line, or of the keys, to `to`: the number, 0 at end of file, -1 if there is
 * none. Taking back is to restore the position. */
int32_t discipline_take(struct line_discipline *discipline, char *to, uint32_t max);
