/* A standard stream: there are three, all on the console. Output goes through the process's one
 * line (internal.h), input through the one buffer of fgetc. */
#pragma once

#include "libuser/libc/internal.h"

#include <stdio.h>

struct __file {
    int fd;
    int eof, error;
};

/* Adds text to the line; what goes to stderr is sent at once. 0 or EOF. */
int __file_put(FILE *file, const char *text, size_t bytes);
