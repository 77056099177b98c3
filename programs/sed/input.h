/* The lines of all files, one after the other. */
#pragma once

#include <stdbool.h>

#include "programs/sed/buffer.h"

/* Those files are read; of none the standard input. */
void input_init(char **names);

/* The next line, without its newline, is added. False: there is none. */
bool input_take(struct buffer *line);

/* Whether the line that was taken last is the last of all. */
bool input_is_at_end(void);

/* Of the line that was taken last, from 1 on. */
unsigned long input_number(void);

/* A file could not be read, which was told. */
bool input_has_failed(void);
