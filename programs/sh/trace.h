/*
 * The output of `set -x` for a simple command: $PS4, the variables that are set, the words. It goes to standard error
 * as it is before the command's redirections.
 *
 *      trace = trace_begin(); redirections; trace_assignment()...; trace_end(); the command
 */
#pragma once

#include "programs/sh/pool.h"

struct trace {
    int descriptor; /* -1: tracing is off */
    struct text line;
};

struct trace trace_begin(void);
void trace_assignment(struct trace *trace, const char *name, const char *value);

/* Prints it in one write; nothing for an empty command. */
void trace_end(struct trace *trace, char **words);
