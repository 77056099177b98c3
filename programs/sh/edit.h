/*
 * A line that is typed at a terminal, as it is edited there, and those that were typed before.
 *
 *      left right, ctrl-B F    a character back, on            ctrl-K, U, W    erase to the end, to the start, a word
 *      home end, ctrl-A E      to the start, to the end        ctrl-L          clears the screen
 *      backspace, delete       erase a character               up down, P N    lines typed before
 *      ctrl-D                  the end, of a line with nothing in it; else delete
 *      ctrl-C                  the line is abandoned
 *
 * While it is edited the terminal gives keys, before and after that lines.
 */
#pragma once

#include <stdbool.h>

/* The line with its newline, from malloc(); null at the end of the input, and if control-C came, with *is_abandoned. */
char *edit_line(const char *prompt, bool *is_abandoned);
