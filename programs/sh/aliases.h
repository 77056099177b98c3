/* Words that stand for text where a command begins. */
#pragma once

/* Null: it stands for itself. */
const char *alias_find(const char *name);

int run_alias(char **words);
int run_unalias(char **words);
