/*
 * What `set -x` writes of a simple command: $PS4, the variables that are set, the words. It goes where errors went
 * before the command's redirections.
 *
 *      trace = trace_begin(); redirections; trace_assignment()...; trace_end(); the command
 */
#pragma once

#include "programs/sh/pool.h"

struct trace {
    int descriptor; /* -1: nothing is to be written */
    struct text line;
};

struct trace trace_begin(void);
void trace_assignment(struct trace *trace, const char *name, const char *value);

/* In one piece; of a command without anything in it nothing. */
void trace_end(struct trace *trace, char **words);
