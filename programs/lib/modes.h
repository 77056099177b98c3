/* Modes of files as they are written: in octal, or as in u+x or go-w,a=r. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The whole text is an octal number from 0 to 7777; else *mode is as it was. */
bool mode_is_octal(const char *text, mode_t *mode);

/* What `mode` becomes by the text's letters; for whom none says, all but what is in `mask` changes. False: it is no
 * such text, and *changed is as it was. */
bool mode_change(const char *text, mode_t mode, mode_t mask, mode_t *changed);
