#include "programs/lib/expressions.h"

#include <err.h>

void expression_compile(regex_t *expression, const char *text, int flags, int status)
{
    char why[100];
    int error = regcomp(expression, text, flags);

    if (!error)
        return;
    regerror(error, expression, why, sizeof why);
    errx(status, "%s: %s", text, why);
}
