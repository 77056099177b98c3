/* Runs syntax trees. */
#pragma once

#include "programs/sh/tree.h"

/* Returns the status, which also becomes $?. */
int run(const struct node *node);

/* The output of the text's commands, in the pool; shell.captured is their status. */
char *run_captured(const char *text);
