/* Reading files line by line. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Reads the next line, without its newline, like getline(); false: the end, or an error of the file. */
bool line_read(FILE *file, char **line, size_t *room);
