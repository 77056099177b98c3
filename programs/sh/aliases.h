/* Aliases: words that are replaced by text at the beginning of a command. */
#pragma once

/* Null: the word is no alias. */
const char *alias_find(const char *name);

int run_alias(char **words);
int run_unalias(char **words);
