/* <sys/uio.h> */
#include "tests/system/headers/headers.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static bool parts(void)
{
    char first[2], second[3];
    int ends[2];
    const struct iovec out[] = {{"a", 1}, {"", 0}, {"bcd", 3}}, in[] = {{first, 2}, {second, 3}};
    bool good = IS(pipe(ends), 0) && IS(writev(ends[1], out, 3), 4) && IS(readv(ends[0], in, 2), 4) &&
                HOLDS(!memcmp(first, "ab", 2) && !memcmp(second, "cd", 2));

    return IS(close(ends[0]), 0) && IS(close(ends[1]), 0) && good;
}

const struct tap_point header_sys_uio[] = {{"several buffers at once", parts}, {0, 0}};
