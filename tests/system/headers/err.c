/* <err.h> */
#include "tests/system/headers/headers.h"

#include <err.h>
#include <sys/wait.h>
#include <unistd.h>

static bool errors(void)
{
    int status = 0;

    if (fork() == 0)
        errx(7, "# %s", "an error that is shown");
    return HOLDS(wait(&status) > 0) && IS(status, 7 << 8);
}

const struct tap_point header_err[] = {{"errors that end", errors}, {0, 0}};
