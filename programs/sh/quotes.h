/* Quotes in words. */
#pragma once

#include <stdbool.h>

bool quotes_are_in(const char *word);

/* The word without its quotes, in the pool; nothing else is changed. */
char *quotes_remove(const char *word);

/* Prints the text to stdout, quoted so that a shell reads the same text again. */
void quotes_print(const char *text);
