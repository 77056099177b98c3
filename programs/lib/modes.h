/* Modes of files in text: octal, or as in u+x or go-w,a=r. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* True if the whole text is an octal number from 0 to 7777; else *mode is unchanged. */
bool mode_is_octal(const char *text, mode_t *mode);

/* Applies the text to `mode`; if no letter says for whom, only bits in `mask` change. False: the text is wrong, and
 * *changed is unchanged. */
bool mode_change(const char *text, mode_t mode, mode_t mask, mode_t *changed);
