/* <sys/random.h> */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool bytes(void)
{
    unsigned char bytes[64] = {0}, more[64] = {0};

    return IS(getrandom(bytes, sizeof bytes, 0), sizeof bytes) && IS(getrandom(more, sizeof more, 0), sizeof more) &&
           HOLDS(memcmp(bytes, more, sizeof more) != 0) && FAILS(getrandom((char *)16, 1, 0), EFAULT) &&
           IS(getentropy(bytes, sizeof bytes), 0) && HOLDS(memcmp(bytes, more, sizeof more) != 0);
}

const struct tap_point header_sys_random[] = {{"random bytes", bytes}, {0, 0}};
