/* Regular expressions for programs. */
#pragma once

#include <regex.h>

/* Like regcomp() with these flags; an error ends the program with that status, and a message. */
void expression_compile(regex_t *expression, const char *text, int flags, int status);
