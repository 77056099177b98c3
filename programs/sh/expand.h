/*
 * Expands a command's words, in this order: ~ to $HOME; $... to variables, commands' output and numbers; these to
 * fields, at blanks; * ? [ ] to names of files; at last, quotes are removed.
 *
 *      a"$x b"'*'$y*   ->   a...   ...   with as many fields and names as y and the files make
 *
 * Results are in the pool. An error is reported, and sets shell.has_failed; it ends a shell that is not interactive.
 */
#pragma once

#include "programs/sh/tree.h"

/* All fields, with a null after the last. */
char **expand_words(const struct word *words);

/* As one text, without splitting into fields, and without names of files. */
char *expand_word(const char *word);

/* As a variable's new value. */
char *expand_value(const char *word);

/* As a pattern for fnmatch(), in which quoted characters stand for themselves. */
char *expand_pattern(const char *word);

/* The text of a here-document, in which quotes are not special. */
char *expand_text(const char *text);
