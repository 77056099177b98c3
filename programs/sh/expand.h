/*
 * What a command's words become: in this order $HOME in place of ~, variables, commands and numbers in place of $...,
 * fields at blanks that came by these, names of files in place of * ? [ ], and then quotes go.
 *
 *      a"$x b"'*'$y*   ->   a...   ...   with as many fields and names as y and the files make
 *
 * Results are in the pool. What cannot be is told, and sets shell.has_failed; a shell to which nobody types ends.
 */
#pragma once

#include "programs/sh/tree.h"

/* All fields, with a null behind the last. */
char **expand_words(const struct word *words);

/* One text: neither fields nor names of files are made of it. */
char *expand_word(const char *word);

/* What a variable is set to. */
char *expand_value(const char *word);

/* The same as a pattern of fnmatch(): what was quoted stands for itself. */
char *expand_pattern(const char *word);

/* A text between lines, in which quotes are nothing special. */
char *expand_text(const char *text);
