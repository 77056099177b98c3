/* Quotes in words. */
#pragma once

#include <stdbool.h>

bool quotes_are_in(const char *word);

/* Without them, in the pool; nothing else of the word is changed. */
char *quotes_remove(const char *word);

/* To stdout, so that a shell reads the same again. */
void quotes_print(const char *text);

/* Where the part of a word ends that begins at `at` and is closed by `end`, which is not part of it: there, or at the
 * word's end. What the lexer has taken is closed. */
const char *quotes_end(const char *at, char end);
