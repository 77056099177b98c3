#include "programs/lib/output.h"

#include <err.h>
#include <stdio.h>

int output_failed(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    warn("standard output");
    return 1;
}
