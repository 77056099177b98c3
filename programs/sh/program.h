/* A program in place of the shell. */
#pragma once

/* Found along $PATH unless its name has a slash; a file that is no program is a script. What fails is told. */
_Noreturn void program_execute(char **words);

/* The path of what would be executed, in the pool; null if it is not there. */
const char *program_find(const char *name);
