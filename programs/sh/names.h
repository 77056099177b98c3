/* The builtins about the meaning of a command's name: `type`, `command -v` and -V, `hash`. */
#pragma once

int run_type(char **words);

/* With -v or -V; simple.c handles other uses. */
int run_command(char **words);

/* Remembers nothing, as searching a program costs little; only reports names that are no programs. */
int run_hash(char **words);
