#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <string.h>
#include <unistd.h>

/* The strings leave in pieces of the message page's size; `total` counts all that were added. */
struct strings {
    char piece[IPC_DATA_MAX];
    uint32_t used, total;
};

static int put_piece(struct strings *s)
{
    uint32_t bytes = s->used, offset = s->total - bytes;

    s->used = 0;
    memcpy(message_page->words, s->piece, bytes);
    return proc_args_put(CLIENT_SLOT_PROC, 0, bytes, offset, bytes);
}

static int add(struct strings *s, const char *text)
{
    if (__is_bad(text, 1))
        return -EFAULT;
    do {
        int answer = s->used == IPC_DATA_MAX ? put_piece(s) : 0;
        if (answer < 0)
            return answer;
        s->piece[s->used++] = *text;
        s->total++;
    } while (*text++);
    return 0;
}

static int exec_program(const char *path, char *const arguments[])
{
    struct strings s;
    uint32_t count = 1;

    s.used = s.total = 0;
    int answer = add(&s, path);
    if (__is_bad(arguments, sizeof *arguments))
        answer = -EFAULT;
    while (answer == 0 && arguments[0] && arguments[count])
        answer = add(&s, arguments[count++]);
    if (answer < 0)
        return answer;
    if (s.total > IPC_DATA_MAX) {
        answer = put_piece(&s);
        return answer < 0 ? answer : proc_exec(CLIENT_SLOT_PROC, 0, 0, count, 0);
    }
    memcpy(message_page->words, s.piece, s.used);
    return proc_exec(CLIENT_SLOT_PROC, 0, s.used, count, s.used);
}

WEAK int execv(const char *path, char *const arguments[])
{
    __console_show();
    return __result(exec_program(path, arguments), 0);
}

WEAK int execvp(const char *path, char *const arguments[])
{
    __console_show();
    return __result(exec_program(path, arguments), 0);
}
