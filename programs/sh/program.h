/* A program in place of the shell. */
#pragma once

/* Found along $PATH unless its name has a slash; a file that is no program is a script. What fails is told. */
_Noreturn void program_execute(char **words);

/* The path of that program where all usual ones are, also if $PATH says otherwise. */
char *program_in_usual_path(const char *name);

/* The path of a file along $PATH that can be read, in the pool; null, with errno: there is none. */
const char *program_find_file(const char *name);

/* The path of what would be executed, in the pool; null if it is not there. */
const char *program_find(const char *name);
