#include "libuser/libc/internal.h"

#include <stdlib.h>
#include <string.h>

WEAK char *strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = malloc(bytes);

    return copy ? memcpy(copy, text, bytes) : NULL;
}
