#include "libuser/libc/internal.h"

#include <unistd.h>

char *xv6_gets(char *to, int size);

/* A line with its newline, as much as fits; "" at the end of input. */
WEAK char *xv6_gets(char *to, int size)
{
    int n = 0;

    while (n + 1 < size) {
        char c;
        if (read(0, &c, 1) < 1)
            break;
        to[n++] = c;
        if (c == '\n' || c == '\r')
            break;
    }
    to[n] = 0;
    return to;
}
