#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/console.h"

#include <string.h>
#include <unistd.h>

WEAK int isatty(int fd)
{
    if (fd >= 0 && fd <= 2)
        return 1;
    errno = EBADF;
    return 0;
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

WEAK ssize_t read(int fd, void *to, size_t bytes)
{
    uint32_t got = 0;

    if (fd < 0 || fd > 2)
        return __result(-EBADF, 0);
    if (bytes > INT32_MAX)
        return __result(-EINVAL, 0);
    __console_show();
    if (bytes == 0)
        return 0;
    if (__is_bad(to, bytes))
        return __result(-EFAULT, 0);
    uint32_t most = bytes < IPC_DATA_MAX ? bytes : IPC_DATA_MAX;
    int answer = console_read(CLIENT_SLOT_CONSOLE, 0, 0, most, &got);
    if (answer == 0)
        memcpy(to, message_page->words, got < most ? got : most);
    return __result(answer, (int)got);
}
