/*
 * Commands of words: variables are set, descriptors changed, and a builtin, a function or a program runs.
 *
 *                          builtin: special   other     function   program   no words
 *      variables stay      yes                no        no         no        yes
 *      a misuse, or a redirection that fails, ends a script
 *                          yes                no        no         no        no
 *
 * `command` before a builtin makes it one of the others.
 */
#pragma once

#include "programs/sh/tree.h"

/* Returns the status. */
int simple_run(const struct node *node);

/* The same if the process has nothing else to do: a program then needs no child process. */
_Noreturn void simple_become(const struct node *node);
