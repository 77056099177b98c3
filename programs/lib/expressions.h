/* Regular expressions of programs. */
#pragma once

#include <regex.h>

/* As regcomp() with these flags; what is none ends the program with that status, and a message. */
void expression_compile(regex_t *expression, const char *text, int flags, int status);
