#include "libuser/libc/file.h"

#include <string.h>

WEAK void perror(const char *what)
{
    const char *why = strerror(errno);

    if (what && *what)
        fprintf(stderr, "%s: %s\n", what, why);
    else
        fprintf(stderr, "%s\n", why);
}
