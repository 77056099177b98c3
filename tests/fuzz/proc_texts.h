/* Programs' arguments in the model of proc: strings, each with its terminating zero byte. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TEXT_MAX = 16384 }; /* only so many of the ARGUMENTS_MAX bytes are used */

struct text {
    uint32_t count, bytes;
    bool was_put;
    char text[TEXT_MAX];
};

/* Whether the text has as many strings as `count` says, at least one; an environment may follow. */
bool text_is_strings(const struct text *text);

/* For the program that the first string names: 0, -ENOENT, -ENOEXEC. */
int text_status(const struct text *text);

/* Whether the program needs more than there is memory for; or is mapped in two pieces. */
bool text_is_large(const struct text *text);
bool text_is_wide(const struct text *text);
