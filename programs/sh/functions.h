/* Functions of the shell: names for trees. */
#pragma once

#include "programs/sh/tree.h"

/* The body is copied, out of the pool. One that it replaces stays in memory: it may be running. */
void function_define(const char *name, const struct node *body);

/* It is none any more. Its body stays in memory, too. */
void function_forget(const char *name);

/* Null: there is none. */
const struct node *function_find(const char *name);

/* The body's status, run with the words as its arguments. Its loops are its own, and what it has made local. */
int function_call(const struct node *body, char **words);
