#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/console.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

WEAK int isatty(int fd)
{
    uint32_t pipe = 0;

    if (fd < 0 || fd > 2) {
        errno = EBADF;
        return 0;
    }
    if (fd == 0 && (console_input_kind(CLIENT_SLOT_CONSOLE, 0, &pipe) || pipe)) {
        errno = ENOTTY;
        return 0;
    }
    return 1;
}

WEAK ssize_t write(int fd, const void *from, size_t bytes)
{
    size_t sent = 0;

    if (fd < 0 || fd > 2)
        return __result(-EBADF, 0);
    if (bytes > INT32_MAX)
        return __result(-EINVAL, 0);
    __console_show();
    if (bytes == 0)
        return 0;
    if (__is_bad(from, bytes))
        return __result(-EFAULT, 0);
    do {
        int taken = __console_send((const char *)from + sent, bytes - sent);
        if (taken <= 0)
            return sent ? (ssize_t)sent : __result(taken, 0);
        sent += (size_t)taken;
    } while (sent < bytes);
    return (ssize_t)sent;
}

/* One message's bytes: how many, or -errno; `more` are there for the same read. */
static int read_piece(char *to, size_t bytes, bool wait, bool *more)
{
    uint32_t most = bytes < IPC_DATA_MAX ? bytes : IPC_DATA_MAX, got = 0, goes_on = 0;
    int error = console_read(CLIENT_SLOT_CONSOLE, 0, 0, most, wait, &got, &goes_on);

    if (error)
        return error;
    if (got > most)
        got = most;
    memcpy(to, message_page->words, got);
    *more = goes_on;
    return (int)got;
}

WEAK ssize_t read(int fd, void *to, size_t bytes)
{
    size_t got = 0;
    bool more = true;

    if (fd < 0 || fd > 2)
        return __result(-EBADF, 0);
    if (bytes > INT32_MAX)
        return __result(-EINVAL, 0);
    __console_show();
    if (bytes == 0)
        return 0;
    if (__is_bad(to, bytes))
        return __result(-EFAULT, 0);
    while (more && got < bytes) {
        int taken = read_piece((char *)to + got, bytes - got, got == 0, &more);
        if (taken <= 0)
            return got ? (ssize_t)got : __result(taken, 0);
        got += (size_t)taken;
    }
    return (ssize_t)got;
}
