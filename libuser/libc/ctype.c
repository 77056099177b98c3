#include "libuser/libc/internal.h"

#include <ctype.h>

static int within(int c, int first, int last)
{
    return c >= first && c <= last;
}

WEAK int isdigit(int c)
{
    return within(c, '0', '9');
}

WEAK int islower(int c)
{
    return within(c, 'a', 'z');
}

WEAK int isupper(int c)
{
    return within(c, 'A', 'Z');
}

WEAK int isalpha(int c)
{
    return within(c | 32, 'a', 'z');
}

WEAK int isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}

WEAK int iscntrl(int c)
{
    return within(c, 0, 31) || c == 127;
}

WEAK int isprint(int c)
{
    return within(c, 32, 126);
}

WEAK int ispunct(int c)
{
    return within(c, 33, 126) && !isalnum(c);
}

WEAK int isspace(int c)
{
    return c == ' ' || within(c, '\t', '\r');
}

WEAK int isxdigit(int c)
{
    return isdigit(c) || within(c | 32, 'a', 'f');
}

WEAK int tolower(int c)
{
    return isupper(c) ? c + 32 : c;
}

WEAK int toupper(int c)
{
    return islower(c) ? c - 32 : c;
}
