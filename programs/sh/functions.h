/* The shell's functions: names for syntax trees. */
#pragma once

#include "programs/sh/tree.h"

/* Copies the body out of the pool. A replaced body stays in memory, as it may be running. */
void function_define(const char *name, const struct node *body);

/* Removes the function. Its body stays in memory, too. */
void function_forget(const char *name);

/* Null: there is no such function. */
const struct node *function_find(const char *name);

/* Runs the body with the words as its arguments; returns its status. The body starts outside any loop, and its local
 * variables end with it. */
int function_call(const struct node *body, char **words);
