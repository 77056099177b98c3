/* What $((...)) computes: whole numbers, variables, ( ) ! - + * / % < <= > >= == != && || as in C. */
#pragma once

#include <stdbool.h>

/* False with *why: it is nothing of that. */
bool arithmetic(const char *text, long *value, const char **why);
