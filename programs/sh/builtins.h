/* Commands that are not programs, as they change the shell itself. */
#pragma once

#include <stdbool.h>

struct builtin {
    const char *name;
    int (*run)(char **words); /* the status; words[0] is the name */
    bool is_exec;             /* its redirections stay, and its assignments are for the program */
};

/* `[ ... ]` is `test ...`. */
void bracket_to_test(char **words);

const struct builtin *builtin_find(const char *name);
