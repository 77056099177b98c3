/* pwd: writes the path of the working directory. */
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "programs/lib/output.h"

int main(void)
{
    char *path = getcwd(NULL, 0);

    if (!path)
        err(1, "cannot get the working directory");
    puts(path);
    return output_failed();
}
