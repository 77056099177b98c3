/* The lines of all files, one after the other. */
#pragma once

#include <stdbool.h>

#include "programs/sed/buffer.h"

/* Sets the files to read; without any, standard input. */
void input_init(char **names);

/* Adds the next line, without its newline. False: there is none. */
bool input_take(struct buffer *line);

/* True if the line taken last is the last of all. */
bool input_is_at_end(void);

/* The number of the line taken last, from 1 on. */
unsigned long input_number(void);

/* A file could not be read; that was reported. */
bool input_has_failed(void);
