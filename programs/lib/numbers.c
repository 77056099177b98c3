#include "programs/lib/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool number_is(const char *text, unsigned long *value)
{
    char *end;

    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno)
        return false;
    *value = number;
    return true;
}
