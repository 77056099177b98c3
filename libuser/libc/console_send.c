#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/console.h"

#include <string.h>

int __console_send(const char *text, size_t bytes)
{
    uint32_t taken = 0;

    if (bytes > IPC_DATA_MAX)
        bytes = IPC_DATA_MAX;
    memcpy(message_page->words, text, bytes);
    int answer = console_write(CLIENT_SLOT_CONSOLE, 0, bytes, bytes, &taken);
    return answer < 0 ? answer : (int)taken;
}
