#include "libuser/libc/internal.h"

static char line[CONSOLE_LINE];
static size_t used;

int __console_flush(void)
{
    size_t sent = 0, bytes = used;

    if (bytes == 0) /* nothing is written: the page may be shared with a child */
        return 0;
    used = 0;
    while (sent < bytes) {
        int taken = __console_send(line + sent, bytes - sent);
        if (taken <= 0)
            return __result(taken < 0 ? taken : -EIO, 0);
        sent += (size_t)taken;
    }
    return 0;
}

int __console_put(const char *text, size_t bytes)
{
    int result = 0;

    for (size_t i = 0; i < bytes; i++) {
        line[used++] = text[i];
        if (text[i] == '\n' || used == CONSOLE_LINE)
            result |= __console_flush();
    }
    return result;
}
