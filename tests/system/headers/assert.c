/* <assert.h> */
#include "tests/system/headers/headers.h"

#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

static int one = 1;

static bool asserts(void)
{
    int status = 0;

    if (fork() == 0) {
        assert(one == 1);
        assert(one == 2); /* writes a message and aborts */
        _exit(0);
    }
    return HOLDS(wait(&status) > 0) && IS(status, 6);
}

const struct tap_point header_assert[] = {{"an assertion that fails", asserts}, {0, 0}};
