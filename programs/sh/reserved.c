#include "programs/sh/reserved.h"

#include <stddef.h>
#include <string.h>

bool reserved_is_word(const char *word)
{
    static const char *const words[] = {"!",     "{",     "}",  "if",   "then", "elif", "else", "fi",
                                        "while", "until", "do", "done", "for",  "in",   "case", "esac"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}
