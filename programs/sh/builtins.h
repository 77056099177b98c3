/* Commands that are not programs, as they change the shell itself. */
#pragma once

enum builtin_kind {
    BUILTIN,
    BUILTIN_SPECIAL, /* POSIX's word: simple.h has what that means */
    BUILTIN_EXEC     /* as that; its redirections stay, too, and its assignments are for the program */
};

struct builtin {
    const char *name;
    int (*run)(char **words); /* the status; words[0] is the name */
    enum builtin_kind kind;
};

/* `[ ... ]` is `test ...`. */
void bracket_to_test(char **words);

const struct builtin *builtin_find(const char *name);
