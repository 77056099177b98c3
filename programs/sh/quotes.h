/* Quotes in words. */
#pragma once

#include <stdbool.h>

bool quotes_are_in(const char *word);

/* Without them, in the pool; nothing else of the word is changed. */
char *quotes_remove(const char *word);

/* To stdout, so that a shell reads the same again. */
void quotes_print(const char *text);
