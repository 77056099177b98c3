#include "libuser/xv6/call.h"

char *xv6_gets(char *to, int size);

/* Reads a line with its newline, as much as fits; "" at the end of input. */
WEAK char *xv6_gets(char *to, int size)
{
    int n = 0;

    while (n + 1 < size) {
        char c;
        if (linux_call(SYS_read, 0, (uintptr_t)&c, 1) < 1)
            break;
        to[n++] = c;
        if (c == '\n' || c == '\r')
            break;
    }
    to[n] = 0;
    return to;
}
