/* Programs' arguments in the model of proc: strings, each with its zero byte. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TEXT_MAX = 16384 }; /* of ARGUMENTS_MAX so many are put */

struct text {
    uint32_t count, bytes;
    bool was_put;
    char text[TEXT_MAX];
};

/* There are as many as `count` says, one at least; perhaps more, an environment. */
bool text_is_strings(const struct text *text);

/* Of the program that the first one names: 0, -ENOENT, -ENOEXEC. */
int text_status(const struct text *text);

/* It is one that is more than there is memory for; or that is mapped in two pieces. */
bool text_is_large(const struct text *text);
bool text_is_wide(const struct text *text);
