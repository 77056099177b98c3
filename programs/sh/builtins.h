/* Builtins: commands that change the shell itself, and so are no programs. */
#pragma once

enum builtin_kind {
    BUILTIN,
    BUILTIN_SPECIAL, /* as in POSIX; simple.h says what that means */
    BUILTIN_EXEC     /* special, too; its redirections stay, and its assignments are for the program */
};

struct builtin {
    const char *name;
    int (*run)(char **words); /* returns the status; words[0] is the name */
    enum builtin_kind kind;
};

/* Turns `[ ... ]` into `test ...`. */
void bracket_to_test(char **words);

const struct builtin *builtin_find(const char *name);
