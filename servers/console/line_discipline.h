/*
 * Makes lines of typed keys: one line can be edited until it ends; ended lines wait to be read.
 *
 *      key                     does
 *      backspace, DEL          erases the last character
 *      ctrl-W                  erases the last word (letters, digits, _) and what follows it; at most WORD_MAX bytes
 *      ctrl-U                  erases the line
 *      ctrl-R                  shows the line again
 *      CR, LF, CR LF           end the line
 *      ctrl-D                  ends it without a newline; with nothing typed: end of file
 *      ctrl-C                  drops everything typed and not read yet, and interrupts the foreground
 *      ctrl-\ Q S V Z          are ignored: Unix has them for signals, flow control, quoting
 *      others                  are typed; control characters are shown as ^X
 *
 *      bytes, counted from the first that was ever typed:
 *
 *              read              ended              edit         keys             end    at most TYPED_BYTES on
 *      ... free | ended lines    | the edited line  |  (erased)  | keys that wait | free ...
 *                           ^ shown: the end of what the screen has; `erase` cells after it must be erased first
 *
 * Long work is done in parts of EFFORT: waiting keys become lines, and the screen follows. At most TYPED_BYTES
 * that the screen does not show yet are kept.
 *
 * A program that edits lines itself reads keys as they come, and nothing is shown; CR, LF, CR LF are one LF. It gets
 * what was typed before it requested that; what it has not read in the end is then treated as typed.
 *
 *   E1  each ended line ends with LF, or with END_OF_FILE, which is not read; while keys are read no line is ended
 *   E2  `units` counts those ends
 *   E3  typing leaves room for the edited line's end
 *   E4  keys wait exactly if `keys` is not `end`, and only while a part's effort is used up; new keys go behind them
 *   E5  `cells` has, for each shown byte of the edited line, its number of cells
 */
#pragma once

#include "servers/console/output.h"

enum { TYPED_BYTES = 8192 /* a power of two */, END_OF_FILE = 4, WORD_MAX = 256 };

/* The effort of a part: keys, and bytes to the screen; erasing a cell takes three bytes. */
enum { EFFORT = 96 };

/* How far the input has been read. */
struct discipline_position {
    uint32_t read, units;
    bool in_line; /* the first line was read in part */
};

struct line_discipline {
    struct output *echo;
    struct discipline_position position;
    uint32_t ended, edit, keys, end;
    uint32_t shown, erase;
    uint32_t effort;              /* left in this part */
    uint32_t line_column, column; /* on the screen: the edited line's begin, and the end of its shown part */
    bool after_cr;
    bool gives_keys;
    bool interrupts; /* control-C was typed; cleared when it has been handled */
    char bytes[TYPED_BYTES];
    uint8_t cells[TYPED_BYTES];
};

void discipline_init(struct line_discipline *discipline, struct output *echo);

/* Begins a part, which includes the calls of discipline_key() until the next one, and does what is left to do. */
void discipline_do_part(struct line_discipline *discipline);

/* True if another part can do more. */
bool discipline_is_due(const struct line_discipline *discipline);

/* Types a key; if there is no room for it, it is refused with a bell. */
void discipline_key(struct line_discipline *discipline, char key);

/* Gives keys or lines from now on; does a part if keys become lines. */
void discipline_give_keys(struct line_discipline *discipline, bool keys);

/* True if a read need not wait; if more of the same line follows. */
bool discipline_is_ready(const struct line_discipline *discipline);
bool discipline_has_more(const struct line_discipline *discipline);

/* False if keys should stay in the port until a client has read. Without an ended line it is true, so that a
 * line that is too long can be erased. */
bool discipline_has_room(const struct line_discipline *discipline);

/* Copies at most `max` bytes of the first ended line, or of the keys, to `to`: their number, 0 at end of file, -1 if
 * there is none. To undo it, restore the position. */
int32_t discipline_take(struct line_discipline *discipline, char *to, uint32_t max);
