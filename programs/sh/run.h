/* Runs what was parsed. */
#pragma once

#include "programs/sh/tree.h"

/* Its status, which is $? then. */
int run(const struct node *node);

/* What the text's commands write, in the pool; shell.captured is their status. */
char *run_captured(const char *text);
