/* Executing programs in place of the shell. */
#pragma once

/* Searches $PATH unless the name has a slash; a file that is no program is run as a script. Reports errors. */
_Noreturn void program_execute(char **words);

/* The program's path in the usual folders, whatever $PATH is. */
char *program_in_usual_path(const char *name);

/* The path of a readable file along $PATH, in the pool; null, with errno: there is none. */
const char *program_find_file(const char *name);

/* The path of the program that would be executed, in the pool; null: there is none. */
const char *program_find(const char *name);
