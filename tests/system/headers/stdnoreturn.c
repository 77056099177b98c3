/* <stdnoreturn.h> */
#include "tests/system/headers/headers.h"

#include <stdnoreturn.h>
#include <sys/wait.h>
#include <unistd.h>

static noreturn void leave(void)
{
    _exit(5);
}

static bool leaves(void)
{
    int status = 0;

    if (fork() == 0)
        leave();
    return HOLDS(wait(&status) > 0) && IS(status, 5 << 8);
}

const struct tap_point header_stdnoreturn[] = {{"functions that do not return", leaves}, {0, 0}};
