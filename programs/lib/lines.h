/* Files line by line. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* The next line, without its end, as getline() has it; false: there is none, or the file has an error. */
bool line_read(FILE *file, char **line, size_t *room);
