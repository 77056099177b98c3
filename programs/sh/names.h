/* The builtins that say what a command's name stands for: `type`, `command -v` and -V, `hash`. */
#pragma once

int run_type(char **words);

/* With -v or -V; else it is taken away before (simple.c). */
int run_command(char **words);

/* Nothing is remembered, as to look for a program costs little: it says only which names are none. */
int run_hash(char **words);
